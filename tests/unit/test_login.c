#include "session/login.h"

#include "base/log.h"
#include "flow.h"
#include "recorded.h"

#define CLIENT	 "CC_CLIENT_ID=id", "CC_CLIENT_SECRET=secret-secret"
#define BASIC	 "[Basic aWQ6c2VjcmV0LXNlY3JldA==]"
#define TOKEN	 "{\"access_token\":\"abcd\",\"expires_in\":60}"
#define ISSUER	 "https://i.example/realm"
#define OIDC	 "GET https://i.example/realm/.well-known/openid-configuration\n"
#define RFC8414	 "GET https://i.example/.well-known/oauth-authorization-server/realm\n"
#define LOGIN	 "POST https://x.example/t grant_type=client_credentials " BASIC "\n"
#define APPENDED "GET https://i.example/realm/.well-known/oauth-authorization-server\n"
#define METADATA                                                                 \
	"{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"https://x.example/t\"," \
	"\"revocation_endpoint\":\"https://x.example/r\"}"
#define NO_REVOCATION \
	"{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"https://x.example/t\"}"

static const char *const by_issuer[] = { "CC_PROVIDER=oauth2", CLIENT,
					 "CC_ISSUER=" ISSUER "/", NULL };
static const char *const by_url[] = { "CC_PROVIDER=oauth2", CLIENT,
				      "CC_TOKEN_URL=https://x.example/t", NULL };
static const char *const by_both[] = { "CC_PROVIDER=oauth2", CLIENT, "CC_ISSUER=" ISSUER,
				       "CC_TOKEN_URL=https://x.example/t", NULL };
static const char *const once[] = { "CC_PROVIDER=oauth2", CLIENT, "CC_RETRY_FOR=0",
				    "CC_TOKEN_URL=https://x.example/t", NULL };
static const char *const cxone[] = {
	"CC_PROVIDER=cxone",	       CLIENT,
	"CC_ACCESS_KEY_ID=k",	       "CC_ACCESS_KEY_SECRET=key-secret",
	"CC_ISSUER=https://i.example", NULL
};

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	return 0;
}

