/* The list of values to hide, the matcher below it, and the stream above it. */
#include "base/redact.h"

#include "base/quote.h"
#include "naive.h"
#include "test.h"
#include "watch_free.h"

enum { TEXT_MAX = 1024 * 1024 };

#define TEXT_BUF AUTO_BUF struct buf
#define TEXT	 BUF_INIT(TEXT_MAX)

static void assert_text(struct redact *r, const char *text, const char *wanted)
{
	TEXT_BUF out = TEXT;

	redact_text(r, text, strlen(text), &out);
	assert_string_equal(buf_str(&out), wanted);
}

static void assert_equal_buf(const struct buf *a, const struct buf *b)
{
	assert_false(a->failed);
	assert_int_equal(a->len, b->len);
	if (a->len)
		assert_memory_equal(a->ptr, b->ptr, a->len);
}

/* In three pieces, cut at @i and @j: what comes out, and when. */
static void check_pieces(struct redact *r, const char *text, size_t len, size_t i,
			 size_t j)
{
	struct redact_stream s = REDACT_STREAM_INIT;
	TEXT_BUF out = TEXT, wanted = TEXT, early = TEXT;

	redact_feed(r, &s, text, i, false, &out);
	redact_feed(r, &s, text + i, j - i, false, &out);
	/* What can't begin a form is there, and so is each form's ***. */
	assert_int_equal(s.held.len, j - naive_held(r, text, j));
	naive_text(r, text, j - s.held.len, &early);
	assert_true(out.len >= early.len || s.hidden);
	redact_feed(r, &s, text + j, len - j, false, &out);
	redact_feed(r, &s, "", 0, true, &out);
	assert_int_equal(s.held.len, 0);
	naive_text(r, text, len, &wanted);
	assert_equal_buf(&out, &wanted);
	buf_release(&s.held);
}

static void check_all_splits(struct redact *r, const char *text, size_t len)
{
	TEXT_BUF out = TEXT, wanted = TEXT;

	for (size_t i = 0; i <= len; i++)
		for (size_t j = i; j <= len; j++)
			check_pieces(r, text, len, i, j);
	redact_text(r, text, len, &out);
	naive_text(r, text, len, &wanted);
	assert_equal_buf(&out, &wanted);
}

static void test_plain(void **state)
{
	struct redact r = { 0 };

	(void)state;
	assert_text(&r, "nothing is hidden", "nothing is hidden");
	redact_add(&r, "abc");
	assert_int_equal(r.count, 0);
	redact_add(&r, "");
	redact_add(&r, "s3cr3t-value");
	assert_text(&r, "s3cr3t-value", "***");
	assert_text(&r, "xs3cr3t-valuex", "x***x");
	assert_text(&r, "s3cr3t-values3cr3t-value", "******");
	assert_text(&r, "s3cr3t-valu", "s3cr3t-valu");
	assert_text(&r, "s3cr3t-values3cr3t-valu", "***s3cr3t-valu");
	assert_text(&r, "", "");
	assert_true(redact_finds(&r, "a s3cr3t-value b", 16));
	assert_false(redact_finds(&r, "a s3cr3t-value b", 13));
	redact_release(&r);
}

static void test_forms(void **state)
{
	struct redact r = { 0 };

	(void)state;
	redact_add(&r, "h%41\"$x `i'\\/+&=;~zz");
	assert_text(&r, "h%41\"$x `i'\\/+&=;~zz", "***");
	assert_text(&r, "h%2541%22%24x%20%60i%27%5C%2F%2B%26%3D%3B~zz", "***");
	assert_text(&r, "h%2541%22%24x+%60i%27%5C%2F%2B%26%3D%3B~zz", "***");
	assert_text(&r, "h%2541%22%24x%20%60i'%5C%2F%2B%26%3D%3B~zz", "***");
	assert_text(&r, "h%2541%22%24x%20%60i%27%5C/%2B%26%3D%3B~zz", "***");
	assert_text(&r, "h%2541%22%24x+%60i%27%5C%2F%2B%26%3D%3B%7Ezz", "***");
	assert_text(&r, "h%2541%22%24x%20%60i%27%5c%2f%2b%26%3d%3b~zz", "***");
	assert_text(&r, "h%2541%22%24x+%60i%27%5c%2f%2b%26%3d%3b~zz", "***");
	assert_text(&r, "{\"a\":\"h%41\\\"$x `i'\\\\/+&=;~zz\"}", "{\"a\":\"***\"}");
	assert_text(&r, "\"h%41\\\"$x `i'\\\\/+\\u0026=;~zz\"", "\"***\"");
	assert_text(&r, "\"h%41\\\"$x `i'\\\\\\/+&=;~zz\"", "\"***\"");
	assert_text(&r, "+ echo 'h%41\"$x `i'\\''\\/+&=;~zz'", "+ echo '***'");
	assert_text(&r, "aCU0MSIkeCBgaSdcLysmPTt+eno=", "***");
	assert_text(&r, "aCU0MSIkeCBgaSdcLysmPTt-eno", "***");
	redact_release(&r);
}

