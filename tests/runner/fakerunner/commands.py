"""Workflow commands: what counts as one in a line of output, and its parts.

Facts: src/Runner.Common/ActionCommand.cs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

REGISTERED = frozenset({
    "stop-commands", "set-env", "set-output", "save-state", "add-mask", "add-path",
    "add-matcher", "remove-matcher", "warning", "error", "notice", "debug", "group",
    "endgroup", "echo",
})

# The order is the runner's: `%25` last, or `%250A` would become a line break.
_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_OLD_STYLE = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


@dataclass
class Command:
    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def _unescape(text: str, mappings: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in mappings:
        text = text.replace(escaped, plain)
    return text


def _properties(text: str, separator: str, mappings: tuple) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in text.split(separator):
        name, _, value = pair.partition("=")
        value = value.lstrip("=")
        if name and value:
            found[name.lower()] = _unescape(value, mappings)
    return found


def _build(info: str, data: str, registered: Collection[str], separator: str,
           of_property: tuple, of_data: tuple) -> Command | None:
    name, _, rest = info.partition(" ")
    if name.lower() not in registered:
        return None
    return Command(name.lower(), _unescape(data, of_data),
                   _properties(rest.strip(), separator, of_property))


def parse(line: str, registered: Collection[str] = REGISTERED) -> Command | None:
    """The command in a line, or None where the runner sees ordinary text.

    `::name key=value,…::data` stands at the start, after blanks; the data begins at the
    second `::`, whatever follows. The old `##[name key=value;…]data` stands anywhere.
    """
    text = line.lstrip()
    end = text.find("::", 2)
    if text.startswith("::") and end >= 0:
        command = _build(text[2:end], text[end + 2:], registered, ",", _PROPERTY, _DATA)
        if command:
            return command
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    return _build(line[start + 3:end], line[end + 1:], registered, ";",
                  _OLD_STYLE, _OLD_STYLE)
