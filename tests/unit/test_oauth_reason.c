#include "oauth/reason.h"

#include "base/log.h"
#include "test.h"

/* What servers answer with, and what people read of it. Bodies are made up. */
static const struct {
	int status;
	const char *headers, *body, *want;
	bool page;
} rows[] = {
	/* RFC 6749 section 5.2, and its spellings */
	{ 400, NULL, "{\"error\":\"invalid_grant\",\"error_description\":\"Gone\"}",
	  "HTTP 400 invalid_grant (Gone)", false },
	{ 400, NULL, "{\"Error\":\"invalid_grant\",\"Error-Description\":\"Gone\"}",
	  "HTTP 400 invalid_grant (Gone)", false },
	{ 401, NULL, "{\"errorCode\":\"E1\",\"errorMessage\":\"No\"}", "HTTP 401 E1 (No)",
	  false },
	{ 401, NULL, "{\"reason\":\"No such client\",\"error\":\"invalid_client\"}",
	  "HTTP 401 invalid_client (No such client)", false },
	{ 401, NULL,
	  "{\"ErrorCode\":\"invalid_client\",\"Error\":\"ClientId is Invalid\"}",
	  "HTTP 401 invalid_client (ClientId is Invalid)", false },
	{ 401, NULL, "{\"error\":\"Invalid token here\",\"code\":401}",
	  "HTTP 401 (Invalid token here)", false },
	{ 404, NULL, "{\"status\":404,\"error\":\"Not Found\",\"path\":\"/x\"}",
	  "HTTP 404 Not Found", false },
	/* nested */
	{ 401, NULL,
	  "{\"error\":{\"code\":401,\"message\":\"Bad key\",\"status\":\"UNAUTHENTICATED\"}}",
	  "HTTP 401 UNAUTHENTICATED (Bad key)", false },
	{ 400, NULL,
	  "{\"error\":{\"message\":\"Bad app\",\"type\":\"OAuthException\",\"code\":101}}",
	  "HTTP 400 OAuthException (Bad app)", false },
	{ 400, NULL,
	  "{\"error\":{\"code\":\"-1\",\"message\":{\"lang\":\"en\",\"value\":\"Nope\"}}}",
	  "HTTP 400 -1 (Nope)", false },
	{ 401, NULL,
	  "{\"fault\":{\"faultstring\":\"Invalid Access Token\",\"detail\":"
	  "{\"errorcode\":\"keymanagement.invalid\"}}}",
	  "HTTP 401 keymanagement.invalid (Invalid Access Token)", false },
	{ 401, NULL, "{\"fault\":{\"code\":900901,\"message\":\"Invalid Credentials\"}}",
	  "HTTP 401 900901 (Invalid Credentials)", false },
	{ 400, NULL, "{\"response\":{\"error\":{\"message\":\"Deep\"}}}",
	  "HTTP 400 (Deep)", false },
	/* lists */
	{ 403, NULL, "{\"errors\":[{\"code\":32,\"message\":\"No auth\"},{\"code\":33}]}",
	  "HTTP 403 32 (No auth)", false },
	{ 422, NULL, "{\"errors\":[\"Name is taken\",\"Other\"]}",
	  "HTTP 422 (Name is taken)", false },
	{ 422, NULL, "{\"errors\":{\"scope\":[\"is unknown\"]}}",
	  "HTTP 422 (scope: is unknown)", false },
	{ 400, NULL, "[{\"errorCode\":\"INVALID_SESSION\",\"message\":\"Expired\"}]",
	  "HTTP 400 INVALID_SESSION (Expired)", false },
	{ 400, NULL, "[\"Only this\"]", "HTTP 400 (Only this)", false },
	{ 400, NULL, "{\"message\":[\"a must be b\",\"c\"],\"error\":\"Bad Request\"}",
	  "HTTP 400 Bad Request (a must be b)", false },
	{ 400, NULL, "{\"error\":\"x\",\"details\":[{\"reason\":\"In the list\"}]}",
	  "HTTP 400 x (In the list)", false },
	/* RFC 9457, Okta, AWS, a bare string */
	{ 403, NULL,
	  "{\"type\":\"https://p.example/x\",\"title\":\"Forbidden\",\"status\":403,"
	  "\"detail\":\"Not yours\"}",
	  "HTTP 403 (Not yours)", false },
	{ 401, NULL, "{\"errorCode\":\"E11\",\"errorSummary\":\"Bad token\"}",
	  "HTTP 401 E11 (Bad token)", false },
	{ 400, NULL, "{\"__type\":\"x#Unrecognized\",\"Message\":\"Bad\"}",
	  "HTTP 400 x#Unrecognized (Bad)", false },
	{ 401, NULL, "\"Unauthorized here\"", "HTTP 401 (Unauthorized here)", false },
	{ 401, NULL, "{\"code\":20003,\"message\":\"Authenticate\",\"status\":401}",
	  "HTTP 401 20003 (Authenticate)", false },
	/* no known part: how it begins, but never what may be a token */
	{ 400, NULL, "{\"foo\":\"bar\"}", "HTTP 400 ({\"foo\":\"bar\"})", false },
	{ 400, NULL, "{\"access_token\":\"abcdefgh\"}", "HTTP 400", false },
	{ 400, NULL, "access_token=abcdefgh", "HTTP 400", false },
	{ 400, NULL, "<r><access_token>abcdefgh</access_token></r>", "HTTP 400", false },
	{ 400, NULL, "eyJhbGciOiJub25lIn0.e30.x", "HTTP 400", false },
	{ 400, NULL, "\x1f\x8b\x08 binary", "HTTP 400", false },
	{ 400, NULL, "{}", "HTTP 400", false },
	{ 400, NULL, " \r\n", "HTTP 400", false },
	{ 400, NULL, "null", "HTTP 400 (null)", false },
	/* form, plain text, with line ends */
	{ 400, NULL, "error=invalid_client&error_description=Bad+client%21",
	  "HTTP 400 invalid_client (Bad client!)", false },
	{ 500, NULL, "something\r\n\r\n  broke\there\n",
	  "HTTP 500 (something broke here)", false },
	{ 400, NULL, "{\"error\":\"x\",\"error_description\":\"one\\r\\ntwo\"}",
	  "HTTP 400 x (one two)", false },
	/* pages and XML */
	{ 403, NULL,
	  "<!DOCTYPE html><html><head><title>\n Sign in &amp; go </title></head></html>",
	  "HTTP 403 (Sign in & go)", true },
	{ 403, NULL,
	  "<html><title></title><h1 class=\"x\">Blocked <b>here</b></h1></html>",
	  "HTTP 403 (Blocked here)", true },
	{ 403, NULL,
	  "\xef\xbb\xbf<html><body><script>var a = '<b>';</script>Go away</body></html>",
	  "HTTP 403 (Go away)", true },
	{ 403, NULL,
	  "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>No</Message>"
	  "</Error>",
	  "HTTP 403 (AccessDenied No)", false },
	{ 400, NULL,
	  "<html><title>400 No required SSL certificate was sent</title></html>",
	  "HTTP 400 (No required SSL certificate was sent)", true },
	/* what the status says is not said twice */
	{ 405, NULL, "{\"error\":\"HTTP 405\"}", "HTTP 405", false },
	{ 405, NULL, "{\"error\":\"HTTP 405 Method Not Allowed\"}",
	  "HTTP 405 Method Not Allowed", false },
	{ 404, NULL, "404 page not found\n", "HTTP 404 (page not found)", false },
	{ 404, NULL, "<html><title>HTTP Status 404 \u2013 Not Found</title></html>",
	  "HTTP 404 (Not Found)", true },
	{ 502, NULL, "<html><title>502 Bad Gateway</title></html>",
	  "HTTP 502 (Bad Gateway)", true },
	{ 403, NULL, "Error: 403, go", "HTTP 403 (go)", false },
	{ 403, NULL, "{\"code\":\"Forbidden\",\"message\":\"forbidden\"}",
	  "HTTP 403 Forbidden", false },
	{ 404, NULL, "4040 things", "HTTP 404 (4040 things)", false },
	/* RFC 6750 section 3 */
	{ 403,
	  "www-authenticate: Bearer realm=\"a, error=\\\"x\\\"\", "
	  "error=\"insufficient_scope\", error_description=\"needs more\", "
	  "scope=\"users:read users:write\"\n",
	  "", "HTTP 403 insufficient_scope (needs more), scope users:read users:write",
	  false },
	{ 401, "www-authenticate: Basic realm=\"x\", Bearer error = invalid_token\n",
	  "Unauthorized", "HTTP 401 invalid_token (Unauthorized)", false },
	{ 401, "www-authenticate: Bearer error=\"invalid_token\"\n",
	  "{\"error\":\"other\",\"message\":\"Mine\"}", "HTTP 401 other (Mine)", false },
	{ 401, "www-authenticate: Bearer\n", "", "HTTP 401", false },
	/* redirects and other headers */
	{ 302, "location: https://login.example/x?secret=1#f\n", "",
	  "HTTP 302 to https://login.example/x", false },
	{ 400, "request-id: r-9\n", "{\"error\":\"x\"}",
	  "HTTP 400 x [correlation id r-9]", false },
};

