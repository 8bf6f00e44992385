#include "oauth/rule.h"

#include "given.h"

#define SECRET "INPUT_CLIENT-ID=i", "INPUT_CLIENT-SECRET=from-an-input"
#define GEN    SECRET, "INPUT_PROVIDER=genesys"
#define CXO    SECRET, "INPUT_PROVIDER=cxone"

/* What a variable says that holds anyway is no untruth; all else is refused. */
static void test_variables(void **state)
{
	static const struct {
		const char *env[6];
		const char *input; /* that the error names; NULL: it goes well */
	} rows[] = {
		{ { GEN }, NULL },
		{ { GEN, "CC_TOKEN_URL=https://evil.example/token" }, "token-url" },
		{ { GEN, "CC_TOKEN_URL=https://login.mypurecloud.com/oauth/token" },
		  NULL },
		{ { GEN, "CC_TOKEN_URL=https://login.mypurecloud.com.evil.example" },
		  "token-url" },
		{ { GEN, "CC_API_URL=https://evil.example" }, "api-url" },
		{ { GEN, "CC_API_URL=https://api.mypurecloud.com" }, NULL },
		{ { GEN, "CC_REVOKE_URL=https://api.mypurecloud.com" }, "revoke-url" },
		{ { GEN, "CC_ISSUER=https://evil.example" }, "issuer" },
		{ { GEN, "CC_SUB_DOMAIN=evil" }, "sub-domain" },
		{ { GEN, "CC_CLIENT_AUTH=body" }, "client-auth" },
		{ { GEN, "CC_CLIENT_AUTH=basic" }, NULL },
		{ { GEN, "CC_CA_FILE=/evil" }, "ca-file" },
		{ { GEN, "SSL_CERT_FILE=/evil" }, "ca-file" },
		{ { GEN, "CC_REGION=eu-west-1" }, NULL },
		{ { GEN, "GENESYSCLOUD_REGION=https://login.mypurecloud.ie" }, NULL },
		{ { GEN, "GENESYSCLOUD_REGION=evil.example" }, "region" },
		{ { GEN, "GENESYS_CLOUD_ENVIRONMENT=login.mypurecloud.ie.evil.example" },
		  "region" },
		{ { GEN, "CC_REGION=eu-west-1",
		    "CC_API_URL=https://api.mypurecloud.com" },
		  "api-url" },
		{ { GEN, "CC_REGION=evil.example", "INPUT_REGION=my.own.example" },
		  NULL },
		{ { GEN, "CC_REGION=evil.example", "INPUT_ALLOW-ENVIRONMENT=true" },
		  NULL },
		{ { CXO, "CC_TOKEN_URL=https://api.cxone.com/oauth/token" }, NULL },
		{ { CXO, "CXONE_ISSUER=https://evil.example" }, "issuer" },
		{ { "INPUT_ACCESS-KEY-ID=i", "INPUT_ACCESS-KEY-SECRET=s",
		    "CXONE_REGION=na1" },
		  NULL },
		{ { "INPUT_ACCESS-KEY-ID=i", "INPUT_ACCESS-KEY-SECRET=s",
		    "CXONE_REGION=zz9" },
		  "region" },
		{ { SECRET, "INPUT_PROVIDER=oauth2",
		    "CC_TOKEN_URL=https://evil.example" },
		  "token-url" },
		{ { SECRET, "INPUT_PROVIDER=oauth2", "INPUT_ISSUER=https://i.example",
		    "CC_TOKEN_URL=https://evil.example" },
		  "token-url" },
		/* by a variable the secret is its shell's */
		{ { "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s", "CC_PROVIDER=genesys",
		    "CC_TOKEN_URL=https://my.own.example" },
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		AUTO_BUF struct buf name = BUF_INIT(100), hint = BUF_INIT(100);
		struct err err = ERR_INIT;
		const struct flow *f;
		struct settings s;
		int rc;

		buf_addf(&name, "row %zu", i);
		given(&s, rows[i].env);
		f = flow_choose(&s, true, &err);
		assert_non_null(f);
		rc = endpoints_find(f, &s, &e, &err);
		same_number(buf_str(&name), rc, rows[i].input ? -1 : 0);
		if (rows[i].input) {
			buf_addf(&hint, "the input %s,", rows[i].input);
			same_number(buf_str(&name), err.kind, ERR_USAGE);
			has_text(buf_str(&name), err.hint, buf_str(&hint));
		}
		settings_release(&s);
	}
}

static void test_vendors(void **state)
{
	static const struct {
		const struct provider *provider;
		const char *url;
		bool is;
	} rows[] = {
		{ PROVIDER_GENESYS, "https://login.mypurecloud.com/oauth/token", true },
		{ PROVIDER_GENESYS, "https://API.mypurecloud.ie", true },
		{ PROVIDER_GENESYS, "https://api.use2.us-gov-pure.cloud/x", true },
		{ PROVIDER_GENESYS, "https://api.mine.mypurecloud.com", true },
		{ PROVIDER_GENESYS, "https://api.a.b.mypurecloud.com", false },
		{ PROVIDER_GENESYS, "https://api..mypurecloud.com", false },
		{ PROVIDER_GENESYS, "https://login.mine.mypurecloud.com", false },
		{ PROVIDER_GENESYS, "https://mypurecloud.com", false },
		{ PROVIDER_GENESYS, "https://login.mypurecloud.com.evil.example", false },
		{ PROVIDER_GENESYS, "https://login.evil.example", false },
		{ PROVIDER_GENESYS, "http://login.mypurecloud.com", false },
		{ PROVIDER_GENESYS, "https://api.cxone.com", false },
		{ PROVIDER_GENESYS, "", false },
		{ PROVIDER_CXONE, "https://api.cxone.com/oauth/token", true },
		{ PROVIDER_CXONE, "https://cxone.niceincontact.com/auth/token", true },
		{ PROVIDER_CXONE, "https://na1.nice-incontact.com/authentication", true },
		{ PROVIDER_CXONE, "https://api-xy9.niceincontact.com", true },
		{ PROVIDER_CXONE, "https://api-a.b.niceincontact.com", false },
		{ PROVIDER_CXONE, "https://niceincontact.com", false },
		{ PROVIDER_OAUTH2, "https://login.mypurecloud.com", false },
		{ PROVIDER_NONE, "https://login.mypurecloud.com", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		same_number(rows[i].url, rule_is_vendors(rows[i].provider, rows[i].url),
			    rows[i].is);
}

/* Without a secret: the record, and what an input or option says; no variable. */
static void test_record(void **state)
{
	static const struct {
		const char *env[3];
		const char *api, *revoke;
	} rows[] = {
		{ { "CC_PROVIDER=genesys" }, "https://api", "https://revoke" },
		{ { "CC_API_URL=https://evil", "CC_REVOKE_URL=https://evil" },
		  "https://api",
		  "https://revoke" },
		{ { "INPUT_API-URL=https://a", "INPUT_REVOKE-URL=https://r" },
		  "https://a",
		  "https://r" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		struct settings s;

		given(&s, rows[i].env);
		assert_false(rule_is_armed(&s));
		buf_adds(&e.api_url, "https://api");
		buf_adds(&e.revoke_url, "https://revoke");
		rule_for_record(&s, &e);
		same_text(rows[i].env[0], buf_str(&e.api_url), rows[i].api);
		same_text(rows[i].env[0], buf_str(&e.revoke_url), rows[i].revoke);
		settings_release(&s);
	}
}

static void test_armed(void **state)
{
	static const char *const secrets[] = { "CC_CLIENT_SECRET=s",
					       "CC_ACCESS_KEY_SECRET=s",
					       "INPUT_CLIENT-SECRET=s",
					       "INPUT_ACCESS-KEY-SECRET=s" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		struct settings s;

		given(&s, GIVEN(secrets[i], "INPUT_PROVIDER=cxone"));
		assert_true(rule_is_armed(&s));
		settings_release(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_variables),
	cmocka_unit_test(test_vendors),
	cmocka_unit_test(test_record),
	cmocka_unit_test(test_armed),
};

TEST_MAIN(tests)
