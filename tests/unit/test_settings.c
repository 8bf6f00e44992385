#include "settings/settings.h"

#include "base/log.h"
#include "given.h"

/* Option, input, environment in the row's order, default: the first that has a value. */
static void test_precedence(void **state)
{
	static const struct {
		const char *option;
		const char *env[6];
		const char *want, *described;
	} rows[] = {
		{ NULL, { 0 }, "", "region (not set)" },
		{ NULL, { "CC_REGION=a" }, "a", "region (from CC_REGION)" },
		{ NULL,
		  { "GENESYS_REGION=e", "GENESYS_CLOUD_ENVIRONMENT=d" },
		  "d",
		  "region (from GENESYS_CLOUD_ENVIRONMENT)" },
		{ NULL,
		  { "GENESYS_CLOUD_ENVIRONMENT=d", "GENESYSCLOUD_REGION=c",
		    "CC_REGION=b" },
		  "b",
		  "region (from CC_REGION)" },
		{ NULL,
		  { "CC_REGION=b", "INPUT_REGION=i" },
		  "i",
		  "region (from the action input region)" },
		{ "o",
		  { "CC_REGION=b", "INPUT_REGION=i" },
		  "o",
		  "region (from --region)" },
		{ "",
		  { "CC_REGION=b", "INPUT_REGION=" },
		  "b",
		  "region (from CC_REGION)" },
		{ NULL,
		  { "CC_REGION=", "GENESYS_REGION=e" },
		  "e",
		  "region (from GENESYS_REGION)" },
		{ NULL, { "CXONE_REGION=na1" }, "", "region (not set)" },
		{ NULL, { "input_region=i", "INPUT_region=i" }, "", "region (not set)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf where = BUF_INIT(200);
		struct err err = ERR_INIT;
		struct settings s;

		given_environment(rows[i].env);
		setenv("CC_PROVIDER", "genesys", 1);
		settings_init(&s);
		if (rows[i].option)
			well("option",
			     settings_set_option(&s, SET_REGION, rows[i].option, &err),
			     &err);
		well(rows[i].described, settings_load(&s, &given_all, &err), &err);
		settings_describe(&s, SET_REGION, &where);
		same_text(rows[i].described, settings_str(&s, SET_REGION), rows[i].want);
		same_text(rows[i].described, buf_str(&where), rows[i].described);
		assert_int_equal(settings_has(&s, SET_REGION), *rows[i].want != '\0');
		settings_release(&s);
	}
}

/* Every setting by its own variable and by its input, with the dashes kept. */
static void test_every_setting(void **state)
{
	static const char *const samples[] = {
		[SETTING_TEXT] = "text", [SETTING_SECRET] = "long-lived-secret",
		[SETTING_WORD] = "word", [SETTING_URL] = "https://x.example",
		[SETTING_BOOL] = "true", [SETTING_SECONDS] = "77",
		[SETTING_CHOICE] = NULL, [SETTING_NAME] = "name",
	};

	(void)state;
	for (int id = SET_PROVIDER + 1; id < SETTING_COUNT; id++) {
		const struct setting_row *row = settings_row((enum setting_id)id);
		const char *value = samples[row->kind];
		char choice[32], input[80] = "INPUT_";

		assert_int_equal(settings_find(row->name, strlen(row->name)), id);
		snprintf(choice, sizeof(choice), "%.*s",
			 (int)strcspn(row->choices ? row->choices : "", "|"),
			 row->choices ? row->choices : "");
		value = value ? value : choice;
		for (size_t k = 0; row->name[k]; k++)
			input[6 + k] = (char)(row->name[k] >= 'a' ? row->name[k] - 32
								  : row->name[k]);
		struct setting_variable v = { input, provider_owner(row->name) };

		for (size_t e = 0;
		     !e || settings_variable((enum setting_id)id, e - 1, &v); e++) {
			const struct provider *only = v.only;
			const char *name = v.name;
			struct err err = ERR_INIT;
			struct settings s;

			given_environment(NULL);
			setenv("INPUT_PROVIDER",
			       provider_name(only ? only : PROVIDER_OAUTH2), 1);
			if (id == SET_PROVIDER)
				unsetenv("INPUT_PROVIDER");
			setenv(name, value, 1);
			settings_init(&s);
			well(name, settings_load(&s, &given_all, &err), &err);
			same_text(name, settings_str(&s, (enum setting_id)id), value);
			same_number(name, s.v[id].from, e ? FROM_ENV : FROM_INPUT);
			settings_release(&s);
		}
	}
	assert_int_equal(settings_find("regio", 5), -1);
	assert_int_equal(settings_find("regions", 7), -1);
	assert_int_equal(settings_find("region-x", 6), SET_REGION);
}

static void test_detection(void **state)
{
	static const struct {
		const char *env[5];
		const struct provider *want;
		const char *found; /* part of the error where none is told */
	} rows[] = {
		{ { 0 }, PROVIDER_NONE, "no credentials" },
		{ { "CC_CLIENT_ID=x", "CC_CLIENT_SECRET=y" },
		  PROVIDER_NONE,
		  "CC_CLIENT_ID, CC_CLIENT_SECRET" },
		{ { "GENESYSCLOUD_OAUTHCLIENT_ID=x" }, PROVIDER_GENESYS, NULL },
		{ { "GENESYS_CLOUD_CLIENT_SECRET=x" }, PROVIDER_GENESYS, NULL },
		{ { "GENESYS_CLIENT_ID=x" }, PROVIDER_GENESYS, NULL },
		{ { "CXONE_CLIENT_ID=x" }, PROVIDER_CXONE, NULL },
		{ { "CXONE_ACCESS_KEY_ID=x" }, PROVIDER_CXONE, NULL },
		{ { "CC_ACCESS_KEY_SECRET=x" }, PROVIDER_CXONE, NULL },
		{ { "INPUT_ACCESS-KEY-ID=x" }, PROVIDER_CXONE, NULL },
		{ { "GENESYS_CLIENT_ID=x", "CXONE_CLIENT_ID=y" },
		  PROVIDER_NONE,
		  "GENESYS_CLIENT_ID, CXONE_CLIENT_ID" },
		{ { "GENESYS_CLIENT_ID=x", "CXONE_CLIENT_ID=" }, PROVIDER_GENESYS, NULL },
		{ { "GENESYS_CLIENT_ID=x", "CC_PROVIDER=cxone" }, PROVIDER_CXONE, NULL },
		{ { "CC_PROVIDER=OAuth2" }, PROVIDER_OAUTH2, NULL },
		{ { "CC_PROVIDER=genesys", "INPUT_PROVIDER=cxone" },
		  PROVIDER_CXONE,
		  NULL },
		{ { "GENESYSCLOUD_REGION=us-east-1" }, PROVIDER_NONE, "no credentials" },
		{ { "CXONE_CLIENT_ID=y", "CC_CLIENT_ID=z" }, PROVIDER_CXONE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct settings s;

		well("load", given_load(&s, rows[i].env, &err), &err);
		same_text(rows[i].env[0], provider_name(s.provider),
			  provider_name(rows[i].want));
		same_number("need", settings_need_provider(&s, &err),
			    rows[i].want ? 0 : -1);
		if (!rows[i].want) {
			same_number("kind", err.kind, ERR_USAGE);
			has_text("found", err.text, rows[i].found);
		}
		settings_release(&s);
	}
}

static void test_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "0", 0 },
		{ "90", 90 },
		{ "90s", 90 },
		{ "15m", 900 },
		{ "6h", 21600 },
		{ "1d", 86400 },
		{ "007", 7 },
		{ "999999999", 999999999 },
		{ "999999999d", INT64_C(86399999913600) },
		{ "", -1 },
		{ "s", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1.5", -1 },
		{ " 1", -1 },
		{ "1 ", -1 },
		{ "1 m", -1 },
		{ "1mm", -1 },
		{ "1w", -1 },
		{ "1M", -1 },
		{ "1e3", -1 },
		{ "0x10", -1 },
		{ "1h30m", -1 },
		{ "1000000000", -1 },
		{ "99999999999999999999", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		same_number(rows[i].text, settings_parse_seconds(rows[i].text),
			    rows[i].want);
}

static void test_bool(void **state)
{
	static const struct {
		const char *text;
		int want; /* -1: refused */
	} rows[] = {
		{ "true", 1 }, { "TRUE", 1 },	{ "1", 1 },	   { "yes", 1 },
		{ "On", 1 },   { "false", 0 },	{ "False", 0 },	   { "0", 0 },
		{ "no", 0 },   { "off", 0 },	{ "2", -1 },	   { "y", -1 },
		{ "tru", -1 }, { "true ", -1 }, { "enabled", -1 }, { "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err;
		struct settings s;
		char env[64];
		int rc;

		snprintf(env, sizeof(env), "CC_REVOKE=%s", rows[i].text);
		rc = given_load(&s, GIVEN(env), &err);
		same_number(rows[i].text, rc, rows[i].want < 0 ? -1 : 0);
		if (!rc)
			same_number(rows[i].text, settings_bool(&s, SET_REVOKE),
				    rows[i].want);
		settings_release(&s);
	}
}

/* What is wrong is told with the setting and its source, never with a secret's value. */
static void test_refuses(void **state)
{
	static const struct {
		const char *env, *want;
	} rows[] = {
		{ "CC_PROVIDER=salesforce",
		  "provider (from CC_PROVIDER) must be one of" },
		{ "INPUT_PROVIDER=x", "provider (from the action input provider)" },
		{ "CC_CLIENT_AUTH=bas", "client-auth (from CC_CLIENT_AUTH)" },
		{ "CC_CLIENT_AUTH=basic|body", "must be one of basic|body" },
		{ "CC_CLIENT_AUTH=basicbody", "must be one of basic|body" },
		{ "CC_TIMEOUT=0", "timeout (from CC_TIMEOUT) must be seconds from 1" },
		{ "CC_TIMEOUT=3601", "to 3600" },
		{ "CC_TIMEOUT=abc", "timeout" },
		{ "CC_RETRY_FOR=86401", "to 86400" },
		{ "CC_RETRY_FOR=-1", "retry-for" },
		{ "CC_EXPIRY_BUFFER=367d", "expiry-buffer" },
		{ "CC_MAX_LIFETIME=0", "max-lifetime" },
		{ "CC_REFRESH=maybe", "refresh (from CC_REFRESH) must be true or false" },
		{ "CC_NAME=../x", "name (from CC_NAME) may hold" },
		{ "CC_NAME=.hidden", "may hold" },
		{ "CC_NAME=a/b", "may hold" },
		{ "CC_NAME=a b", "may hold" },
		{ "CC_LOG=loud", "log-level" },
		{ "CC_TOKEN_URL=http://x.example", "token-url (from CC_TOKEN_URL): " },
		{ "CC_API_URL=x.example", "api-url" },
		{ "CC_ISSUER=https://u:Hunter2@x.example", "issuer" },
		{ "CC_CLIENT_ID=a\nb",
		  "client-id (from CC_CLIENT_ID) holds a line break" },
		{ "CC_CLIENT_SECRET=Hunter2\n",
		  "client-secret (from CC_CLIENT_SECRET) h" },
		{ "CC_CLIENT_SECRET=\x7fHunter2", "client-secret" },
		{ "CC_CLIENT_ID=\xff", "is not valid UTF-8" },
		{ "CC_SCOPE=\t", "holds a line break or control" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err;
		struct settings s;

		same_number(rows[i].env, given_load(&s, GIVEN(rows[i].env), &err), -1);
		same_number(rows[i].env, err.kind, ERR_USAGE);
		has_text(rows[i].env, err.text, rows[i].want);
		lacks_text(rows[i].env, err.text, "Hunter2");
		lacks_text(rows[i].env, err.hint, "Hunter2");
		settings_release(&s);
	}
}

static void test_takes(void **state)
{
	static const char *const rows[] = {
		"CC_NAME=a",
		"CC_NAME=-x_Y.9",
		"CC_CLIENT_AUTH=BODY",
		"CC_LOG=Debug",
		"CC_TIMEOUT=3600",
		"CC_RETRY_FOR=0",
		"CC_RETRY_FOR=1d",
		"CC_EXPIRY_BUFFER=366d",
		"CC_TOKEN_URL=http://127.0.0.1:9/x",
		"CC_CLIENT_SECRET=gr\xfc\xdf",
		"CC_CLIENT_ID=gr\xc3\xbc\xc3\x9f",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err;
		struct settings s;

		well(rows[i], given_load(&s, GIVEN(rows[i]), &err), &err);
		settings_release(&s);
	}
}

static void test_for_one_provider_only(void **state)
{
	struct err err;
	struct settings s;

	(void)state;
	assert_int_equal(
		given_load(&s, GIVEN("CC_PROVIDER=oauth2", "INPUT_SUB-DOMAIN=x"), &err),
		-1);
	has_text("input", err.text, "is for genesys only, and the provider is oauth2");
	settings_release(&s);
	given(&s, GIVEN("CC_PROVIDER=oauth2", "TENANT_ID=x", "CXONE_ISSUER=nonsense"));
	assert_false(settings_has(&s, SET_TENANT_ID));
	assert_false(settings_has(&s, SET_ISSUER));
	settings_release(&s);
}

static void test_defaults(void **state)
{
	struct settings s;

	(void)state;
	given(&s, GIVEN("PATH=/bin"));
	assert_int_equal(settings_seconds(&s, SET_EXPIRY_BUFFER), 60);
	assert_int_equal(settings_seconds(&s, SET_TIMEOUT), 30);
	assert_int_equal(settings_seconds(&s, SET_RETRY_FOR), 120);
	assert_int_equal(settings_seconds(&s, SET_MAX_LIFETIME), 21600);
	assert_true(settings_bool(&s, SET_EXPORT_ENV) && settings_bool(&s, SET_REVOKE));
	assert_true(settings_bool(&s, SET_INSTALL_CLI));
	assert_false(settings_bool(&s, SET_REFRESH));
	assert_string_equal(settings_str(&s, SET_LOG_LEVEL), "info");
	assert_int_equal(s.v[SET_TIMEOUT].from, FROM_DEFAULT);
	settings_release(&s);
}

/* A secret is never an option, and is hidden from the moment it is read. */
static void test_secrets(void **state)
{
	static const char secret[] = "hunter2-hunter2";
	struct err err = ERR_INIT;
	struct settings s;

	(void)state;
	settings_init(&s);
	for (int id = 0; id < SETTING_COUNT; id++) {
		if (settings_row((enum setting_id)id)->kind != SETTING_SECRET)
			continue;
		assert_int_equal(
			settings_set_option(&s, (enum setting_id)id, secret, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		has_text("why", err.text, "a secret is never an option");
		lacks_text("why", err.text, secret);
		lacks_text("hint", err.hint, secret);
		assert_false(settings_has(&s, (enum setting_id)id));
	}
	given(&s, GIVEN("INPUT_CLIENT-SECRET=hunter2-hunter2"));
	assert_true(redact_finds(redact_list(), secret, strlen(secret)));
	settings_release(&s);
	redact_release(redact_list());
}

static void test_too_long(void **state)
{
	char *value = malloc(BUF_SECRET_MAX + 2);
	struct err err = ERR_INIT;
	struct settings s;

	(void)state;
	memset(value, 'x', BUF_SECRET_MAX + 1);
	value[BUF_SECRET_MAX + 1] = '\0';
	given_environment(NULL);
	setenv("CC_SCOPE", value, 1);
	settings_init(&s);
	assert_int_equal(settings_load(&s, &given_all, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, "scope (from CC_SCOPE) is longer than 65536 bytes");
	settings_release(&s);
	free(value);
}

static void test_env_names(void **state)
{
	static const struct {
		enum setting_id id;
		const struct provider *provider;
		const char *want;
	} rows[] = {
		{ SET_CLIENT_ID, PROVIDER_CXONE, "CC_CLIENT_ID, CXONE_CLIENT_ID" },
		{ SET_CLIENT_ID, PROVIDER_OAUTH2, "CC_CLIENT_ID" },
		{ SET_REGION, PROVIDER_GENESYS,
		  "CC_REGION, GENESYSCLOUD_REGION, GENESYS_CLOUD_ENVIRONMENT, "
		  "GENESYS_REGION" },
		{ SET_TENANT_ID, PROVIDER_NONE,
		  "CC_TENANT_ID, CXONE_TENANT_ID, TENANT_ID" },
		{ SET_CA_FILE, PROVIDER_GENESYS, "CC_CA_FILE, SSL_CERT_FILE" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(500);

		settings_env_names(rows[i].id, rows[i].provider, &out);
		assert_string_equal(buf_str(&out), rows[i].want);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_precedence), cmocka_unit_test(test_every_setting),
	cmocka_unit_test(test_detection),  cmocka_unit_test(test_seconds),
	cmocka_unit_test(test_bool),	   cmocka_unit_test(test_refuses),
	cmocka_unit_test(test_takes),	   cmocka_unit_test(test_for_one_provider_only),
	cmocka_unit_test(test_defaults),   cmocka_unit_test(test_secrets),
	cmocka_unit_test(test_too_long),   cmocka_unit_test(test_env_names),
};

TEST_MAIN(tests)