/* In base64 of whatever text holds it, no character of the value's bits alone is left. */
static void test_base64_inside(void **state)
{
	static const char value[] = "tokenvalue\x7e\x7f\xbf+/";
	struct redact r = { 0 };

	(void)state;
	redact_add(&r, value);
	for (size_t before = 0; before < 7; before++) {
		for (size_t after = 0; after < 7; after++) {
			TEXT_BUF text = TEXT, coded = TEXT, out = TEXT, wanted = TEXT;
			size_t first = (before * 8 + 5) / 6;
			size_t last = (before + strlen(value)) * 8 / 6;

			buf_addf(&text, "%.*s%s%.*s", (int)before, "<<<<<<<", value,
				 (int)after, ">>>>>>>");
			quote_base64(&coded, text.ptr, text.len);
			redact_text(&r, coded.ptr, coded.len, &out);
			buf_add(&wanted, coded.ptr, first);
			buf_adds(&wanted, "***");
			buf_adds(&wanted,
				 !after && !(before % 3) ? "" : coded.ptr + last);
			assert_string_equal(buf_str(&out), buf_str(&wanted));
		}
	}
	redact_release(&r);
}

/* In lines of @columns, broken by @eol. */
static void wrap(const struct buf *coded, size_t columns, const char *eol,
		 struct buf *out)
{
	for (size_t at = 0; at < coded->len; at += columns) {
		buf_adds(out, at ? eol : "");
		buf_addf(out, "%.*s", (int)columns, coded->ptr + at);
	}
}

/* @value behind @before other bytes, in base64 of @columns, comes in any pieces. */
static void check_wrapped(struct redact *r, const char *value, size_t before,
			  size_t columns, const char *eol)
{
	TEXT_BUF plain = TEXT, coded = TEXT, text = TEXT, wanted = TEXT;
	size_t first = (before * 8 + 5) / 6, last = (before + strlen(value)) * 8 / 6;

	for (size_t i = 0; i < before; i++)
		buf_addc(&plain, '<');
	buf_addf(&plain, "%s~~", value);
	quote_base64(&coded, plain.ptr, plain.len);
	buf_adds(&text, "a line before\n");
	wrap(&coded, columns, eol, &text);
	buf_addf(&text, "%sone after%s", eol, eol);
	naive_text(r, text.ptr, text.len, &wanted);
	assert_null(strstr(buf_str(&wanted), "dmFsdWUt"));
	/* The three asterisks stand for all of it, breaks included. */
	assert_int_equal(wanted.len,
			 text.len - (last - first) + 3 -
				 strlen(eol) * ((last - 1) / columns - first / columns));
	for (size_t i = 0; i <= text.len; i += 5)
		check_pieces(r, text.ptr, text.len, i, text.len - (text.len - i) / 3);
}

static void test_wrapped(void **state)
{
	static const size_t columns[] = { 60, 64, 76 };
	struct redact r = { 0 };
	TEXT_BUF value = TEXT;

	(void)state;
	for (int i = 0; i < 24; i++)
		buf_addf(&value, "value-%d.", i);
	redact_add(&r, value.ptr);
	for (size_t before = 0; before < 60; before += 7)
		for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
			check_wrapped(&r, value.ptr, before, columns[i], "\n");
			check_wrapped(&r, value.ptr, before, columns[i], "\r\n");
		}
	redact_release(&r);
}

