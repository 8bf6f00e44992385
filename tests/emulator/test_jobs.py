"""The emulator's asynchronous exports."""

from __future__ import annotations

import unittest

from harness import EmulatorCase, bearer

DETAILS = "/api/v2/analytics/conversations/details/jobs"
EXTRACTION = "/data-extraction/v1/jobs"
ENTITY = {"entityName": "qm-workflows", "version": "1", "startDate": "2026-01-01",
          "endDate": "2026-01-02"}


class GenesysJobs(EmulatorCase):
    def test_submit_ask_and_page(self) -> None:
        words, token = "items=25", self.token()
        submitted = self.post_json(self.url(words, DETAILS), {"interval": "a/b"}, token)
        self.assertEqual(submitted.status, 202)
        url = self.url(words, f"{DETAILS}/{submitted.json()['jobId']}")
        self.assertEqual(self.get(f"{url}/results", token).status, 404)
        self.assertEqual([self.get(url, token).json()["state"] for _ in range(4)],
                         ["QUEUED", "PENDING", "FULFILLED", "FULFILLED"])
        page = self.get(f"{url}/results?pageSize=20", token).json()
        self.assertEqual((len(page["conversations"]), "cursor" in page), (20, True))

    def test_job_that_fails(self) -> None:
        words, token = "polls=1,jobstate=FAILED", self.token()
        job = self.post_json(self.url(words, DETAILS), {}, token).json()["jobId"]
        url = self.url(words, f"{DETAILS}/{job}")
        self.assertIn("FAILED", self.get(url, token).json()["errorMessage"])
        self.assertEqual(self.get(f"{url}/results", token).status, 404)
        self.assertEqual(self.get(self.url(words, f"{DETAILS}/unknown"), token).status, 404)


class CxoneExtraction(EmulatorCase):
    vendor = "cxone"

    def test_result_lies_elsewhere_and_wants_no_token(self) -> None:
        words, token = "polls=2,items=3", self.token()
        job = self.post_json(self.url(words, EXTRACTION), ENTITY, token).json()
        url = self.url(words, f"{EXTRACTION}/{job}")
        self.assertEqual(self.get(url, token).json(),
                         {"jobStatus": {"id": job, "status": "RUNNING"}})
        status = self.get(url, token).json()["jobStatus"]
        link = status["result"]["url"]
        self.assertEqual(status["status"], "SUCCEEDED")
        self.assertTrue(link.startswith(self.env["EMU_STORAGE_URL"]))
        self.assertEqual(len(self.get(link).body.splitlines()), 4)
        self.assertEqual(self.get(link.split("?")[0]).status, 403)
        self.assertEqual(self.fetch("GET", link, bearer(token)).status, 400)
        leak = self.journal()[-1]
        self.assertEqual((leak["kind"], leak["presented_valid"]), ("storage", True))

    def test_extraction_that_fails(self) -> None:
        words, token = "polls=1,jobstate=EXPIRED", self.token()
        job = self.post_json(self.url(words, EXTRACTION), ENTITY, token).json()
        status = self.get(self.url(words, f"{EXTRACTION}/{job}"), token).json()["jobStatus"]
        self.assertEqual(status["status"], "EXPIRED")
        self.assertIn("EXPIRED", status["result"]["errorMessage"])
        self.assertEqual(self.post_json(self.url(words, EXTRACTION), {}, token).status, 400)


if __name__ == "__main__":
    unittest.main()
