#include "oauth/oauth.h"

#include "base/log.h"
#include "answered.h"

#define ID     "CC_CLIENT_ID=the-client"
#define SECRET "CC_CLIENT_SECRET=the-secret-value"

static const char *const genesys[] = { "GENESYS_CLIENT_ID=the-client",
				       "GENESYS_CLIENT_SECRET=the-secret-value", NULL };
static const char *const sub_domain[] = { "GENESYS_CLIENT_ID=the-client",
					  "GENESYS_CLIENT_SECRET=the-secret-value",
					  "GENESYS_SUB_DOMAIN=acme", NULL };
static const char *const cxone[] = { "CXONE_ACCESS_KEY_ID=key-id",
				     "CXONE_ACCESS_KEY_SECRET=key-secret-value",
				     "CXONE_REGION=na1", NULL };
static const char *const oauth2[] = { "CC_PROVIDER=oauth2", ID, SECRET,
				      "CC_TOKEN_URL=https://x.example/t", NULL };

static const char *const by_body[] = { "CC_PROVIDER=oauth2",
				       ID,
				       SECRET,
				       "CC_CLIENT_AUTH=body",
				       "CC_TOKEN_URL=https://x.example/t",
				       NULL };
/* What a copy brought along. */
static const char *const pasted[] = { "CC_PROVIDER=oauth2", ID, SECRET "\u00a0",
				      "CC_TOKEN_URL=https://x.example/t", NULL };
static const char *const genesys_pasted[] = { "GENESYS_CLIENT_ID=the-client",
					      "GENESYS_CLIENT_SECRET='the-secret-value'",
					      NULL };
static const char *const genesys_pasted_id[] = { "GENESYS_CLIENT_ID=the\u200b-client",
						 "GENESYS_CLIENT_SECRET=the-secret-value",
						 NULL };

#define NOT_FOUND                                                             \
	"{\"error\":\"invalid_client\",\"description\":\"client not found\"," \
	"\"error_description\":\"client not found\"}"
#define LIMIT "{\"error\":\"invalid_request\",\"description\":\"rate limit exceeded; x\"}"