static void test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
		AUTO_REASON struct reason r;
		struct err err = ERR_INIT;

		resp.status = rows[i].status;
		buf_adds(&resp.headers, rows[i].headers ? rows[i].headers : "");
		buf_adds(&resp.body, rows[i].body);
		reason_read(&resp, &r);
		reason_set(&r, ERR_REFUSED, &err);
		same_text(rows[i].body, err.text, rows[i].want);
		same_number(rows[i].body, r.page, rows[i].page);
	}
}

/* Cut after the secret was hidden, and not in the middle of a character. */
static void test_long(void **state)
{
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	AUTO_REASON struct reason r;

	(void)state;
	redact_add(redact_list(), "the-secret-value");
	resp.status = 400;
	for (int i = 0; i < 190; i++)
		buf_addc(&resp.body, 'x');
	buf_adds(&resp.body, " the-secret-value");
	for (int i = 0; i < 100; i++)
		buf_adds(&resp.body, "\xc3\xa9");
	reason_read(&resp, &r);
	has_text("long", buf_str(&r.text), "x ***\xc3\xa9");
	has_text("long", buf_str(&r.text), "\xc3\xa9...");
	lacks_text("long", buf_str(&r.text), "the-secret");
	assert_true(r.text.len <= 203);
	redact_release(redact_list());
}

/* What a deep document costs is bounded. */
static void test_deep(void **state)
{
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	AUTO_REASON struct reason r;

	(void)state;
	resp.status = 400;
	for (int i = 0; i < 300; i++)
		buf_adds(&resp.body, "{\"error\":[");
	buf_adds(&resp.body, "1");
	for (int i = 0; i < 300; i++)
		buf_adds(&resp.body, "]}");
	reason_read(&resp, &r);
	same_text("deep", buf_str(&r.code), "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_reasons),
	cmocka_unit_test(test_long),
	cmocka_unit_test(test_deep),
};

TEST_MAIN(tests)
