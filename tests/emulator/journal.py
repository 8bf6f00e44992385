#!/usr/bin/env python3
"""Read the emulator's journal: the requests that match, counted, or a field of each, or whole.

    journal.py DIR --ns NAME [--path P] [--kind K] [--method M] [--status N] [--vendor V]
               [--wait N [--timeout S]] [--count | --field NAME | --json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

EXACT = ("ns", "path", "kind", "method", "status", "vendor", "host", "fault")


def main() -> int:
    options = parse_options()
    entries = list(select(options))
    deadline = time.monotonic() + options.timeout
    while options.wait is not None and len(entries) < options.wait:
        if time.monotonic() > deadline:
            print(f"journal: {len(entries)} of {options.wait} requests after "
                  f"{options.timeout:g} s", file=sys.stderr)
            return 1
        time.sleep(0.02)
        entries = list(select(options))
    if options.count:
        print(len(entries))
    elif options.field:
        for entry in entries:
            print(shown(field(entry, options.field)))
    else:
        for entry in entries:
            print(json.dumps(entry, ensure_ascii=False))
    return 0


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    for name in EXACT:
        parser.add_argument(f"--{name}", metavar=name.upper())
    parser.add_argument("--wait", type=int, metavar="N", help="until so many match")
    parser.add_argument("--timeout", type=float, default=30, metavar="S", help="of --wait (30)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--count", action="store_true")
    form.add_argument("--field", metavar="NAME", help="header.<name>, form.<name> or a field")
    form.add_argument("--json", action="store_true", help="the default: one entry a line")
    return parser.parse_args()


def select(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The entries whose fields equal what was asked for; a line without its end is not read."""
    wanted = {name: getattr(options, name) for name in EXACT if getattr(options, name) is not None}
    with open(options.dir / "journal.jsonl", encoding="utf-8") as lines:
        for line in lines:
            if not line.endswith("\n"):
                return
            entry = json.loads(line)
            if all(str(entry.get(name)) == value for name, value in wanted.items()):
                yield entry


def field(entry: dict[str, Any], name: str) -> Any:
    """A field; `header.NAME` a header's values, `form.NAME` a parameter of the body."""
    group, _, rest = name.partition(".")
    if group == "header":
        values = [value for key, value in entry["headers"] if key.lower() == rest.lower()]
        return ", ".join(values) if values else None
    if group == "form":
        return ", ".join(parse_qs(entry["body"], keep_blank_values=True).get(rest, [])) or None
    return entry.get(name)


def shown(value: Any) -> str:
    """As a line: strings bare, nothing as `-`, the rest as JSON."""
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value)


if __name__ == "__main__":
    sys.exit(main())
