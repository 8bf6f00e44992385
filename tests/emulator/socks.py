"""A SOCKS 5 proxy (RFC 1928, RFC 1929) that leads where the HTTP proxy leads."""

from __future__ import annotations

import ipaddress
import struct

from proxy import NAMESPACE, Proxy
from wire import Gone, Wire

NO_PASSWORD, PASSWORD, NOTHING = 0, 2, 0xFF
IPV4, NAME, IPV6 = 1, 3, 4
UNREACHABLE = 4


class Socks(Proxy):
    """What the connections of the port share."""

    def serve(self, wire: Wire) -> None:
        named = self.greet(wire)
        _version, _command, _reserved, kind = wire.read_exactly(4)
        host = read_host(wire, kind)
        (port,) = struct.unpack("!H", wire.read_exactly(2))
        reply = int(self.setting(named, "socks") or 0)
        if not reply and not self.reaches(host):
            reply = UNREACHABLE
        text = bytes((5, reply, 0, IPV4, 0, 0, 0, 0, 0, 0))
        if reply:
            wire.send(text)
            return
        self.connect(wire, host, port, named, text)

    def greet(self, wire: Wire) -> tuple[str, str]:
        """The namespace and words; as with the HTTP proxy, the user name may choose them."""
        _version, count = wire.read_exactly(2)
        methods = wire.read_exactly(count)
        if PASSWORD not in methods:
            wire.send(bytes((5, NOTHING if self.password else NO_PASSWORD)))
            if self.password:
                raise Gone
            return NAMESPACE, "-"
        wire.send(bytes((5, PASSWORD)))
        wire.read_exactly(1)
        user, secret = (wire.read_exactly(wire.read_exactly(1)[0]).decode() for _ in range(2))
        named = self.named(user, secret)
        wire.send(bytes((1, named is None)))
        if named is None:
            raise Gone
        return named


def read_host(wire: Wire, kind: int) -> str:
    if kind == NAME:
        return wire.read_exactly(wire.read_exactly(1)[0]).decode().lower()
    size = 4 if kind == IPV4 else 16
    return str(ipaddress.ip_address(wire.read_exactly(size)))
