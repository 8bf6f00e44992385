#include "settings/settings.h"

#include "base/log.h"
#include "given.h"

/* What a copy leaves around a value: gone where a value has none, else named. */
static void test_pasted(void **state)
{
	static const struct {
		const char *env;
		enum setting_id id;
		const char *want, *named;
	} rows[] = {
		{ "CC_REGION= eu-west-1 ", SET_REGION, "eu-west-1", "" },
		{ "CC_REGION=\"eu-west-1\"", SET_REGION, "eu-west-1", "" },
		{ "CC_REGION=eu-west-1\r\n", SET_REGION, "eu-west-1", "" },
		{ "CC_REGION=\u00a0eu-west-1\u200b", SET_REGION, "eu-west-1", "" },
		{ "CC_REGION=\ufeffeu-west-1", SET_REGION, "eu-west-1", "" },
		{ "CC_SUB_DOMAIN=\"\"", SET_SUB_DOMAIN, "\"\"", " begins with a quote" },
		{ "CC_SUB_DOMAIN='acme'", SET_SUB_DOMAIN, "acme", "" },
		{ "CC_CLIENT_SECRET=secret-value", SET_CLIENT_SECRET, "secret-value",
		  "" },
		{ "CC_CLIENT_SECRET=a b\"c", SET_CLIENT_SECRET, "a b\"c", "" },
		{ "CC_CLIENT_SECRET= secret", SET_CLIENT_SECRET, " secret",
		  " begins with a blank" },
		{ "CC_CLIENT_SECRET=secret'", SET_CLIENT_SECRET, "secret'",
		  " ends with a quote" },
		{ "CC_CLIENT_SECRET=secret\u201d", SET_CLIENT_SECRET, "secret\u201d",
		  " ends with a quote (U+201D)" },
		{ "CC_CLIENT_SECRET=secret\u00a0", SET_CLIENT_SECRET, "secret\u00a0",
		  " ends with a no-break space (U+00A0)" },
		{ "CC_CLIENT_SECRET=\ufeffsecret", SET_CLIENT_SECRET, "\ufeffsecret",
		  " begins with a byte order mark (U+FEFF)" },
		{ "CC_CLIENT_SECRET=sec\u200dret", SET_CLIENT_SECRET, "sec\u200dret",
		  " holds a zero-width character (U+200D)" },
		{ "CC_CLIENT_SECRET=secret\xa0", SET_CLIENT_SECRET, "secret\xa0", "" },
		{ "CC_CLIENT_ID=id ", SET_CLIENT_ID, "id ", " ends with a blank" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf text = BUF_INIT(200), want = BUF_INIT(200);
		struct settings s;

		given(&s, GIVEN("CC_PROVIDER=genesys", rows[i].env));
		same_text(rows[i].env, settings_str(&s, rows[i].id), rows[i].want);
		if (*rows[i].named) {
			settings_describe(&s, rows[i].id, &want);
			buf_adds(&want, rows[i].named);
		}
		same_number(rows[i].env, settings_pasted(&s, rows[i].id, &text),
			    *rows[i].named != '\0');
		same_text(rows[i].env, buf_str(&text), buf_str(&want));
		settings_release(&s);
	}
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_pasted),
};

TEST_MAIN(tests)