/* docs/vendors.md, and RFC 6749 section 5.2. */
static const struct refusal {
	const char *const *env;
	int status;
	const char *headers, *body;
	int64_t after_ms;
	enum oauth_verdict want;
	const char *text, *hint;
} refusals[] = {
	{ genesys, 400, NULL, NOT_FOUND, -1, OAUTH_REFUSED,
	  "HTTP 400 invalid_client (client not found)",
	  "client-id (from GENESYS_CLIENT_ID) and region (us-east-1, the default)" },
	{ sub_domain, 400, NULL, NOT_FOUND, -1, OAUTH_REFUSED,
	  "HTTP 400 invalid_client (client not found)",
	  "client-id (from GENESYS_CLIENT_ID) and sub-domain (from GENESYS_SUB_DOMAIN)" },
	{ oauth2, 400, NULL, NOT_FOUND, -1, OAUTH_REFUSED,
	  "HTTP 400 invalid_client (client not found)", "and the endpoint" },
	{ genesys, 401, "inin-correlation-id: 11-22\n",
	  "{\"error\":\"invalid_client\",\"error_description\":\"authentication failed\"}",
	  -1, OAUTH_REFUSED,
	  "HTTP 401 invalid_client (authentication failed) [correlation id 11-22]",
	  "check client-secret (from GENESYS_CLIENT_SECRET), and that it belongs to "
	  "client-id (from GENESYS_CLIENT_ID) and to region (us-east-1, the default)" },
	{ genesys, 400, NULL, LIMIT, -1, OAUTH_RETRY,
	  "HTTP 400 invalid_request (rate limit exceeded; x)", "limits requests" },
	{ oauth2, 400, NULL, LIMIT, -1, OAUTH_REFUSED, "HTTP 400 invalid_request", "" },
	{ genesys, 400, NULL, "{\"error\":\"invalid_request\"}", -1, OAUTH_REFUSED,
	  "HTTP 400 invalid_request", "" },
	{ genesys, 429, NULL, "", -1, OAUTH_RETRY, "HTTP 429", "limits requests" },
	{ genesys, 429, NULL, "{}", 90000, OAUTH_RETRY, "HTTP 429",
	  "asks to wait 90 s; raise retry-for" },
	{ genesys, 503, NULL, "{\"code\":\"service.unavailable\",\"message\":\"Down\"}",
	  -1, OAUTH_RETRY, "HTTP 503 service.unavailable (Down)", "trouble; try again" },
	{ oauth2, 500, NULL, "<html>oops</html>", -1, OAUTH_RETRY, "HTTP 500",
	  "trouble" },
	{ oauth2, 501, NULL, "", -1, OAUTH_RETRY, "HTTP 501", "trouble" },
	{ oauth2, 599, NULL, "", -1, OAUTH_RETRY, "HTTP 599", "trouble" },
	{ oauth2, 403, NULL, "{\"error\":\"unauthorized_client\"}", -1, OAUTH_REFUSED,
	  "HTTP 403 unauthorized_client", "the grant client_credentials" },
	{ oauth2, 400, NULL, "{\"error\":\"unsupported_grant_type\"}", -1, OAUTH_REFUSED,
	  "HTTP 400 unsupported_grant_type",
	  "the grant client_credentials there: check token-url (from CC_TOKEN_URL)" },
	{ oauth2, 403, NULL, "", -1, OAUTH_REFUSED, "HTTP 403", "scopes and roles" },
	{ genesys, 403, NULL, "", -1, OAUTH_REFUSED, "HTTP 403",
	  "can take 15 minutes to apply" },
	{ oauth2, 302, "location: https://evil.example/\n", "", -1, OAUTH_REFUSED,
	  "HTTP 302 to https://evil.example/",
	  "redirects are not followed with credentials; give the final address by "
	  "token-url (from CC_TOKEN_URL)" },
	{ oauth2, 404, NULL, "not found", -1, OAUTH_REFUSED, "HTTP 404 (not found)",
	  "check the URL first, token-url (from CC_TOKEN_URL)" },
	{ genesys, 404, NULL, "<html><title>404 Not Found</title></html>", -1,
	  OAUTH_REFUSED, "HTTP 404 (Not Found)",
	  "check the URL first, token-url (not set)" },
	{ oauth2, 405, NULL, "{\"error\":\"HTTP 405 Method Not Allowed\"}", -1,
	  OAUTH_REFUSED, "HTTP 405 Method Not Allowed", "check the URL first" },
	{ oauth2, 401, NULL, "{\"error\":\"invalid_client\"}", -1, OAUTH_REFUSED,
	  "HTTP 401 invalid_client",
	  "check client-secret (from CC_CLIENT_SECRET), and that it belongs to client-id "
	  "(from CC_CLIENT_ID); if both are right, set client-auth (not set) to body" },
	{ by_body, 401, NULL, "{\"error\":\"invalid_client\"}", -1, OAUTH_REFUSED,
	  "HTTP 401 invalid_client", "client-auth (from CC_CLIENT_AUTH) to basic" },
	{ oauth2, 400, NULL,
	  "{\"error\":\"invalid_request\",\"error_description\":\"Missing client_id\"}",
	  -1, OAUTH_REFUSED, "Missing client_id", "set client-auth (not set) to body" },
	{ oauth2, 400, NULL,
	  "{\"error\":\"invalid_request\",\"error_description\":\"'scope' is required\"}",
	  -1, OAUTH_REFUSED, "'scope' is required", "set scope (not set)" },
	{ oauth2, 403, NULL,
	  "{\"error\":\"access_denied\",\"error_description\":\"Unknown Audience\"}", -1,
	  OAUTH_REFUSED, "Unknown Audience", "set audience (not set)" },
	{ oauth2, 400, NULL, "{\"error\":\"invalid_target\"}", -1, OAUTH_REFUSED,
	  "invalid_target", "check audience (not set)" },
	{ oauth2, 401, NULL,
	  "{\"error\":\"invalid_client\",\"error_description\":\"The secret has expired\"}",
	  -1, OAUTH_REFUSED, "expired", "make a new secret" },
	{ oauth2, 403, NULL, "<html><title>Request blocked</title></html>", -1,
	  OAUTH_REFUSED, "HTTP 403 (Request blocked)", "something in front" },
	{ oauth2, 200, NULL, "<html><title>Sign in</title></html>", -1, OAUTH_REFUSED,
	  "a web page (Sign in)", "something in front" },
	{ oauth2, 400, NULL,
	  "<html><title>400 No required SSL certificate was sent</title></html>", -1,
	  OAUTH_REFUSED, "HTTP 400 (No required SSL certificate was sent)",
	  "wants a client certificate" },
	{ oauth2, 400, NULL, "{\"error\":\"temporarily_unavailable\"}", -1, OAUTH_RETRY,
	  "HTTP 400 temporarily_unavailable", "trouble" },
	{ oauth2, 200, NULL, "{\"error\":\"slow_down\"}", -1, OAUTH_RETRY,
	  "HTTP 200 slow_down", "trouble" },
	{ oauth2, 200, NULL, "error=invalid_client&error_description=No+such+client", -1,
	  OAUTH_REFUSED, "HTTP 200 invalid_client (No such client)", "check client-id" },
	{ pasted, 401, NULL, "{\"error\":\"invalid_client\"}", -1, OAUTH_REFUSED,
	  "HTTP 401",
	  "client-secret (from CC_CLIENT_SECRET) ends with a no-break space (U+00A0)" },
	{ genesys_pasted, 401, NULL, "{\"error\":\"invalid_client\"}", -1, OAUTH_REFUSED,
	  "HTTP 401", "client-secret (from GENESYS_CLIENT_SECRET) begins with a quote" },
	{ genesys_pasted_id, 400, NULL, NOT_FOUND, -1, OAUTH_REFUSED, "HTTP 400",
	  "client-id (from GENESYS_CLIENT_ID) holds a zero-width character (U+200B)" },
	{ oauth2, 418, NULL, "", -1, OAUTH_REFUSED, "HTTP 418", "the endpoint" },
	{ oauth2, 200, NULL, "{\"error\":\"invalid_scope\",\"error_description\":\"no\"}",
	  -1, OAUTH_REFUSED, "HTTP 200 invalid_scope (no)",
	  "check scope (not set), and which scopes" },
	{ cxone, 401, "icstatusdescription: Client not authorized for user\n", "", -1,
	  OAUTH_REFUSED, "HTTP 401, Client not authorized for user",
	  "check access-key-secret (from CXONE_ACCESS_KEY_SECRET)" },
	{ cxone, 400, "x-request-id: r-1\n",
	  "{\"errorCode\":\"E1\",\"errorDescription\":\"bad\"}", -1, OAUTH_REFUSED,
	  "HTTP 400 E1 (bad) [correlation id r-1]", "" },
	/* odd types, control characters, our own secret sent back */
	{ oauth2, 400, NULL, "{\"error\":{\"code\":1},\"message\":[]}", -1, OAUTH_REFUSED,
	  "HTTP 400", "" },
	{ oauth2, 400, NULL, "[1,2]", -1, OAUTH_REFUSED, "HTTP 400", "" },
	{ oauth2, 400, NULL, "{\"error\":\"a\\nb\\u001b[31m\"}", -1, OAUTH_REFUSED,
	  "HTTP 400 a b?[31m", "" },
	{ oauth2, 400,
	  "x-correlation-id: a\x1b"
	  "b\n",
	  "", -1, OAUTH_REFUSED, "[correlation id a?b]", "" },
	{ oauth2, 400, NULL,
	  "{\"error_description\":\"bad secret the-secret-value (dGhlLXNlY3JldC12YWx1ZQ==)"
	  "\"}",
	  -1, OAUTH_REFUSED, "HTTP 400 (bad secret *** (***))", "" },
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		answer(&resp, r->status, r->headers, r->body);
		resp.after_ms = r->after_ms;
		same_number(row, judge(r->env, &resp, &t, &err), r->want);
		same_number(row, err.kind,
			    r->want == OAUTH_RETRY ? ERR_TRANSIENT : ERR_REFUSED);
		has_text(row, err.text, r->text);
		has_text(row, err.hint, r->hint);
		lacks_text(row, err.text, "secret-value");
		assert_true(*err.hint);
		redact_release(redact_list());
	}
}

