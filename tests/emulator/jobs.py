"""Asynchronous exports: Genesys' analytics jobs; CXone's data extraction, its result elsewhere."""

from __future__ import annotations

import re
import secrets
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from context import Context
from items import CSV_HEAD, csv_row
from vendor import Vendor
from wire import Answer, as_json
from world import rfc3339

GENESYS_JOB = re.compile(
    r"/api/v2/analytics/conversations/(?:details|aggregates)/jobs(?:/(?P<id>[^/]+))?")
RESULTS = re.compile(GENESYS_JOB.pattern + r"/results")
CXONE_JOB = re.compile(r"/data-extraction/v1/jobs(?:/(?P<id>[^/]+))?")
READY = "ready"


@dataclass
class Job:
    """A job is done when it has been asked for `polls` times; `signature` opens its result."""

    polls: int
    end: str
    asked: int = 0
    submitted: float = field(default_factory=time.time)
    signature: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def done(self) -> bool:
        return self.asked >= self.polls


def submit(context: Context, end: str) -> str:
    """A new job of this namespace; its id."""
    identifier = str(uuid.uuid4())
    job = Job(int(context.number("polls", 3)), context.setting("jobstate") or end)
    with context.space.lock:
        context.space.jobs[identifier] = job
    return identifier


def poll(context: Context, identifier: str) -> Job | None:
    with context.space.lock:
        job = context.space.jobs.get(identifier)
        if job is not None:
            job.asked += 1
        return job


def genesys(context: Context) -> Answer | None:
    """Submit or ask; None where the request is about no job."""
    match = GENESYS_JOB.fullmatch(context.path)
    if match is None:
        return None
    if context.request.method == "POST" and match["id"] is None:
        return as_json(202, {"jobId": submit(context, "FULFILLED")})
    job = poll(context, match["id"]) if context.request.method == "GET" and match["id"] else None
    if job is None:
        return None
    status = {"state": job.end if job.done else "QUEUED" if job.asked == 1 else "PENDING",
              "submissionDate": rfc3339(job.submitted)}
    if job.done:
        status["completionDate"] = rfc3339(time.time())
        status["expirationDate"] = rfc3339(time.time() + 7 * 86400)
        if job.end != "FULFILLED":
            status["errorMessage"] = context.text(f"The job has ended as {job.end}.")
    return as_json(200, status)


def has_results(context: Context) -> bool:
    """Whether a page of results can be given: the job `ready` always has them."""
    match = RESULTS.fullmatch(context.path)
    if match is None or match["id"] == READY:
        return True
    job = context.space.jobs.get(match["id"])
    return job is not None and job.done and job.end == "FULFILLED"


def cxone(context: Context) -> Answer | None:
    match = CXONE_JOB.fullmatch(context.path)
    if match is None:
        return None
    if context.request.method == "POST" and match["id"] is None:
        if not context.object().get("entityName"):
            return as_json(400, {"message": "entityName is missing"})
        return as_json(202, submit(context, "SUCCEEDED"))
    job = poll(context, match["id"]) if context.request.method == "GET" and match["id"] else None
    if job is None:
        return None
    status: dict[str, object] = {"id": match["id"], "status": job.end if job.done else "RUNNING"}
    if job.done and job.end == "SUCCEEDED":
        status["result"] = {"url": result_url(context, match["id"], job)}
    elif job.done:
        status["result"] = {"errorMessage": context.text(f"The job has ended as {job.end}.")}
    return as_json(200, {"jobStatus": status})


def result_url(context: Context, identifier: str, job: Job) -> str:
    """A signed link on another origin, which opens the result without any credentials."""
    own = urlsplit(context.base)
    same = context.setting("resulturl") == "same"
    origin = f"{own.scheme}://{own.netloc}" if same else context.world.storage
    return (f"{origin}/ns/{context.space.name}/{context.words}/storage/extracts/"
            f"{identifier}.csv?X-Signature={job.signature}&X-Expires=30")


class Storage(Vendor):
    """Where results lie. Credentials beside the signature are an error, as in real stores."""

    name = "storage"

    def classify(self, context: Context) -> str:
        return "storage"

    def failure(self, context: Context, status: int, seconds: str = "1") -> Answer:
        code = {400: "InvalidArgument", 403: "AccessDenied", 404: "NoSuchKey"}.get(status, "Error")
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
        return Answer(status, body.encode(), [("Content-Type", "application/xml")])

    def respond(self, context: Context) -> Answer:
        if "authorization" in context.request.names:
            self.find_token(context, context.bearer())
            return self.failure(context, 400)
        match = re.fullmatch(r"/extracts/([^/]+)\.csv", context.path)
        job = context.space.jobs.get(match[1]) if match else None
        if job is None or context.request.method != "GET":
            return self.failure(context, 404)
        if context.request.parameters().get("X-Signature") != job.signature:
            return self.failure(context, 403)
        rows = (csv_row(number) for number in range(int(context.number("items", 1000))))
        return Answer(200, CSV_HEAD + b"".join(rows), [("Content-Type", "text/csv")])
