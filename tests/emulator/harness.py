"""What the emulator's own tests share: one emulator for all of them, and a plain client."""

from __future__ import annotations

import atexit
import base64
import functools
import http.client
import json
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).resolve().parent
NUMBERS = count(1)


@dataclass
class Reply:
    """An answer as a client gets it, header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Emulator:
    """A running emulator and the variables of its env file."""

    def __init__(self, *options: str) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="emulator-test-"))
        self.process = subprocess.Popen(
            [sys.executable, HERE / "emulator.py", "--dir", self.directory, *options],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the emulator did not start")
        lines = (self.directory / "env").read_text()
        self.env = dict(word.split("=", 1) for word in shlex.split(lines))
        self.tls = ssl.create_default_context(cafile=self.env["EMU_CA_FILE"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        shutil.rmtree(self.directory)

    def connect(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=10,
                                           context=self.tls)

    def fetch(self, method: str, url: str, headers: dict[str, str] | None = None,
              body: bytes | str | None = None) -> Reply:
        parts = urlsplit(url)
        connection = self.connect(url)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()},
                         answer.read())
        finally:
            connection.close()


@functools.cache
def emulator() -> Emulator:
    """The one that all tests share."""
    shared = Emulator()
    atexit.register(shared.stop)
    return shared


class EmulatorCase(unittest.TestCase):
    """A test with a namespace of its own."""

    vendor = "genesys"

    def setUp(self) -> None:
        self.emu = emulator()
        self.env = self.emu.env
        self.ns = f"t{next(NUMBERS)}"

    def url(self, words: str, path: str, vendor: str | None = None, base: str = "EMU_URL") -> str:
        return f"{self.env[base]}/ns/{self.ns}/{words}/{vendor or self.vendor}{path}"

    def fetch(self, method: str, url: str, headers: dict[str, str] | None = None,
              body: bytes | str | None = None) -> Reply:
        return self.emu.fetch(method, url, headers, body)

    def get(self, url: str, token: str = "") -> Reply:
        return self.fetch("GET", url, bearer(token) if token else None)

    def post_form(self, url: str, form: dict[str, str],
                  credentials: tuple[str, str] | None = None) -> Reply:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if credentials:
            headers["Authorization"] = basic(*credentials)
        return self.fetch("POST", url, headers, urlencode(form))

    def post_json(self, url: str, value: object, token: str = "") -> Reply:
        headers = {"Content-Type": "application/json", **(bearer(token) if token else {})}
        return self.fetch("POST", url, headers, json.dumps(value))

    def login(self, words: str = "-", family: str = "GENESYS") -> Reply:
        """A Genesys token request with the credentials of the family."""
        return self.post_form(self.url(words, "/oauth/token"),
                              {"grant_type": "client_credentials"}, self.credentials(family))

    def credentials(self, family: str) -> tuple[str, str]:
        return self.env[f"EMU_{family}_ID"], self.env[f"EMU_{family}_SECRET"]

    def token(self, words: str = "-") -> str:
        """A good token for the vendor under test."""
        if self.vendor == "cxone":
            client, secret = self.credentials("CXONE")
            reply = self.post_form(self.url(words, "/oauth/token"), {
                "grant_type": "client_credentials", "client_id": client, "client_secret": secret})
        else:
            reply = self.login(words)
        return reply.json()["access_token"]

    def journal(self) -> list[dict[str, Any]]:
        lines = (self.emu.directory / "journal.jsonl").read_text().splitlines()
        return [entry for entry in map(json.loads, lines) if entry["ns"] == self.ns]

    def admin(self, method: str, command: str, body: str | None = None) -> Any:
        return self.fetch(method, f"{self.env['EMU_HTTP_URL']}/admin/ns/{self.ns}/{command}",
                          body=body).json()


def basic(client: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def until(condition: Any, seconds: float = 5) -> bool:
    """Wait for a state; whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