/* Other line breaks count: nothing waits behind them, and they part what they part. */
static void test_not_wrapped(void **state)
{
	struct redact r = { 0 };
	struct redact_stream s = REDACT_STREAM_INIT;
	TEXT_BUF out = TEXT;

	(void)state;
	redact_add(&r, "value-of-a-token");
	assert_text(&r, "a value-of\n-a-token", "a value-of\n-a-token");
	redact_feed(&r, &s, "a word that ends by v\n", 22, false, &out);
	assert_string_equal(buf_str(&out), "a word that ends by v\n");
	buf_release(&s.held);
	redact_release(&r);
}

static void test_splits(void **state)
{
	static const char *const texts[] = {
		"a line without a secret\n",
		"token=abcdabce abcdabcf\nabcdabc",
		"abcdabcdabcdabcfabcdabceabcd",
		"YWJjZGFiY2U=abcd%22+abcd%22%20abcd\"+ xx",
		"wxyzwxyz12345wxyz1234wxyz12345",
	};
	struct redact r = { 0 };

	(void)state;
	redact_add(&r, "abcdabce");
	redact_add(&r, "bcdabcf");
	redact_add(&r, "abcd\" xx");
	redact_add(&r, "abcd\"+ xx");
	redact_add(&r, "wxyz12345");
	redact_add(&r, "wxyz1");
	redact_add(&r, "z1234w");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_all_splits(&r, texts[i], strlen(texts[i]));
	check_all_splits(&r, "abcd\0abcdabce\0\xff wxyz1\0", 23);
	redact_release(&r);
}

/* Few letters, so that words overlap, contain and follow each other in every way. */
static void test_random(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct redact r = { 0 };
		char text[49] = "", word[16];
		size_t len = 48;

#define DRAW(n) ((size_t)((seed = seed * 6364136223846793005u + 1) >> 33) % (n))
		for (size_t i = 0; i < 1 + DRAW(6); i++) {
			size_t n = 4 + DRAW(8);

			for (size_t k = 0; k < n; k++)
				word[k] = (char)('a' + DRAW(2));
			word[n] = '\0';
			redact_add(&r, word);
		}
		for (size_t k = 0; k < len; k++)
			text[k] = (char)('a' + DRAW(2));
		for (size_t k = 0; k < 20; k++) {
			size_t i = DRAW(len + 1), j = i + DRAW(len + 1 - i);

			check_pieces(&r, text, len, i, j);
		}
#undef DRAW
		redact_release(&r);
	}
}

/* So many that the window is at its shortest, and words of all lengths around it. */
static void test_many(void **state)
{
	struct redact r = { 0 };
	TEXT_BUF text = TEXT;
	char word[128];

	(void)state;
	for (int i = 0; i < 1200; i++) {
		snprintf(
			word, sizeof(word), "%d:%.*s", i * 7919, i % 64,
			"the same words of all lengths as they may stand in a text, again");
		redact_add(&r, word);
		buf_addf(&text, "%d: %s and %d ", i, word, i * 7919);
	}
	check_pieces(&r, text.ptr, 20000, 7000, 7001);
	check_pieces(&r, text.ptr + 20000, 20000, 0, 20000);
	redact_release(&r);
}

static void test_grows_between(void **state)
{
	struct redact r = { 0 };
	struct redact_stream s = REDACT_STREAM_INIT;
	TEXT_BUF out = TEXT;

	(void)state;
	redact_add(&r, "firstfirst");
	redact_feed(&r, &s, "firstfirst fir", 14, false, &out);
	assert_string_equal(buf_str(&out), "*** ");
	redact_add(&r, "first-second");
	redact_feed(&r, &s, "st-", 3, false, &out);
	assert_string_equal(buf_str(&out), "*** ");
	redact_feed(&r, &s, "second\n", 7, false, &out);
	assert_string_equal(buf_str(&out), "*** ***\n");
	redact_feed(&r, &s, "", 0, true, &out);
	assert_string_equal(buf_str(&out), "*** ***\n");
	buf_release(&s.held);
	redact_release(&r);
}

