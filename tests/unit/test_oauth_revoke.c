#include "base/log.h"
#include "flow.h"
#include "oauth/oauth.h"

static const char *const genesys[] = { "GENESYS_CLIENT_ID=the-client",
				       "GENESYS_CLIENT_SECRET=the-secret-value", NULL };
static const char *const oauth2[] = { "CC_PROVIDER=oauth2", "CC_CLIENT_ID=the-client",
				      "CC_CLIENT_SECRET=the-secret-value",
				      "CC_TOKEN_URL=https://x.example/t", NULL };

static void answer(struct http_resp *resp, int status, const char *headers,
		   const char *body)
{
	*resp = HTTP_RESP_INIT;
	resp->status = status;
	buf_adds(&resp->headers, headers ? headers : "");
	buf_adds(&resp->body, body);
}

static void test_revocation(void **state)
{
	static const struct {
		const char *const *env;
		int status;
		enum oauth_verdict want;
	} rows[] = {
		{ genesys, 401, OAUTH_OK },	 { genesys, 200, OAUTH_REFUSED },
		{ oauth2, 200, OAUTH_REFUSED },	 { genesys, 403, OAUTH_REFUSED },
		{ genesys, 404, OAUTH_REFUSED }, { genesys, 400, OAUTH_REFUSED },
		{ genesys, 429, OAUTH_RETRY },	 { genesys, 500, OAUTH_RETRY },
		{ genesys, 302, OAUTH_REFUSED }, { oauth2, 401, OAUTH_REFUSED },
		{ oauth2, 400, OAUTH_REFUSED },	 { oauth2, 503, OAUTH_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		bool kept = false;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		way_find(&w, rows[i].env);
		answer(&resp, rows[i].status, NULL, "{\"error\":\"x\"}");
		same_number(row,
			    oauth_revoke_answer(w.flow, &w.endpoints, &w.settings, &resp,
						&kept, &err),
			    rows[i].want);
		same_number(row, err.kind,
			    rows[i].want == OAUTH_OK	  ? ERR_NONE
			    : rows[i].want == OAUTH_RETRY ? ERR_TRANSIENT
							  : ERR_REFUSED);
	}
	redact_release(redact_list());
}

/* What else stands under a 2xx, or the 401 by which Genesys says that it is gone. */
static void test_revoked(void **state)
{
	static const struct {
		const char *type, *body;
		bool revoked;
	} rows[] = {
		{ NULL, "", true },
		{ "text/html", "", true },
		{ "text/html", "OK", true },
		{ "application/json", "{}", true },
		{ "application/json", "{\"error\":null,\"errors\":[]}", true },
		{ "application/json", "{\"error\":false,\"errorCode\":0}", true },
		{ "application/json", "{\"error\":\"\",\"status\":200}", true },
		{ "application/json", "{\"status\":\"ok\"}", true },
		{ "application/json", "[{\"error\":\"of an item\"}]", true },
		{ "application/json", "{\"error\":", true }, /* it is no JSON */
		{ "application/xml", "<revoked/>", true },
		{ "text/html; charset=utf-8", "<h1>Sign in</h1>", false },
		{ "TEXT/HTML", "\xef\xbb\xbf \n<p>", false },
		{ NULL, " <!DOCTYPE HTML><title>Portal</title>", false },
		{ "application/json", "<HTML><body>no</body></HTML>", false },
		{ "application/json", "{\"error\":\"invalid_client\"}", false },
		{ "text/plain", "{\"error\":{\"message\":\"no\"}}", false },
		{ NULL, "{\"error\":true}", false },
		{ NULL, "{\"error\":17}", false },
		{ NULL, "{\"errors\":[\"no\"]}", false },
		{ NULL, "{\"errorCode\":\"17\"}", false },
		{ NULL, "{\"error_code\":\"no\"}", false },
		{ NULL, "{\"code\":\"bad.credentials\",\"status\":401}", false },
	};
	static const int statuses[] = { 200, 204, 299, 401 };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(statuses) * ARRAY_LEN(rows); i++) {
		size_t r = i / 2 / ARRAY_LEN(statuses);
		int status = statuses[i / 2 % ARRAY_LEN(statuses)];
		bool html = strchr(rows[r].body, '<') && !rows[r].revoked;
		AUTO_RESP struct http_resp resp;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		bool kept = false;
		char row[256], header[64] = "";

		if (status == 401 && i % 2) /* only Genesys means anything by it */
			continue;
		way_find(&w, i % 2 ? oauth2 : genesys);
		if (rows[r].type)
			snprintf(header, sizeof(header), "content-type: %s\n",
				 rows[r].type);
		answer(&resp, status, *header ? header : NULL, rows[r].body);
		snprintf(row, sizeof(row), "%d %s", status, rows[r].body);
		same_number(row,
			    oauth_revoke_answer(w.flow, &w.endpoints, &w.settings, &resp,
						&kept, &err),
			    rows[r].revoked || (status == 401 && !html) ? OAUTH_OK
									: OAUTH_REFUSED);
		if (err.kind != ERR_NONE)
			has_text(row, err.text, status == 401 ? "HTML" : "HTTP 2");
	}
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_revocation),
	cmocka_unit_test(test_revoked),
};

TEST_MAIN(tests)
