"""action.yml of a container action, by a strict parser for a small part of YAML.

Known: block mappings and sequences of scalars, plain and quoted scalars on one line, literal
and folded blocks, comments. All else is an error. Scalars stay text, as the runner reads
input defaults. Facts: src/Runner.Worker/ActionManifestManager.cs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

_KEY = re.compile(r"""
    (?P<key> [A-Za-z0-9_](?:[A-Za-z0-9_ -]*[A-Za-z0-9_-])? | '[^']+' | "[^"\\]+" )
    \s* : (?:\s+(?P<rest>.*))? $""", re.VERBOSE)
_BLOCK = re.compile(r"(?P<style>[|>])(?P<chomp>[+-]?)\s*(#.*)?$")
_REFUSED_FIRST = "&*!{}[]?,%@`|>"
_RUNS = {"using", "image", "entrypoint", "post-entrypoint", "post-if", "args", "env"}


class YamlError(ValueError):
    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")


@dataclass
class Action:
    """What the runner takes from action.yml."""

    name: str
    image: str
    entrypoint: str
    post_entrypoint: str
    post_if: str
    inputs: dict[str, str]
    deprecated: dict[str, str]
    outputs: list[str]
    args: list[str] | None = None
    env: dict[str, str] = field(default_factory=dict)


def load(directory: Path) -> Action:
    for name in ("action.yml", "action.yaml"):
        if (directory / name).is_file():
            return read((directory / name).read_text(encoding="utf-8"))
    raise FileNotFoundError(f"no action.yml in {directory}")


def read(text: str) -> Action:
    root = parse(text)
    runs = _mapping(root.get("runs"), "runs")
    unknown = set(runs) - _RUNS
    if unknown:
        raise ValueError(f"runs: not supported here: {', '.join(sorted(unknown))}")
    if str(runs.get("using", "")).lower() != "docker":
        raise ValueError("runs.using: only docker is supported here")
    if not runs.get("image"):
        raise ValueError("runs.image: not given")
    inputs = {name: _mapping(meta, name)
              for name, meta in _mapping(root.get("inputs"), "inputs").items()}
    return Action(
        name=str(root.get("name", "")),
        image=str(runs["image"]),
        entrypoint=str(runs.get("entrypoint", "")),
        post_entrypoint=str(runs.get("post-entrypoint", "")),
        post_if=str(runs.get("post-if", "always()")),
        inputs={name: str(meta.get("default", "")) for name, meta in inputs.items()},
        deprecated={name: str(meta["deprecationMessage"]) for name, meta in inputs.items()
                    if "deprecationMessage" in meta},
        outputs=list(_mapping(root.get("outputs"), "outputs")),
        args=runs.get("args"),
        env=_mapping(runs.get("env"), "runs.env"),
    )


def _mapping(value: object, name: str) -> dict:
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{name}: not a mapping")
    return value


def parse(text: str) -> dict:
    parser = _Parser(text)
    root = parser.node(0)
    if parser.peek():
        raise YamlError(parser.number, "indentation does not fit")
    if not isinstance(root, dict):
        raise YamlError(1, "the document is not a mapping")
    return root


class _Parser:
    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._at = 0
        for number, line in enumerate(self._lines, 1):
            if "\t" in line[:len(line) - len(line.lstrip())]:
                raise YamlError(number, "a tab in the indentation")

    @property
    def number(self) -> int:
        return self._at + 1

    def peek(self) -> tuple[int, str] | None:
        """Indentation and text of the next line with content."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            text = line.strip()
            if text and not text.startswith("#"):
                return len(line) - len(line.lstrip()), text
            self._at += 1
        return None

    def node(self, indent: int) -> dict | list | str:
        """The mapping or sequence that stands at this indentation, or nothing."""
        following = self.peek()
        if not following or following[0] < indent:
            return ""
        is_list = following[1] == "-" or following[1].startswith("- ")
        return self._sequence(following[0]) if is_list else self._map(following[0])

    def _map(self, indent: int) -> dict:
        found: dict = {}
        while (following := self.peek()) and following[0] >= indent:
            column, text = following
            match = _KEY.match(text)
            if column != indent or not match:
                raise YamlError(self.number, f"not a mapping's line: {text}")
            key = match["key"].strip("'\"")
            if key in found:
                raise YamlError(self.number, f"{key} is given twice")
            self._at += 1
            found[key] = self._value(match["rest"] or "", indent)
        return found

    def _sequence(self, indent: int) -> list:
        found: list = []
        while (following := self.peek()) and following[0] >= indent:
            column, text = following
            if column != indent or not text.startswith("- "):
                raise YamlError(self.number, f"not a sequence's line: {text}")
            item = text[2:].strip()
            if _KEY.match(item):
                raise YamlError(self.number, "a mapping in a sequence is not supported")
            self._at += 1
            found.append(_scalar(item, self._at))
        return found

    def _value(self, rest: str, indent: int) -> dict | list | str:
        block = _BLOCK.match(rest)
        if block:
            return self._block(indent, block["style"], block["chomp"])
        if rest and not rest.startswith("#"):
            value = _scalar(rest, self._at)
            following = self.peek()
            if following and following[0] > indent:
                raise YamlError(self.number, "a scalar over several lines is not supported")
            return value
        following = self.peek()
        if following and following[0] == indent and following[1].startswith("- "):
            return self._sequence(indent)
        return self.node(indent + 1)

    def _block(self, indent: int, style: str, chomp: str) -> str:
        taken: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            taken.append(line)
            self._at += 1
        margin = min((len(x) - len(x.lstrip()) for x in taken if x.strip()), default=0)
        body = [x[margin:].rstrip() for x in taken]
        trailing = 0
        while body and not body[-1]:
            body.pop()
            trailing += 1
        if not body:
            return ""
        text = "\n".join(body) if style == "|" else _fold(body, self._at)
        return text + {"-": "", "": "\n", "+": "\n" * (1 + trailing)}[chomp]


def _fold(lines: list[str], number: int) -> str:
    if any(line.startswith(" ") for line in lines):
        raise YamlError(number, "an indented line in a folded block is not supported")
    text = lines[0]
    for before, line in zip(lines, lines[1:]):
        if not line:
            text += "\n"
        else:
            text += line if not before else f" {line}"
    return text


def _scalar(text: str, number: int) -> str:
    if text[0] == '"':
        end = re.match(r'"(?:[^"\\]|\\.)*"', text)
        _check_end(text, end, number)
        try:
            return json.loads(end[0])
        except ValueError as error:
            raise YamlError(number, f"escape not supported: {text}") from error
    if text[0] == "'":
        end = re.match(r"'(?:[^']|'')*'", text)
        _check_end(text, end, number)
        return end[0][1:-1].replace("''", "'")
    plain = re.split(r"\s#", text, maxsplit=1)[0].rstrip()
    if plain[0] in _REFUSED_FIRST or plain.startswith(("- ", ": ")):
        raise YamlError(number, f"not supported: {text}")
    if re.search(r":(\s|$)", plain):
        raise YamlError(number, f"a plain scalar cannot hold a colon and a blank: {text}")
    return "" if plain in ("~", "null", "Null", "NULL") else plain


def _check_end(text: str, quoted: re.Match | None, number: int) -> None:
    if not quoted or not re.fullmatch(r"\s*(#.*)?", text[quoted.end():]):
        raise YamlError(number, f"a quoted scalar that does not end: {text}")
