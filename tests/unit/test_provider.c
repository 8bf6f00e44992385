#include "oauth/endpoints.h"

#include "given.h"

/* docs/vendors.md: AWS region and domain, as the vendor's SDKs list them. */
static const char *const genesys[][2] = {
	{ "us-east-1", "mypurecloud.com" },
	{ "us-east-2", "use2.us-gov-pure.cloud" },
	{ "us-west-2", "usw2.pure.cloud" },
	{ "ca-central-1", "cac1.pure.cloud" },
	{ "mx-central-1", "mxc1.pure.cloud" },
	{ "sa-east-1", "sae1.pure.cloud" },
	{ "eu-west-1", "mypurecloud.ie" },
	{ "eu-west-2", "euw2.pure.cloud" },
	{ "eu-central-1", "mypurecloud.de" },
	{ "eu-central-2", "euc2.pure.cloud" },
	{ "me-central-1", "mec1.pure.cloud" },
	{ "ap-south-1", "aps1.pure.cloud" },
	{ "ap-southeast-1", "apse1.pure.cloud" },
	{ "ap-southeast-2", "mypurecloud.com.au" },
	{ "ap-northeast-1", "mypurecloud.jp" },
	{ "ap-northeast-2", "apne2.pure.cloud" },
	{ "ap-northeast-3", "apne3.pure.cloud" },
	{ "eusc-de-east-1", "edee1.eusc-pure.cloud" },
};

/* Flow and endpoints of these variables. 0, or -1 with the error. */
static int find(const char *const *env, const struct flow **ret_flow,
		struct endpoints *ret, struct err *err)
{
	struct settings s;
	int rc;

	well("settings", given_load(&s, env, err), err);
	*ret_flow = flow_choose(&s, true, err);
	rc = *ret_flow ? endpoints_find(*ret_flow, &s, ret, err) : -1;
	settings_release(&s);
	return rc;
}

static int find_region(const char *region, struct endpoints *ret, struct err *err)
{
	const struct flow *flow;
	char text[400];

	snprintf(text, sizeof(text), "CC_REGION=%s", region);
	return find(GIVEN("GENESYS_CLIENT_ID=i", "GENESYS_CLIENT_SECRET=s", text), &flow,
		    ret, err);
}

/* Every region in every spelling that a tool of the vendor or a person uses. */
static void test_genesys_regions(void **state)
{
	static const char *const spellings[] = {
		"%s",
		"https://login.%s",
		"https://api.%s/",
		"https://apps.%s/directory/#/x",
		"HTTPS://Login.%s:443/oauth/token?x",
		"login.%s",
		"API.%s",
	};

	(void)state;
	assert_int_equal(provider_genesys.region_count, ARRAY_LEN(genesys));
	for (size_t i = 0; i < ARRAY_LEN(genesys); i++)
		for (size_t k = 0; k < ARRAY_LEN(spellings) + 3; k++) {
			AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
			char region[128], want[128];
			struct err err = ERR_INIT;

			snprintf(region, sizeof(region), "%s", genesys[i][0]);
			for (char *p = region; *p; p++) {
				if (*p == '-' && (k == 0 || k == 2))
					*p = '_';
				if (*p >= 'a' && (k == 1 || k == 2))
					*p = (char)(*p - 32);
			}
			if (k >= 3) {
				int n = (int)strcspn(spellings[k - 3], "%");

				snprintf(region, sizeof(region), "%.*s%s%s", n,
					 spellings[k - 3], genesys[i][1],
					 spellings[k - 3] + n + 2);
			}
			well(region, find_region(region, &e, &err), &err);
			snprintf(want, sizeof(want), "https://login.%s/oauth/token",
				 genesys[i][1]);
			same_text(region, buf_str(&e.token_url), want);
			snprintf(want, sizeof(want), "https://api.%s", genesys[i][1]);
			same_text(region, buf_str(&e.api_url), want);
			same_text(region, buf_str(&e.region), genesys[i][0]);
		}
}

/* A domain that the table doesn't have yet is taken as it is. */
static void test_unknown_domain(void **state)
{
	AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	well("domain", find_region("Login.XYZ1.pure.cloud", &e, &err), &err);
	assert_string_equal(buf_str(&e.token_url),
			    "https://login.xyz1.pure.cloud/oauth/token");
	assert_string_equal(buf_str(&e.api_url), "https://api.xyz1.pure.cloud");
	assert_string_equal(buf_str(&e.region), "xyz1.pure.cloud");
}