/* Server text is cut, and cannot push the correlation id out. */
static void test_long_text(void **state)
{
	AUTO_RESP struct http_resp resp;
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct err err = ERR_INIT;

	(void)state;
	answer(&resp, 400, "inin-correlation-id: the-id\n", "{\"error\":\"");
	for (int i = 0; i < 5000; i++)
		buf_adds(&resp.body, "\xc3\xa9");
	buf_adds(&resp.body, "\",\"message\":\"");
	for (int i = 0; i < 5000; i++)
		buf_addc(&resp.body, 'm');
	buf_adds(&resp.body, "\"}");
	assert_int_equal(judge(oauth2, &resp, &t, &err), OAUTH_REFUSED);
	has_text("long", err.text, "... (mmm");
	has_text("long", err.text, "...) [correlation id the-id]");
	assert_true(strlen(err.text) < 800);
	redact_release(redact_list());
}

/* The other requests: what was said of them, by whom. */
static void test_asked(void **state)
{
	static const struct {
		const char *const *env;
		unsigned int ask;
		int status;
		const char *headers, *body, *hint;
	} rows[] = {
		{ genesys, ASK_API, 403, NULL,
		  "{\"code\":\"missing.any.permissions\",\"messageParams\":"
		  "{\"permissions\":\"[a:b, c:d]\"}}",
		  "give the client's role one of: a:b, c:d; changes" },
		{ genesys, ASK_API, 403, NULL,
		  "{\"code\":\"missing.permissions\",\"message\":\"You are missing the "
		  "following permission(s): a:b.\"}",
		  "give the client's role a:b; changes" },
		{ genesys, ASK_API, 403, NULL, "{}", "give the client a role" },
		{ oauth2, ASK_API, 403, NULL, "{}", "the scopes and rights for this" },
		{ oauth2, ASK_API, 403,
		  "www-authenticate: Bearer error=\"insufficient_scope\", scope=\"a:b\"\n",
		  "", "ask for the scope a:b, by scope (not set)" },
		{ genesys, ASK_API, 403,
		  "www-authenticate: Bearer error=\"insufficient_scope\"\n", "",
		  "give the client a role" },
		{ cxone, ASK_API, 403, NULL, "{\"error\":\"insufficient_scope\"}",
		  "ask for the scope that this needs" },
		{ oauth2, ASK_API, 401, NULL, "{}", "the client may use this API" },
		{ oauth2, ASK_API, 404, NULL, "<html><title>Nginx</title></html>",
		  "check the path first, and api-url" },
		{ oauth2, ASK_API, 404, NULL, "{\"code\":\"not.found\"}", "" },
		{ oauth2, ASK_API, 405, NULL, "", "the method and the path first" },
		{ oauth2, ASK_API, 302, "location: https://l.example/\n", "",
		  "redirects are not followed" },
		{ oauth2, ASK_API, 429, NULL, "", "the server limits requests" },
		{ oauth2, ASK_API, 403, "retry-after: 3\n", "{}", "the server limits" },
		{ oauth2, ASK_API, 495, NULL,
		  "<html><title>400 The SSL certificate error</title></html>",
		  "wants a client certificate" },
		{ oauth2, ASK_REVOCATION, 401, NULL, "{\"error\":\"invalid_client\"}",
		  "check client-secret (from CC_CLIENT_SECRET) and client-auth" },
		{ oauth2, ASK_REVOCATION, 404, NULL, "",
		  "check the URL first, revoke-url" },
		{ oauth2, ASK_METADATA, 404, NULL, "", "check issuer (not set)" },
		{ oauth2, ASK_METADATA, 302, NULL, "",
		  "give the final address by issuer" },
		{ cxone, ASK_METADATA, 404, NULL, "",
		  "check issuer (not set) and tenant-id" },
		{ oauth2, 0, 403, NULL, "{}", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		way_find(&w, rows[i].env);
		answer(&resp, rows[i].status, rows[i].headers, rows[i].body);
		resp.after_ms =
			rows[i].headers && strstr(rows[i].headers, "retry") ? 0 : -1;
		hint_set(&(const struct asked){ rows[i].ask, w.flow, &w.endpoints,
						&w.settings },
			 &resp, ERR_API, &err);
		same_number(row, err.kind, ERR_API);
		if (*rows[i].hint)
			has_text(row, err.hint, rows[i].hint);
		else
			same_text(row, err.hint, "");
	}
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_asked),
	cmocka_unit_test(test_refusals),
	cmocka_unit_test(test_long_text),
};

TEST_MAIN(tests)
