"""Lists, page by page, in every style that the two vendors have.

GENESYS and CXONE are the tables: how a list is asked for, and how its pages read. G is a style of
Genesys, N one of NICE; README.md says what each is. Where a page stands in the whole, and what the
words of the path do to that, is the same for all styles: class Page.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from context import Context, Refused
from faults import Fault
from items import item
from wire import Answer, as_json

Fields = dict[str, Any]
Cap = Callable[[int], int]


@dataclass(frozen=True)
class Listing:
    """One list: `locate` reads from a request the number of the first item (from 0) and the size,
    which it caps; `render` gives the fields beside the items, which stand under `key`."""

    style: str
    request: str
    method: str
    path: re.Pattern[str]
    key: str
    locate: Callable[[Context, Cap], tuple[int, int]]
    render: Callable[[Page], Fields]
    size: int = 25
    largest: int = 100
    end: str = "empty"

    def where(self, context: Context) -> tuple[int, int]:
        """Offset and size of the page; ValueError where the request asks for none that can be."""
        offset, size = self.locate(context, self.cap(context))
        if offset < 0 or size < 1:
            raise ValueError(f"offset {offset}, size {size}")
        return offset, size

    def cap(self, context: Context) -> Callable[[int], int]:
        largest = int(context.number("pagesize", self.largest))
        return lambda size: min(size or self.size, largest)


@dataclass
class Page:
    """The page that a request asks for, as the words of its path make it."""

    context: Context
    listing: Listing
    offset: int
    size: int
    total: int
    voids: frozenset[int] = field(default_factory=frozenset)
    endless: str | None = None
    same: bool = False

    @property
    def number(self) -> int:
        return self.offset // self.size + 1

    @cached_property
    def pages(self) -> int:
        return -(-self.total // self.size) + len(self.voids)

    @cached_property
    def items(self) -> range:
        """The numbers of the items on it."""
        if self.number in self.voids:
            return range(0)
        total, offset, number = self.total, self.offset, self.number
        if number > self.pages and self.endless == "repeat":
            offset, number = (self.pages - 1) * self.size, self.pages
        if number > self.pages and self.endless == "new":
            total = offset + self.size
        start = offset - sum(one < number for one in self.voids) * self.size
        return range(min(start, total), min(start + self.size, total))

    @cached_property
    def next(self) -> int | None:
        """The page that the next link or cursor leads to."""
        if self.same:
            return self.number
        return self.number + 1 if self.number < self.pages or self.endless else None

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    def totals(self, **fields: int) -> Fields:
        """The fields, unless the list is not to tell them, or a false page count alone."""
        count = self.context.setting("pagecount")
        if count is not None:
            return {name: int(count) for name in fields if name in ("pageCount", "totalPages")}
        return {} if self.context.setting("nototal") is not None else fields

    def link(self, changes: dict[str, Any], absolute: bool = False) -> str:
        """This request's address with other parameters, in the form that `nexturi` asks for."""
        query = urlencode({**self.context.request.parameters(), **changes})
        base, path = self.context.base, f"{self.context.path}?{query}"
        elsewhere = self.context.setting("nexthost")
        if elsewhere is not None:
            origin = elsewhere or self.context.world.storage
            return f"{origin}{urlsplit(base).path}{path}"
        form = self.context.setting("nexturi") or ("absolute" if absolute else "full")
        return {"full": urlsplit(base).path + path, "bare": path, "absolute": base + path}[form]

    def links(self, parameter: str, encode: Callable[[int], Any], absolute: bool = False) -> Fields:
        """nextUri and previousUri, each where there is such a page."""
        uris = {"nextUri": self.next, "previousUri": self.previous}
        return {name: self.link({parameter: encode(number)}, absolute)
                for name, number in uris.items() if number is not None}


def find(lists: list[Listing], context: Context) -> Listing | None:
    return next((one for one in lists if one.method == context.request.method
                 and one.path.fullmatch(context.path)), None)


