"""A plain authorization server: RFC 6749, 7009 (revocation), 7662 (introspection), 8414."""

from __future__ import annotations

from context import Context, Refused
from vendor import Vendor, decoded, matches, oauth_error
from vendors import OAUTH2, find
from wire import Answer, as_json
from world import opaque_token

KINDS = {"/token": "token", "/revoke": "revoke", "/introspect": "introspect"}
METHODS = ["client_secret_basic", "client_secret_post"]


class Oauth2(Vendor):
    """An issuer whose identifier has a path, so that the two rules of discovery differ."""

    name = "oauth2"

    def classify(self, context: Context) -> str:
        if context.path.startswith("/.well-known/"):
            return "discovery"
        return KINDS.get(context.path, "api")

    def failure(self, context: Context, status: int, seconds: str = "1") -> Answer:
        if status == 204:
            return Answer(204)
        error = "temporarily_unavailable" if status in (429, 503) else "server_error"
        return oauth_error(context, status, error if status >= 429 else "access_denied",
                           f"error {status}")

    def respond(self, context: Context) -> Answer:
        if context.kind == "discovery":
            return self.discover(context)
        if context.kind == "api":
            return self.api(context)
        if context.kind == "revoke" and context.setting("norevoke") is not None:
            return self.failure(context, 404)
        if context.request.method != "POST":
            return self.failure(context, 405)
        form = context.form()
        client = self.authenticate(context, form)
        return {"token": self.token, "revoke": self.revoke,
                "introspect": self.introspect}[context.kind](context, form, client)

    def authenticate(self, context: Context, form: dict[str, str]) -> str:
        """By Basic, form-encoded as section 2.3.1 says, or in the body, never by both."""
        basic = context.basic()
        only = context.setting("authmethod")
        method = "client_secret_post" if basic is None else "client_secret_basic"
        if basic and "client_secret" in form:
            raise Refused(oauth_error(context, 400, "invalid_request",
                                      "more than one client authentication method"))
        client, secret = (decoded(basic) if basic
                          else (form.get("client_id", ""), form.get("client_secret", "")))
        if only not in (None, method) or not matches(find(OAUTH2, client), secret):
            answer = oauth_error(context, 401, "invalid_client", "client authentication failed")
            answer.headers.append(("WWW-Authenticate", 'Basic realm="emulator"'))
            raise Refused(answer)
        return client

    def token(self, context: Context, form: dict[str, str], client: str) -> Answer:
        if form.get("grant_type") == "refresh_token":
            value = form.get("refresh_token", "")
            denied = context.setting("refreshdenied") is not None
            if denied or context.space.take_refresh_token(value) != client:
                return oauth_error(context, 400, "invalid_grant", "unknown refresh token")
        elif form.get("grant_type") != "client_credentials":
            return oauth_error(context, 400, "unsupported_grant_type", "unsupported grant type")
        scope = form.get("scope")
        return self.grant(context, client, opaque_token(), scope, {"scope": scope} if scope else {})

    def revoke(self, context: Context, form: dict[str, str], client: str) -> Answer:
        """An unknown token is no error (RFC 7009, section 2.2)."""
        value = form.get("token")
        if not value:
            return oauth_error(context, 400, "invalid_request", "no token")
        token = self.find_token(context, value)
        if token is not None and token.client == client:
            token.revoked = True
        elif context.space.refresh_tokens.get(value) == client:
            context.space.take_refresh_token(value)
        return Answer(int(context.number("revoked", 200)))

    def introspect(self, context: Context, form: dict[str, str], client: str) -> Answer:
        token = self.find_token(context, form.get("token"))
        if token is None or not token.valid:
            return as_json(200, {"active": False})
        return as_json(200, {"active": True, "client_id": token.client, "scope": token.scope or "",
                             "token_type": self.token_type, "iat": int(token.issued),
                             "exp": int(token.issued + token.lifetime)})

    def discover(self, context: Context) -> Answer:
        served = context.setting("metadata") or "both"
        document = context.path.removeprefix("/.well-known/")
        name = {"oauth-authorization-server": "oauth", "openid-configuration": "oidc"}.get(document)
        if name is None or served not in (name, "both") or context.request.method != "GET":
            return self.failure(context, 404)
        only = context.setting("authmethod")
        metadata = {
            "issuer": context.setting("issuer") or context.base,
            "token_endpoint": context.setting("tokenurl") or f"{context.base}/token",
            "introspection_endpoint": f"{context.base}/introspect",
            "token_endpoint_auth_methods_supported": [only] if only else METHODS,
            "grant_types_supported": ["client_credentials", "refresh_token"]}
        if context.setting("norevoke") is None:
            metadata["revocation_endpoint"] = (context.setting("revokeurl")
                                               or f"{context.base}/revoke")
        return as_json(200, metadata)

    def api(self, context: Context) -> Answer:
        """Any other path is a protected resource."""
        token = self.find_token(context, context.bearer())
        if token is None or not token.valid:
            answer = as_json(401, {"error": "invalid_token"})
            answer.headers.append(("WWW-Authenticate", 'Bearer error="invalid_token"'))
            return answer
        return as_json(200, {"ok": True, "client": token.client, "path": context.path})
