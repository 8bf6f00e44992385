#include "oauth/metadata.h"

#include "base/log.h"
#include "flow.h"
#include "oauth/oauth.h"

#define TOKEN_URL "\"token_endpoint\":\"https://x.example/t\""

/* Where an issuer's documents stand; "" where it would be the same again. */
static void test_urls(void **state)
{
	static const struct {
		const char *issuer, *want[METADATA_PLACES];
	} rows[] = {
		{ "https://i.example",
		  { "https://i.example/.well-known/openid-configuration",
		    "https://i.example/.well-known/oauth-authorization-server", "" } },
		{ "https://i.example:8443/a/b",
		  { "https://i.example:8443/a/b/.well-known/openid-configuration",
		    "https://i.example:8443/.well-known/oauth-authorization-server/a/b",
		    "https://i.example:8443/a/b/.well-known/oauth-authorization-server" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int place = 0; place < METADATA_PLACES; place++) {
			AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
			struct err err = ERR_INIT;

			well("url", metadata_url(rows[i].issuer, place, &url, &err),
			     &err);
			same_text(rows[i].issuer, buf_str(&url), rows[i].want[place]);
		}
}

/* RFC 8414 section 3.3, but for a slash, and the tenant that a document leaves open. */
static void test_issuers(void **state)
{
	static const struct {
		const char *asked, *said;
		bool same;
	} rows[] = {
		{ "https://i.example/a", "https://i.example/a", true },
		{ "https://i.example/a", "https://i.example/a/", true },
		{ "https://i.example/common/v2.0", "https://i.example/{tenantid}/v2.0",
		  true },
		{ "https://i.example/common/v2.0", "https://i.example/{tenantId}/v2.0/",
		  true },
		{ "https://i.example/common", "https://i.example/{tenantid}", true },
		{ "https://i.example/a/b/v2.0", "https://i.example/{tenantid}/v2.0",
		  false },
		{ "https://i.example/a/v2.0", "https://j.example/{tenantid}/v2.0",
		  false },
		{ "https://i.example/a/v2.0", "https://i.example/{tenantid}/v1.0",
		  false },
		{ "https://i.example", "https://i.example/{tenantid}", false },
		{ "https://i.example/a", "https://i.example/a/b", false },
		{ "https://i.example/a", "https://i.example/", false },
		{ "https://i.example/a", "{tenantid}", false },
		{ "https://i.example/a", "", false },
		{ "https://i.example/a", "https://i.example/A", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf issuer = BUF_INIT(200), text = BUF_INIT(400);
		AUTO_JSON struct json *doc = NULL;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		int rc;

		buf_addf(&issuer, "CC_ISSUER=%s", rows[i].asked);
		buf_addf(&text, "{\"issuer\":\"%s\"," TOKEN_URL "}", rows[i].said);
		way_find(&w, GIVEN("CC_PROVIDER=oauth2", "CC_CLIENT_ID=i",
				   "CC_CLIENT_SECRET=secret", buf_str(&issuer)));
		doc = json_parse(buf_str(&text), text.len, &err);
		rc = metadata_take(w.flow, doc, &w.endpoints, &err);
		same_number(rows[i].said, rc == 0, rows[i].same);
		if (rc == 0)
			continue;
		has_text(rows[i].said, err.text, rows[i].asked);
		has_text(rows[i].said, err.text, rows[i].said);
	}
	redact_release(redact_list());
}

/* The credentials stand where that method has them, and nowhere else. */
static void check_revocation(const char *row, struct way *w, enum client_auth auth)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	struct err err = ERR_INIT;

	buf_set(&w->endpoints.revoke_url, "https://x.example/r");
	well(row,
	     oauth_revoke_request(w->flow, &w->endpoints, &w->settings, "tok", false,
				  &req, &err),
	     &err);
	same_text(
		row, buf_str(&req.body),
		auth == AUTH_BODY ? "token=tok&token_type_hint=access_token&client_id=i&"
				    "client_secret=secret"
		: auth == AUTH_NONE ? "token=tok&token_type_hint=access_token&client_id=i"
				    : "token=tok&token_type_hint=access_token");
	same_number(row, strstr(buf_str(&req.headers), "Authorization: Basic ") != NULL,
		    auth == AUTH_BASIC);
}

/* How the client authenticates, by what the lists hold and the setting says. */
static void test_auth(void **state)
{
#define LIST(name, ...) ",\"" name "_endpoint_auth_methods_supported\":[" __VA_ARGS__ "]"
#define BASIC		"\"client_secret_basic\""
#define POST		"\"client_secret_post\""
	static const struct {
		const char *lists, *setting;
		enum client_auth token, revoke;
	} rows[] = {
		{ "", "", AUTH_BASIC, AUTH_BASIC },
		{ "", "body", AUTH_BODY, AUTH_BODY },
		{ LIST("token", POST), "", AUTH_BODY, AUTH_BODY },
		{ LIST("token", POST), "basic", AUTH_BASIC, AUTH_BASIC },
		{ LIST("token", POST "," BASIC), "", AUTH_BASIC, AUTH_BASIC },
		{ LIST("token", "\"none\""), "", AUTH_BASIC, AUTH_BASIC },
		{ LIST("token", "\"private_key_jwt\",3"), "", AUTH_BASIC, AUTH_BASIC },
		{ LIST("revocation", POST), "", AUTH_BASIC, AUTH_BODY },
		{ LIST("revocation", POST), "basic", AUTH_BASIC, AUTH_BODY },
		{ LIST("revocation", BASIC), "body", AUTH_BODY, AUTH_BASIC },
		{ LIST("revocation", POST "," BASIC), "", AUTH_BASIC, AUTH_BASIC },
		{ LIST("revocation", POST "," BASIC), "body", AUTH_BODY, AUTH_BODY },
		{ LIST("revocation", "\"none\""), "", AUTH_BASIC, AUTH_NONE },
		{ LIST("token", POST) LIST("revocation", BASIC), "", AUTH_BODY,
		  AUTH_BASIC },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf text = BUF_INIT(400), setting = BUF_INIT(40);
		AUTO_JSON struct json *doc = NULL;
		AUTO_WAY struct way w;
		struct err err = ERR_INIT;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		buf_addf(&setting, "CC_CLIENT_AUTH=%s", rows[i].setting);
		buf_addf(&text, "{\"issuer\":\"https://i.example\"," TOKEN_URL "%s}",
			 rows[i].lists);
		way_find(&w, GIVEN("CC_PROVIDER=oauth2", "CC_CLIENT_ID=i",
				   "CC_CLIENT_SECRET=secret",
				   "CC_ISSUER=https://i.example", buf_str(&setting)));
		doc = json_parse(buf_str(&text), text.len, &err);
		well(row, metadata_take(w.flow, doc, &w.endpoints, &err), &err);
		same_number(row, flow_auth(w.flow, &w.endpoints, &w.settings),
			    rows[i].token);
		same_number(row, flow_revoke_auth(w.flow, &w.endpoints, &w.settings),
			    rows[i].revoke);
		check_revocation(row, &w, rows[i].revoke);
	}
	redact_release(redact_list());
}

/* An address is asked as it is given; a base and an issuer have no slash at the end. */
static void test_addresses(void **state)
{
	static const struct {
		const char *env, *revoke, *api, *token, *issuer;
	} rows[] = {
		{ "CC_REVOKE_URL=https://x.example/r/", "https://x.example/r/", "", "",
		  NULL },
		{ "CC_REVOKE_URL=https://x.example/r", "https://x.example/r", "", "",
		  NULL },
		{ "CC_TOKEN_URL=https://x.example/t/", "", "", "https://x.example/t/",
		  NULL },
		{ "CC_API_URL=https://x.example/a//", "", "https://x.example/a", "",
		  NULL },
		{ "CC_ISSUER=https://x.example/", "", "", "", "https://x.example" },
		{ "CC_ISSUER=https://x.example/a/.well-known/openid-configuration", "",
		  "", "", "https://x.example/a" },
		{ "CC_ISSUER=https://x.example/.well-known/oauth-authorization-server/a/",
		  "", "", "", "https://x.example/a" },
		{ "CC_ISSUER=https://x.example/a/.well-known/oauth-authorization-server",
		  "", "", "", "https://x.example/a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_WAY struct way w;

		way_find(&w, GIVEN("CC_PROVIDER=oauth2", "CC_CLIENT_ID=i",
				   "CC_CLIENT_SECRET=secret",
				   "CC_ISSUER=https://i.example", rows[i].env));
		same_text(rows[i].env, buf_str(&w.endpoints.revoke_url), rows[i].revoke);
		same_text(rows[i].env, buf_str(&w.endpoints.api_url), rows[i].api);
		same_text(rows[i].env, buf_str(&w.endpoints.token_url), rows[i].token);
		same_text(rows[i].env, buf_str(&w.endpoints.issuer),
			  rows[i].issuer ? rows[i].issuer : "https://i.example");
	}
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_addresses),
	cmocka_unit_test(test_urls),
	cmocka_unit_test(test_issuers),
	cmocka_unit_test(test_auth),
};

TEST_MAIN(tests)