def number_of(context: Context) -> int | None:
    """The page that is asked for, None where there is no list or the request is wrong."""
    if context.listing is None:
        return None
    try:
        offset, size = context.listing.where(context)
    except ValueError:
        return None
    return offset // size + 1


def open_page(context: Context) -> Page:
    """The page, or Refused where the request asks for none that can be."""
    listing: Listing = context.listing
    try:
        offset, size = listing.where(context)
    except ValueError as error:
        raise Refused(as_json(400, {"message": f"Invalid paging: {error}", "code": "invalid.value",
                                    "status": 400, "contextId": context.correlation})) from error
    words = context.space.override + context.faults
    endless = context.setting("endless")
    if context.setting("repeat") is not None:
        offset = max(offset - size, 0)
    return Page(context, listing, offset, size, int(context.number("items", 1000)),
                frozenset(one.page for one in words if one.name == "void" and one.page),
                None if endless is None else endless or "repeat",
                context.setting("samecursor") is not None)


def parts(page: Page) -> tuple[bytes, list[bytes], bytes]:
    """The page as text: what stands before the items, the items, and what stands after them."""
    context = page.context
    size = int(context.number("itemsize", 0))
    tricks = context.setting("tricks") is not None
    pretty = context.setting("pretty") is not None
    found = [item(one, size, tricks, pretty) for one in page.items]
    if context.setting("badutf8") is not None and found:
        found[-1] = found[-1].replace(b'"active"', b'"\xc3\x28 \xff \xed\xa0\x80"')
    keys = page.listing.key.split(".")
    around = json.dumps(page.listing.render(page), indent=2 if pretty else None,
                        ensure_ascii=False)[1:-1].strip()
    rest = f",{around}" if around else ""
    before = "{" + ":{".join(f'"{key}"' for key in keys) + ":["
    if not found and page.listing.end == "absent":
        return b"{", [], f"{around}}}".encode()
    after = "]" + "}" * (len(keys) - 1) + rest + "}"
    return before.encode(), found, after.encode()


def answer(page: Page) -> Answer:
    """The page, or what this style gives past the end."""
    before, found, after = parts(page)
    if not found and page.number > 1 and page.listing.end == "204" and not page.endless:
        return Answer(204)
    comma = b",\n    " if page.context.setting("pretty") is not None else b","
    return Answer(200, before + comma.join(found) + after, [("Content-Type", "application/json")])


def big(context: Context, fault: Fault) -> Answer:
    """The page with filler items after its own, up to the size that the fault names."""
    before, found, after = parts(open_page(context))
    start = before + b",".join(found)
    count = max(int(fault.value or 2 * 1024 * 1024) - len(start) - len(after), 0) // len(filler(0))
    if count and not found:
        start, count = start + filler(0)[1:], count - 1

    def stream() -> Iterator[bytes]:
        yield start
        for first in range(0, count, 64):
            yield b"".join(filler(one) for one in range(first, min(first + 64, count)))
        yield after
    return Answer(200, headers=[("Content-Type", "application/json")], stream=stream(),
                  length=len(start) + count * len(filler(0)) + len(after), delivery=fault.name)


def filler(number: int) -> bytes:
    """A comma and an item of 1023 bytes."""
    return b',{"id":"filler-%012d","pad":"%s"}' % (number, b"." * 986)


# How the page is asked for

def paged(number: object, size: int) -> tuple[int, int]:
    return (int(str(number or 1)) - 1) * size, size


def numbered(number: str = "pageNumber", size: str = "pageSize") -> Callable:
    def locate(context: Context, cap: Cap) -> tuple[int, int]:
        given = context.request.parameters()
        return paged(given.get(number), cap(int(given.get(size) or 0)))
    return locate


def counted(start: str, count: str, first: int) -> Callable:
    """By the number of the first item, which itself counts from `first`."""
    def locate(context: Context, cap: Cap) -> tuple[int, int]:
        given = context.request.parameters()
        return int(given.get(start) or first) - first, cap(int(given.get(count) or 0))
    return locate


