#include "oauth/oauth.h"

#include "base/log.h"
#include "flow.h"

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

static void answer(struct http_resp *resp, int status, const char *headers,
		   const char *body)
{
	*resp = HTTP_RESP_INIT;
	resp->status = status;
	buf_adds(&resp->headers, headers ? headers : "");
	buf_adds(&resp->body, body);
	resp->sent_boot_ms = 5000;
}

static enum oauth_verdict judge(const char *const *env, const struct http_resp *resp,
				struct token *ret, struct err *err)
{
	AUTO_WAY struct way w;
	enum oauth_verdict verdict;

	way_find(&w, env);
	verdict = oauth_token_answer(w.flow, &w.settings, resp, ret, err);
	return verdict;
}

/* Answers that are tokens, under all the names that vendors give the parts. */
static void test_tokens(void **state)
{
	static const struct {
		const char *body, *access, *refresh, *id;
		int64_t lifetime;
	} rows[] = {
		{ "{\"access_token\":\"abc\",\"token_type\":\"bearer\",\"expires_in\":86399}",
		  "abc", "", "", 86399 },
		{ "{\"access_token\":\"abc\",\"token_type\":\"BEARER\",\"expires_in\":60,"
		  "\"refresh_token\":\"r t\\u00e9\"}",
		  NULL, NULL, NULL, 0 },
		{ "{\"access_token\":\"abc\",\"expires_in\":60,\"refresh_token\":\"r%t\","
		  "\"id_token\":\"a.b.c\"}",
		  "abc", "r%t", "a.b.c", 60 },
		{ "{\"token\":\"abc\",\"refreshToken\":\"r\",\"tokenExpirationTimeSec\":3600,"
		  "\"refreshTokenExpirationTimeSec\":7200}",
		  "abc", "r", "", 3600 },
		{ "{\"accessToken\":\"abc\",\"idToken\":\"i\",\"expiresIn\":\"120\"}",
		  "abc", "", "i", 120 },
		{ "{\"access_token\":\"abc\",\"token_type\":\"\",\"expires_in\":1}",
		  "abc", "", "", 1 },
		{ "{\"access_token\":\"abc\",\"token_type\":null,\"refresh_token\":null,"
		  "\"expires_in\":1}",
		  "abc", "", "", 1 },
		{ "{\"access_token\":\"abc\",\"refresh_token\":\"\",\"expires_in\":1,"
		  "\"error\":\"\"}",
		  "abc", "", "", 1 },
		{ " \r\n{\"x\":[{\"access_token\":\"no\"}],\"access_token\":\"abc==\","
		  "\"expires_in\":1} ",
		  "abc==", "", "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;
		enum oauth_verdict verdict;

		answer(&resp, i % 2 ? 201 : 200, NULL, rows[i].body);
		verdict = judge(genesys, &resp, &t, &err);
		if (!rows[i].access) {
			same_number(rows[i].body, verdict, OAUTH_REFUSED);
			continue;
		}
		well(rows[i].body, verdict != OAUTH_OK, &err);
		same_text(rows[i].body, buf_str(&t.access), rows[i].access);
		same_text(rows[i].body, buf_str(&t.refresh), rows[i].refresh);
		same_text(rows[i].body, buf_str(&t.id), rows[i].id);
		same_number(rows[i].body, t.lifetime, rows[i].lifetime);
		same_number(rows[i].body, t.issued_boot_ms, 5000);
		assert_true(*t.boot_id);
	}
	redact_release(redact_list());
}

/* What an answer may say of the lifetime. -1: the row's own is taken. */
static void test_lifetimes(void **state)
{
	static const struct {
		const char *value;
		int64_t want;
	} rows[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "59.9", 59 },
		{ "3.6e3", 3600 },
		{ "-1", 0 },
		{ "-1e300", 0 },
		{ "\"3600\"", 3600 },
		{ "\"3600.5\"", 3600 },
		{ "\"-5\"", 0 },
		{ "315360000", TOKEN_LIFETIME_MAX },
		{ "315360001", TOKEN_LIFETIME_MAX },
		{ "9223372036854775807", TOKEN_LIFETIME_MAX },
		{ "1e999", TOKEN_LIFETIME_MAX },
		{ "\"1e999\"", TOKEN_LIFETIME_MAX },
		{ "null", -1 },
		{ "true", -1 },
		{ "\"\"", -1 },
		{ "\"soon\"", -1 },
		{ "\"60s\"", -1 },
		{ "\"nan\"", -1 },
		{ "\"NAN(1)\"", -1 },
		{ "[60]", -1 },
		{ "{\"s\":60}", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;
		char body[128];

		snprintf(body, sizeof(body),
			 "{\"access_token\":\"abc\",\"expires_in\":%s}", rows[i].value);
		answer(&resp, 200, NULL, body);
		well(body, judge(genesys, &resp, &t, &err) != OAUTH_OK, &err);
		same_number(body, t.lifetime, rows[i].want < 0 ? 86400 : rows[i].want);
	}
	redact_release(redact_list());
}

/* Without expires_in a JWT tells by its own claim, seen from the server's clock. */
static void test_lifetime_by_claim(void **state)
{
	/* {"exp":1700003600} */
	static const char body[] =
		"{\"access_token\":\"e30.eyJleHAiOjE3MDAwMDM2MDB9.x\"}";
	static const struct {
		bool has_date;
		int64_t date, want;
	} rows[] = {
		{ true, 1700000000, 3600 },
		{ true, 1700003599, 1 },
		{ true, 1700003600, 0 },
		{ true, 1800000000, 0 },
		{ true, 1000000000, TOKEN_LIFETIME_MAX },
		{ false, 0, 0 }, /* by our own clock, which is past it */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;

		answer(&resp, 200, NULL, body);
		resp.has_date = rows[i].has_date;
		resp.date_wall = rows[i].date;
		well("claim", judge(genesys, &resp, &t, &err) != OAUTH_OK, &err);
		same_number("claim", t.lifetime, rows[i].want);
	}
	redact_release(redact_list());
}

/* 2xx and yet no token: refused with what is wrong, and without the token itself. */
static void test_unusable(void **state)
{
	static const char *const rows[][2] = {
		{ "", "not valid JSON" },
		{ "<html><title>Sign in</title></html>", "not valid JSON" },
		{ "{\"access_token\":\"s3cr3t", "not valid JSON, or cut short" },
		{ "{\"access_token\":\"s3cr3t\"}}", "not valid JSON" },
		{ "{\"access_token\":\"s3cr3t\\u0000x\"}", "NUL" },
		{ "{\"access_token\":\"s3cr3t\xff\"}", "UTF-8" },
		{ "[]", "it is not a JSON object" },
		{ "[{\"access_token\":\"s3cr3t\"}]", "it is not a JSON object" },
		{ "\"s3cr3t\"", "it is not a JSON object" },
		{ "{}", "it has no access_token" },
		{ "{\"access_token\":\"\"}", "it has no access_token" },
		{ "{\"access_token\":null}", "it has no access_token" },
		{ "{\"access_token\":12345}", "it has no access_token" },
		{ "{\"access_token\":[\"s3cr3t\"]}", "it has no access_token" },
		{ "{\"Access_Token\":\"s3cr3t\"}", "it has no access_token" },
		{ "{\"access_token\":\"s3cr3t\",\"token_type\":\"mac\"}",
		  "its token_type is not Bearer" },
		{ "{\"access_token\":\"s3cr3t\",\"token_type\":\"DPoP\"}",
		  "its token_type is not Bearer" },
		{ "{\"access_token\":\"s3cr3t\",\"token_type\":\"bearer \"}",
		  "its token_type is not Bearer" },
		{ "{\"access_token\":\"s3cr3t\\nX: y\"}", "RFC 6750" },
		{ "{\"access_token\":\"s3cr3t x\"}", "RFC 6750" },
		{ "{\"access_token\":\"s3cr3t::x\"}", "RFC 6750" },
		{ "{\"access_token\":\"s3cr\xc3\xa9t\"}", "RFC 6750" },
		{ "{\"access_token\":\"abc\",\"refresh_token\":\"s3cr3t\\r\\n\"}",
		  "a token in it holds a space or control character" },
		{ "{\"access_token\":\"abc\",\"id_token\":\"s3cr3t \"}",
		  "a token in it holds a space or control character" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;

		answer(&resp, 200, NULL, rows[i][0]);
		same_number(rows[i][0], judge(genesys, &resp, &t, &err), OAUTH_REFUSED);
		same_number(rows[i][0], err.kind, ERR_REFUSED);
		has_text(rows[i][0], err.text, rows[i][1]);
		lacks_text(rows[i][0], err.text, "s3cr");
		assert_true(*err.hint);
		same_text(rows[i][0], buf_str(&t.access), "");
	}
	redact_release(redact_list());
}

static void test_too_long(void **state)
{
	AUTO_RESP struct http_resp resp;
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct err err = ERR_INIT;

	(void)state;
	answer(&resp, 200, NULL, "{\"access_token\":\"");
	for (int i = 0; i <= BUF_SECRET_MAX; i++)
		buf_addc(&resp.body, 'a');
	buf_adds(&resp.body, "\"}");
	assert_int_equal(judge(genesys, &resp, &t, &err), OAUTH_REFUSED);
	has_text("long", err.text, "longer than 64 KiB");
	redact_release(redact_list());
}

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
	  "check client-secret (from GENESYS_CLIENT_SECRET), and that it belongs to" },
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
	  "HTTP 403 unauthorized_client", "scopes and roles" },
	{ oauth2, 302, "location: https://evil.example/\n", "", -1, OAUTH_REFUSED,
	  "HTTP 302", "redirects are not followed with credentials" },
	{ oauth2, 404, NULL, "not found", -1, OAUTH_REFUSED, "HTTP 404", "the endpoint" },
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
	  "HTTP 400 a?b?[31m", "" },
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tokens),
	cmocka_unit_test(test_lifetimes),
	cmocka_unit_test(test_lifetime_by_claim),
	cmocka_unit_test(test_unusable),
	cmocka_unit_test(test_too_long),
	cmocka_unit_test(test_refusals),
	cmocka_unit_test(test_long_text),
};

TEST_MAIN(tests)