static void test_refused_regions(void **state)
{
	static const struct {
		const char *region, *near; /* NULL: any */
	} rows[] = {
		{ "eu-west-3", "eu-west-1, eu-west-2, " },
		{ "us-east-3", "us-east-1, us-east-2, " },
		{ "US_WEST_1", "us-west-2" },
		{ "ap-northeast-9", "ap-northeast-1, ap-northeast-2, ap-northeast-3" },
		{ "eucentral1", "are eu-central-1, " },
		{ "ap-southeast-22", "are ap-southeast-2, " },
		{ "mypurecloud", NULL },
		{ "na1", NULL },
		{ "localhost", NULL },
		{ "mypurecloud.com/x", NULL },
		{ "mypurecloud.com:8443", NULL },
		{ "mypurecloud.com#", NULL },
		{ "mypurecloud.com@evil.example", NULL },
		{ "evil.example?mypurecloud.com", NULL },
		{ "my purecloud.com", NULL },
		{ "mypurecloud..com", NULL },
		{ ".mypurecloud.com", NULL },
		{ "mypurecloud.com.", NULL },
		{ "-x.mypurecloud.com", NULL },
		{ "x-.mypurecloud.com", NULL },
		{ "mypurecloud.com-", NULL },
		{ "\xc3\xa9.pure.cloud", NULL },
		{ "http://login.mypurecloud.com", NULL },
		{ "https://u:p@login.mypurecloud.com", NULL },
		{ "{}", NULL },
		{ "{}.pure.cloud", NULL },
	};
	char longest[301];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		struct err err = ERR_INIT;

		same_number(rows[i].region, find_region(rows[i].region, &e, &err), -1);
		same_number(rows[i].region, err.kind, ERR_USAGE);
		has_text(rows[i].region, err.text, "region");
		if (rows[i].near) {
			has_text(rows[i].region, err.hint, rows[i].near);
			has_text(rows[i].region, err.text, "CC_REGION");
		}
	}
	for (size_t n = 100; n <= 300; n++) {
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		struct err err = ERR_INIT;

		memset(longest, 'x', n);
		longest[n] = '\0';
		assert_int_equal(find_region(longest, &e, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
	}
}

/* Which way the settings ask for, and what they lack. */
static void test_flows(void **state)
{
	static const struct {
		const char *env[7];
		const char *want; /* the flow's name, or part of the error */
	} rows[] = {
		{ { "GENESYS_CLIENT_ID=i", "GENESYS_CLIENT_SECRET=s" },
		  "genesys, by region" },
		{ { "GENESYS_CLIENT_ID=i", "GENESYS_CLIENT_SECRET=s",
		    "GENESYS_SUB_DOMAIN=acme" },
		  "genesys, by sub-domain" },
		{ { "GENESYS_CLIENT_ID=i", "CC_CLIENT_SECRET=s",
		    "GENESYS_SUB_DOMAIN=acme", "CC_REGION=nonsense" },
		  "genesys, by sub-domain" },
		{ { "CXONE_CLIENT_ID=i", "CXONE_CLIENT_SECRET=s" },
		  "cxone, client credentials" },
		{ { "CXONE_CLIENT_ID=i", "CXONE_CLIENT_SECRET=s", "CXONE_ACCESS_KEY_ID=k",
		    "CXONE_ACCESS_KEY_SECRET=t" },
		  "cxone, password grant" },
		{ { "CXONE_ACCESS_KEY_ID=k", "CXONE_ACCESS_KEY_SECRET=t",
		    "CXONE_REGION=na1" },
		  "cxone, access key" },
		{ { "CC_PROVIDER=oauth2", "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s",
		    "CC_TOKEN_URL=https://x.example/t" },
		  "oauth2" },
		{ { "CC_PROVIDER=oauth2", "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s",
		    "CC_ISSUER=https://x.example/" },
		  "oauth2" },
		{ { "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s" }, "!provider: not given" },
		{ { "GENESYS_CLIENT_SECRET=s" }, "!client-id is not set" },
		{ { "GENESYS_CLIENT_ID=i" }, "!client-secret is not set" },
		{ { "CXONE_CLIENT_ID=i", "CXONE_ACCESS_KEY_ID=k",
		    "CXONE_ACCESS_KEY_SECRET=t" },
		  "!client-secret is not set" },
		{ { "CXONE_CLIENT_ID=i", "CXONE_CLIENT_SECRET=s",
		    "CXONE_ACCESS_KEY_ID=k" },
		  "!access-key-secret is not set" },
		{ { "CXONE_ACCESS_KEY_ID=k", "CXONE_REGION=na1" },
		  "!access-key-secret is not set" },
		{ { "CXONE_ACCESS_KEY_SECRET=t", "CXONE_REGION=na1" },
		  "!access-key-id is not set" },
		{ { "CXONE_CLIENT_ID=i", "CXONE_CLIENT_SECRET=s",
		    "CXONE_ACCESS_KEY_SECRET=t" },
		  "!access-key-id is not set" },
		{ { "CXONE_ACCESS_KEY_ID=k", "CXONE_ACCESS_KEY_SECRET=t" },
		  "!region is not set" },
		{ { "CC_PROVIDER=oauth2", "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s" },
		  "!neither token-url nor issuer is set" },
		{ { "CXONE_ACCESS_KEY_ID=k", "CXONE_ACCESS_KEY_SECRET=t",
		    "CXONE_REGION=north" },
		  "!region (from CXONE_REGION): no region of that name" },
		{ { "CXONE_ACCESS_KEY_ID=k", "CXONE_ACCESS_KEY_SECRET=t",
		    "CXONE_REGION=na0" },
		  "!no region of that name" },
		{ { "GENESYS_CLIENT_ID=i", "GENESYS_CLIENT_SECRET=s",
		    "GENESYS_SUB_DOMAIN=a.b" },
		  "!sub-domain is not one label" },
		{ { "GENESYS_CLIENT_ID=i", "GENESYS_CLIENT_SECRET=s",
		    "GENESYS_SUB_DOMAIN=evil.example/" },
		  "!sub-domain is not one label" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		const struct flow *flow = NULL;
		struct err err = ERR_INIT;
		bool refused = *rows[i].want == '!';
		int rc = find(rows[i].env, &flow, &e, &err);

		if (!refused)
			well(rows[i].want, rc, &err);
		same_number(rows[i].want, rc, refused ? -1 : 0);
		if (refused) {
			same_number(rows[i].want, err.kind, ERR_USAGE);
			has_text(rows[i].want, err.text, rows[i].want + 1);
			assert_true(*err.hint);
		} else {
			same_text(rows[i].want, flow->name, rows[i].want);
		}
	}
}

/* Nothing is read beside a value, however long it is. */
static void test_long_names(void **state)
{
	static const char *const names[] = { "CC_SUB_DOMAIN", "CC_REGION" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names) * 3; i++) {
		char value[400] = "";
		const char *env[7] = { "GENESYS_CLIENT_ID=i", "CC_CLIENT_SECRET=s",
				       value };
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		struct err err = ERR_INIT;
		const struct flow *flow;
		size_t n = (size_t)snprintf(value, 64, "%s=", names[i % 2]);

		memset(value + n, i < 2 ? '"' : 'a', i < 4 ? 300 : 64);
		assert_int_equal(find(env, &flow, &e, &err), -1);
		same_number(value, err.kind, ERR_USAGE);
		assert_true(*err.hint);
	}
}

static void test_secrets_not_needed(void **state)
{
	struct err err = ERR_INIT;
	struct settings s;

	(void)state;
	given(&s, GIVEN("GENESYS_CLIENT_ID=i"));
	assert_null(flow_choose(&s, true, &err));
	assert_non_null(flow_choose(&s, false, &err));
	settings_release(&s);
	given(&s, GIVEN("CXONE_ACCESS_KEY_ID=i"));
	assert_non_null(flow_choose(&s, false, &err));
	settings_release(&s);
}

#define KEY    "CXONE_ACCESS_KEY_ID=k", "CXONE_ACCESS_KEY_SECRET=t"
#define CLIENT "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s"
#define ISSUER "https://cxone.niceincontact.com"

static void test_endpoints(void **state)
{
	static const struct {
		const char *env[9];
		const char *token_url, *api_url, *issuer, *revoke_url, *region;
	} rows[] = {
		{ { "CC_PROVIDER=genesys", CLIENT },
		  "https://login.mypurecloud.com/oauth/token",
		  "https://api.mypurecloud.com",
		  "",
		  "",
		  "us-east-1" },
		{ { "CC_PROVIDER=genesys", CLIENT, "CC_SUB_DOMAIN=Acme-1" },
		  "https://api.Acme-1.mypurecloud.com/oauth/token",
		  "https://api.Acme-1.mypurecloud.com",
		  "",
		  "",
		  "" },
		{ { "CC_PROVIDER=cxone", CLIENT },
		  "https://api.cxone.com/oauth/token",
		  "https://api.cxone.com",
		  "",
		  "",
		  "" },
		{ { "CC_PROVIDER=cxone", CLIENT, KEY }, "", "", ISSUER, "", "" },
		{ { "CC_PROVIDER=cxone", CLIENT, KEY,
		    "CC_ISSUER=https://cxone-gov.niceincontact.com//" },
		  "",
		  "",
		  "https://cxone-gov.niceincontact.com",
		  "",
		  "" },
		{ { KEY, "CXONE_REGION=NA1" },
		  "https://na1.nice-incontact.com/authentication/v1/token/access-key",
		  "https://api-na1.niceincontact.com",
		  ISSUER,
		  "",
		  "na1" },
		{ { KEY, "CXONE_REGION=xx9" },
		  "https://xx9.nice-incontact.com/authentication/v1/token/access-key",
		  "https://api-xx9.niceincontact.com",
		  ISSUER,
		  "",
		  "xx9" },
		{ { KEY, "CC_TOKEN_URL=https://uh.example/t/" },
		  "https://uh.example/t/",
		  "",
		  ISSUER,
		  "",
		  "" },
		{ { "CC_PROVIDER=genesys", CLIENT, "CC_TOKEN_URL=https://gw.example/t",
		    "CC_API_URL=https://gw.example/api/", "CC_REGION=eu-west-1" },
		  "https://gw.example/t",
		  "https://gw.example/api",
		  "",
		  "",
		  "eu-west-1" },
		{ { "CC_PROVIDER=oauth2", CLIENT, "CC_TOKEN_URL=https://x.example/t?a=b",
		    "CC_API_URL=https://y.example/", "CC_REVOKE_URL=https://x.example/r",
		    "CC_REGION=anything" },
		  "https://x.example/t?a=b",
		  "https://y.example",
		  "",
		  "https://x.example/r",
		  "" },
		{ { "CC_PROVIDER=oauth2", CLIENT, "CC_ISSUER=https://x.example/realm/" },
		  "",
		  "",
		  "https://x.example/realm",
		  "",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		const struct flow *flow;
		struct err err = ERR_INIT;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		well(row, find(rows[i].env, &flow, &e, &err), &err);
		same_text(row, buf_str(&e.token_url), rows[i].token_url);
		same_text(row, buf_str(&e.api_url), rows[i].api_url);
		same_text(row, buf_str(&e.issuer), rows[i].issuer);
		same_text(row, buf_str(&e.revoke_url), rows[i].revoke_url);
		same_text(row, buf_str(&e.region), rows[i].region);
	}
}

static void test_client_auth(void **state)
{
	static const struct {
		const char *flow, *setting;
		enum client_auth want;
	} rows[] = {
		{ "genesys, by region", "", AUTH_BASIC_RAW },
		{ "genesys, by region", "body", AUTH_BODY },
		{ "genesys, by sub-domain", "", AUTH_BODY },
		{ "genesys, by sub-domain", "basic", AUTH_BASIC_RAW },
		{ "cxone, client credentials", "", AUTH_BODY },
		{ "cxone, client credentials", "Basic", AUTH_BASIC },
		{ "cxone, password grant", "", AUTH_BASIC },
		{ "cxone, password grant", "BODY", AUTH_BODY },
		{ "cxone, access key", "", AUTH_NONE },
		{ "cxone, access key", "basic", AUTH_NONE },
		{ "oauth2", "", AUTH_BASIC },
		{ "oauth2", "body", AUTH_BODY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct flow *f = provider_flow_by_name(rows[i].flow);
		AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
		struct settings s;
		char env[64];

		snprintf(env, sizeof(env), "CC_CLIENT_AUTH=%s", rows[i].setting);
		given(&s, GIVEN(env));
		same_number(rows[i].flow, flow_auth(f, &e, &s), rows[i].want);
		buf_set(&e.auth, "body");
		if (!*rows[i].setting && f->auth != AUTH_NONE)
			same_number(rows[i].flow, flow_auth(f, &e, &s), AUTH_BODY);
		else
			same_number(rows[i].flow, flow_auth(f, &e, &s), rows[i].want);
		settings_release(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_genesys_regions), cmocka_unit_test(test_unknown_domain),
	cmocka_unit_test(test_refused_regions), cmocka_unit_test(test_flows),
	cmocka_unit_test(test_long_names),	cmocka_unit_test(test_secrets_not_needed),
	cmocka_unit_test(test_endpoints),	cmocka_unit_test(test_client_auth),
};

TEST_MAIN(tests)
