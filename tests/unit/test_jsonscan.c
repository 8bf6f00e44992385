/* api/jsonscan: documents cut at every place, and what is no document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/jsonscan.h"

enum { BIG = 1024 * 1024 };

/* What the events said, as one text; items stand in it as <item>. */
struct record {
	struct buf said, items;
	size_t from;
};

static void on_value(void *arg, const char *path, enum jsonscan_type type,
		     const char *text)
{
	static const char kind[] = "sno!";
	struct record *r = arg;

	buf_addf(&r->said, "%s:%c:%s;", path, kind[type], text);
}

static enum jsonscan_array on_array(void *arg, const char *path)
{
	struct record *r = arg;

	buf_addf(&r->said, "%s[];", path);
	if (strcmp(path, "walk") == 0)
		return JSONSCAN_WALK;
	return !*path || strcmp(path, "items") == 0 || strcmp(path, "a.items") == 0
		       ? JSONSCAN_ITEMS
		       : JSONSCAN_SKIP;
}

static int on_item(void *arg, struct err *err)
{
	struct record *r = arg;

	(void)err;
	buf_addf(&r->said, "<%s>", buf_str(&r->items) + r->from);
	r->from = r->items.len;
	return 0;
}

static const struct jsonscan_events events = { on_value, on_array, on_item };
static struct jsonscan scan;

/* Feeds @text in pieces that end at @cut and @cut2, as copies that hold nothing more. */
static int scan_cut(struct record *r, const char *text, size_t len, size_t cut,
		    size_t cut2, struct err *err)
{
	const size_t ends[] = { cut, cut2, len };
	size_t from = 0;
	int rc = 0;

	buf_reset(&r->said);
	buf_reset(&r->items);
	r->from = 0;
	jsonscan_begin(&scan, &events, r, &r->items);
	for (size_t i = 0; i < 3 && !rc; i++) {
		size_t n = ends[i] - from;
		char *piece = malloc(n ? n : 1);

		memcpy(piece, text + from, n);
		rc = jsonscan_feed(&scan, piece, n, err);
		free(piece);
		from = ends[i];
	}
	return rc ? rc : jsonscan_end(&scan, err);
}

static void check(const char *text, const char *said)
{
	struct record r = { BUF_INIT(BIG), BUF_INIT(BIG), 0 };
	size_t len = strlen(text);
	struct err err = ERR_INIT;

	for (size_t a = 0; a <= len; a++)
		for (size_t b = a; b <= len; b++) {
			if (scan_cut(&r, text, len, a, b, &err))
				fail_msg("%s cut at %zu, %zu: %s", text, a, b, err.text);
			assert_string_equal(buf_str(&r.said), said);
		}
	buf_release(&r.said);
	buf_release(&r.items);
}

static void check_bad(const char *text)
{
	struct record r = { BUF_INIT(BIG), BUF_INIT(BIG), 0 };
	size_t len = strlen(text);

	for (size_t a = 0; a <= len; a++) {
		struct err err = ERR_INIT;

		if (!scan_cut(&r, text, len, a, len, &err))
			fail_msg("%s cut at %zu was accepted", text, a);
		assert_int_equal(err.kind, ERR_TRANSIENT);
	}
	buf_release(&r.said);
	buf_release(&r.items);
}

static void test_scalars(void **state)
{
	(void)state;
	check("\"job-1\"", ":s:job-1;");
	check(" -12.5e+3 ", ":n:-12.5e+3;");
	check("0", ":n:0;");
	check("true", ":o:true;");
	check("\xef\xbb\xbfnull", ":o:null;");
	check("{\"a\":1,\"b\":{\"c\":\"x\",\"d\":{\"e\":false}},\"f\":null}",
	      "a:n:1;b.c:s:x;b.d.e:o:false;f:o:null;");
	check("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}},\"f\":2}},\"g\":3}",
	      "a.b.f:n:2;g:n:3;");
	check("{\"a\":{\"b\":{\"c\":{\"d\":1}}}}", "a.b.c.d:n:1;");
	check("{}", "");
	check("{\"a\":{},\"b\":1}", "b:n:1;");
}

