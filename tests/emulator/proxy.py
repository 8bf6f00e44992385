"""An HTTP proxy: CONNECT and absolute URIs, with a password or without.

A tunnel to a vendor's host ends in the emulator itself, with a certificate for that name; one to
loopback goes where it says. The user name may choose the namespace and its words: NAME~WORDS.
"""

from __future__ import annotations

import base64
import binascii
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from faults import is_answer, parse
from routes import NoRoute, handle, vendor_of_host
from wire import Answer, Gone, Request, Wire, read_request, send, serve
from world import World

USER = "user"
PASSWORD = "p@ss"
NAMESPACE = "proxy"
NAMED = re.compile(r"([A-Za-z0-9._-]+)(?:~(.*))?", re.DOTALL)


@dataclass
class Proxy:
    """What the connections of one proxy port share."""

    world: World
    context: ssl.SSLContext
    bind: str
    password: bool

    def serve(self, wire: Wire) -> None:
        """Serve one connection; requests for a forward go on until a tunnel takes it over."""
        while True:
            request = read_request(wire, "http", None)
            named = self.namespace(request)
            refusal = self.refusal(request, named)
            self.write_down(request, refusal.status if refusal else 200, named)
            if refusal or named is None:
                if not (refusal and send(wire, request, refusal)):
                    return
                continue
            if request.method == "CONNECT":
                self.tunnel(wire, request, named)
            else:
                self.forward(wire, request, named)
            return

    def namespace(self, request: Request) -> tuple[str, str] | None:
        """The namespace and words that the user name gives; None where the password is wrong."""
        scheme, _, value = request.names.get("proxy-authorization", "").partition(" ")
        user, secret = "", ""
        if scheme.lower() == "basic":
            try:
                user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return None
        return self.named(user, secret)

    def named(self, user: str, secret: str) -> tuple[str, str] | None:
        if self.password and secret != PASSWORD:
            return None
        if user in ("", USER):
            return NAMESPACE, "-"
        match = NAMED.fullmatch(user)
        return (match[1], match[2] or "-") if match else None

    def refusal(self, request: Request, named: tuple[str, str] | None) -> Answer | None:
        """What the proxy itself answers: 407, a fault, 502 as for a name that no one knows."""
        if named is None:
            return page(407, ("Proxy-Authenticate", 'Basic realm="emulator"'))
        fault = self.world.namespace(named[0]).use(parse(named[1]), "proxy", None, is_answer)
        if fault is not None:
            return (page(int(fault.name), *self.headers(named)) if fault.name.isdigit()
                    else Answer(status=0, delivery=fault.name))
        return None if self.reaches(target(request)[0]) else page(502)

    def setting(self, named: tuple[str, str], name: str) -> str:
        fault = self.world.namespace(named[0]).use(parse(named[1]), "proxy", None,
                                                   lambda one: one == name)
        return (fault and fault.value) or ""

    def headers(self, named: tuple[str, str]) -> list[tuple[str, str]]:
        after = self.setting(named, "retry-after")
        name, _, text = self.setting(named, "header").partition(":")
        return [one for one in (("Retry-After", after), (name, text)) if all(one)]

    def reaches(self, host: str) -> bool:
        if self.is_local(host):
            return True
        try:
            vendor_of_host(host)
        except NoRoute:
            return False
        return True

    def is_local(self, host: str) -> bool:
        return host in ("localhost", "::1", self.bind) or host.startswith("127.")

    def write_down(self, request: Request, status: int,
                   named: tuple[str, str] | None) -> None:
        """The journal's line about what the proxy itself was asked."""
        self.world.journal.write({
            "mono_ns": time.monotonic_ns(), "ns": named and named[0], "kind": "proxy",
            "method": request.method, "scheme": "http", "host": request.host, "via": None,
            "path": "", "target": request.target, "headers": request.headers,
            "body": request.text, "status": status})

    def tunnel(self, wire: Wire, request: Request, named: tuple[str, str]) -> None:
        host, port = target(request)
        self.connect(wire, host, port, named, b"HTTP/1.1 200 Connection established\r\n\r\n")

    def connect(self, wire: Wire, host: str, port: int, named: tuple[str, str],
                greeting: bytes) -> None:
        """The tunnel itself, once `greeting` has told that it stands."""
        if self.is_local(host):
            with dial(host, port) as other:
                wire.send(greeting)
                relay(wire, other)
            return
        wire.send(greeting)
        with self.context.wrap_socket(wire.sock, server_side=True) as inside:
            serve(Wire(inside), "https",
                  lambda one: handle(self.world, one, named, tunnel=host), via=f"{host}:{port}")

    def forward(self, wire: Wire, request: Request, named: tuple[str, str]) -> None:
        """Plain http by absolute URI: one request, then the connection ends."""
        host, port = target(request)
        parts = urlsplit(request.target)
        headers = [one for one in request.headers
                   if one[0].lower() not in ("proxy-authorization", "proxy-connection",
                                             "connection")]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        inner = Request(request.method, path or "/", headers, request.body, "http",
                        f"http://{parts.netloc}")
        if not self.is_local(host):
            send(wire, request, handle(self.world, inner, named))
            return
        lines = [f"{inner.method} {inner.target} HTTP/1.1", "Connection: close",
                 *(f"{name}: {value}" for name, value in headers)]
        with dial(host, port) as other:
            other.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + request.body)
            pump(other, wire.sock)


def page(status: int, *headers: tuple[str, str]) -> Answer:
    return Answer(status, b"<html><body>The proxy refuses.</body></html>\n",
                  [("Content-Type", "text/html"), *headers])


def target(request: Request) -> tuple[str, int]:
    """Host and port of a CONNECT or an absolute URI."""
    parts = urlsplit(f"//{request.target}" if request.method == "CONNECT" else request.target)
    return unquote(parts.hostname or "").lower(), parts.port or 80


def dial(host: str, port: int) -> socket.socket:
    try:
        return socket.create_connection((host, port))
    except OSError as error:
        raise Gone from error


def relay(wire: Wire, other: socket.socket) -> None:
    """Both ways until both ends are done."""
    if wire.buffer:
        other.sendall(wire.buffer)
    back = threading.Thread(target=pump, args=(other, wire.sock), daemon=True)
    back.start()
    pump(wire.sock, other)
    back.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return
