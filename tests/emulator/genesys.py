"""Genesys Cloud as it answers: login by region or sub-domain, tokens/me, the platform API."""

from __future__ import annotations

import re
import uuid
from typing import Any

import jobs
import paging
from context import Context, Refused
from vendor import Vendor, oauth_error
from vendors import GENESYS, find
from wire import Answer, as_json
from world import Token, opaque_token

MESSAGES = {
    400: ("bad.request", "The request could not be understood by the server."),
    401: ("bad.credentials", "Invalid login credentials."),
    403: ("missing.any.permissions",
          "Unable to perform the requested action. You must have at least one of the following "
          "permissions assigned: [directory:user:view, directory:user:search]"),
    404: ("not.found", "The requested resource was not found."),
    405: ("method.not.allowed", "The method is not allowed for this resource."),
    413: ("request.entity.too.large", "The request is too large."),
    415: ("unsupported.media.type", "The content type of the request is not supported."),
    429: ("too.many.requests.retry.after",
          "Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds"),
    500: ("internal.server.error", "The server encountered an unexpected condition which prevented "
                                   "it from fulfilling the request."),
    502: ("bad.gateway", "The server received an invalid response from an upstream server."),
    503: ("service.unavailable", "Service Unavailable - The server is currently unavailable."),
    504: ("request.timeout", "The request timed out."),
}
QUEUE = ("GET", "PUT", "PATCH", "DELETE")
PERMISSIONS = {403: {"permissions": "[directory:user:view, directory:user:search]"}}


def error_body(context: Context, status: int, code: str, message: str,
               parameters: dict[str, Any] | None = None) -> Answer:
    """ErrorBody of the platform API; contextId is the correlation id."""
    message = context.text(message)
    return as_json(status, {
        "message": message, "code": code, "status": status, "messageParams": parameters or {},
        "contextId": context.correlation, "details": [], "errors": []})


class Genesys(Vendor):
    """By region: Basic credentials, taken raw, as every official SDK sends them."""

    name = "genesys"
    lifetime = 86400.0
    token_type = "bearer"
    lists = paging.GENESYS

    def classify(self, context: Context) -> str:
        if context.path == "/oauth/token":
            return "token"
        ends = context.path == "/api/v2/tokens/me" and context.request.method == "DELETE"
        return "revoke" if ends else "api"

    def headers(self, context: Context) -> list[tuple[str, str]]:
        return [("ININ-Correlation-Id", context.correlation)]

    def failure(self, context: Context, status: int, seconds: str = "1") -> Answer:
        """An ErrorBody; a 429 of the API always says how many seconds to wait."""
        if status == 204:
            return Answer(204)
        code, message = MESSAGES.get(status, (f"error.{status}", f"Error {status}."))
        answer = error_body(context, status, code, message.format(seconds=seconds),
                            PERMISSIONS.get(status))
        if status == 429 and context.kind != "token":
            answer.headers.append(("Retry-After", seconds))
        return answer

    def respond(self, context: Context) -> Answer:
        if context.path == "/oauth/token":
            return self.login(context)
        token = self.authorized(context)
        if not jobs.has_results(context):
            return self.failure(context, 404)
        return self.resource(context, token)

    def login(self, context: Context) -> Answer:
        if context.request.method != "POST":
            return self.failure(context, 405)
        form = context.form()
        client, secret = self.credentials(context, form)
        known = find(GENESYS, client)
        home = context.setting("region") or (known.home if known else None)
        if known is None or (home and context.domain and context.domain != home):
            return oauth_error(context, 400, "invalid_client", "client not found")
        if secret != known.secret:
            return oauth_error(context, 401, "invalid_client", "authentication failed")
        if form.get("grant_type") != "client_credentials":
            return oauth_error(context, 400, "unsupported_grant_type", "unsupported grant type")
        return self.grant(context, client, opaque_token())

    def credentials(self, context: Context, form: dict[str, str]) -> tuple[str, str]:
        basic = context.basic()
        if basic is None or "client_secret" in form:
            raise Refused(oauth_error(context, 400, "invalid_request",
                                      "client credentials must be sent by Basic alone"))
        return basic

    def authorized(self, context: Context) -> Token:
        """The token that was sent, if it is good here and now."""
        value = context.bearer()
        if value is None:
            raise Refused(error_body(
                context, 401, "authentication.required",
                "No authentication bearer token specified in authorization header."))
        token = self.find_token(context, value)
        if token is None or token.revoked:
            raise Refused(self.failure(context, 401))
        if token.expired:
            raise Refused(error_body(
                context, 401, "credentials.expired",
                "The supplied credentials are expired and cannot be used."))
        return token

    def other(self, context: Context, token: Token) -> Answer:
        if context.path == "/api/v2/tokens/me":
            return self.tokens_me(context, token)
        if context.path == "/api/v2/organizations/me":
            return as_json(200, {"id": "6b2b9b4c-0000-4000-8000-000000000001",
                                 "name": "Emulator", "domain": "emulator"})
        if context.path == "/api/v2/users/me":
            return error_body(context, 400, "bad.request",
                              "This request requires a user context. Client credentials cannot be "
                              "used for requests to this resource.")
        return jobs.genesys(context) or self.queue(context) or self.failure(context, 404)

    def queue(self, context: Context) -> Answer | None:
        """Make, read, change or delete a queue: what is sent comes back, nothing is kept."""
        match = re.fullmatch(r"/api/v2/routing/queues(?:/([^/]+))?", context.path)
        identifier = match[1] or str(uuid.uuid4()) if match else ""
        method = context.request.method
        if match is None or method not in (QUEUE if match[1] else ("POST",)):
            return None
        if method == "DELETE":
            return Answer(204)
        return as_json(200, {"name": "queue", **context.object(), "id": identifier})

    def tokens_me(self, context: Context, token: Token) -> Answer:
        if context.request.method == "DELETE":
            token.revoked = True
            return Answer(int(context.number("revoked", 200)))
        if context.request.method == "HEAD":
            return Answer(200)
        if context.request.method != "GET":
            return self.failure(context, 405)
        return as_json(200, {
            "organization": {"id": "6b2b9b4c-0000-4000-8000-000000000001", "name": "Emulator"},
            "authorizedScope": [], "OAuthClient": {"id": token.client, "name": "emulator"}})


class GenesysSubDomain(Genesys):
    """By sub-domain: id and secret stand in the form."""

    name = "genesys-sub"

    def credentials(self, context: Context, form: dict[str, str]) -> tuple[str, str]:
        if context.basic() is not None or "client_id" not in form or "client_secret" not in form:
            raise Refused(oauth_error(context, 400, "invalid_request",
                                      "client credentials must be sent in the form alone"))
        return form["client_id"], form["client_secret"]
