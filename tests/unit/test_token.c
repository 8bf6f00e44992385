#include "oauth/token.h"

#include "base/log.h"
#include "base/quote.h"
#include "test.h"

/*
 * RFC 6750 section 2.1: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=";
 * or with all that a header, a file and a mask can carry. -1: no fault.
 */
static void test_fault(void **state)
{
	static const struct {
		const char *text;
		int strict, any;
	} rows[] = {
		{ "a", -1, -1 },
		{ "aZ09-._~+/", -1, -1 },
		{ "abc=", -1, -1 },
		{ "abc====", -1, -1 },
		{ "eyJhbGciOi.J9.c2ln", -1, -1 },
		{ "", 0, 0 },
		{ "=", 0, -1 },
		{ "a=b", 2, -1 },
		{ "=a", 0, -1 },
		{ "a b", 1, 1 },
		{ " a", 0, 0 },
		{ "a\n", 1, 1 },
		{ "a\r", 1, 1 },
		{ "a\t", 1, 1 },
		{ "a\x7f", 1, 1 },
		{ "a\xc3\xa9", 1, 1 },
		{ "a%41", 1, -1 },
		{ "a:b", 1, -1 },
		{ "a,b", 1, -1 },
		{ "a\"b", 1, 1 },
		{ "a'b", 1, 1 },
		{ "a\\b", 1, 1 },
		{ "a*b", 1, -1 },
		{ "a!b|c$d%e", 1, -1 },
		{ "a= ", 2, 2 },
		{ "::add-mask::x", 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *text = rows[i].text;
		const char *strict = token_fault(text, false);
		const char *any = token_fault(text, true);

		same_number(text, strict ? strict - text : -1, rows[i].strict);
		same_number(text, any ? any - text : -1, rows[i].any);
	}
	for (int c = 1; c < 256; c++) {
		char text[4] = { 'a', (char)c, 'b', '\0' };

		same_number(
			text, token_fault(text, false) == NULL,
			c < 128 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
					  "uvwxyz0123456789-._~+/",
					  c) != NULL);
		same_number(text, token_fault(text, true) == NULL,
			    c > 32 && c < 127 && !strchr("\"'\\", c));
	}
}

/* In this boot the boot clock counts, in another one the wall clock. */
static void test_left(void **state)
{
	int64_t boot = clock_boot_ms(), wall = clock_wall();
	char id[CLOCK_BOOT_ID_SIZE];
	const struct {
		int64_t lifetime, boot_ago_ms, wall_ago;
		bool this_boot;
		int64_t want;
	} rows[] = {
		{ 100, 0, 0, true, 100000 },
		{ 100, 40000, 0, true, 60000 },
		{ 100, 40000, 99999999, true, 60000 },
		{ 100, 40000, -99999999, true, 60000 },
		{ 100, 100000, 0, true, 0 },
		{ 100, 150000, 0, true, -50000 },
		{ 0, 0, 0, true, 0 },
		{ 100, 40000, 10, false, 90000 },
		{ 100, 0, 150, false, -50000 },
		{ 100, -900000, 100, false, 0 },
		/* a clock that went back gives no more than the whole */
		{ 100, 0, -5000, false, 100000 },
		{ TOKEN_LIFETIME_MAX, 0, 0, true, TOKEN_LIFETIME_MAX * 1000 },
		{ TOKEN_LIFETIME_MAX, 0, 0, false, TOKEN_LIFETIME_MAX * 1000 },
	};

	(void)state;
	clock_boot_id(id);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct token t = { .lifetime = rows[i].lifetime,
				   .issued_boot_ms = boot - rows[i].boot_ago_ms,
				   .issued_wall = wall - rows[i].wall_ago };
		int64_t left;

		snprintf(t.boot_id, sizeof(t.boot_id), "%s",
			 rows[i].this_boot ? id : "another-boot");
		left = token_left_ms(&t);
		if (left > rows[i].want || left < rows[i].want - 20000)
			fail_msg("row %zu: %" PRId64 " left", i, left);
		assert_int_equal(token_expires_wall(&t), t.issued_wall + t.lifetime);
	}
}