def by_cursor(name: str, size: str = "pageSize") -> Callable:
    def locate(context: Context, cap: Cap) -> tuple[int, int]:
        given = context.request.parameters()
        return paged(uncursor(given.get(name)), cap(int(given.get(size) or 0)))
    return locate


def whole(context: Context, cap: Cap) -> tuple[int, int]:
    """Not paged: all items at once."""
    return 0, max(int(context.number("items", 1000)), 1)


def in_body(*keys: str) -> Callable:
    """In the JSON of a POST, where `keys` lead to pageNumber and pageSize."""
    def locate(context: Context, cap: Cap) -> tuple[int, int]:
        given: Any = context.object()
        for key in keys:
            given = given.get(key) or {}
        return paged(given.get("pageNumber"), cap(int(given.get("pageSize") or 0)))
    return locate


def by_q64(context: Context, cap: Cap) -> tuple[int, int]:
    given = json.loads(base64.b64decode(context.request.parameters().get("q64", ""), validate=True))
    return paged(given.get("pageNumber"), cap(int(given.get("pageSize") or 0)))


def cursor(number: int) -> str:
    """A cursor for the page: opaque, with all that has to be percent-encoded in a query."""
    return base64.b64encode(b"\xfb\xff\xfe:%d:" % number).decode()


def uncursor(text: str | None) -> int:
    if not text:
        return 1
    try:
        head, _, number = base64.b64decode(text, validate=True)[:-1].rpartition(b":")
    except binascii.Error as error:
        raise ValueError(f"cursor {text}") from error
    if head != b"\xfb\xff\xfe":
        raise ValueError(f"cursor {text}")
    return int(number)


# How the page reads

def g1(page: Page) -> Fields:
    def uri(number: int) -> str:
        return page.link({"pageNumber": number, "pageSize": page.size})
    return {"pageSize": page.size, "pageNumber": page.number,
            **page.totals(total=page.total, pageCount=page.pages), "firstUri": uri(1),
            "selfUri": uri(page.number), "lastUri": uri(page.pages),
            **page.links("pageNumber", int)}


def g1_bare(page: Page) -> Fields:
    """QueueMemberEntityListing: neither total nor pageCount."""
    return {"pageSize": page.size, "pageNumber": page.number, **page.links("pageNumber", int)}


def g2(page: Page) -> Fields:
    return page.links("after", cursor)


def g3(page: Page) -> Fields:
    return {**page.links("after", cursor), **({"after": cursor(page.next)} if page.next else {})}


def g4(parameter: str) -> Callable[[Page], Fields]:
    def render(page: Page) -> Fields:
        cursors = {"before": page.previous, "after": page.next}
        return {**page.links(parameter, cursor),
                "cursors": {name: cursor(one) for name, one in cursors.items() if one}}
    return render


def g5(page: Page) -> Fields:
    return {"cursor": cursor(page.next)} if page.next else {}


def g6(page: Page) -> Fields:
    return {"pageSize": page.size, **g5(page)}


def g7(page: Page) -> Fields:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": page.total, "startIndex": page.offset + 1,
            "itemsPerPage": len(page.items)}


def g8(page: Page) -> Fields:
    """The next page as the q64 that asks for it."""
    asked = page.context.object()
    if page.context.request.method == "GET":
        asked = json.loads(base64.b64decode(page.context.request.parameters()["q64"]))

    def q64(number: int) -> str:
        return base64.b64encode(json.dumps({**asked, "pageNumber": number}).encode()).decode()
    pages = {"previousPage": page.previous, "currentPage": page.number, "nextPage": page.next}
    return {**page.totals(total=page.total, pageCount=page.pages), "pageSize": page.size,
            "pageNumber": page.number, **{name: q64(one) for name, one in pages.items() if one},
            "types": ["users"]}


def g9(page: Page) -> Fields:
    return page.totals(totalHits=page.total)


def g10(page: Page) -> Fields:
    return {**g5(page), "dataAvailabilityDate": "2026-01-01T00:00:00.000Z"}


def usage(page: Page) -> Fields:
    return {"queryStatus": "Complete",
            **({"cursors": {"after": cursor(page.next)}} if page.next else {})}


