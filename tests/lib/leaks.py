#!/usr/bin/env python3
"""Search a log for secrets: leaks.py LOG VALUE... <journal

The journal's lines (stdin) add every bearer token that a request carried. A value is looked for as
it is, percent-encoded (both cases, + and %20 for a space), in base64 at each of the three offsets,
in base64url, as JSON, in the single quotes of a traced shell, and each of its lines alone; and so
it is in the log without its line breaks. Prints what kind was found where, never a value.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 6


def main() -> int:
    log = Path(sys.argv[1]).read_text(encoding="utf-8", errors="surrogateescape")
    values = [*sys.argv[2:], *bearers()]
    found = [f"value {number}, {kind}: line {log.count(chr(10), 0, place) + 1}"
             for number, value in enumerate(values)
             for kind, form in forms(value)
             if len(form) >= SHORTEST and (place := log.find(form)) >= 0]
    joined = log.replace("\r", "").replace("\n", "")
    found += [f"value {number}, {kind}: wrapped"
              for number, value in enumerate(values)
              for kind, form in forms(value)
              if len(form) >= SHORTEST and form in joined]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


def bearers() -> Iterator[str]:
    seen = set()
    for line in sys.stdin:
        for name, value in json.loads(line)["headers"]:
            scheme, _, token = value.partition(" ")
            if name.lower() == "authorization" and scheme.lower() == "bearer":
                seen.add(token)
    yield from seen


def forms(value: str) -> Iterator[tuple[str, str]]:
    yield "plain", value
    yield from (("a line", line) for line in value.splitlines())
    yield "JSON", json.dumps(value)[1:-1]
    yield from (("quoted", value.replace("'", quoted)) for quoted in (r"'\''", "'\"'\"'"))
    for kind, encode in (("percent", quote), ("percent with +", quote_plus)):
        encoded = encode(value, safe="")
        yield kind, encoded
        yield f"{kind}, lower case", lowered(encoded)
    raw = value.encode()
    for offset in range(3):
        yield "base64", whole_groups(raw, offset)
    yield "base64url", base64.urlsafe_b64encode(raw).decode().rstrip("=")


def lowered(encoded: str) -> str:
    first, *rest = encoded.split("%")
    return first + "".join(f"%{part[:2].lower()}{part[2:]}" for part in rest)


def whole_groups(raw: bytes, offset: int) -> str:
    """The base64 characters that stand for these bytes alone, when they begin at that offset."""
    encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
    return encoded[4 if offset else 0:len(encoded) // 4 * 4]


if __name__ == "__main__":
    sys.exit(main())