/* A form is announced at once, also where a longer one might follow. */
static void test_announces(void **state)
{
	struct redact r = { 0 };
	struct redact_stream s = REDACT_STREAM_INIT;
	TEXT_BUF out = TEXT;

	(void)state;
	redact_add(&r, "abcdefg");
	redact_add(&r, "abcdefghij");
	redact_feed(&r, &s, "> abcdefg", 9, false, &out);
	assert_string_equal(buf_str(&out), "> ***");
	redact_feed(&r, &s, "hi", 2, false, &out);
	assert_string_equal(buf_str(&out), "> ***");
	redact_feed(&r, &s, "x", 1, false, &out);
	assert_string_equal(buf_str(&out), "> ***hix");
	redact_feed(&r, &s, "", 0, true, &out);
	buf_release(&s.held);
	redact_release(&r);
}

/* As many as fit are hidden, the first and the last; with one more nothing passes. */
static void test_full(void **state)
{
	struct redact r = { 0 };
	TEXT_BUF out = TEXT;
	struct err err = ERR_INIT;
	char value[64];
	size_t count = 0;

	(void)state;
	redact_add(&r, "the-client-secret");
	for (int i = 0; !r.full; i++) {
		count = r.count;
		snprintf(value, sizeof(value), "token-number-%d", i);
		redact_add(&r, value);
		if (i != 1 && i != 3000)
			continue;
		assert_int_equal(redact_check(&r, &err), 0);
		assert_text(&r, "the-client-secret token-number-0", "*** ***");
		assert_text(&r, value, "***");
	}
	assert_true(count > REDACT_COUNT_MAX - 100);
	assert_int_equal(redact_check(&r, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	assert_non_null(strstr(err.hint, "cc-token stop"));
	assert_true(redact_finds(&r, "anything", 8));
	redact_text(&r, "anything", 8, &out);
	assert_true(out.failed);
	redact_cut(&r, count);
	assert_int_equal(redact_check(&r, &err), 0);
	assert_text(&r, "the-client-secret token-number-3000", "*** ***");
	redact_release(&r);
}

/* Memory ends at every allocation in turn: what was added is hidden, or all stays. */
static void test_without_memory(void **state)
{
	bool whole = false;

	(void)state;
	for (int n = 1; !whole && n < 1000; n++) {
		struct redact r = { 0 };
		TEXT_BUF out = TEXT;
		struct err err = ERR_INIT;
		bool listed;

		watch_memory(n);
		redact_add(&r, "the client+secret");
		redact_add(&r, "another=value");
		listed = redact_check(&r, &err) == 0;
		redact_text(&r, "the%20client%2Bsecret another=value", 35, &out);
		whole = watch_memory(0);
		assert_int_equal(out.failed, !whole);
		assert_string_equal(buf_str(&out), whole ? "*** ***" : "");
		assert_int_equal(err.kind, listed ? ERR_NONE : ERR_INTERNAL);
		redact_release(&r);
	}
	assert_true(whole);
}

/* What is no longer handed out is hidden, and nothing of it is for a runner. */
static void test_past(void **state)
{
	struct redact r = { 0 };
	size_t values = 0;

	(void)state;
	redact_add_past(&r, "a-token-of-old");
	redact_add(&r, "a-token-of-now");
	redact_add(&r, "a-token-of-now");
	assert_text(&r, "a-token-of-old a-token-of-now", "*** ***");
	for (size_t i = 0; i < r.count; i++) {
		values += r.forms[i].value;
		if (values == 1)
			assert_true(r.forms[i].derived);
	}
	assert_int_equal(values, 2);
	redact_release(&r);
}

static void test_cut(void **state)
{
	struct redact r = { 0 };
	size_t count;

	(void)state;
	redact_add(&r, "the-client-secret");
	count = r.count;
	redact_add(&r, "a-token-of-old");
	assert_text(&r, "a-token-of-old", "***");
	redact_cut(&r, count);
	assert_text(&r, "a-token-of-old the-client-secret", "a-token-of-old ***");
	redact_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_base64_inside),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_not_wrapped),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_grows_between),
		cmocka_unit_test(test_announces),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
