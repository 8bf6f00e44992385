#!/usr/bin/env python3
"""Genesys Cloud, NICE CXone and a plain OAuth 2 server on loopback, for tests. See README.md."""

from __future__ import annotations

import argparse
import ctypes
import os
import shlex
import signal
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from certs import LOOPBACK_NAMES, VENDOR_NAMES, Authority
from proxy import PASSWORD, USER, Proxy
from routes import handle
from socks import Socks
from vendors import CXONE_TENANT, FAMILIES, SUB_DOMAIN
from wire import Brittle, Gone, Wire, serve
from world import Journal, World

PR_SET_PDEATHSIG = 1
PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
RESERVED: list[socket.socket] = []


def main() -> None:
    options = parse_options()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    die_with_parent()
    directory = options.dir.resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.umask(0o077)
    world = World(Journal(directory / "journal.jsonl"), options.latency_ms)
    variables = start(world, directory, options)
    (directory / "env").write_text(
        "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items()))
    print("ready", flush=True)
    threading.Event().wait(options.lifetime)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True,
                        help="where env, ca.pem and the journal go")
    parser.add_argument("--bind", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--name", action="append", default=[], metavar="HOST",
                        help="another name or address for the certificate")
    parser.add_argument("--lifetime", type=float, metavar="SECONDS", help="end after this time")
    parser.add_argument("--latency-ms", type=float, default=0, metavar="N",
                        help="wait before every answer")
    return parser.parse_args()


def die_with_parent() -> None:
    """End when the process that started this one does, however it ends."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)


def start(world: World, directory: Path, options: argparse.Namespace) -> dict[str, str]:
    """Open all ports; the shell variables that say where they are."""
    bind = options.bind
    hosts = [*LOOPBACK_NAMES, *options.name]
    if bind not in (*LOOPBACK_NAMES, "0.0.0.0", "::"):
        hosts.append(bind)
    authority = Authority(directory)
    context = authority.context("server", [*hosts, *VENDOR_NAMES])
    stranger = Authority(directory, "stranger")
    tls = {
        "EMU_URL": context,
        "EMU_STORAGE_URL": context,
        "EMU_EXPIRED_URL": authority.context("expired", hosts, 2020),
        "EMU_FUTURE_URL": authority.context("future", hosts, 2048),
        "EMU_WRONGNAME_URL": authority.context("wrongname", ["elsewhere.example"]),
        "EMU_UNTRUSTED_URL": stranger.context("untrusted", hosts),
        "EMU_MUTUAL_URL": mutual(authority.context("mutual", hosts)),
        "EMU_MUTUAL12_URL": limited(mutual(authority.context("mutual12", hosts)), "TLSv1_2"),
        "EMU_OLDTLS_URL": limited(authority.context("oldtls", hosts), "TLSv1_1", "ALL"),
        "EMU_CIPHER_URL": limited(authority.context("cipher", hosts), "TLSv1_2", "aNULL"),
    }
    answer = partial(handle, world)
    host = url_host(bind)
    urls = {name: f"https://{host}:{listen(bind, partial(secured, one, answer))}"
            for name, one in tls.items()}
    world.storage = urls["EMU_STORAGE_URL"]
    urls["EMU_HTTP_URL"] = f"http://{host}:{listen(bind, lambda w: serve(w, 'http', answer))}"
    urls["EMU_BRITTLE_URL"] = f"http://{host}:{listen(bind, partial(break_early, answer))}"
    urls["EMU_SILENT_URL"] = f"https://{host}:{listen(bind, Wire.wait_until_closed)}"
    urls["EMU_PLAIN_URL"] = f"https://{host}:{listen(bind, speak_plainly)}"
    urls["EMU_REFUSED_URL"] = f"https://{host}:{reserve(bind)}"
    plain = listen(bind, Proxy(world, context, bind, password=False).serve)
    locked = listen(bind, Proxy(world, context, bind, password=True).serve)
    urls["EMU_PROXY_URL"] = f"http://{host}:{plain}"
    socks = listen(bind, Socks(world, context, bind, password=False).serve)
    urls["EMU_SOCKS_URL"] = f"socks5h://{host}:{socks}"
    strict = listen(bind, Socks(world, context, bind, password=True).serve)
    urls["EMU_SOCKS_AUTH_URL"] = f"socks5h://{host}:{strict}"
    urls["EMU_PROXY_AUTH_URL"] = f"http://{USER}:{PASSWORD.replace('@', '%40')}@{host}:{locked}"
    return {**urls, "EMU_CA_FILE": str(authority.certificate), "EMU_DIR": str(directory),
            "EMU_PID": str(os.getpid()), "EMU_SUB_DOMAIN": SUB_DOMAIN,
            "EMU_CXONE_TENANT": CXONE_TENANT, **credentials()}


def mutual(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, for clients with a certificate alone; no one has one."""
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def limited(context: ssl.SSLContext, newest: str, ciphers: str = "") -> ssl.SSLContext:
    """The same with no later version than `newest`, and with ciphers that no one should use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion[newest]
    if ciphers:
        context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    return context


def credentials() -> dict[str, str]:
    """EMU_<FAMILY>[_<VARIANT>]_ID and _SECRET of every credential that works."""
    variables = {}
    for family, members in FAMILIES.items():
        for variant, credential in members.items():
            prefix = "_".join(filter(None, ("EMU", family, variant)))
            variables[f"{prefix}_ID"] = credential.id
            variables[f"{prefix}_SECRET"] = credential.secret
    return variables


def url_host(bind: str) -> str:
    if bind in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{bind}]" if ":" in bind else bind


def listen(bind: str, connected: Callable[[Wire], None]) -> int:
    """Listen on a free port, a thread for each connection; the port."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.create_server((bind, 0), family=family, backlog=1024)
    threading.Thread(target=accept, args=(listener, connected), daemon=True).start()
    return listener.getsockname()[1]


def reserve(bind: str) -> int:
    """A port that refuses connections: it is taken, and nothing listens there."""
    sock = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET)
    sock.bind((bind, 0))
    RESERVED.append(sock)
    return sock.getsockname()[1]


def accept(listener: socket.socket, connected: Callable[[Wire], None]) -> None:
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=converse, args=(sock, connected), daemon=True).start()


def converse(sock: socket.socket, connected: Callable[[Wire], None]) -> None:
    """One connection. What ends it early is the client's affair, and the journal's silence."""
    with sock:
        try:
            connected(Wire(sock))
        except (Gone, OSError):
            return


def secured(context: ssl.SSLContext, answer: Callable, wire: Wire) -> None:
    with context.wrap_socket(wire.sock, server_side=True,
                             do_handshake_on_connect=False) as inside:
        try:
            inside.do_handshake()
        except ssl.SSLError:
            # What is unread when a socket is closed makes a reset, which overtakes the alert.
            while os.read(inside.fileno(), 65536):
                pass
            return
        serve(Wire(inside), "https", answer)


def break_early(answer: Callable, wire: Wire) -> None:
    """As middle boxes do that give a connection so many bytes and no more."""
    serve(Brittle(wire.sock), "http", answer)


def speak_plainly(wire: Wire) -> None:
    """Whatever comes, it is answered without TLS."""
    wire.sock.recv(65536)
    wire.send(PLAIN)


if __name__ == "__main__":
    main()
