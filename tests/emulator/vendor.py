"""What the three kinds of server have in common: faults, grants, lists."""

from __future__ import annotations

import email.utils
import gzip
import json
import math
import time
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import paging
from context import Context, Refused
from faults import ANSWERS, DELIVERIES, Fault, is_answer
from vendors import Credential
from wire import SILENT, Answer, as_json, pause
from world import Token, fingerprint

FILLER = b"A" * 65536
PROXY_PAGE = b"""<!DOCTYPE html>
<html><head><title>Sign in to the network</title></head>
<body><h1>Sign in to continue</h1></body></html>
"""


class Vendor:
    """One kind of server. A sub-class says what its endpoints are and how its errors read."""

    name = ""
    lists: list[paging.Listing] = []
    lifetime = 3600.0
    token_type = "Bearer"
    refreshes = False

    def classify(self, context: Context) -> str:
        """The kind of the request: a scope of faults.py."""
        raise NotImplementedError

    def respond(self, context: Context) -> Answer:
        """The true answer."""
        raise NotImplementedError

    def failure(self, context: Context, status: int, seconds: str = "1") -> Answer:
        """The vendor's body for a status; `seconds` is what a 429 says to wait."""
        raise NotImplementedError

    def headers(self, context: Context) -> list[tuple[str, str]]:
        return []

    def answer(self, context: Context) -> Answer:
        """The true answer or a fault's, with the headers that go on all."""
        context.vendor = self.name
        context.kind = self.classify(context)
        context.listing = paging.find(self.lists, context)
        context.page = paging.number_of(context)
        pause(context.number("latency", context.world.latency) / 1000)
        try:
            answer = self._faulty(context) or self.respond(context)
        except Refused as refused:
            answer = refused.answer
        if answer.delivery is None:
            self._delivery(context, answer)
        answer.headers = [*date_header(context), *self.headers(context),
                          *retry_header(context, answer), *filler_headers(context),
                          *given_header(context), *answer.headers]
        encode(context, answer)
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
        if fault.name in SILENT:
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
        if context.listing is not None:
            return paging.big(context, fault)
        start, end = b'{"access_token":"', b'","token_type":"bearer","expires_in":3600}'
        return big_answer(fault, start, end)

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

    def limited(self, context: Context, token: Token) -> list[tuple[str, str]]:
        """Count the request against the token's limit, if there is one: the headers that tell."""
        value = context.setting("ratelimit")
        if not value:
            return []
        allowed, _, seconds = value.partition(":")
        count, left = context.space.admit(token, int(allowed), float(seconds or 60))
        wait = str(math.ceil(left))
        headers = [("inin-ratelimit-count", str(min(count, int(allowed)))),
                   ("inin-ratelimit-allowed", allowed), ("inin-ratelimit-reset", wait)]
        if count > int(allowed):
            answer = self.failure(context, 429, wait)
            answer.headers = [*headers, ("Retry-After", wait),
                              *(one for one in answer.headers if one[0] != "Retry-After")]
            raise Refused(answer)
        return headers

    def resource(self, context: Context, token: Token) -> Answer:
        """What an authorized API request gets: the page of a list, or nothing that is known."""
        headers = self.limited(context, token)
        if context.listing is None:
            answer = self.other(context, token)
        else:
            answer = paging.answer(paging.open_page(context))
        answer.headers += headers
        return answer

    def other(self, context: Context, token: Token) -> Answer:
        return self.failure(context, 404)

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
    """An error of RFC 6749, section 5.2; Genesys gives its text under two names."""
    text = context.text(text)
    twice = {"description": text} if context.vendor.startswith("genesys") else {}
    return as_json(status, {"error": error, **twice, "error_description": text},
                   [("Cache-Control", "no-store")])


def decoded(credentials: tuple[str, str]) -> tuple[str, str]:
    """Basic credentials as RFC 6749, section 2.3.1, has them: form-encoded before base64."""
    return unquote_plus(credentials[0]), unquote_plus(credentials[1])


def matches(known: Credential | None, secret: str) -> bool:
    return known is not None and known.secret == secret


def big_answer(fault: Fault, start: bytes, end: bytes) -> Answer:
    """`start`, as many As as it takes, and `end`."""
    middle = max(int(fault.value or 2 * 1024 * 1024) - len(start) - len(end), 0)

    def stream() -> Iterator[bytes]:
        yield start
        for left in range(middle, 0, -len(FILLER)):
            yield FILLER[:left]
        yield end
    return Answer(200, headers=[("Content-Type", "application/json")], stream=stream(),
                  length=len(start) + middle + len(end), delivery=fault.name)


def redirect_target(context: Context, value: str) -> str:
    if value == "other":
        return f"{context.world.storage}/ns/{context.space.name}/-/redirected"
    if value == "same":
        return f"{context.base}/redirected"
    return value


def retry_header(context: Context, answer: Answer) -> list[tuple[str, str]]:
    if answer.status not in (403, 429, 503):
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
        value = http_date(int(server_time(context) + float(value[4:] or 0)))
    return [("Retry-After", {"garbage": "soon, perhaps",
                             "huge": "99999999999999999999"}.get(value, value))]


def filler_headers(context: Context) -> list[tuple[str, str]]:
    return [("X-Filler", "A" * 1000)] * (int(context.number("bighead", 0)) // 1012)


def given_header(context: Context) -> list[tuple[str, str]]:
    name, colon, text = (context.setting("header") or "").partition(":")
    return [(name, text)] if colon else []


def encode(context: Context, answer: Answer) -> None:
    """Put the body into a content coding, as servers do that take no notice of Accept-Encoding."""
    coding = context.setting("encoding") or ""
    accepted = context.request.names.get("accept-encoding", "")
    if not coding or (accepted == "identity" and not coding.endswith("!")):
        return
    coding = coding.rstrip("!")
    answer.headers.append(("Content-Encoding", coding))
    answer.body = (zlib if coding != "gzip" else gzip).compress(answer.body)


def date_header(context: Context) -> list[tuple[str, str]]:
    value = context.setting("date")
    if value == "none":
        return []
    if value == "garbage":
        return [("Date", "the day before yesterday")]
    return [("Date", http_date(int(server_time(context))))]


def server_time(context: Context) -> float:
    """What the server takes for the time: a clock that is off is off in every header."""
    value = context.setting("date")
    return time.time() + (0.0 if value in (None, "none", "garbage") else float(value))


@lru_cache(maxsize=64)
def http_date(second: int) -> str:
    return email.utils.formatdate(second, usegmt=True)

