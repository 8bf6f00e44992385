"""The emulator's lists: every style read to its end, and what the words do to pages."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import unittest
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

from harness import EmulatorCase, Reply, bearer

JOBS = "/api/v2/analytics/conversations/details/jobs/ready/results"
AGGREGATES = "/api/v2/analytics/conversations/aggregates/jobs/ready/results"
USAGE = "/api/v2/oauth/clients/a/usage/query/results/b"


class Lists(EmulatorCase):
    """Requests with a token that is minted once a test."""

    def setUp(self) -> None:
        super().setUp()
        self.bearer = self.token()

    def page(self, words: str, path: str, **query: object) -> Reply:
        return self.get(f"{self.url(words, path)}?{urlencode(query)}", self.bearer)

    def post(self, words: str, path: str, body: object) -> Reply:
        return self.post_json(self.url(words, path), body, self.bearer)

    def follow(self, words: str, path: str, name: str = "nextUri", **query: object) -> list[Any]:
        """The pages by their next links."""
        pages, target = [], f"{urlsplit(self.url(words, path)).path}?{urlencode(query)}"
        while target:
            reply = self.get(self.env["EMU_URL"] + target, self.bearer)
            self.assertEqual(reply.status, 200, reply.body)
            pages.append(reply.json())
            target = pages[-1].get(name)
        return pages

    def cursors(self, words: str, path: str, find: Callable[[Any], str | None],
                name: str = "cursor", **query: object) -> list[Any]:
        """The pages by the cursors in their bodies."""
        pages = [self.page(words, path, **query).json()]
        while cursor := find(pages[-1]):
            pages.append(self.page(words, path, **query, **{name: cursor}).json())
        return pages

    def assert_whole(self, pages: list[Any], key: str, items: int = 25, size: int = 10) -> None:
        numbers = [one["n"] for page in pages for one in page[key]]
        self.assertEqual(numbers, list(range(items)))
        self.assertEqual(len(pages), -(-items // size))


class Genesys(Lists):
    def test_g1_numbers_and_links(self) -> None:
        words = "items=25"
        pages = [self.page(words, "/api/v2/users", pageSize=10, pageNumber=one).json()
                 for one in (1, 2, 3)]
        self.assert_whole(pages, "entities")
        self.assertEqual((pages[0]["total"], pages[0]["pageCount"]), (25, 3))
        self.assertNotIn("nextUri", pages[2])
        self.assert_whole(self.follow(words, "/api/v2/users", pageSize=10), "entities")
        self.assertEqual(self.page(words, "/api/v2/users", pageNumber=9).json()["entities"], [])

    def test_g1_without_totals(self) -> None:
        pages = self.follow("items=25", "/api/v2/routing/queues/q/members", pageSize=10)
        self.assert_whole(pages, "entities")
        self.assertNotIn("total", pages[0])
        self.assertNotIn("pageCount", pages[0])

    def test_g2_g3_g4_links(self) -> None:
        for path, size in (("/api/v2/teams", "pageSize"), ("/api/v2/journey/segments", "pageSize"),
                           ("/api/v2/taskmanagement/workitems/w/wrapups", "pageSize"),
                           ("/api/v2/externalcontacts/scan/contacts", "limit")):
            query: dict[str, Any] = {size: 10}
            self.assert_whole(self.follow("items=25", path, **query), "entities")

    def test_cursors_in_bodies(self) -> None:
        def of_cursors(page: Any) -> str | None:
            return page.get("cursors", {}).get("after")
        for path, key, find, name, size in (
                ("/api/v2/taskmanagement/workitems/w/wrapups", "entities",
                 lambda page: page.get("after"), "after", "pageSize"),
                ("/api/v2/externalcontacts/scan/contacts", "entities", of_cursors, "cursor",
                 "limit"),
                ("/api/v2/audits/query/q/results", "entities", lambda page: page.get("cursor"),
                 "cursor", "pageSize"),
                (AGGREGATES, "results", lambda page: page.get("cursor"), "cursor", "pageSize"),
                (JOBS, "conversations", lambda page: page.get("cursor"), "cursor", "pageSize"),
                (USAGE, "results", of_cursors, "after", "pageSize")):
            pages = self.cursors("items=25", path, find, name, **{size: 10})
            self.assert_whole(pages, key)

    def test_g7_scim(self) -> None:
        pages = [self.page("items=25", "/api/v2/scim/v2/users", startIndex=start, count=10).json()
                 for start in (1, 11, 21)]
        self.assert_whole(pages, "Resources")
        self.assertEqual([(page["startIndex"], page["itemsPerPage"]) for page in pages],
                         [(1, 10), (11, 10), (21, 5)])
        self.assertEqual(pages[0]["totalResults"], 25)

    def test_g8_search_by_body_and_by_q64(self) -> None:
        query = {"pageSize": 10, "query": []}
        pages = [self.post("items=25", "/api/v2/users/search", {**query, "pageNumber": one}).json()
                 for one in (1, 2, 3)]
        self.assert_whole(pages, "results")
        self.assertEqual(pages[0]["types"], ["users"])
        q64: str | None = base64.b64encode(json.dumps(query).encode()).decode()
        pages = []
        while q64:
            pages.append(self.page("items=25", "/api/v2/users/search", q64=q64).json())
            q64 = pages[-1].get("nextPage")
        self.assert_whole(pages, "results")

    def test_g9_analytics_query(self) -> None:
        pages = [self.post("items=25", "/api/v2/analytics/conversations/details/query",
                           {"paging": {"pageSize": 10, "pageNumber": one}}).json()
                 for one in (1, 2, 3, 4)]
        self.assertEqual(pages.pop(), {"totalHits": 25})
        self.assert_whole(pages, "conversations")

    def test_sizes(self) -> None:
        self.assertEqual(len(self.page("-", "/api/v2/users").json()["entities"]), 25)
        self.assertEqual(len(self.page("-", "/api/v2/users", pageSize=999).json()["entities"]), 500)
        page = self.page("pagesize=3,items=7", "/api/v2/users", pageSize=100).json()
        self.assertEqual((len(page["entities"]), page["pageCount"]), (3, 3))

    def test_paging_that_cannot_be(self) -> None:
        for query in ({"pageNumber": "x"}, {"pageNumber": -1}, {"pageSize": -1}):
            self.assertEqual(self.page("-", "/api/v2/users", **query).status, 400)
        self.assertEqual(self.page("-", "/api/v2/teams", after="bad cursor").status, 400)

    def test_forms_of_the_next_link(self) -> None:
        def link(words: str) -> str:
            return self.page(words, "/api/v2/teams").json()["nextUri"]
        self.assertTrue(link("-").startswith(f"/ns/{self.ns}/-/genesys/api/v2/teams?"))
        self.assertTrue(link("nexturi=bare").startswith("/api/v2/teams?"))
        self.assertTrue(link("nexturi=absolute").startswith(self.env["EMU_URL"]))
        self.assertTrue(link("nexthost").startswith(self.env["EMU_STORAGE_URL"]))
        self.assertTrue(link("nexthost=https:%2F%2Fevil.example").startswith("https://evil.example/"))

    def test_queue_comes_back(self) -> None:
        made = self.post("-", "/api/v2/routing/queues", {"name": "a", "on": True}).json()
        self.assertEqual((made["name"], made["on"]), ("a", True))
        one = self.url("-", f"/api/v2/routing/queues/{made['id']}")
        self.assertEqual(self.get(one, self.bearer).json()["id"], made["id"])
        self.assertEqual(self.fetch("DELETE", one, bearer(self.bearer)).status, 204)

    def test_a_token_is_needed(self) -> None:
        self.assertEqual(self.get(self.url("-", "/api/v2/users")).status, 401)


class Cxone(Lists):
    vendor = "cxone"
    services = "/incontactapi/services/v30.0"

    def test_n1_skip_and_top(self) -> None:
        path = f"{self.services}/contacts/completed"
        pages = [self.page("items=25", path, skip=skip, top=10).json() for skip in (0, 10, 20)]
        self.assert_whole(pages, "completedContacts")
        self.assertEqual(pages[0]["totalRecords"], 25)
        self.assertEqual(self.page("items=25", path, skip=30, top=10).status, 204)

    def test_n1_nested(self) -> None:
        page = self.page("items=3", "/InContactAPI/services/v8.0/dispositions").json()
        self.assertEqual(len(page["resultSet"]["dispositions"]), 3)

    def test_n2_absolute_links(self) -> None:
        url = f"{self.url('items=25', self.services)}/skills/sla-summary?top=10"
        pages = []
        while url:
            pages.append(self.get(url, self.bearer).json())
            url = pages[-1]["_links"].get("next")
        self.assert_whole(pages, "serviceLevelSummaries")

    def test_n3_page_and_size(self) -> None:
        pages = [self.page("items=25", "/dfo/3.0/contacts", page=one, size=10).json()
                 for one in (1, 2, 3)]
        self.assert_whole(pages, "data")

    def test_n4_whole(self) -> None:
        page = self.page("items=250", f"{self.services}/agents").json()
        self.assertEqual(len(page["agents"]), 250)

    def test_pagination_in_a_post(self) -> None:
        pages = [self.post("items=25", "/interactions/v1/search",
                           {"pageNumber": one, "pageSize": 10}).json() for one in (1, 2, 3)]
        self.assert_whole(pages, "data")
        self.assertEqual(pages[0]["pagination"]["totalPages"], 3)


class Misbehaviour(Lists):
    path = "/api/v2/teams"

    def numbers(self, page: Any) -> list[int]:
        return [one["n"] for one in page["entities"]]

    def walk(self, words: str, times: int) -> Iterator[Any]:
        target = f"{urlsplit(self.url(words, self.path)).path}?pageSize=10"
        for _ in range(times):
            page = self.get(self.env["EMU_URL"] + target, self.bearer).json()
            yield page
            target = page["nextUri"]

    def test_endless(self) -> None:
        for words, last in (("endless", [10, 11]), ("endless=empty", []),
                            ("endless=new", list(range(40, 50)))):
            *_, page = self.walk(f"items=12,{words}", 5)
            self.assertEqual(self.numbers(page), last, words)

    def test_repeated_page_and_cursor(self) -> None:
        first, second, third = self.walk("items=30,repeat@2", 3)
        self.assertEqual(self.numbers(first), self.numbers(second))
        self.assertEqual(first["nextUri"], third["nextUri"])
        self.assertNotEqual(self.numbers(next(self.walk("-", 1))), [])
        first, second, third = self.walk("items=30,samecursor@2", 3)
        self.assertEqual(self.numbers(second), self.numbers(third))

    def test_void_pages_lose_no_item(self) -> None:
        pages = self.follow("items=25,void@2,void@3", self.path, pageSize=10)
        self.assertEqual([len(page["entities"]) for page in pages], [10, 0, 0, 10, 5])
        self.assertEqual([n for page in pages for n in self.numbers(page)], list(range(25)))

    def test_faults_at_pages(self) -> None:
        words = "items=30,api.429@2x2,api.502@3"
        statuses = [self.page(words, "/api/v2/users", pageSize=10, pageNumber=one).status
                    for one in (1, 2, 2, 2, 3, 3)]
        self.assertEqual(statuses, [200, 429, 429, 200, 502, 200])
        self.assertEqual([entry["page"] for entry in self.journal() if entry["kind"] == "api"],
                         [1, 2, 2, 2, 3, 3])

    def test_token_ends_at_a_page(self) -> None:
        for word, code in (("revoke", "bad.credentials"), ("expire", "credentials.expired")):
            words = f"items=30,api.{word}@2"
            self.bearer = self.token()
            self.assertEqual(self.page(words, "/api/v2/users", pageSize=10).status, 200)
            refused = self.page(words, "/api/v2/users", pageSize=10, pageNumber=2)
            self.assertEqual((refused.status, refused.json()["code"]), (401, code))
            self.bearer = self.token()
            self.assertEqual(
                self.page(words, "/api/v2/users", pageSize=10, pageNumber=2).status, 200)

    def test_broken_pages(self) -> None:
        with self.assertRaises(json.JSONDecodeError):
            self.page("api.halfjson@1", self.path).json()
        with self.assertRaises((http.client.IncompleteRead, ConnectionResetError, ssl.SSLError)):
            self.page("api.reset@1", self.path)

    def test_big_page(self) -> None:
        for word in ("big", "bigchunked"):
            reply = self.page(f"api.{word}@1=500000", self.path)
            self.assertTrue(498000 < len(reply.body) <= 500000)
            identifiers = [one["id"] for one in reply.json()["entities"]]
            self.assertEqual(len(identifiers), len(set(identifiers)))
            self.assertIn("nextUri", reply.json())

    def test_rate_limit(self) -> None:
        words = "ratelimit=2:60"
        replies = [self.page(words, self.path) for _ in range(3)]
        self.assertEqual([reply.status for reply in replies], [200, 200, 429])
        self.assertEqual([reply.headers["inin-ratelimit-count"] for reply in replies],
                         ["1", "2", "2"])
        self.assertEqual(replies[2].headers["retry-after"],
                         replies[2].headers["inin-ratelimit-reset"])
        wait = replies[2].headers["retry-after"]
        self.assertIn(f"[{wait}] seconds", replies[2].json()["message"])

    def test_other_shapes_of_items(self) -> None:
        plain = self.page("items=20", self.path, pageSize=100)
        self.assertEqual(len({one["name"] for one in plain.json()["entities"]}), 15)
        self.assertNotIn(b"\n", plain.body)
        self.assertIn(b"\n", self.page("pretty", self.path).body)
        self.assertGreater(len(self.page("itemsize=9000", self.path).body), 225000)
        tricks = self.page("tricks,items=20", self.path).json()["entities"]
        self.assertIn("\ud800", "".join(one["name"] for one in tricks))
        with self.assertRaises(UnicodeDecodeError):
            self.page("badutf8", self.path).json()
        self.assertNotIn("total", self.page("nototal", "/api/v2/users").json())
        counted = self.page("pagecount=1", "/api/v2/users").json()
        self.assertEqual((counted["pageCount"], "total" in counted, "nextUri" in counted), (1, False, True))


if __name__ == "__main__":
    unittest.main()
