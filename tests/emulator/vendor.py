"""What the three kinds of server have in common: the request in its context, faults, grants."""

from __future__ import annotations

import base64
import binascii
import email.utils
import json
import time
import uuid
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from faults import ANSWERS, DELIVERIES, Fault, is_answer
from vendors import Credential
from wire import Answer, Request, as_json, pause
from world import Namespace, Token, World, fingerprint

FORM = "application/x-www-form-urlencoded"
HOSTILE_TEXT = ("\r\n::error::injected\n::add-mask::injected\x1b[31m\x1b]0;injected\x07\x00\x08\x7f"
                "\u009b\u202e\u2028 " + "A" * 5000)
PROXY_PAGE = b"""<!DOCTYPE html>
<html><head><title>Sign in to the network</title></head>
<body><h1>Sign in to continue</h1></body></html>
"""


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
    domain: str | None = None
    kind: str = "api"
    page: int | None = None
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
        if self.setting("ctrl") is not None:
            text += HOSTILE_TEXT
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


class Vendor:
    """One kind of server. A sub-class says what its endpoints are and how its errors read."""

    name = ""
    lifetime = 3600.0
    token_type = "Bearer"
    refreshes = False

    def classify(self, context: Context) -> tuple[str, int | None]:
        """The kind of the request (a scope of faults.py) and the page of items it asks for."""
        raise NotImplementedError

    def respond(self, context: Context) -> Answer:
        """The true answer."""
        raise NotImplementedError

    def failure(self, context: Context, status: int) -> Answer:
        """The vendor's body for a status that is not its doing."""
        raise NotImplementedError

    def headers(self, context: Context) -> list[tuple[str, str]]:
        return []

    def answer(self, context: Context) -> Answer:
        """The true answer or a fault's, with the headers that go on all."""
        context.vendor = self.name
        context.kind, context.page = self.classify(context)
        pause(context.number("latency", context.world.latency) / 1000)
        try:
            answer = self._faulty(context) or self.respond(context)
        except Refused as refused:
            answer = refused.answer
        if answer.delivery is None:
            self._delivery(context, answer)
        answer.headers = [*date_header(context), *self.headers(context),
                          *retry_header(context, answer), *answer.headers]
        return answer

    def _delivery(self, context: Context, answer: Answer) -> None:
        fault = context.space.use(context.faults, context.kind, context.page,
                                  DELIVERIES.__contains__)
        if fault is not None:
            answer.delivery, answer.fault = fault.name, fault.text
            answer.pause = float(fault.value or 50) / 1000

    def _faulty(self, context: Context) -> Answer | None:
        fault = context.space.use(context.faults, context.kind, context.page, is_answer)
        if fault is None:
            return None
        answer = self._fault_answer(context, fault)
        answer.fault = fault.text
        return answer

    def _fault_answer(self, context: Context, fault: Fault) -> Answer:
        if fault.name.isdigit():
            return self.failure(context, int(fault.name))
        if fault.name in OAUTH_FAULTS:
            return oauth_error(context, *OAUTH_FAULTS[fault.name])
        if fault.name in ("hang", "close"):
            return Answer(status=0, delivery=fault.name)
        if fault.name == "html":
            return Answer(int(fault.value or 200), PROXY_PAGE, [("Content-Type", "text/html")])
        if fault.name in ("empty", "json"):
            return Answer(200, (fault.value or "").encode(), [("Content-Type", "application/json")])
        if fault.name == "redirect":
            location = redirect_target(context, fault.value or "other")
            return Answer(307, b"", [("Location", location)])
        return self.big(context, fault)

    def big(self, context: Context, fault: Fault) -> Answer:
        """JSON of the size asked for, made as it is sent."""
        size = int(fault.value or 2 * 1024 * 1024)
        start, end = b'{"access_token":"', b'","token_type":"bearer","expires_in":3600}'
        return big_answer(fault, start, size - len(start) - len(end), end)

    # Grants

    def grant(self, context: Context, client: str, value: str, scope: str | None = None,
              more: dict[str, Any] | None = None) -> Answer:
        """Mint a token and put the answer of RFC 6749, section 5.1, together."""
        value = context.setting("token") or value
        token = context.space.mint(value, client, self.name, self.life(context), scope)
        fields = {"access_token": json.dumps(token.value)}
        kind = context.setting("type")
        if context.setting("notype") is None:
            fields["token_type"] = json.dumps(self.token_type if kind is None else kind)
        expires = context.setting("expires")
        if expires != "absent":
            fields["expires_in"] = expires or f"{token.lifetime:.0f}"
        if self.wants_refresh(context):
            fields["refresh_token"] = json.dumps(context.space.new_refresh_token(client))
        fields.update((key, json.dumps(one)) for key, one in (more or {}).items())
        body = "{" + ",".join(f'"{key}":{raw}' for key, raw in fields.items()) + "}"
        return Answer(200, body.encode(), [("Content-Type", "application/json"),
                                           ("Cache-Control", "no-store")],
                      issued=token.fingerprint)

    def life(self, context: Context) -> float:
        return context.number("lifetime", self.lifetime)

    def wants_refresh(self, context: Context) -> bool:
        if context.setting("norefresh") is not None:
            return False
        return self.refreshes or context.setting("refresh") is not None

    def find_token(self, context: Context, value: str | None) -> Token | None:
        """The token with this value, good or not; what is found goes into the journal."""
        token = context.space.tokens.get(value) if value else None
        context.presented = fingerprint(value) if value else None
        if token is not None:
            if context.setting("revoke") is not None:
                token.revoked = True
            if context.setting("expire") is not None:
                token.lifetime = 0
            context.presented_valid = token.valid
        return token


