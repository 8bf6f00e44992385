#include "oauth/oauth.h"

#include "base/log.h"
#include "answered.h"

#define ID     "CC_CLIENT_ID=the-client"
#define SECRET "CC_CLIENT_SECRET=the-secret-value"

static const char *const genesys[] = { "GENESYS_CLIENT_ID=the-client",
				       "GENESYS_CLIENT_SECRET=the-secret-value", NULL };
static const char *const oauth2[] = { "CC_PROVIDER=oauth2", ID, SECRET,
				      "CC_TOKEN_URL=https://x.example/t", NULL };

/* Answers that are tokens, under all the names that vendors give the parts. */
static void test_tokens(void **state)
{
	static const struct {
		const char *body, *access, *refresh, *id;
		int64_t lifetime;
	} rows[] = {
		{ "{\"access_token\":\"abc\",\"token_type\":\"bearer\",\"expires_in\":86399}",
		  "abc", "", "", 86399 },
		{ "{\"access_token\":\"abc\",\"token_type\":\"BEARER\",\"expires_in\":60,"
		  "\"refresh_token\":\"r t\\u00e9\"}",
		  NULL, NULL, NULL, 0 },
		{ "{\"access_token\":\"abc\",\"expires_in\":60,\"refresh_token\":\"r%t\","
		  "\"id_token\":\"a.b.c\"}",
		  "abc", "r%t", "a.b.c", 60 },
		{ "{\"token\":\"abc\",\"refreshToken\":\"r\",\"tokenExpirationTimeSec\":3600,"
		  "\"refreshTokenExpirationTimeSec\":7200}",
		  "abc", "r", "", 3600 },
		{ "{\"accessToken\":\"abc\",\"idToken\":\"i\",\"expiresIn\":\"120\"}",
		  "abc", "", "i", 120 },
		{ "{\"access_token\":\"abc\",\"token_type\":\"\",\"expires_in\":1}",
		  "abc", "", "", 1 },
		{ "{\"access_token\":\"abc\",\"token_type\":null,\"refresh_token\":null,"
		  "\"expires_in\":1}",
		  "abc", "", "", 1 },
		{ "{\"access_token\":\"abc\",\"refresh_token\":\"\",\"expires_in\":1,"
		  "\"error\":\"\"}",
		  "abc", "", "", 1 },
		{ " \r\n{\"x\":[{\"access_token\":\"no\"}],\"access_token\":\"abc==\","
		  "\"expires_in\":1} ",
		  "abc==", "", "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;
		enum oauth_verdict verdict;

		answer(&resp, i % 2 ? 201 : 200, NULL, rows[i].body);
		verdict = judge(genesys, &resp, &t, &err);
		if (!rows[i].access) {
			same_number(rows[i].body, verdict, OAUTH_REFUSED);
			continue;
		}
		well(rows[i].body, verdict != OAUTH_OK, &err);
		same_text(rows[i].body, buf_str(&t.access), rows[i].access);
		same_text(rows[i].body, buf_str(&t.refresh), rows[i].refresh);
		same_text(rows[i].body, buf_str(&t.id), rows[i].id);
		same_number(rows[i].body, t.lifetime, rows[i].lifetime);
		same_number(rows[i].body, t.issued_boot_ms, 5000);
		assert_true(*t.boot_id);
	}
	redact_release(redact_list());
}

/* What an answer may say of the lifetime. -1: the row's own is taken. */
static void test_lifetimes(void **state)
{
	static const struct {
		const char *value;
		int64_t want;
	} rows[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "59.9", 59 },
		{ "3.6e3", 3600 },
		{ "-1", 0 },
		{ "-1e300", 0 },
		{ "\"3600\"", 3600 },
		{ "\"3600.5\"", 3600 },
		{ "\"-5\"", 0 },
		{ "315360000", TOKEN_LIFETIME_MAX },
		{ "315360001", TOKEN_LIFETIME_MAX },
		{ "9223372036854775807", TOKEN_LIFETIME_MAX },
		{ "1e999", TOKEN_LIFETIME_MAX },
		{ "\"1e999\"", TOKEN_LIFETIME_MAX },
		/* ten days and more in seconds, unless as milliseconds it is plain */
		{ "864000", 864000 },
		{ "2592000", 2592000 },
		{ "5184000", 5184000 },
		{ "31536000", 31536000 },
		{ "38880000", 38880000 },
		{ "900000", -1 },
		{ "3600000", -1 },
		{ "\"3600000\"", -1 },
		{ "86400000", -1 },
		{ "1700000000", -1 },
		{ "2147483647", -1 },
		{ "1700000000000", -1 },
		{ "\"1700003600\"", -1 },
		{ "null", -1 },
		{ "true", -1 },
		{ "\"\"", -1 },
		{ "\"soon\"", -1 },
		{ "\"60s\"", -1 },
		{ "\"nan\"", -1 },
		{ "\"NAN(1)\"", -1 },
		{ "[60]", -1 },
		{ "{\"s\":60}", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;
		char body[128];

		snprintf(body, sizeof(body),
			 "{\"access_token\":\"abc\",\"expires_in\":%s}", rows[i].value);
		answer(&resp, 200, NULL, body);
		well(body, judge(genesys, &resp, &t, &err) != OAUTH_OK, &err);
		same_number(body, t.lifetime, rows[i].want < 0 ? 86400 : rows[i].want);
	}
	redact_release(redact_list());
}

/* Without expires_in a JWT tells by its own claim, seen from the server's clock. */
static void test_lifetime_by_claim(void **state)
{
	/* {"exp":1700003600} */
	static const char body[] =
		"{\"access_token\":\"e30.eyJleHAiOjE3MDAwMDM2MDB9.x\"}";
	static const struct {
		bool has_date;
		int64_t date, want;
	} rows[] = {
		{ true, 1700000000, 3600 },
		{ true, 1700003599, 1 },
		{ true, 1700003600, 0 },
		{ true, 1800000000, 0 },
		{ true, 1000000000, TOKEN_LIFETIME_MAX },
		{ false, 0, 0 }, /* by our own clock, which is past it */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;

		answer(&resp, 200, NULL, body);
		resp.has_date = rows[i].has_date;
		resp.date_wall = rows[i].date;
		well("claim", judge(genesys, &resp, &t, &err) != OAUTH_OK, &err);
		same_number("claim", t.lifetime, rows[i].want);
	}
	redact_release(redact_list());
}

/* Of two that tell, the nearer counts; a claim on no clock but the server's. */
static void test_nearer(void **state)
{
	/* {"iat":1700000000,"exp":1700000600}; {"exp":1700000600} */
#define BOTH "e30.eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDYwMH0.x"
#define EXP  "e30.eyJleHAiOjE3MDAwMDA2MDB9.x"
	static const struct {
		const char *token, *expires;
		int64_t date, want; /* date 0: none */
	} rows[] = {
		{ BOTH, "3600", 1700000000, 600 },
		{ BOTH, "3600", 1700000500, 100 },
		{ BOTH, "60", 1700000000, 60 },
		{ BOTH, "3600", 0, 600 },
		{ BOTH, "60", 0, 60 },
		{ BOTH, "3600000", 1700000000, 600 },
		{ BOTH, "1700000600", 1700000000, 600 },
		{ EXP, "3600", 1700000000, 600 },
		{ EXP, "3600", 0, 3600 },
		{ "opaque", "3600", 1700000000, 3600 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;
		char body[256], row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		snprintf(body, sizeof(body),
			 "{\"access_token\":\"%s\",\"expires_in\":%s}", rows[i].token,
			 rows[i].expires);
		answer(&resp, 200, NULL, body);
		resp.has_date = rows[i].date != 0;
		resp.date_wall = rows[i].date;
		well(row, judge(oauth2, &resp, &t, &err) != OAUTH_OK, &err);
		same_number(row, t.lifetime, rows[i].want);
	}
	redact_release(redact_list());
}

/* 2xx and yet no token: refused with what is wrong, and without the token itself. */
static void test_unusable(void **state)
{
	static const char *const rows[][2] = {
		{ "", "not valid JSON" },
		{ "<html><title>Sign in</title></html>",
		  "not valid JSON, or cut short, but a web page (Sign in)" },
		{ "{\"access_token\":\"s3cr3t", "not valid JSON, or cut short" },
		{ "{\"access_token\":\"s3cr3t\"}}", "not valid JSON" },
		{ "{\"access_token\":\"s3cr3t\\u0000x\"}", "NUL" },
		{ "{\"access_token\":\"s3cr3t\xff\"}", "UTF-8" },
		{ "[]", "it is not a JSON object" },
		{ "[{\"access_token\":\"s3cr3t\"}]", "it is not a JSON object" },
		{ "\"s3cr3t\"", "it is not a JSON object" },
		{ "{}", "it has no access_token" },
		{ "{\"access_token\":\"\"}", "it has no access_token" },
		{ "{\"access_token\":null}", "it has no access_token" },
		{ "{\"access_token\":12345}", "it has no access_token" },
		{ "{\"access_token\":[\"s3cr3t\"]}", "it has no access_token" },
		{ "{\"Access_Token\":\"s3cr3t\"}", "it has no access_token" },
		{ "access_token=s3cr3t&token_type=bearer", "not valid JSON" },
		{ "s3cr3t", "not valid JSON" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;

		answer(&resp, 200, NULL, rows[i][0]);
		same_number(rows[i][0], judge(genesys, &resp, &t, &err), OAUTH_REFUSED);
		same_number(rows[i][0], err.kind, ERR_REFUSED);
		has_text(rows[i][0], err.text, rows[i][1]);
		lacks_text(rows[i][0], err.text, "s3cr");
		assert_true(*err.hint);
		same_text(rows[i][0], buf_str(&t.access), "");
	}
	redact_release(redact_list());
}

/* A token that can't be used: refused with what is wrong, and kept for taking it back. */
static void test_malformed(void **state)
{
	static const struct {
		const char *const *env;
		const char *body, *why;
		bool refused;
	} rows[] = {
		{ genesys, "\"s3cr3t\",\"token_type\":\"mac\"",
		  "its token_type is not Bearer, but \"mac\"", true },
		{ oauth2, "\"s3cr3t\",\"token_type\":\"DPoP\"",
		  "its token_type is not Bearer, but \"DPoP\"", true },
		{ oauth2, "\"s3cr3t\",\"token_type\":\"a\\r\\nb\"", "but \"a b\"", true },
		{ genesys, "\"s3cr3t\",\"token_type\":\"bearer \"",
		  "its token_type is not Bearer", true },
		{ oauth2, "\"s3cr3t\",\"token_type\":\"BearerToken\"", "", false },
		{ genesys, "\"s3cr3t\\nX: y\"", "U+000A, which RFC 6750", true },
		{ genesys, "\"s3cr3t x\"", "U+0020, which RFC 6750", true },
		{ genesys, "\"s3cr3t::x\"", "U+003A, which RFC 6750", true },
		{ genesys, "\"s3cr\xc3\xa9t\"", "U+00E9, which RFC 6750", true },
		{ oauth2, "\"s3cr3t\\nX: y\"", "U+000A, which no header", true },
		{ oauth2, "\"s3cr3t x\"", "U+0020, which no header", true },
		{ oauth2, "\"s3cr3t\\\"x\"", "U+0022, which no header", true },
		{ oauth2, "\"s3cr3t\\\\x\"", "U+005C, which no header", true },
		{ oauth2, "\"s3cr3t!:|$%&*()[]{}<>;,?@^#`\"", "", false },
		{ genesys, "\"s3cr3t\",\"refresh_token\":\"r\\r\\n\"",
		  "a token beside it holds a space or control character", true },
		{ oauth2, "\"s3cr3t\",\"id_token\":\"i \"",
		  "a token beside it holds a space or control character", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp;
		AUTO_TOKEN struct token t = TOKEN_INIT;
		struct err err = ERR_INIT;

		answer(&resp, 200, NULL, "{\"access_token\":");
		buf_addf(&resp.body, "%s}", rows[i].body);
		same_number(rows[i].body, judge(rows[i].env, &resp, &t, &err),
			    rows[i].refused ? OAUTH_REFUSED : OAUTH_OK);
		has_text(rows[i].body, err.text, rows[i].why);
		lacks_text(rows[i].body, err.text, "s3cr");
		same_number(rows[i].body, *err.hint != '\0', rows[i].refused);
		has_text(rows[i].body, buf_str(&t.access), "s3cr");
	}
	redact_release(redact_list());
}

static void test_too_long(void **state)
{
	AUTO_RESP struct http_resp resp;
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct err err = ERR_INIT;

	(void)state;
	answer(&resp, 200, NULL, "{\"access_token\":\"");
	for (int i = 0; i <= BUF_SECRET_MAX; i++)
		buf_addc(&resp.body, 'a');
	buf_adds(&resp.body, "\"}");
	assert_int_equal(judge(genesys, &resp, &t, &err), OAUTH_REFUSED);
	has_text("long", err.text, "longer than 64 KiB");
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tokens),
	cmocka_unit_test(test_lifetimes),
	cmocka_unit_test(test_lifetime_by_claim),
	cmocka_unit_test(test_nearer),
	cmocka_unit_test(test_unusable),
	cmocka_unit_test(test_malformed),
	cmocka_unit_test(test_too_long),
};

TEST_MAIN(tests)
