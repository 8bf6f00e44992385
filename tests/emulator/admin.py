"""The emulator's own controls, for tests: /admin/ns/<name>/<command>. They are not journaled."""

from __future__ import annotations

import re

from faults import UnknownFault, parse
from wire import Answer, Request, as_json
from world import Namespace, World, fingerprint

COMMAND = re.compile(r"/admin/ns/([A-Za-z0-9._-]+)/([a-z-]+)")


def administer(world: World, request: Request) -> Answer:
    match = COMMAND.fullmatch(request.path)
    command = COMMANDS.get((request.method, match[2])) if match else None
    if match is None or command is None:
        return as_json(404, {"emulator": f"no such command: {request.method} {request.path}"})
    return command(world.namespace(match[1]), request)


def tokens(space: Namespace, request: Request) -> Answer:
    with space.lock:
        return as_json(200, [token.describe() for token in space.tokens.values()])


def revoke_all(space: Namespace, request: Request) -> Answer:
    return as_json(200, {"revoked": space.revoke_all()})


def expire_all(space: Namespace, request: Request) -> Answer:
    return as_json(200, {"expired": space.expire_all()})


def valid(space: Namespace, request: Request) -> Answer:
    """By `?fingerprint=` or by the token itself in the body."""
    wanted = request.parameters().get("fingerprint") or fingerprint(request.text)
    with space.lock:
        found = [one for one in space.tokens.values() if one.fingerprint == wanted]
    return as_json(200, {"known": bool(found), "valid": any(one.valid for one in found)})


def set_faults(space: Namespace, request: Request) -> Answer:
    """Words that from now on come before those in the path of every request; "-" ends it."""
    try:
        space.override = parse(request.text.strip())
    except UnknownFault as fault:
        return as_json(400, {"emulator": f"no such fault: {fault}"})
    return as_json(200, {"faults": len(space.override)})


COMMANDS = {
    ("GET", "tokens"): tokens,
    ("POST", "revoke-all"): revoke_all,
    ("POST", "expire-all"): expire_all,
    ("GET", "valid"): valid,
    ("POST", "valid"): valid,
    ("PUT", "faults"): set_faults,
}
