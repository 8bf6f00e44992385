"""The words in the path that say how the server shall misbehave.

    [SCOPE.]NAME[+SKIP][@PAGE][xCOUNT][=VALUE], separated by commas; "-" is none.

TABLE is the one list of the words; README.md shows it, and a test compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

SCOPES = ("token", "api", "revoke", "discovery", "introspect", "storage", "proxy", "any")

# name: (its own scope, what it does). "NNN" stands for every status from 200 to 599.
ANSWERS = {
    "NNN": ("token", "this status with the vendor's own body for it; nothing is minted or revoked"),
    "400rate": ("token", "Genesys' 400 `invalid_request`, \"rate limit exceeded; …\""),
    "400client": ("token", "400 `invalid_client`, \"client not found\""),
    "401secret": ("token", "401 `invalid_client`, \"authentication failed\""),
    "400scope": ("token", "400 `invalid_scope`"),
    "400grant": ("token", "400 `invalid_grant`"),
    "html": ("token", "200 with a proxy's HTML page; with `=NNN` that status"),
    "empty": ("token", "200 with no body"),
    "json": ("token", "200 with the VALUE as the body, typed as JSON"),
    "redirect": ("token", "307 to VALUE: `other` (the default: another origin), `same` (another "
                          "path on this origin) or a URL; who follows it is in the journal"),
    "hang": ("token", "the request is read, nothing is ever answered"),
    "close": ("token", "the connection is closed before the answer"),
    "nothttp": ("token", "what comes is not HTTP"),
    "big": ("token", "200 with VALUE bytes of JSON and their Content-Length (of a list: the true "
                     "page, with filler items up to that size)"),
    "bigchunked": ("token", "the same, chunked"),
}
DELIVERIES = {
    "slow": ("token", "the true answer, one byte every VALUE ms (50)"),
    "reset": ("token", "half of the true answer, then RST; what was asked for has been done"),
    "short": ("token", "half of the true body under the whole Content-Length, then FIN; done, too"),
    "halfjson": ("token", "half of the true body under its own, right Content-Length; done, too"),
    "chunkcut": ("token", "half of the true body, chunked, without the last chunk; done, too"),
    "chunked": ("token", "the true answer, chunked: no fault at all"),
    "nolength": ("token", "the true answer, its end marked by close alone, on TLS with a "
                          "close_notify: no fault at all"),
    "noclose": ("token", "the same without close_notify: on TLS nobody can tell whether it is "
                         "whole; done, too"),
    "headcut": ("token", "the status line and half the name of a header, then a proper end of the "
                         "connection; done, too"),
    "headopen": ("token", "the head without the empty line behind it, then the same; done, too"),
    "interim": ("token", "an interim answer (103) alone, then the same; done, too"),
}
SETTINGS = {
    "lifetime": ("any", "the tokens live VALUE seconds (genesys 86400, others 3600)"),
    "expires": ("any", "`expires_in` as raw JSON (`0`, `-5`, `\"3600\"`, `1e30`), or `absent`; "
                       "the token really lives `lifetime` seconds"),
    "token": ("any", "the access token is VALUE, whatever it holds"),
    "notype": ("any", "no `token_type`"),
    "type": ("any", "`token_type` is VALUE"),
    "refresh": ("any", "the token answer has a `refresh_token`, where it has none by itself"),
    "norefresh": ("any", "it has none where it has one by itself (cxone: password, access key)"),
    "refreshdenied": ("any", "a refresh is refused: 400 `invalid_grant` (access key: 401)"),
    "ctrl": ("any", "error texts hold control characters, log commands and 5000 more characters; "
                    "`ctrl=nul` also a NUL"),
    "echo": ("any", "error texts repeat the credentials that the client sent"),
    "retry-after": ("any", "on 403, 429 and 503: VALUE seconds, `date+N` (an HTTP date N s ahead), "
                           "`garbage`, `huge` or `none`"),
    "date": ("any", "the Date header is VALUE seconds off (`+3600`, `-3600`), `none` or `garbage`"),
    "header": ("any", "the header VALUE, `NAME:TEXT`, goes along"),
    "socks": ("proxy", "a SOCKS proxy replies VALUE (RFC 1928, section 6)"),
    "encoding": ("any", "bodies are in the content coding VALUE (`gzip`, `deflate`, or the name of "
                        "another, which is not true) unless the request asks for `identity`; with "
                        "a `!` behind it, even then"),
    "bighead": ("any", "headers of VALUE bytes more"),
    "latency": ("token", "VALUE ms pass before the answer"),
    "region": ("any", "the domain that alone knows every Genesys client of this namespace"),
    "revoked": ("any", "the status of a revocation that worked (200)"),
    "norevoke": ("any", "oauth2: no revocation endpoint"),
    "metadata": ("any", "oauth2: `oauth` (RFC 8414 alone), `oidc` or `both` (default)"),
    "issuer": ("any", "discovery names VALUE as the issuer"),
    "tokenurl": ("any", "discovery names VALUE as the token endpoint"),
    "revokeurl": ("any", "oauth2: discovery names VALUE as the revocation endpoint"),
    "apiurl": ("any", "cxone-configuration names VALUE as the api_endpoint"),
    "notenant": ("any", "cxone: no tenantId claim"),
    "authmethod": ("any", "oauth2: `client_secret_basic` or `client_secret_post` alone will do"),
    "items": ("any", "the number of items of every list (1000)"),
    "pagesize": ("any", "the largest page that is given (each list has its own)"),
    "itemsize": ("any", "at least VALUE bytes an item"),
    "tricks": ("any", "items also hold lone surrogates, noncharacters, deep nesting, twin keys"),
    "badutf8": ("any", "the last item of each page holds bytes that are no UTF-8"),
    "pretty": ("any", "pages are indented, with line breaks inside the items"),
    "nexturi": ("any", "`full` (default: nextUri holds the whole path, namespace and all), `bare` "
                       "(as behind a gateway: /api/v2/…) or `absolute` (with scheme and host)"),
    "nototal": ("any", "pages say neither total nor page count"),
    "pagecount": ("any", "pages say no total, and that there are VALUE pages"),
    "ratelimit": ("any", "N or N:SECONDS: API requests a token, with inin-ratelimit-* headers"),
    "polls": ("any", "an asynchronous job is done at its VALUE-th poll (3)"),
    "jobstate": ("any", "a job ends in this state instead of FULFILLED or SUCCEEDED"),
    "resulturl": ("any", "`other` (default) or `same`: the origin of the link to a job's result"),
    "endless": ("api", "next links never end: `repeat` (default: the last page again), `new` (ever "
                       "new items), `empty` (empty pages)"),
    "nexthost": ("api", "next links lead to another origin, or to the one in VALUE"),
    "repeat": ("api", "with @PAGE: that page is the one before it once more, next link and all"),
    "samecursor": ("api", "with @PAGE: that page's next cursor is its own"),
    "void": ("api", "with @PAGE: that page is empty though not the last; the items come after it"),
    "revoke": ("api", "with @PAGE: the token that asks is revoked first, so that it gets the 401"),
    "expire": ("api", "with @PAGE: the same, as if it had expired"),
}
TABLE = {**ANSWERS, **DELIVERIES, **SETTINGS}

WORD = re.compile(
    r"(?:(?P<scope>[a-z]+)\.)?(?P<name>[a-z0-9-]+?)(?:\+(?P<skip>\d+))?(?:@(?P<page>\d+))?"
    r"(?:x(?P<count>\d+))?(?:=(?P<value>.*))?", re.DOTALL)


class UnknownFault(ValueError):
    """A word that TABLE does not have, or that is not put together as it should be."""


@dataclass(frozen=True)
class Fault:
    """One word: it applies to requests of `scope`, after `skip` of them, `count` times."""

    text: str
    name: str
    scope: str
    skip: int
    page: int | None
    count: int | None
    value: str | None

    def applies(self, kind: str, page: int | None) -> bool:
        return self.scope in (kind, "any") and self.page in (None, page)


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[Fault, ...]:
    """The words of one path segment, as it stands in the path (values percent-encoded)."""
    if text in ("", "-"):
        return ()
    return tuple(_word(word) for word in text.split(","))


def _word(word: str) -> Fault:
    match = WORD.fullmatch(word)
    if not match:
        raise UnknownFault(word)
    name, scope = match["name"], match["scope"]
    known = TABLE.get("NNN" if re.fullmatch(r"[2-5]\d\d", name) else name)
    if known is None or (scope is not None and scope not in SCOPES):
        raise UnknownFault(word)
    page = int(match["page"]) if match["page"] else None
    once = 1 if page is not None and name not in ("void", "repeat", "samecursor") else None
    return Fault(text=word, name=name, scope=scope or known[0], skip=int(match["skip"] or 0),
                 page=page, count=int(match["count"]) if match["count"] else once,
                 value=None if match["value"] is None else unquote(match["value"]))


def is_answer(name: str) -> bool:
    return name in ANSWERS or name.isdigit()
