"""One request in its context: the namespace it is for, and the words of its path."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from faults import Fault
from wire import Answer, Request
from world import Namespace, World

FORM = "application/x-www-form-urlencoded"
HOSTILE_TEXT = ("\r\n::error::injected\n::add-mask::injected\x1b[31m\x1b]0;injected\x07\x08\x7f"
                "\u009b\u202e\u2028 " + "A" * 5000)


class Refused(Exception):
    """Raised with the answer where a request goes no further."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass
class Context:
    """One request, the namespace it is for, and the words of its path."""

    request: Request
    world: World
    space: Namespace
    faults: tuple[Fault, ...]
    base: str
    path: str
    words: str = "-"
    domain: str | None = None
    kind: str = "api"
    page: int | None = None
    listing: Any = None
    vendor: str = ""
    presented: str | None = None
    presented_valid: bool | None = None
    correlation: str = field(default_factory=lambda: str(uuid.uuid4()))

    def setting(self, name: str) -> str | None:
        """The value of a setting (empty where it has none), or None where it is not set."""
        fault = self.space.use(self.faults, self.kind, self.page, lambda one: one == name)
        return None if fault is None else fault.value or ""

    def number(self, name: str, default: float) -> float:
        value = self.setting(name)
        return default if value is None else float(value)

    def text(self, text: str) -> str:
        """A text for an error, with what `ctrl` and `echo` add."""
        control = self.setting("ctrl")
        if control is not None:
            text += ("\0" if control == "nul" else "") + HOSTILE_TEXT
        if self.setting("echo") is not None:
            text += f" ({self.request.names.get('authorization', '')} {self.request.text})"
        return text

    def form(self) -> dict[str, str]:
        """The body as a form; a parameter given twice makes it none (RFC 6749, section 3.2)."""
        if self.request.names.get("content-type", "").split(";")[0].strip().lower() != FORM:
            return {}
        pairs = parse_qsl(self.request.text, keep_blank_values=True)
        form = dict(pairs)
        return form if len(form) == len(pairs) else {}

    def object(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is none."""
        try:
            value = json.loads(self.request.body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def basic(self) -> tuple[str, str] | None:
        """Id and secret of the Basic credentials as they were sent, undecoded."""
        scheme, _, value = self.request.names.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None

    def bearer(self) -> str | None:
        scheme, _, value = self.request.names.get("authorization", "").partition(" ")
        return value if scheme.lower() == "bearer" and value else None
