"""HTTP/1.1 on a socket: requests in, answers out, and all the ways an answer can go wrong."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl

HEAD_MAX = 256 * 1024
BODY_MAX = 64 * 1024 * 1024
PIECE = 64 * 1024


class Gone(Exception):
    """The peer has closed the connection, or what it sends is not HTTP."""


class Wire:
    """A connected socket with a buffer for what has been read too far."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def read_head(self) -> bytes:
        """All up to the empty line; raises Gone where there is none."""
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if len(self.buffer) > HEAD_MAX:
                raise Gone
            self._fill()
        head, self.buffer = self.buffer[:end], self.buffer[end + 4:]
        return head

    def read_line(self) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            self._fill()
        line, self.buffer = self.buffer[:end], self.buffer[end + 2:]
        return line

    def read_exactly(self, size: int) -> bytes:
        if size > BODY_MAX:
            raise Gone
        while len(self.buffer) < size:
            self._fill()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def _fill(self) -> None:
        data = self.sock.recv(PIECE)
        if not data:
            raise Gone
        self.buffer += data

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait_until_closed(self) -> None:
        """Swallow whatever comes until the peer goes away."""
        while self.sock.recv(PIECE):
            pass

    def close_notify(self) -> None:
        """Say on TLS that this is the end, and let the peer say it, too."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(5)
            with contextlib.suppress(OSError):
                self.sock.unwrap()

    def reset(self) -> None:
        """Close with RST, what is unsent thrown away."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Brittle(Wire):
    """One that is gone after a number of bytes sent."""

    room = 60_000

    def send(self, data: bytes) -> None:
        super().send(data[:self.room])
        self.room -= len(data)
        if self.room < 0:
            raise Gone


@dataclass
class Request:
    """One request as it came; `names` holds each header's last value under its lower-case name."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    scheme: str = "https"
    via: str | None = None
    names: dict[str, str] = field(default_factory=dict)
    path: str = ""
    query: str = ""

    def __post_init__(self) -> None:
        self.names = {name.lower(): value for name, value in self.headers}
        self.path, _, self.query = self.target.partition("?")

    @property
    def host(self) -> str:
        return self.names.get("host", "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "backslashreplace")

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}"

    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass
class Answer:
    """What goes back. `stream`, of `length` bytes, replaces `body` for what is too big to hold."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    delivery: str | None = None
    pause: float = 0.05
    stream: Iterator[bytes] | None = None
    length: int | None = None
    issued: str | None = None
    fault: str | None = None


def as_json(status: int, value: object, headers: list[tuple[str, str]] | None = None) -> Answer:
    body = json.dumps(value, separators=(",", ":")).encode()
    return Answer(status, body, [("Content-Type", "application/json"), *(headers or [])])


def read_request(wire: Wire, scheme: str, via: str | None) -> Request:
    """The next request of this connection, its body whole."""
    lines = wire.read_head().decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Gone
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Gone
        headers.append((name, value.strip(" \t")))
    request = Request(words[0], words[1], headers, scheme=scheme, via=via)
    request.body = _read_body(wire, request)
    return request


def _read_body(wire: Wire, request: Request) -> bytes:
    chunked = request.names.get("transfer-encoding", "").lower() == "chunked"
    length = request.names.get("content-length", "0")
    if not length.isdigit():
        raise Gone
    if request.names.get("expect", "").lower() == "100-continue":
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not chunked:
        return wire.read_exactly(int(length))
    body = b""
    while size := int(wire.read_line().split(b";")[0], 16):
        body += wire.read_exactly(size)
        wire.read_line()
        if len(body) > BODY_MAX:
            raise Gone
    while wire.read_line():
        pass
    return body


def serve(wire: Wire, scheme: str, handle: Callable[[Request], Answer],
          via: str | None = None) -> None:
    """Answer the requests of a connection until either side ends it."""
    while True:
        request = read_request(wire, scheme, via)
        answer = handle(request)
        if not send(wire, request, answer):
            return


