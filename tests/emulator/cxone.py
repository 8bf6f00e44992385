"""NICE CXone as it answers: three logins, two discovery documents, JWTs, no revocation."""

from __future__ import annotations

import time

import jobs
import paging
from context import Context, Refused
from vendor import Vendor, decoded, matches, oauth_error
from vendors import ACCESS_KEY, CXONE, CXONE_API_HOST, CXONE_AREA, CXONE_TENANT, find
from wire import Answer, as_json
from world import Token, web_token

DISCOVERY = ("/.well-known/openid-configuration", "/.well-known/cxone-configuration")


class Cxone(Vendor):
    """All hosts in one; which is asked does not matter here, the path tells the flow."""

    name = "cxone"
    lists = paging.CXONE

    def __init__(self) -> None:
        self.logins = {
            "/oauth/token": self.client_credentials,
            "/auth/token": self.password,
            "/authentication/v1/token/access-key": self.access_key,
            "/public/user/refresh": self.access_key_refresh,
        }

    def classify(self, context: Context) -> str:
        if context.path in self.logins:
            return "token"
        return "discovery" if context.path in DISCOVERY else "api"

    def failure(self, context: Context, status: int, seconds: str = "1") -> Answer:
        """Outside the token endpoints the text may be in a header alone."""
        if status == 204:
            return Answer(204)
        if context.kind == "token":
            error = "server_error" if status >= 500 else "access_denied"
            return oauth_error(context, status, error, f"error {status}")
        return Answer(status, headers=[("icStatusDescription", one_line(context.text(f"Error {status}.")))])

    def respond(self, context: Context) -> Answer:
        login = self.logins.get(context.path)
        if login:
            if context.request.method != "POST":
                return self.failure(context, 405)
            return login(context)
        if context.path in DISCOVERY:
            return self.discover(context)
        return self.resource(context, self.authorized(context))

    # Logins

    def client_credentials(self, context: Context) -> Answer:
        form = context.form()
        client = form.get("client_id", "")
        if context.basic() or not matches(find(CXONE, client), form.get("client_secret", "")):
            return oauth_error(context, 401, "invalid_client", "Client authentication failed.")
        if form.get("grant_type") != "client_credentials":
            return oauth_error(context, 400, "unsupported_grant_type", "Unsupported grant type.")
        return self.grant(context, client, self.jwt(context, client))

    def password(self, context: Context) -> Answer:
        """Basic is taken raw or percent-encoded: public clients of this endpoint do either."""
        form = context.form()
        sent = context.basic()
        client = next((user for user, secret in ((sent, decoded(sent)) if sent else ())
                       if matches(find(CXONE, user), secret)), None)
        if client is None:
            return oauth_error(context, 401, "invalid_client", "Client authentication failed.")
        if form.get("grant_type") == "refresh_token":
            return self.refresh(context, client, form.get("refresh_token", ""))
        if form.get("grant_type") != "password":
            return oauth_error(context, 400, "unsupported_grant_type", "Unsupported grant type.")
        if not matches(find(ACCESS_KEY, form.get("username", "")), form.get("password", "")):
            return oauth_error(context, 400, "invalid_grant", "Invalid access key.")
        return self.user_grant(context, client)

    def refresh(self, context: Context, client: str, value: str) -> Answer:
        denied = context.setting("refreshdenied") is not None
        if denied or context.space.take_refresh_token(value) != client:
            return oauth_error(context, 400, "invalid_grant", "The refresh token is not valid.")
        return self.user_grant(context, client)

    def access_key(self, context: Context) -> Answer:
        body = context.object()
        key = str(body.get("accessKeyId"))
        if not matches(find(ACCESS_KEY, key), str(body.get("accessKeySecret"))):
            return oauth_error(context, 401, "invalid_grant", "Invalid access key.")
        return self.user_grant(context, key)

    def access_key_refresh(self, context: Context) -> Answer:
        """The names of this answer differ from those of the login."""
        client = context.space.take_refresh_token(str(context.object().get("token")))
        if client is None or context.setting("refreshdenied") is not None:
            return oauth_error(context, 401, "invalid_grant", "The refresh token is not valid.")
        token = context.space.mint(self.jwt(context, client), client, self.name,
                                   self.life(context), None)
        answer = as_json(200, {
            "token": token.value, "refreshToken": context.space.new_refresh_token(client),
            "tokenExpirationTimeSec": int(token.lifetime), "refreshTokenExpirationTimeSec": 7200})
        answer.issued = token.fingerprint
        return answer

    def user_grant(self, context: Context, client: str) -> Answer:
        return self.grant(context, client, self.jwt(context, client),
                          more={"id_token": self.jwt(context, client)})

    def wants_refresh(self, context: Context) -> bool:
        if context.path == "/oauth/token":
            return context.setting("refresh") is not None
        return context.setting("norefresh") is None

    def jwt(self, context: Context, client: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer(context), "sub": "user:11eb5f3c-0000-4000-8000-000000000007",
                  "aud": client, "iat": now, "exp": now + int(self.life(context)),
                  "tenantId": CXONE_TENANT, "icBUId": 4599999, "icClusterId": "C32",
                  "name": "Émulateur ☎"}
        if context.setting("notenant") is not None:
            del claims["tenantId"]
        return web_token(claims)

    # Discovery

    def issuer(self, context: Context) -> str:
        return context.setting("issuer") or context.base

    def discover(self, context: Context) -> Answer:
        if context.request.method != "GET":
            return self.failure(context, 405)
        if context.path.endswith("openid-configuration"):
            issuer = self.issuer(context)
            return as_json(200, {
                "issuer": issuer, "authorization_endpoint": f"{context.base}/auth/authorize",
                "token_endpoint": context.setting("tokenurl") or f"{context.base}/auth/token",
                "end_session_endpoint": f"{context.base}/auth/authorize/logout",
                "jwks_uri": f"{context.base}/auth/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"]})
        if context.request.parameters().get("tenantId") != CXONE_TENANT:
            return Answer(404, headers=[("icStatusDescription", "Tenant not found.")])
        by_name = context.domain is not None
        return as_json(200, {
            "private": False, "tenantId": CXONE_TENANT, "area": CXONE_AREA, "cluster": "c32",
            "domain": "niceincontact.com", "acdDomain": "nice-incontact.com",
            "uhDomain": "nice-incontact.com", "globaldomain": "niceincontact.com",
            "ui_endpoint": context.base, "auth_endpoint": context.base,
            "api_endpoint": context.setting("apiurl") or
            (f"https://{CXONE_API_HOST}" if by_name else context.base)})

    # API

    def other(self, context: Context, token: Token) -> Answer:
        return jobs.cxone(context) or self.failure(context, 404)

    def authorized(self, context: Context) -> Token:
        token = self.find_token(context, context.bearer())
        if token is None or not token.valid:
            text = one_line(context.text("Invalid or expired access token."))
            raise Refused(Answer(401, headers=[("icStatusDescription", text),
                                               ("WWW-Authenticate", "Bearer")]))
        return token


def one_line(text: str) -> str:
    """A text that can stand in a header: other control characters stay."""
    return text.replace("\r", " ").replace("\n", " ").replace("\0", " ")[:1000]