static void test_copy(void **state)
{
	AUTO_TOKEN struct token a = TOKEN_INIT, b = TOKEN_INIT;

	(void)state;
	buf_adds(&a.access, "access");
	buf_adds(&a.refresh, "refresh");
	buf_adds(&a.id, "id");
	a.lifetime = 1;
	a.issued_boot_ms = 2;
	a.issued_wall = 3;
	snprintf(a.boot_id, sizeof(a.boot_id), "boot");
	buf_adds(&b.refresh, "old");
	token_copy(&b, &a);
	assert_string_equal(buf_str(&b.access), "access");
	assert_string_equal(buf_str(&b.refresh), "refresh");
	assert_string_equal(buf_str(&b.id), "id");
	assert_true(b.lifetime == 1 && b.issued_boot_ms == 2 && b.issued_wall == 3);
	assert_string_equal(b.boot_id, "boot");
	assert_ptr_not_equal(a.access.ptr, b.access.ptr);
}

/* A JWT with these claims: "x.<claims>.y". */
static void jwt(const char *claims, struct buf *out)
{
	buf_set(out, "x.");
	quote_base64(out, claims, strlen(claims));
	while (out->ptr[out->len - 1] == '=')
		buf_cut(out, out->len - 1);
	for (size_t i = 0; i < out->len; i++) {
		if (out->ptr[i] == '+')
			out->ptr[i] = '-';
		if (out->ptr[i] == '/')
			out->ptr[i] = '_';
	}
	buf_adds(out, ".y");
}

static void test_claims(void **state)
{
	static const struct {
		const char *claims, *tenant; /* NULL: none */
		int64_t exp;
	} rows[] = {
		{ "{\"tenantId\":\"11ec\",\"exp\":1700000000}", "11ec", 1700000000 },
		{ "{\"tenantId\":\"\",\"exp\":0}", "", 0 },
		{ "{\"tenantId\":5,\"exp\":\"1700000000\"}", NULL, -1 },
		{ "{\"tenantId\":null,\"exp\":null}", NULL, -1 },
		{ "{\"tenantid\":\"x\",\"EXP\":1}", NULL, -1 },
		{ "{\"exp\":-5}", NULL, -1 },
		{ "{\"exp\":1e300}", NULL, -1 },
		{ "{\"exp\":1.9}", NULL, 1 },
		{ "{\"tenantId\":\"\xc3\xa9?x?>>>~\",\"exp\":1}", "\xc3\xa9?x?>>>~", 1 },
		{ "[\"tenantId\"]", NULL, -1 },
		{ "\"tenantId\"", NULL, -1 },
		{ "{}", NULL, -1 },
		{ "{\"tenantId\":\"x\"", NULL, -1 },
		{ "{\"tenantId\":\"\\u0000x\"}", NULL, -1 },
		{ "{\"tenantId\":\"\xff\"}", NULL, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf text = BUF_INIT(1000), out = BUF_INIT(1000);

		jwt(rows[i].claims, &text);
		same_number(rows[i].claims,
			    token_jwt_text(buf_str(&text), "tenantId", &out),
			    rows[i].tenant != NULL);
		same_text(rows[i].claims, buf_str(&out),
			  rows[i].tenant ? rows[i].tenant : "");
		same_number(rows[i].claims, token_jwt_number(buf_str(&text), "exp"),
			    rows[i].exp);
	}
}

/* Opaque tokens, and what only looks like a JWT, have no claims and do no harm. */
static void test_no_jwt(void **state)
{
	static const char *const rows[] = {
		"",	   ".",
		"..",	   "...",
		"opaque",  "a.b",
		"a.e30",   "a.e30=.c",
		"a.e.c",   "a.e3 0.c",
		"a.+/8.c", "a.e30\n.c",
		".{}.",	   "a.eyJleHAiOjF9", /* claims, but no signature */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(100);

		assert_false(token_jwt_text(rows[i], "exp", &out));
		same_text(rows[i], buf_str(&out), "");
		same_number(rows[i], token_jwt_number(rows[i], "exp"), -1);
	}
	assert_int_equal(token_jwt_number("a.eyJleHAiOjF9.b", "exp"), 1);
	assert_int_equal(token_jwt_number("a.eyJleHAiOjF9.b.c.d", "exp"), 1);
}

static void test_hide(void **state)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;

	(void)state;
	buf_adds(&t.access, "the-access-token");
	buf_adds(&t.refresh, "the/refresh/token");
	buf_adds(&t.id, "the-id-token");
	token_hide(&t);
	for (const char *const *text =
		     (const char *const[]){ "the-access-token", "the/refresh/token",
					    "the%2Frefresh%2Ftoken", "the-id-token",
					    NULL };
	     *text; text++)
		assert_true(redact_finds(redact_list(), *text, strlen(*text)));
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fault),  cmocka_unit_test(test_left),
	cmocka_unit_test(test_copy),   cmocka_unit_test(test_claims),
	cmocka_unit_test(test_no_jwt), cmocka_unit_test(test_hide),
};

TEST_MAIN(tests)