static const struct row {
	const char *name;
	const char *const *env;
	const char *refresh;
	struct reply replies[6];
	enum err_kind want; /* ERR_NONE: the token "abcd" */
	const char *text;   /* part of the error, or the API host */
	const char *asked;
} rows[] = {
	{ "a login", by_url, NULL, { { 200, TOKEN } }, ERR_NONE, "", LOGIN },
	{ "an empty refresh token is none",
	  by_url,
	  "",
	  { { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  LOGIN },
	{ "trouble, then a token",
	  by_url,
	  NULL,
	  { { 503, "{\"access_token\":\"" },
	    { FAILS(HTTP_TIMEOUT), NULL },
	    { 429, "x" },
	    { FAILS(HTTP_CONNECT), NULL },
	    { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  LOGIN LOGIN LOGIN LOGIN LOGIN },
	{ "a refusal is final",
	  by_url,
	  NULL,
	  { { 401, "{\"error\":\"invalid_client\"}" } },
	  ERR_REFUSED,
	  "token request, https://x.example/t: HTTP 401 invalid_client",
	  LOGIN },
	{ "so is a certificate that is not trusted",
	  by_url,
	  NULL,
	  { { FAILS(HTTP_CA), NULL } },
	  ERR_REFUSED,
	  "no answer",
	  LOGIN },
	{ "one attempt where there is no budget",
	  once,
	  NULL,
	  { { 503, "" } },
	  ERR_TRANSIENT,
	  "gave up after 1 attempt: HTTP 503",
	  LOGIN },
	{ "a refresh token goes first",
	  by_url,
	  "r1",
	  { { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  "POST https://x.example/t grant_type=refresh_token&refresh_token=r1 " BASIC
	  "\n" },
	{ "refused, the login follows",
	  by_url,
	  "r1",
	  { { 400, "{\"error\":\"invalid_grant\"}" }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  "POST https://x.example/t grant_type=refresh_token&refresh_token=r1 " BASIC
	  "\n" LOGIN },
	{ "in trouble, it follows after as many attempts as there are",
	  once,
	  "r1",
	  { { 500, "" }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  "POST https://x.example/t grant_type=refresh_token&refresh_token=r1 " BASIC
	  "\n" LOGIN },
	{ "the error is that of the login",
	  by_url,
	  "r1",
	  { { 400, "{\"error\":\"invalid_grant\"}" }, { 401, "{\"error\":\"other\"}" } },
	  ERR_REFUSED,
	  "HTTP 401 other",
	  "POST https://x.example/t grant_type=refresh_token&refresh_token=r1 " BASIC
	  "\n" LOGIN },
	{ "discovery by OpenID",
	  by_issuer,
	  NULL,
	  { { 200, METADATA }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC LOGIN },
	{ "discovery by RFC 8414",
	  by_issuer,
	  NULL,
	  { { 404, "" }, { 200, METADATA }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC RFC8414 LOGIN },
	{ "discovery in trouble is tried again",
	  by_issuer,
	  NULL,
	  { { 503, "" }, { 200, METADATA }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC OIDC LOGIN },
	{ "discovery by RFC 8414, appended",
	  by_issuer,
	  NULL,
	  { { 404, "" }, { 404, "" }, { 200, METADATA }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC RFC8414 APPENDED LOGIN },
	{ "what one document lacks another may have",
	  by_issuer,
	  NULL,
	  { { 200, NO_REVOCATION }, { 404, "" }, { 200, METADATA }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC RFC8414 APPENDED LOGIN },
	{ "or none has it, which is no failure",
	  by_issuer,
	  NULL,
	  { { 200, NO_REVOCATION }, { 503, "" }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC RFC8414 LOGIN },
	{ "nothing is discovered: each failure is told",
	  by_issuer,
	  NULL,
	  { { 302, "" }, { 200, "<html><title>Sign in</title>" }, { 404, "" } },
	  ERR_REFUSED,
	  "discovery, https://i.example/realm/.well-known/openid-configuration: HTTP 302; "
	  "discovery, https://i.example/.well-known/oauth-authorization-server/realm: a web "
	  "page (Sign in); discovery, "
	  "https://i.example/realm/.well-known/oauth-authorization-server: HTTP 404",
	  OIDC RFC8414 APPENDED },
	{ "a token endpoint that is given needs no metadata",
	  by_both,
	  NULL,
	  { { 503, "" }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC LOGIN },
	{ "nor those of another issuer",
	  by_both,
	  NULL,
	  { { 200, "{\"issuer\":\"https://evil.example\","
		   "\"revocation_endpoint\":\"https://evil.example/r\"}" },
	    { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  OIDC LOGIN },
	{ "a redirect is no metadata",
	  by_issuer,
	  NULL,
	  { { 302, "" }, { 302, "" }, { 302, "" } },
	  ERR_REFUSED,
	  "HTTP 302",
	  OIDC RFC8414 APPENDED },
	{ "another issuer",
	  by_issuer,
	  NULL,
	  { { 200, "{\"issuer\":\"https://evil.example\","
		   "\"token_endpoint\":\"https://evil.example/t\"}" } },
	  ERR_REFUSED,
	  "name another issuer",
	  OIDC },
	{ "an issuer that begins the same",
	  by_issuer,
	  NULL,
	  { { 200, "{\"issuer\":\"" ISSUER "/more\","
		   "\"token_endpoint\":\"https://evil.example/t\"}" } },
	  ERR_REFUSED,
	  "name another issuer",
	  OIDC },
	{ "an endpoint without TLS",
	  by_issuer,
	  NULL,
	  { { 200, "{\"issuer\":\"" ISSUER "\","
		   "\"token_endpoint\":\"http://x.example/t\"}" } },
	  ERR_USAGE,
	  "the issuer's token_endpoint: ",
	  OIDC },
	{ "no endpoint",
	  by_issuer,
	  NULL,
	  { { 200, "{\"issuer\":\"" ISSUER "\"}" }, { 200, "{}" }, { 200, "{}" } },
	  ERR_REFUSED,
	  "names no token_endpoint",
	  OIDC RFC8414 APPENDED },
	{ "metadata that are none",
	  by_issuer,
	  NULL,
	  { { 200, "<html>" }, { 200, "[]" }, { 200, "{" } },
	  ERR_REFUSED,
	  "a web page (); discovery, https://i.example/realm/.well-known/",
	  OIDC RFC8414 APPENDED },
	{ "an endpoint that is no URL is shown",
	  by_issuer,
	  NULL,
	  { { 200, "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"/oauth/token\"}" } },
	  ERR_USAGE,
	  "the issuer's token_endpoint: \"/oauth/token\": ",
	  OIDC },
	{ "the API host by the token's tenant",
	  cxone,
	  NULL,
	  { { 200, "{\"token_endpoint\":\"https://x.example/t\"}" },
	    { 200, "{\"access_token\":\"abcd\",\"expires_in\":60,"
		   "\"id_token\":\"a.eyJ0ZW5hbnRJZCI6IjEmMiJ9.c\"}" },
	    { 200, "{\"api_endpoint\":\"https://api.example//\"}" } },
	  ERR_NONE,
	  "https://api.example",
	  "GET https://i.example/.well-known/openid-configuration\n"
	  "POST https://x.example/t grant_type=password&username=k&password=key-secret " BASIC
	  "\n"
	  "GET https://i.example/.well-known/cxone-configuration?tenantId=1%262\n" },
	{ "no tenant, no host, and yet a token",
	  cxone,
	  NULL,
	  { { 200, "{\"token_endpoint\":\"https://x.example/t\"}" }, { 200, TOKEN } },
	  ERR_NONE,
	  "",
	  "GET https://i.example/.well-known/openid-configuration\n"
	  "POST https://x.example/t grant_type=password&username=k&password=key-secret " BASIC
	  "\n" },
	{ "a host without TLS is not taken",
	  cxone,
	  NULL,
	  { { 200, "{\"token_endpoint\":\"https://x.example/t\"}" },
	    { 200, "{\"expires_in\":60,\"access_token\":\"abcd\","
		   "\"id_token\":\"a.eyJ0ZW5hbnRJZCI6IjEmMiJ9.c\"}" },
	    { 200, "{\"api_endpoint\":\"http://api.example\"}" } },
	  ERR_NONE,
	  "",
	  "GET https://i.example/.well-known/openid-configuration\n"
	  "POST https://x.example/t grant_type=password&username=k&password=key-secret " BASIC
	  "\n"
	  "GET https://i.example/.well-known/cxone-configuration?tenantId=1%262\n" },
};

static void test_logins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct recorded net = RECORDED_INIT;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		int rc;

		way_find(&w, r->env);
		struct login l = { .settings = &w.settings,
				   .flow = w.flow,
				   .endpoints = &w.endpoints,
				   .http = &net.http };

		net.replies = r->replies;
		rc = login_token(&l, r->refresh, &t, &err);
		if (r->want == ERR_NONE)
			well(r->name, rc, &err);
		same_number(r->name, rc ? err.kind : ERR_NONE, r->want);
		has_text(r->name, rc ? err.text : buf_str(&w.endpoints.api_url), r->text);
		same_text(r->name, buf_str(&t.access), rc ? "" : "abcd");
		recorded_check(&net, r->name, r->asked);
		buf_release(&net.asked);
	}
	redact_release(redact_list());
}

/* RFC 6749 section 6: without a new refresh token the old one stays good. */
static void test_refresh_token_stays(void **state)
{
	static const char *const bodies[][2] = {
		{ TOKEN, "r1" },
		{ "{\"access_token\":\"abcd\",\"refresh_token\":\"r2\"}", "r2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct recorded net = RECORDED_INIT;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;

		way_find(&w, by_url);
		struct login l = { .settings = &w.settings,
				   .flow = w.flow,
				   .endpoints = &w.endpoints,
				   .http = &net.http };

		net.replies = REPLIES({ 200, bodies[i][0] });
		well("renewal", login_token(&l, "r1", &t, &err), &err);
		same_text("renewal", buf_str(&t.refresh), bodies[i][1]);
		buf_release(&net.asked);
	}
	redact_release(redact_list());
}

/* Discovery fills what is empty, and is not done again once that is known. */
static void test_discovery_fills(void **state)
{
	struct recorded net = RECORDED_INIT;
	AUTO_TOKEN struct token t = TOKEN_INIT;
	AUTO_WAY struct way w;
	struct err err = ERR_INIT;

	(void)state;
	way_find(&w, by_issuer);
	struct login l = { .settings = &w.settings,
			   .flow = w.flow,
			   .endpoints = &w.endpoints,
			   .http = &net.http };

	net.replies = REPLIES({ 200, "{\"issuer\":\"" ISSUER "/\",\"token_endpoint\":"
				     "\"https://x.example/t\",\"revocation_endpoint\":"
				     "\"https://x.example/r\"}" },
			      { 200, TOKEN }, { 200, TOKEN });
	well("first", login_token(&l, NULL, &t, &err), &err);
	assert_string_equal(buf_str(&w.endpoints.revoke_url), "https://x.example/r");
	well("second", login_token(&l, NULL, &t, &err), &err);
	recorded_check(&net, "twice", OIDC LOGIN LOGIN);
	buf_release(&net.asked);
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_logins),
	cmocka_unit_test(test_refresh_token_stays),
	cmocka_unit_test(test_discovery_fills),
};

int main(void)
{
	return cmocka_run_group_tests(tests, setup, NULL);
}
