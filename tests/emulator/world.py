"""What the emulator remembers: namespaces with their tokens, and the journal of all requests."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from faults import Fault


def fingerprint(token: str) -> str:
    """The first 16 hex digits of the token's SHA-256, as cc-token shows them."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def rfc3339(seconds: float) -> str:
    """A wall-clock time in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")


@dataclass
class Token:
    """An access token; times are of the clock that does not jump, `issued` alone is of the wall."""

    value: str
    client: str
    vendor: str
    lifetime: float
    scope: str | None = None
    fingerprint: str = ""
    issued: float = field(default_factory=time.time)
    born: float = field(default_factory=time.monotonic)
    revoked: bool = False
    window: float = 0.0
    requests: int = 0

    def __post_init__(self) -> None:
        self.fingerprint = fingerprint(self.value)

    @property
    def expired(self) -> bool:
        return time.monotonic() >= self.born + self.lifetime

    @property
    def valid(self) -> bool:
        return not self.revoked and not self.expired

    def describe(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint, "client": self.client, "vendor": self.vendor,
                "issued": rfc3339(self.issued), "expires": rfc3339(self.issued + self.lifetime),
                "revoked": self.revoked, "expired": self.expired, "valid": self.valid}


class Namespace:
    """One test's own world: nothing in it is seen from another one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()
        self.tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.jobs: dict[str, Any] = {}
        self.override: tuple[Fault, ...] = ()
        self._seen: dict[str, int] = {}

    def use(self, faults: tuple[Fault, ...], kind: str, page: int | None,
            wanted: Callable[[str], bool]) -> Fault | None:
        """The first fault that is due for this request; what has a count is counted here."""
        for fault in self.override + faults:
            if wanted(fault.name) and fault.applies(kind, page) and self._due(fault):
                return fault
        return None

    def _due(self, fault: Fault) -> bool:
        if not fault.skip and fault.count is None:
            return True
        with self.lock:
            seen = self._seen.get(fault.text, 0)
            self._seen[fault.text] = seen + 1
        return seen >= fault.skip and (fault.count is None or seen < fault.skip + fault.count)

    def mint(self, value: str, client: str, vendor: str, lifetime: float,
             scope: str | None) -> Token:
        token = Token(value, client, vendor, lifetime, scope)
        with self.lock:
            self.tokens[value] = token
        return token

    def new_refresh_token(self, client: str) -> str:
        value = secrets.token_urlsafe(48)
        with self.lock:
            self.refresh_tokens[value] = client
        return value

    def take_refresh_token(self, value: str) -> str | None:
        """The client it was given to; it works once, since each use gives a new one."""
        with self.lock:
            return self.refresh_tokens.pop(value, None)

    def revoke_all(self) -> int:
        with self.lock:
            for token in self.tokens.values():
                token.revoked = True
            self.refresh_tokens.clear()
            return len(self.tokens)

    def expire_all(self) -> int:
        with self.lock:
            for token in self.tokens.values():
                token.lifetime = 0
            return len(self.tokens)

    def admit(self, token: Token, allowed: int, seconds: float) -> tuple[int, float]:
        """Count a request of this token: (requests in the window, seconds until it ends)."""
        now = time.monotonic()
        with self.lock:
            if now >= token.window + seconds:
                token.window, token.requests = now, 0
            if token.requests <= allowed:
                token.requests += 1
            return token.requests, token.window + seconds - now


class World:
    """All namespaces, made when first named."""

    def __init__(self, journal: Journal, latency: float = 0.0) -> None:
        self.journal = journal
        self.latency = latency
        self.storage = ""
        self._lock = threading.Lock()
        self._namespaces: dict[str, Namespace] = {}

    def namespace(self, name: str) -> Namespace:
        with self._lock:
            if name not in self._namespaces:
                self._namespaces[name] = Namespace(name)
            return self._namespaces[name]


class Journal:
    """One JSON object a line, in the file before the answer to its request leaves."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, entry: dict[str, Any]) -> None:
        line = json.dumps({"time": rfc3339(time.time()), **entry}, separators=(",", ":"))
        os.write(self._file, line.encode() + b"\n")


def opaque_token() -> str:
    """86 characters of base64url that mean nothing, as Genesys gives them."""
    return secrets.token_urlsafe(64)


def web_token(claims: dict[str, Any]) -> str:
    """A JWT of the true form; the signature is noise, since no client of this project checks it."""
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
    header = {"alg": "RS256", "typ": "JWT", "kid": "emulator"}
    head, body = (part(json.dumps(one, separators=(",", ":")).encode()) for one in (header, claims))
    return f"{head}.{body}.{part(secrets.token_bytes(256))}"
