"""From a request to the server it is meant for: by the path on loopback, by the name of the host
through the proxy; and the journal's line about it."""

from __future__ import annotations

import re
import time
from typing import Any

from admin import administer
from context import Context
from cxone import Cxone
from faults import UnknownFault, parse
from genesys import Genesys, GenesysSubDomain
from jobs import Storage
from oauth2 import Oauth2
from vendor import Vendor
from vendors import CXONE_ISSUER_HOSTS, GENESYS_DOMAINS
from wire import Answer, Request, as_json
from world import World

VENDORS: dict[str, Vendor] = {
    one.name: one for one in (Genesys(), GenesysSubDomain(), Cxone(), Oauth2(), Storage())}
NAMESPACE = re.compile(r"/ns/([A-Za-z0-9._-]+)/([^/]*)/([a-z0-9-]+)(/.*)?")
INSERTED = re.compile(r"(/\.well-known/[a-z-]+)(/ns/[^/]+/[^/]+/[a-z0-9-]+)")
NICE_HOST = re.compile(r"api\.cxone\.com|[a-z0-9-]+\.(nice-incontact|niceincontact)\.com")
SUB_DOMAIN_HOST = re.compile(r"api\.[a-z0-9-]+\.mypurecloud\.com")


class NoRoute(ValueError):
    """Nothing here answers to that path or host."""


def handle(world: World, request: Request, proxied: tuple[str, str] | None = None,
           tunnel: str | None = None) -> Answer:
    """Answer a request and write it down. `proxied` is the namespace and its words as the user name
    of the proxy gave them, `tunnel` the host that the tunnel was asked for."""
    if request.path.startswith("/admin/"):
        return administer(world, request)
    context = None
    try:
        if proxied is None:
            context, vendor = by_path(world, request)
        else:
            context, vendor = by_host(world, request, proxied, tunnel or request.host)
        answer = vendor.answer(context)
    except UnknownFault as fault:
        answer = as_json(400, {"emulator": f"no such fault: {fault}"})
    except NoRoute as why:
        answer = as_json(404, {"emulator": str(why)})
    except ValueError as why:
        answer = as_json(400, {"emulator": f"a word has a bad value: {why}"})
    world.journal.write(entry(request, context, answer))
    return answer


def by_path(world: World, request: Request) -> tuple[Context, Vendor]:
    path = request.path
    inserted = INSERTED.fullmatch(path)
    if inserted:
        path = inserted[2] + inserted[1]
    match = NAMESPACE.fullmatch(path)
    if not match or match[3] not in VENDORS:
        raise NoRoute(f"no server at {request.path}")
    name, words, kind, rest = match[1], match[2], match[3], match[4] or "/"
    if rest == "/.well-known/oauth-authorization-server" and not inserted:
        raise NoRoute("RFC 8414, section 3: the well-known part stands before the issuer's path")
    base = f"{request.origin}/ns/{name}/{words}/{kind}"
    context = Context(request, world, world.namespace(name), parse(words), base, rest, words)
    return context, VENDORS[kind]


def by_host(world: World, request: Request, proxied: tuple[str, str],
            host: str) -> tuple[Context, Vendor]:
    name, words = proxied
    host = host.lower().removesuffix(":443")
    if request.host.lower().removesuffix(":443") != host:
        raise NoRoute(f"the tunnel is for {host}, the request for {request.host}")
    vendor, domain = vendor_of_host(host)
    context = Context(request, world, world.namespace(name), parse(words),
                      f"{request.scheme}://{host}", request.path, words, domain)
    if vendor == "genesys":
        login = request.path.startswith("/oauth/")
        if login != host.startswith("login."):
            raise NoRoute(f"{request.path} is not served by {host}")
    return context, VENDORS[vendor]


def vendor_of_host(host: str) -> tuple[str, str]:
    """The server behind a vendor's host name, and the Genesys domain or the host itself."""
    role, _, domain = host.partition(".")
    if role in ("login", "api") and domain in GENESYS_DOMAINS:
        return "genesys", domain
    if SUB_DOMAIN_HOST.fullmatch(host):
        return "genesys-sub", "mypurecloud.com"
    if NICE_HOST.fullmatch(host) or host in CXONE_ISSUER_HOSTS:
        return "cxone", host
    raise NoRoute(f"no server has the name {host}")


def entry(request: Request, context: Context | None, answer: Answer) -> dict[str, Any]:
    """The journal's line. What cannot be known of a misdirected request is null."""
    known: dict[str, Any] = {"ns": None, "vendor": None, "kind": None, "page": None,
                             "presented": None, "presented_valid": None, "correlation": None}
    if context is not None:
        known = {"ns": context.space.name, "vendor": context.vendor, "kind": context.kind,
                 "page": context.page, "presented": context.presented,
                 "presented_valid": context.presented_valid, "correlation": context.correlation}
    return {
        "mono_ns": time.monotonic_ns(), **known, "method": request.method,
        "scheme": request.scheme, "host": request.host, "via": request.via,
        "path": context.path if context else request.path, "query": request.query,
        "target": request.target, "headers": request.headers, "body": request.text,
        "status": answer.status, "fault": answer.fault, "issued": answer.issued}
