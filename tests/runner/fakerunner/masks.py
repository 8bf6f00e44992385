"""The secret masker: which strings are hidden in a log line, and how.

Facts: src/Sdk/DTLogging/Logging/SecretMasker.cs (replacement), ValueEncoders.cs (derived
forms), src/Runner.Common/HostContext.cs (which encoders are on),
src/Runner.Worker/ActionCommandManager.cs AddMaskCommandExtension and
src/Runner.Worker/Worker.cs InitializeSecretMasker (whole value, then each line).
"""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Callable

_XML = {"<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "&": "&amp;"}
_JSON = {
    '"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f",
    "\b": "\\b", "\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029",
}
_MIN_SHELL_PART = 6


def _base64_from(skip: int) -> Callable[[str], str]:
    def encode(value: str) -> str:
        data = value.encode("utf-8", "surrogateescape")
        return base64.b64encode(data[skip:] if len(data) > skip else data).decode()
    return encode


def _json(value: str) -> str:
    return "".join(
        _JSON.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in value)


def _xml(value: str) -> str:
    return "".join(_XML.get(c, c) for c in value)


def _uri(value: str) -> str:
    return urllib.parse.quote(value, safe="", errors="surrogateescape")


def _trim_double_quotes(value: str) -> str:
    quoted = len(value) > 8 and value[0] == '"' and value[-1] == '"'
    return value[1:-1] if quoted else ""


def _before_ampersand(value: str) -> str:
    if "&+" in value:
        part = value[:value.index("&+") + 2]
    else:
        part = value[:value.rfind("&") + 1]
    return part if len(part) >= _MIN_SHELL_PART else ""


def _after_ampersand(value: str) -> str:
    if "&" not in value:
        return ""
    if "&+" in value:
        part = value[value.index("&+") + 3:]
    else:
        part = value[value.rfind("&") + 1:]
    return part if len(part) >= _MIN_SHELL_PART else ""


ENCODERS: tuple[Callable[[str], str], ...] = (
    _base64_from(0),
    _base64_from(1),
    _base64_from(2),
    lambda value: value.replace('"', '\\"'),
    lambda value: value.replace("'", "''"),
    _json,
    _uri,
    _xml,
    _trim_double_quotes,
    _before_ampersand,
    _after_ampersand,
)


class SecretMasker:
    """Values never leave it again: a mask holds for the rest of the job."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._forms: set[str] = set()

    def add_value(self, value: str) -> None:
        if not value or value in self.values:
            return
        self.values.append(value)
        self._forms.update(form for form in (value, *(e(value) for e in ENCODERS)) if form)

    def add_value_and_lines(self, value: str) -> None:
        self.add_value(value)
        for line in re.split(r"[\r\n]", value):
            self.add_value(line.strip())

    def mask(self, text: str) -> str:
        spans: list[tuple[int, int]] = []
        for form in self._forms:
            start = text.find(form)
            while start >= 0:
                spans.append((start, start + len(form)))
                start = text.find(form, start + 1)
        if not spans:
            return text
        pieces: list[str] = []
        done = 0
        for start, end in _merge(spans):
            pieces += [text[done:start], "***"]
            done = end
        return "".join(pieces) + text[done:]


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping and touching spans become one, and so one `***`."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