OAUTH_FAULTS = {
    "400rate": (400, "invalid_request", "rate limit exceeded; too many token requests"),
    "400client": (400, "invalid_client", "client not found"),
    "401secret": (401, "invalid_client", "authentication failed"),
    "400scope": (400, "invalid_scope", "the requested scope is not known"),
    "400grant": (400, "invalid_grant", "the grant is not valid"),
}
assert set(OAUTH_FAULTS) < set(ANSWERS)


def oauth_error(context: Context, status: int, error: str, text: str) -> Answer:
    """An error of the token endpoint; Genesys gives the text under two names."""
    text = context.text(text)
    return as_json(status, {"error": error, "description": text, "error_description": text},
                   [("Cache-Control", "no-store")])


def decoded(credentials: tuple[str, str]) -> tuple[str, str]:
    """Basic credentials as RFC 6749, section 2.3.1, has them: form-encoded before base64."""
    return unquote_plus(credentials[0]), unquote_plus(credentials[1])


def matches(known: Credential | None, secret: str) -> bool:
    return known is not None and known.secret == secret


def big_answer(fault: Fault, start: bytes, middle: int, end: bytes) -> Answer:
    piece = b"A" * 65536

    def stream() -> Any:
        yield start
        left = middle
        while left > 0:
            yield piece[:left]
            left -= len(piece)
        yield end
    return Answer(200, headers=[("Content-Type", "application/json")], stream=stream(),
                  length=len(start) + max(middle, 0) + len(end), delivery=fault.name)


def redirect_target(context: Context, value: str) -> str:
    if value == "other":
        return f"{context.world.storage}/ns/{context.space.name}/-/redirected"
    if value == "same":
        return f"{context.base}/redirected"
    return value


def retry_header(context: Context, answer: Answer) -> list[tuple[str, str]]:
    if answer.status not in (429, 503):
        return []
    value = context.setting("retry-after")
    given = any(name == "Retry-After" for name, _ in answer.headers)
    if value is None:
        return []
    if given:
        answer.headers = [one for one in answer.headers if one[0] != "Retry-After"]
    if value == "none":
        return []
    if value.startswith("date"):
        value = email.utils.formatdate(time.time() + float(value[4:] or 0), usegmt=True)
    return [("Retry-After", {"garbage": "soon, perhaps",
                             "huge": "99999999999999999999"}.get(value, value))]


def date_header(context: Context) -> list[tuple[str, str]]:
    value = context.setting("date")
    if value == "none":
        return []
    if value == "garbage":
        return [("Date", "the day before yesterday")]
    return [("Date", http_date(int(time.time() + float(value or 0))))]


@lru_cache(maxsize=64)
def http_date(second: int) -> str:
    return email.utils.formatdate(second, usegmt=True)

