#include "oauth/oauth.h"

#include "base/log.h"
#include "flow.h"

/* Id and secret that need quoting in every form: "cl ient:id" and "s3cr%t/+=&"'é". */
#define ID	"CC_CLIENT_ID=cl ient:id"
#define SECRET	"CC_CLIENT_SECRET=s3cr%t/+=&\"'\xc3\xa9"
#define RAW	"Y2wgaWVudDppZDpzM2NyJXQvKz0mIifDqQ=="
#define QUOTED	"Y2wraWVudCUzQWlkOnMzY3IlMjV0JTJGJTJCJTNEJTI2JTIyJTI3JUMzJUE5"
#define IN_BODY "client_id=cl+ient%3Aid&client_secret=s3cr%25t%2F%2B%3D%26%22%27%C3%A9"
#define KEY	"CC_ACCESS_KEY_ID=KEY=", "CC_ACCESS_KEY_SECRET=a\"b\\c===="
#define FORM	"Accept: application/json\nContent-Type: application/x-www-form-urlencoded\n"
#define JSON	"Accept: application/json\nContent-Type: application/json\n"

static const struct {
	const char *env[9];
	const char *refresh;
	const char *url, *headers, *body;
} rows[] = {
	/* genesys, by region */
	{ { "CC_PROVIDER=genesys", ID, SECRET },
	  NULL,
	  "https://login.mypurecloud.com/oauth/token",
	  FORM "Authorization: Basic " RAW "\n",
	  "grant_type=client_credentials" },
	{ { "CC_PROVIDER=genesys", ID, SECRET, "CC_CLIENT_AUTH=body" },
	  "",
	  "https://login.mypurecloud.com/oauth/token",
	  FORM,
	  "grant_type=client_credentials&" IN_BODY },
	/* genesys, by sub-domain */
	{ { "CC_PROVIDER=genesys", ID, SECRET, "CC_SUB_DOMAIN=acme" },
	  NULL,
	  "https://api.acme.mypurecloud.com/oauth/token",
	  FORM,
	  "grant_type=client_credentials&" IN_BODY },
	/* cxone, client credentials */
	{ { "CC_PROVIDER=cxone", ID, SECRET },
	  NULL,
	  "https://api.cxone.com/oauth/token",
	  FORM,
	  "grant_type=client_credentials&" IN_BODY },
	/* cxone, password grant */
	{ { "CC_PROVIDER=cxone", ID, SECRET, KEY, "CC_TOKEN_URL=https://x.example/t" },
	  NULL,
	  "https://x.example/t",
	  FORM "Authorization: Basic " QUOTED "\n",
	  "grant_type=password&username=KEY%3D&password=a%22b%5Cc%3D%3D%3D%3D" },
	{ { "CC_PROVIDER=cxone", ID, SECRET, KEY, "CC_TOKEN_URL=https://x.example/t" },
	  "re fresh&1",
	  "https://x.example/t",
	  FORM "Authorization: Basic " QUOTED "\n",
	  "grant_type=refresh_token&refresh_token=re+fresh%261" },
	{ { "CC_PROVIDER=cxone", ID, SECRET, KEY, "CC_TOKEN_URL=https://x.example/t",
	    "CC_CLIENT_AUTH=body" },
	  "r1",
	  "https://x.example/t",
	  FORM,
	  "grant_type=refresh_token&refresh_token=r1&" IN_BODY },
	/* cxone, access key */
	{ { KEY, "CC_REGION=na1" },
	  NULL,
	  "https://na1.nice-incontact.com/authentication/v1/token/access-key",
	  JSON,
	  "{\"accessKeyId\":\"KEY=\",\"accessKeySecret\":\"a\\\"b\\\\c====\"}" },
	{ { KEY, "CC_REGION=na1" },
	  "r\"1",
	  "https://na1.nice-incontact.com/public/user/refresh",
	  JSON,
	  "{\"token\":\"r\\\"1\"}" },
	/* oauth2 */
	{ { "CC_PROVIDER=oauth2", ID, SECRET, "CC_TOKEN_URL=https://x.example/t?a=b" },
	  NULL,
	  "https://x.example/t?a=b",
	  FORM "Authorization: Basic " QUOTED "\n",
	  "grant_type=client_credentials" },
	{ { "CC_PROVIDER=oauth2", ID, SECRET, "CC_TOKEN_URL=http://127.0.0.1:1/t",
	    "CC_SCOPE=read write:x", "CC_AUDIENCE=https://api/", "CC_CLIENT_AUTH=body" },
	  NULL,
	  "http://127.0.0.1:1/t",
	  FORM,
	  "grant_type=client_credentials&scope=read+write%3Ax&"
	  "audience=https%3A%2F%2Fapi%2F&" IN_BODY },
	{ { "CC_PROVIDER=oauth2", ID, SECRET, "CC_TOKEN_URL=https://x.example/t",
	    "CC_SCOPE=read" },
	  "r1",
	  "https://x.example/t",
	  FORM "Authorization: Basic " QUOTED "\n",
	  "grant_type=refresh_token&refresh_token=r1&scope=read" },
};

