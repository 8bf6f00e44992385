/* Settings where a secret comes by an input: see settings.confined. */
#include "given.h"

#define SECRET "INPUT_CLIENT-ID=i", "INPUT_CLIENT-SECRET=from-an-input"
#define OAUTH2 SECRET, "INPUT_PROVIDER=oauth2"

/* Where a secret comes by an input, nothing that decides is taken from a variable. */
static void test_confined(void **state)
{
	static const struct {
		const char *env[6];
		enum setting_id id;
		const char *value, *denied;
	} rows[] = {
		{ { OAUTH2, "CC_TOKEN_URL=https://e" },
		  SET_TOKEN_URL,
		  "",
		  "CC_TOKEN_URL" },
		{ { OAUTH2, "CC_ISSUER=https://e" }, SET_ISSUER, "", "CC_ISSUER" },
		{ { OAUTH2, "CC_API_URL=https://e" }, SET_API_URL, "", "CC_API_URL" },
		{ { OAUTH2, "CC_REVOKE_URL=https://e" },
		  SET_REVOKE_URL,
		  "",
		  "CC_REVOKE_URL" },
		{ { OAUTH2, "CC_CLIENT_AUTH=body" },
		  SET_CLIENT_AUTH,
		  "",
		  "CC_CLIENT_AUTH" },
		{ { OAUTH2, "SSL_CERT_FILE=/e" }, SET_CA_FILE, "", "SSL_CERT_FILE" },
		{ { SECRET, "INPUT_PROVIDER=genesys", "GENESYS_SUB_DOMAIN=e" },
		  SET_SUB_DOMAIN,
		  "",
		  "GENESYS_SUB_DOMAIN" },
		{ { SECRET, "INPUT_PROVIDER=cxone", "CC_ACCESS_KEY_ID=e" },
		  SET_ACCESS_KEY_ID,
		  "",
		  NULL },
		{ { "INPUT_CLIENT-SECRET=s", "INPUT_PROVIDER=oauth2", "CC_CLIENT_ID=e" },
		  SET_CLIENT_ID,
		  "",
		  NULL },
		/* what decides nothing is taken, and a region, which has a table */
		{ { OAUTH2, "CC_TIMEOUT=7" }, SET_TIMEOUT, "7", NULL },
		{ { SECRET, "INPUT_PROVIDER=genesys", "CC_REGION=eu-west-1" },
		  SET_REGION,
		  "eu-west-1",
		  NULL },
		/* an input goes first, and allows */
		{ { OAUTH2, "CC_TOKEN_URL=https://e", "INPUT_TOKEN-URL=https://t" },
		  SET_TOKEN_URL,
		  "https://t",
		  NULL },
		{ { OAUTH2, "CC_TOKEN_URL=https://e", "INPUT_ALLOW-ENVIRONMENT=true" },
		  SET_TOKEN_URL,
		  "https://e",
		  NULL },
		{ { OAUTH2, "CC_TOKEN_URL=https://e", "CC_ALLOW_ENVIRONMENT=true" },
		  SET_TOKEN_URL,
		  "",
		  "CC_TOKEN_URL" },
		/* no secret, or one of a variable */
		{ { "INPUT_CLIENT-ID=i", "INPUT_CLIENT-SECRET=", "CC_PROVIDER=oauth2",
		    "CC_TOKEN_URL=https://e" },
		  SET_TOKEN_URL,
		  "https://e",
		  NULL },
		{ { "CC_CLIENT_SECRET=s", "CC_PROVIDER=oauth2",
		    "CC_TOKEN_URL=https://e" },
		  SET_TOKEN_URL,
		  "https://e",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings s;

		given(&s, rows[i].env);
		same_text(rows[i].env[3], settings_str(&s, rows[i].id), rows[i].value);
		same_text(rows[i].env[3],
			  s.v[rows[i].id].denied ? s.v[rows[i].id].denied : "-",
			  rows[i].denied ? rows[i].denied : "-");
		settings_release(&s);
	}
}

/* The provider is told by the inputs alone; a variable may only say the same. */
static void test_confined_provider(void **state)
{
	static const struct {
		const char *env[5];
		const struct provider *want;
		const char *error;
	} rows[] = {
		{ { SECRET, "CC_PROVIDER=genesys" }, PROVIDER_NONE, "CC_PROVIDER says" },
		{ { SECRET, "CXONE_CLIENT_ID=e" }, PROVIDER_NONE, NULL },
		{ { "INPUT_ACCESS-KEY-SECRET=s", "CC_PROVIDER=genesys" },
		  PROVIDER_NONE,
		  "CC_PROVIDER says" },
		{ { "INPUT_ACCESS-KEY-SECRET=s", "CC_PROVIDER=cxone" },
		  PROVIDER_CXONE,
		  NULL },
		{ { SECRET, "INPUT_PROVIDER=genesys", "CC_PROVIDER=cxone" },
		  PROVIDER_GENESYS,
		  NULL },
		{ { SECRET, "CC_PROVIDER=genesys", "INPUT_ALLOW-ENVIRONMENT=true" },
		  PROVIDER_GENESYS,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings s;
		struct err err;
		int rc = given_load(&s, rows[i].env, &err);

		same_number(rows[i].env[1], rc, rows[i].error ? -1 : 0);
		if (rows[i].error) {
			has_text(rows[i].env[1], err.text, rows[i].error);
			has_text(rows[i].env[1], err.hint, "input provider");
		} else {
			same_text(rows[i].env[1], provider_name(s.provider),
				  provider_name(rows[i].want));
		}
		settings_release(&s);
	}
}

/* What main saves, post reads; and of variables it reads no others. */
static void test_saved(void **state)
{
	static const struct {
		const char *env[6];
		const char *saved;
	} rows[] = {
		{ { SECRET, "INPUT_PROVIDER=genesys", "CC_REGION=eu-west-1" },
		  "region=eu-west-1" },
		{ { SECRET, "INPUT_PROVIDER=genesys", "CC_REVOKE=false",
		    "CC_SCOPE=a b&c" },
		  "scope=a%20b%26c&revoke=false" },
		{ { OAUTH2, "INPUT_ALLOW-ENVIRONMENT=true",
		    "CC_TOKEN_URL=https://t/?a=b" },
		  "token-url=https%3A%2F%2Ft%2F%3Fa%3Db" },
		{ { OAUTH2, "CC_TOKEN_URL=https://t" }, "" },
		{ { "CC_PROVIDER=genesys", "CC_CLIENT_ID=i", "CC_CLIENT_SECRET=s",
		    "CC_REVOKE=no" },
		  "revoke=no" },
		{ { OAUTH2 }, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf saved = BUF_INIT(500), query = BUF_INIT(500);
		struct settings_sources post = { .input = given_input, .handed = true };
		struct err err = ERR_INIT;
		struct settings main_step, s;

		given(&main_step, rows[i].env);
		settings_save(&main_step, &saved);
		same_text(rows[i].env[0], buf_str(&saved), rows[i].saved);
		buf_addf(&query, "?%s", buf_str(&saved));
		post.saved = buf_str(&query);
		setenv("CC_TIMEOUT", "abc", 1);
		setenv("CC_REGION", "evil.example", 1);
		settings_init(&s);
		well("post", settings_load(&s, &post, &err), &err);
		for (int id = 0; id < SETTING_COUNT; id++)
			if (main_step.v[id].from >= FROM_INPUT ||
			    settings_find("revoke", 6) == id)
				same_text(settings_row((enum setting_id)id)->name,
					  settings_str(&s, (enum setting_id)id),
					  settings_str(&main_step, (enum setting_id)id));
		settings_release(&s);
		settings_release(&main_step);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_confined),
	cmocka_unit_test(test_confined_provider),
	cmocka_unit_test(test_saved),
};

TEST_MAIN(tests)