def n1(page: Page) -> Fields:
    return {"businessUnitId": 4599999, **page.totals(totalRecords=page.total)}


def n2(page: Page) -> Fields:
    uris = page.links("skip", lambda number: (number - 1) * page.size, absolute=True)
    names = {"nextUri": "next", "previousUri": "previous"}
    return {"_links": {"self": page.link({}, absolute=True),
                       **{names[name]: uri for name, uri in uris.items()}},
            **page.totals(totalRecords=page.total)}


def n3(page: Page) -> Fields:
    return page.totals(hits=page.total)


def n4(page: Page) -> Fields:
    return {"businessUnitId": 4599999}


def paginated(page: Page) -> Fields:
    return {"pagination": {"pageNumber": page.number, "pageSize": page.size,
                           **page.totals(totalPages=page.pages, totalItems=page.total)}}


def listing(style: str, request: str, key: str, locate: Callable, render: Callable,
            **more: Any) -> Listing:
    method, path = request.split(" ")
    pattern = re.escape(path).replace(r"\{id\}", "[^/]+").replace(r"\{version\}", r"v\d+\.\d+")
    return Listing(style, request, method, re.compile(pattern, re.IGNORECASE), key, locate, render,
                   **more)


ANALYTICS = "/api/v2/analytics/conversations"
SERVICES = "/incontactapi/services/{version}"

GENESYS = [
    listing("G1", "GET /api/v2/users", "entities", numbered(), g1, largest=500),
    listing("G1", "GET /api/v2/routing/queues", "entities", numbered(), g1, largest=500),
    listing("G1 without totals", "GET /api/v2/routing/queues/{id}/members", "entities",
            numbered(), g1_bare),
    listing("G2", "GET /api/v2/teams", "entities", by_cursor("after"), g2, largest=200),
    listing("G3", "GET /api/v2/taskmanagement/workitems/{id}/wrapups", "entities",
            by_cursor("after"), g3, largest=200),
    listing("G4", "GET /api/v2/externalcontacts/scan/contacts", "entities",
            by_cursor("cursor", "limit"), g4("cursor"), largest=200),
    listing("G4", "GET /api/v2/journey/segments", "entities", by_cursor("after"),
            g4("after"), largest=200),
    listing("G5", f"GET {ANALYTICS}/aggregates/jobs/{{id}}/results", "results",
            by_cursor("cursor"), g5, size=1000, largest=1000),
    listing("G6", "GET /api/v2/audits/query/{id}/results", "entities", by_cursor("cursor"), g6,
            largest=500),
    listing("G7", "GET /api/v2/scim/v2/users", "Resources", counted("startIndex", "count", 1),
            g7),
    listing("G8", "POST /api/v2/users/search", "results", in_body(), g8),
    listing("G8", "GET /api/v2/users/search", "results", by_q64, g8),
    listing("G9", f"POST {ANALYTICS}/details/query", "conversations", in_body("paging"), g9,
            end="absent"),
    listing("G10", f"GET {ANALYTICS}/details/jobs/{{id}}/results", "conversations",
            by_cursor("cursor"), g10, size=1000, largest=10000),
    listing("usage", "GET /api/v2/oauth/clients/{id}/usage/query/results/{id}", "results",
            by_cursor("after"), usage),
]
CXONE = [
    listing("N1", f"GET {SERVICES}/contacts/completed", "completedContacts",
            counted("skip", "top", 0), n1, largest=10000, end="204"),
    listing("N1 nested", f"GET {SERVICES}/dispositions", "resultSet.dispositions",
            counted("skip", "top", 0), n1, largest=10000, end="204"),
    listing("N2", f"GET {SERVICES}/skills/sla-summary", "serviceLevelSummaries",
            counted("skip", "top", 0), n2, largest=10000),
    listing("N3", "GET /dfo/3.0/contacts", "data", numbered("page", "size"), n3),
    listing("N4", f"GET {SERVICES}/agents", "agents", whole, n4),
    listing("pagination", "POST /interactions/v1/search", "data", in_body(), paginated),
]
