#!/usr/bin/env python3
"""A Docker socket that misbehaves.

usage: engine.py SOCKET HOW

HOW is one of
    refuse          nobody listens; the file is there
    hang            connections are taken and never answered
    garbage         every connection gets bytes that are no HTTP
    html            every request is answered 200 with a web page
    silent          every connection is closed at once
    METHOD PATTERN STATUS
                    the real engine, but requests whose path matches are answered STATUS with
                    {"message": "no luck today"}; STATUS 0 closes the connection, "hang" never answers
    replace OLD NEW the real engine, but in what it is told NEW stands for OLD (of the same length)

Prints "ready", and ends when its stdin does.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
from collections.abc import Callable

REAL = "/var/run/docker.sock"
PAGE = b"<html><body>It works!</body></html>"
Serve = Callable[[socket.socket], None]


def answer(status: str, body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def hang(client: socket.socket) -> None:
    while client.recv(65536):
        pass


def garbage(client: socket.socket) -> None:
    client.recv(65536)
    client.sendall(bytes(range(256)) * 16)


def html(client: socket.socket) -> None:
    while client.recv(65536):
        client.sendall(answer("200", PAGE, "text/html"))


def silent(client: socket.socket) -> None:
    del client


def pump(source: socket.socket, target: socket.socket) -> None:
    """Bytes as they come; the end of one side is the end of that direction."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


Change = Callable[[socket.socket, bytes], bytes | None]


def between(change: Change) -> Serve:
    """What a client sends goes through `change` to the real engine; None ends it."""
    def serve(client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX)
        engine.connect(REAL)
        back = threading.Thread(target=pump, args=(engine, client), daemon=True)
        back.start()
        while data := client.recv(65536):
            changed = change(client, data)
            if changed is None:
                break
            engine.sendall(changed)
        else:
            engine.shutdown(socket.SHUT_WR)
            back.join()
        engine.close()

    return serve


def refuse(method: str, pattern: str, status: str) -> Change:
    """Looks at the first request in each piece that a client sends."""
    matches = re.compile(pattern)

    def change(client: socket.socket, data: bytes) -> bytes | None:
        line = data.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if line[0] != method or len(line) != 3 or not matches.search(line[1]):
            return data
        if status == "hang":
            hang(client)
        if not status.isdigit() or status == "0":
            return None
        client.sendall(answer(status, b'{"message": "no luck today"}', "application/json"))
        return b""

    return change


def replace(old: str, new: str) -> Change:
    return lambda _, data: data.replace(old.encode(), new.encode())


def guarded(serve: Serve, client: socket.socket) -> None:
    with client:
        try:
            serve(client)
        except OSError:
            pass


def main() -> None:
    path, how = sys.argv[1], sys.argv[2:]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o666)
    if how != ["refuse"]:
        plain: dict[str, Serve] = {"hang": hang, "garbage": garbage, "html": html, "silent": silent}
        if how[0] in plain:
            serve = plain[how[0]]
        elif how[0] == "replace":
            serve = between(replace(*how[1:]))
        else:
            serve = between(refuse(*how))
        listener.listen()

        def accept() -> None:
            while True:
                client, _ = listener.accept()
                threading.Thread(target=guarded, args=(serve, client), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