static void test_token_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		way_find(&w, rows[i].env);
		well(row,
		     oauth_token_request(w.flow, &w.endpoints, &w.settings,
					 rows[i].refresh, &req, &err),
		     &err);
		same_text(row, req.method, "POST");
		same_text(row, buf_str(&req.url), rows[i].url);
		same_text(row, buf_str(&req.headers), rows[i].headers);
		same_text(row, buf_str(&req.body), rows[i].body);
		same_number(row, req.has_body, true);
	}
}

/* Endpoints may come from discovery, so they are checked once more. */
static void test_endpoint_is_checked(void **state)
{
	static const char *const urls[] = { "", "http://x.example/t", "ftp://x.example/",
					    "https://u:p@x.example/t", "/t" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;

		way_find(&w, GIVEN("CC_PROVIDER=genesys", ID, SECRET));
		buf_set(&w.endpoints.token_url, urls[i]);
		same_number(urls[i],
			    oauth_token_request(w.flow, &w.endpoints, &w.settings, NULL,
						&req, &err),
			    -1);
		has_text(urls[i], err.text, "the token endpoint: ");
		buf_set(&w.endpoints.revoke_url, *urls[i] ? urls[i] : "x");
		same_number(urls[i],
			    oauth_revoke_request(w.flow, &w.endpoints, &w.settings, "t",
						 false, &req, &err),
			    -1);
		has_text(urls[i], err.text, "the revocation endpoint: ");
	}
}