static void test_strings_are_decoded(void **state)
{
	(void)state;
	check("{\"n\\u0065xt\":\"a\\/b\\\"\\\\\\b\\f\\n\\r\\t\"}",
	      "next:s:a/b\"\\\b\f\n\r\t;");
	check("\"\\u00e9\\u20AC\\ud83d\\ude00\"",
	      ":s:\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80;");
	check("\"\\ud83d\\u0041\\udc00\\u0000\"", ":s:\xef\xbf\xbd"
						  "A\xef\xbf\xbd\xef\xbf\xbd;");
	check("\"caf\xc3\xa9 \xf0\x9f\x98\x80\"", ":s:caf\xc3\xa9 \xf0\x9f\x98\x80;");
}

static void test_items_are_exact(void **state)
{
	(void)state;
	check("{\"items\":[{\"id\":12345678901234567890,\"id\":0.10},[],\"a\\u0041\",-0,true]"
	      ",\"cursor\":\"c\"}",
	      "items[];<{\"id\":12345678901234567890,\"id\":0.10}><[]><\"a\\u0041\"><-0>"
	      "<true>cursor:s:c;");
	check("{ \"items\" : [\r\n { \"a b\" : [ 1 , \" x  y \" ] } ,\t2 ] , \"n\" : 1 }",
	      "items[];<{\"a b\":[1,\" x  y \"]}><2>n:n:1;");
	check("{\"items\":[]}", "items[];");
	check("[1,[2,3],{\"items\":[4]}]", "[];<1><[2,3]><{\"items\":[4]}>");
	check("{\"a\":{\"items\":[1]},\"n\":2}", "a.items[];<1>n:n:2;");
}

static void test_other_arrays_are_quiet(void **state)
{
	(void)state;
	check("{\"errors\":[{\"cursor\":\"no\",\"items\":[1]}],\"cursor\":\"yes\"}",
	      "errors[];cursor:s:yes;");
	check("{\"e\":[[[]],[{}]],\"items\":[{\"cursor\":1}],\"c\":2}",
	      "e[];items[];<{\"cursor\":1}>c:n:2;");
}

static void test_arrays_are_walked(void **state)
{
	(void)state;
	check("{\"walk\":[],\"n\":1}", "walk[];n:n:1;");
	check("{\"walk\":[{\"a\":\"x\",\"b\":[1]},{\"a\":\"y\"}],\"n\":1}",
	      "walk[];walk.a:s:x;walk.b[];walk.a:s:y;n:n:1;");
	check("{\"walk\":[\"x\",2]}", "walk[];walk:s:x;walk:n:2;");
	/* Arrays are told to a lesser depth than scalars. */
	check("{\"a\":{\"b\":{\"c\":[1],\"d\":{\"e\":[1],\"f\":2}}}}",
	      "a.b.c[];a.b.d.f:n:2;");
}

static void test_what_is_no_document(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"{",
		"[",
		"[1",
		"[1,",
		"[1,]",
		"[,1]",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,",
		"{\"a\":1,}",
		"{a:1}",
		"{1:2}",
		"{\"a\" 1}",
		"{\"a\",1}",
		"]",
		"}",
		"[1}",
		"{\"a\":1]",
		"[1 2]",
		"{\"a\":1 \"b\":2}",
		"\"",
		"\"a",
		"\"\\",
		"\"\\x\"",
		"\"\\u12g4\"",
		"\"\\u123\"",
		"\"a\nb\"",
		"\"a\tb\"",
		"01",
		"-",
		"+1",
		".5",
		"1.",
		"1.e1",
		"1e",
		"1e+",
		"--1",
		"0x1",
		"1,",
		"tru",
		"truE",
		"nul",
		"nulll",
		"NaN",
		"Infinity",
		"'a'",
		"[1]]",
		"{}{}",
		"1 2",
		"{} x",
		"// c\n1",
		"<html>",
		"\xef\xbb",
		"[\"a\",\"b",
		"{\"items\":[{\"a\":1},{\"b\":",
		"{\"items\":[1,2],\"next\":\"/a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		check_bad(bad[i]);
}

