"""The files behind GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE, GITHUB_PATH and the summary.

Facts: src/Runner.Worker/FileCommandManager.cs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Context name (GITHUB_<NAME>) and the file's prefix; the suffix is new for every step.
FILES = (
    ("path", "add_path_"),
    ("env", "set_env_"),
    ("step_summary", "step_summary_"),
    ("state", "save_state_"),
    ("output", "set_output_"),
)
BLOCKED_ENV = "NODE_OPTIONS"
SUMMARY_LIMIT = 1024 * 1024


class FileCommandError(Exception):
    """A malformed file: the step fails."""


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """NAME=VALUE or NAME<<DELIMITER, by which of `=` and `<<` comes first in the line.

    It yields as it reads: what stands before a malformed line takes effect.
    """
    at = 0
    while at < len(text):
        line, at, _ = _read_line(text, at)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not name or not delimiter:
                raise FileCommandError(
                    f"Invalid format '{line}'. Name must not be empty and delimiter "
                    "must not be empty")
            value, at = _heredoc(text, at, delimiter)
        else:
            raise FileCommandError(f"Invalid format '{line}'")
        yield name, value


def _heredoc(text: str, start: int, delimiter: str) -> tuple[str, int]:
    end = at = start
    while True:
        line, at, newline = _read_line(text, at)
        if line == delimiter:
            return text[start:end], at
        if line is None:
            raise FileCommandError(
                f"Invalid value. Matching delimiter not found '{delimiter}'")
        if not newline:
            raise FileCommandError("Invalid value. EOF marker missing new line.")
        end = at - len(newline)


def _read_line(text: str, at: int) -> tuple[str | None, int, str]:
    """The line at an offset, the offset after it, and its line end. Only LF ends a line."""
    if at >= len(text):
        return None, at, ""
    end = text.find("\n", at)
    if end < 0:
        return text[at:], len(text), ""
    return text[at:end], end + 1, "\n"


def paths(text: str) -> list[str]:
    """GITHUB_PATH: a directory a line, by any line end; empty lines do not count."""
    return [line for line in re.split(r"\r\n|\r|\n", text) if line]