static void test_revocation(void **state)
{
	static const struct {
		const char *env[7];
		const char *revoke_url; /* as discovery would find it */
		bool is_refresh;
		const char *method, *url, *headers, *body;
	} cases[] = {
		{ { "CC_PROVIDER=genesys", ID, SECRET },
		  "",
		  false,
		  "DELETE",
		  "https://api.mypurecloud.com/api/v2/tokens/me",
		  "Authorization: Bearer to/ken=\n",
		  "" },
		{ { "CC_PROVIDER=genesys", ID, SECRET, "CC_SUB_DOMAIN=acme" },
		  "",
		  false,
		  "DELETE",
		  "https://api.acme.mypurecloud.com/api/v2/tokens/me",
		  "Authorization: Bearer to/ken=\n",
		  "" },
		{ { "CC_PROVIDER=genesys", ID, SECRET,
		    "CC_REVOKE_URL=https://gw.example/me" },
		  "",
		  false,
		  "DELETE",
		  "https://gw.example/me",
		  "Authorization: Bearer to/ken=\n",
		  "" },
		{ { "CC_PROVIDER=oauth2", ID, SECRET,
		    "CC_TOKEN_URL=https://x.example/t" },
		  "https://x.example/revoke",
		  false,
		  "POST",
		  "https://x.example/revoke",
		  FORM "Authorization: Basic " QUOTED "\n",
		  "token=to%2Fken%3D&token_type_hint=access_token" },
		{ { "CC_PROVIDER=oauth2", ID, SECRET, "CC_TOKEN_URL=https://x.example/t",
		    "CC_REVOKE_URL=https://x.example/r", "CC_CLIENT_AUTH=body" },
		  "",
		  true,
		  "POST",
		  "https://x.example/r",
		  FORM,
		  "token=to%2Fken%3D&token_type_hint=refresh_token&" IN_BODY },
		{ { "CC_PROVIDER=cxone", ID, SECRET,
		    "CC_REVOKE_URL=https://x.example/r" },
		  "",
		  false,
		  "POST",
		  "https://x.example/r",
		  FORM,
		  "token=to%2Fken%3D&token_type_hint=access_token&" IN_BODY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;

		way_find(&w, cases[i].env);
		if (*cases[i].revoke_url)
			buf_set(&w.endpoints.revoke_url, cases[i].revoke_url);
		well(cases[i].url,
		     oauth_revoke_request(w.flow, &w.endpoints, &w.settings,
					  "to/ken=", cases[i].is_refresh, &req, &err),
		     &err);
		same_text(cases[i].url, req.method, cases[i].method);
		same_text(cases[i].url, buf_str(&req.url), cases[i].url);
		same_text(cases[i].url, buf_str(&req.headers), cases[i].headers);
		same_text(cases[i].url, buf_str(&req.body), cases[i].body);
	}
}

static void test_no_revocation(void **state)
{
	static const struct {
		const char *env[6];
		const char *want;
	} cases[] = {
		{ { "CC_PROVIDER=cxone", ID, SECRET }, "cxone has no revocation" },
		{ { KEY, "CC_REGION=na1" }, "cxone has no revocation" },
		{ { "CC_PROVIDER=oauth2", ID, SECRET,
		    "CC_TOKEN_URL=https://x.example/t" },
		  "the server names no revocation endpoint" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;

		way_find(&w, cases[i].env);
		same_number(cases[i].want,
			    oauth_revoke_request(w.flow, &w.endpoints, &w.settings, "t",
						 false, &req, &err),
			    -1);
		same_number(cases[i].want, err.kind, ERR_REFUSED);
		has_text(cases[i].want, err.text, cases[i].want);
	}
}

/* The whole Basic value is as good as the secret, so both kinds are hidden, too. */
static void test_hide(void **state)
{
	static const struct {
		const char *env[5];
		const char *value;
	} cases[] = {
		{ { "CC_PROVIDER=genesys", ID, SECRET }, RAW },
		{ { "CC_PROVIDER=genesys", ID, SECRET }, QUOTED },
		{ { "CC_PROVIDER=oauth2", ID, SECRET, "CC_ISSUER=https://x.example" },
		  QUOTED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WAY struct way w;

		way_find(&w, cases[i].env);
		oauth_hide(&w.settings);
		assert_true(redact_finds(redact_list(), cases[i].value,
					 strlen(cases[i].value)));
		redact_release(redact_list());
	}
}

static void test_show_url(void **state)
{
	static const char *const cases[][2] = {
		{ "https://x.example/t", "https://x.example/t" },
		{ "https://x.example/t?token=secret", "https://x.example/t" },
		{ "https://x.example/t#secret", "https://x.example/t" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUF struct buf out = BUF_INIT(100);

		oauth_show_url(cases[i][0], &out);
		same_text(cases[i][0], buf_str(&out), cases[i][1]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_token_requests), cmocka_unit_test(test_endpoint_is_checked),
	cmocka_unit_test(test_revocation),     cmocka_unit_test(test_no_revocation),
	cmocka_unit_test(test_hide),	       cmocka_unit_test(test_show_url),
};

TEST_MAIN(tests)