static void test_bytes_that_are_no_utf8(void **state)
{
	static const struct {
		const char *text;
		bool bad;
	} rows[] = {
		{ "\"\xc3\xa9\"", false },
		{ "\"\xf4\x8f\xbf\xbf\"", false },
		{ "\"\xef\xbf\xbf\"", false },
		{ "\"\xc3\"", true },
		{ "\"\xc0\xaf\"", true },
		{ "\"\xed\xa0\x80\"", true },
		{ "\"\xf4\x90\x80\x80\"", true },
		{ "\"\xe0\x80\x80\"", true },
		{ "\"\x80\"", true },
		{ "\"\xff\"", true },
		{ "\"\xe2\x82x\"", true },
		{ "\"\xe2\x82\\n\"", true },
		{ "\"\xf0\x9f\xe2\x82\xac\"", true },
	};
	struct record r = { BUF_INIT(BIG), BUF_INIT(BIG), 0 };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t cut = 0; cut <= strlen(rows[i].text); cut++) {
			size_t len = strlen(rows[i].text);

			assert_int_equal(scan_cut(&r, rows[i].text, len, cut, len, &err),
					 0);
			if (scan.bad_utf8 != rows[i].bad)
				fail_msg("row %zu cut at %zu", i, cut);
		}
	buf_release(&r.said);
	buf_release(&r.items);
}

static void test_depth(void **state)
{
	static char text[2 * JSONSCAN_DEPTH_MAX + 3];
	struct record r = { BUF_INIT(BIG), BUF_INIT(BIG), 0 };
	struct err err = ERR_INIT;
	const size_t n = JSONSCAN_DEPTH_MAX;

	(void)state;
	memset(text, '[', n);
	memset(text + n, ']', n);
	assert_int_equal(scan_cut(&r, text, 2 * n, 1, n, &err), 0);
	memset(text, '[', n + 1);
	memset(text + n + 1, ']', n + 1);
	assert_int_equal(scan_cut(&r, text, 2 * n + 2, 1, n, &err), -1);
	assert_non_null(strstr(err.text, "nested"));
	buf_release(&r.said);
	buf_release(&r.items);
}

static void test_what_is_too_long(void **state)
{
	enum { N = JSONSCAN_TEXT_MAX + 1 };
	static char text[N + 32];
	struct record r = { BUF_INIT(BIG), BUF_INIT(N), 0 };
	struct err err = ERR_INIT;
	int at = 0;

	(void)state;
	memcpy(text, "{\"next\":\"", 9);
	memset(text + 9, 'x', N);
	memcpy(text + 9 + N, "\",\"n\":1}", 8);
	assert_int_equal(scan_cut(&r, text, 9 + N + 8, 5, 20, &err), 0);
	assert_string_equal(buf_str(&r.said), "next:!:;n:n:1;");
	memset(text, ' ', sizeof(text));
	text[at] = '{';
	text[1] = '"';
	memset(text + 2, 'k', JSONSCAN_PATH_MAX + 10);
	memcpy(text + 2 + JSONSCAN_PATH_MAX + 10, "\":1}", 4);
	assert_int_equal(scan_cut(&r, text, 2 + JSONSCAN_PATH_MAX + 14, 5, 20, &err), 0);
	assert_string_equal(buf_str(&r.said), "?:n:1;");
	memset(text, 'x', sizeof(text));
	memcpy(text, "[\"", 2);
	memcpy(text + 2 + N, "\"]", 2);
	assert_int_equal(scan_cut(&r, text, 2 + N + 2, 5, 20, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	buf_release(&r.said);
	buf_release(&r.items);
}

static int stop_at_item(void *arg, struct err *err)
{
	(void)arg;
	return err_set(err, ERR_IO, "stop");
}

static void test_an_item_can_end_the_scan(void **state)
{
	static const struct jsonscan_events stop = { on_value, on_array, stop_at_item };
	struct record r = { BUF_INIT(BIG), BUF_INIT(BIG), 0 };
	struct err err = ERR_INIT;

	(void)state;
	jsonscan_begin(&scan, &stop, &r, &r.items);
	assert_int_equal(jsonscan_feed(&scan, "[1,2]", 5, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	buf_release(&r.said);
	buf_release(&r.items);
}

static int release(void **state)
{
	(void)state;
	jsonscan_release(&scan);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_strings_are_decoded),
		cmocka_unit_test(test_items_are_exact),
		cmocka_unit_test(test_other_arrays_are_quiet),
		cmocka_unit_test(test_arrays_are_walked),
		cmocka_unit_test(test_what_is_no_document),
		cmocka_unit_test(test_bytes_that_are_no_utf8),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_what_is_too_long),
		cmocka_unit_test(test_an_item_can_end_the_scan),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