def send(wire: Wire, request: Request, answer: Answer) -> bool:
    """Deliver; False where the connection ends with it."""
    deliver = DELIVERIES.get(answer.delivery or "", _whole)
    if request.method == "HEAD" and answer.delivery not in SILENT:
        deliver = _head_only
    return deliver(wire, answer) and request.names.get("connection", "").lower() != "close"


def head(answer: Answer, framing: str) -> bytes:
    lines = [status_line(answer.status)]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if framing:
        lines.append(framing)
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


@lru_cache(maxsize=None)
def status_line(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return f"HTTP/1.1 {status} {known.get(status, 'Unknown')}"


def _length(answer: Answer, size: int | None = None) -> str:
    if answer.status in (204, 304):
        return ""
    if size is None:
        size = len(answer.body) if answer.length is None else answer.length
    return f"Content-Length: {size}"


def _pieces(answer: Answer) -> Iterator[bytes]:
    return answer.stream if answer.stream is not None else iter((answer.body,))


def _whole(wire: Wire, answer: Answer) -> bool:
    start = head(answer, _length(answer))
    if answer.stream is None:
        wire.send(start + (b"" if answer.status in (204, 304) else answer.body))
        return True
    wire.send(start)
    for piece in answer.stream:
        wire.send(piece)
    return True


def _head_only(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, _length(answer)))
    return True


def _chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if piece else b""


def _chunked(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, "Transfer-Encoding: chunked"))
    for piece in _pieces(answer):
        wire.send(_chunk(piece))
    wire.send(b"0\r\n\r\n")
    return True


def _chunk_cut(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, "Transfer-Encoding: chunked") + _chunk(_half(answer)))
    return False


def _no_length(wire: Wire, answer: Answer) -> bool:
    _no_close(wire, answer)
    wire.close_notify()
    return False


def _no_close(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, "Connection: close"))
    for piece in _pieces(answer):
        wire.send(piece)
    return False


def _head_cut(wire: Wire, answer: Answer) -> bool:
    whole = head(answer, _length(answer))
    wire.send(whole[:whole.index(b"\r\n") + 2 + len("Content-Le")])
    wire.close_notify()
    return False


def _head_open(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, _length(answer))[:-2])
    wire.close_notify()
    return False


def _interim(wire: Wire, answer: Answer) -> bool:
    wire.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    wire.close_notify()
    return False


def _half(answer: Answer) -> bytes:
    return answer.body[:len(answer.body) // 2]


def _half_json(wire: Wire, answer: Answer) -> bool:
    half = _half(answer)
    wire.send(head(answer, _length(answer, len(half))) + half)
    return True


def _short(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, _length(answer)) + _half(answer))
    return False


def _reset(wire: Wire, answer: Answer) -> bool:
    wire.send(head(answer, _length(answer)) + _half(answer))
    wire.reset()
    return False


def _slow(wire: Wire, answer: Answer) -> bool:
    for byte in head(answer, _length(answer)) + answer.body:
        wire.send(bytes((byte,)))
        if select.select([wire.sock], [], [], answer.pause)[0]:
            return False
    return True


def _hang(wire: Wire, answer: Answer) -> bool:
    wire.wait_until_closed()
    return False


def _close(wire: Wire, answer: Answer) -> bool:
    return False


def _not_http(wire: Wire, answer: Answer) -> bool:
    wire.send(b"SSH-2.0-emulator\r\n")
    return False


DELIVERIES: dict[str, Callable[[Wire, Answer], bool]] = {
    "hang": _hang, "close": _close, "nothttp": _not_http, "slow": _slow, "reset": _reset,
    "short": _short, "halfjson": _half_json, "chunkcut": _chunk_cut, "chunked": _chunked,
    "bigchunked": _chunked, "nolength": _no_length, "noclose": _no_close,
    "headcut": _head_cut, "headopen": _head_open, "interim": _interim,
}


SILENT = ("hang", "close", "nothttp", "headcut", "headopen", "interim")


def pause(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
