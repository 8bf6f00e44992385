#include "base/json.h"

#include <math.h>

#include "test.h"
#include "watch_free.h"

#define TEXT(s) s, sizeof(s) - 1
#define SECRET	"s3cr3t-needle"

struct row {
	const char *text;
	size_t len;
};

static void test_accepts(void **state)
{
	static const struct row rows[] = {
		{ TEXT("{}") },
		{ TEXT("[]") },
		{ TEXT("null") },
		{ TEXT("\"\"") },
		{ TEXT("-1.5e3") },
		{ TEXT(" \t\r\n{\"a\":[1,{}]} \t\r\n") },
		{ TEXT("\"\\\\u0000\"") }, /* an escaped backslash, then text */
		{ TEXT("\"\\\\\\\\u0000\"") },
		{ TEXT("\"\\u0001\\u000a\\u00010\"") },
		{ TEXT("\"\xe2\x82\xac \\u20ac \\ud83d\\udd11\"") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		AUTO_JSON struct json *doc = json_parse(rows[i].text, rows[i].len, &err);

		if (!doc)
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

static void test_refuses(void **state)
{
	static const struct row rows[] = {
		{ TEXT("") },
		{ TEXT("  ") },
		{ TEXT("{") },
		{ TEXT("{\"a\":1") },
		{ TEXT("\"a") },
		{ TEXT("\"a\\") },
		{ TEXT("\"\\u00") },
		{ TEXT("{}x") },
		{ TEXT("{} {}") },
		{ TEXT("[1,]") },
		{ TEXT("{\"a\":1,}") },
		{ TEXT("{'a':1}") },
		{ TEXT("{a:1}") },
		{ TEXT("NaN") },
		{ TEXT("+1") },
		{ TEXT("0x10") },
		{ TEXT("<html>") },
		{ TEXT("{}\0") }, /* NUL, as it is */
		{ TEXT("\0{}") },
		{ TEXT("\"a\0b\"") },
		{ TEXT("\"\\u0000\"") }, /* NUL, escaped */
		{ TEXT("\"abc\\u0000def\"") },
		{ TEXT("\"\\\\\\u0000\"") },
		{ TEXT("\"\\\\\\\\\\u0000\"") },
		{ TEXT("{\"\\u0000\":1}") },
		{ TEXT("\"\xff\"") }, /* not UTF-8 */
		{ TEXT("\"\xc3\"") },
		{ TEXT("\"\xed\xa0\x80\"") },
		{ TEXT("\"\\ud800\"") },
		{ TEXT("\"\\udc00\"") },
		{ TEXT("\"\\ud800\\u0041\"") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		AUTO_JSON struct json *doc = json_parse(rows[i].text, rows[i].len, &err);

		if (doc)
			fail_msg("row %zu is taken: %s", i, rows[i].text);
		same_number(rows[i].text, err.kind, ERR_REFUSED);
	}
}

/* Text that is not terminated is not read past its length; nesting has an end. */
static void test_bounds(void **state)
{
	struct err err = ERR_INIT;
	AUTO_JSON struct json *doc = json_parse("123456", 3, &err);
	char *copy = malloc(4), *deep = malloc(100000);

	(void)state;
	assert_int_equal(json_number(doc), 123);
	memcpy(copy, "\"a\"}", 4);
	AUTO_JSON struct json *exact = json_parse(copy, 3, &err);

	assert_string_equal(json_text(exact), "a");
	memset(deep, '[', 100000);
	assert_null(json_parse(deep, 100000, &err));
	free(copy);
	free(deep);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		double want;
	} rows[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "86399", 86399 },
		{ "3.6e3", 3600 },
		{ "1e-2", 0.01 },
		{ "-17", -17 },
		{ "9007199254740993", 9007199254740992.0 },
		{ "1e999", INFINITY },
		{ "\"5\"", 0 },
		{ "true", 0 },
		{ "null", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		AUTO_JSON struct json *doc =
			json_parse(rows[i].text, strlen(rows[i].text), &err);

		if (!doc || !(json_number(doc) == rows[i].want))
			fail_msg("%s gives %f", rows[i].text, json_number(doc));
	}
	assert_true(json_number(NULL) == 0);
}

static void test_lookups(void **state)
{
	static const char text[] =
		"{\"s\":\"text\",\"S\":\"other\",\"e\":\"\",\"n\":5,\"t\":true,"
		"\"f\":false,\"z\":null,\"o\":{\"s\":\"inner\"},\"a\":[1,\"x\"]}";
	struct err err = ERR_INIT;
	AUTO_JSON struct json *doc = json_parse(TEXT(text), &err);

	(void)state;
	assert_non_null(doc);
	assert_string_equal(json_str(doc, "s"), "text");
	assert_string_equal(json_str(doc, "S"), "other");
	assert_string_equal(json_str(doc, "e"), "");
	assert_string_equal(json_str(json_get(doc, "o"), "s"), "inner");
	for (const char *const *key =
		     (const char *const[]){ "n", "t", "z", "o", "a", "none", NULL };
	     *key; key++)
		assert_null(json_str(doc, *key));
	assert_true(json_num(doc, "n", -1) == 5);
	assert_true(json_num(doc, "s", -1) == -1);
	assert_true(json_num(doc, "none", -2) == -2);
	assert_true(json_bool(doc, "t", false));
	assert_false(json_bool(doc, "f", true));
	assert_true(json_bool(doc, "s", true));
	assert_true(json_bool(doc, "n", true));
	assert_false(json_bool(doc, "z", false));
	assert_null(json_get(NULL, "s"));
	assert_null(json_get(json_get(doc, "a"), "s"));
	assert_null(json_str(NULL, "s"));
	assert_null(json_text(NULL));
	assert_true(json_is_object(doc) && json_is_array(json_get(doc, "a")));
	assert_true(json_is_string(json_get(doc, "s")));
	assert_true(json_is_number(json_get(doc, "n")));
	assert_false(json_is_object(NULL) || json_is_array(NULL) ||
		     json_is_string(NULL) || json_is_number(NULL));
	assert_int_equal(json_count(doc), 9);
	assert_int_equal(json_count(json_get(doc, "a")), 2);
	assert_int_equal(json_count(json_get(doc, "s")), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_string_equal(json_text(json_next(json_first(json_get(doc, "a")))), "x");
	assert_null(json_first(NULL));
}

static void test_building(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(1000), small = BUF_INIT(10);
	AUTO_JSON struct json *doc = json_object();
	struct json *list = json_array(), *inner = json_object();

	(void)state;
	json_put_str(doc, "s", "a\"\\\n\x01");
	json_put_num(doc, "n", 1700000000123.0);
	json_put_bool(doc, "t", true);
	json_put_bool(inner, "f", false);
	json_put(list, NULL, inner);
	json_put(list, NULL, json_object());
	json_put(doc, "l", list);
	json_print(doc, &out);
	assert_string_equal(buf_str(&out), "{\"s\":\"a\\\"\\\\\\n\\u0001\",\"n\":"
					   "1700000000123,\"t\":true,"
					   "\"l\":[{\"f\":false},{}]}");
	json_print(doc, &small);
	assert_true(small.failed);
}

/* No block of memory is given back while a token stands in it. */
static void test_wiping(void **state)
{
	static const char whole[] = "{\"access_token\":\"" SECRET "\",\"" SECRET "\":{}}";
	static const char torn[] = "{\"access_token\":\"" SECRET "\",\"expires_in\":";
	AUTO_BUF struct buf out = BUF_INIT(100000);
	struct err err = ERR_INIT;
	struct json *doc;

	(void)state;
	watch_start("needle");
	json_free(json_parse(TEXT(whole), &err));
	assert_true(watch_blocks >= 4);
	assert_int_equal(watch_dirty, 0);

	watch_start("needle");
	assert_null(json_parse(TEXT(torn), &err));
	assert_true(watch_blocks >= 3);
	assert_int_equal(watch_dirty, 0);

	doc = json_array();
	watch_start("needle");
	for (int i = 0; i < 200; i++) {
		struct json *o = json_object();

		json_put_str(o, "token", SECRET);
		json_put(doc, NULL, o);
	}
	json_print(doc, &out);
	assert_true(watch_blocks >= 2);
	json_free(doc);
	watch_stop();
	assert_int_equal(watch_dirty, 0);
}

static struct json *build(void)
{
	struct json *doc = json_object(), *list = json_array();

	json_put_str(doc, "text", "a");
	json_put_num(doc, "number", 1);
	json_put_bool(doc, "truth", true);
	json_add_str(list, "one");
	json_put(list, NULL, json_raw_value("2"));
	json_put(doc, "list", list);
	json_put_str(json_put(doc, "object", json_object()), "inner", "b");
	return doc;
}

/* Memory ends at every allocation in turn: the whole document comes out, or none. */
static void test_build_without_memory(void **state)
{
	bool whole = false;

	(void)state;
	for (int n = 1; !whole && n < 1000; n++) {
		AUTO_BUF struct buf out = BUF_INIT(1000);
		struct err err = ERR_INIT;
		struct json *doc;

		watch_memory(n);
		doc = build();
		json_print(doc, &out);
		json_free(doc);
		whole = watch_memory(0);
		assert_int_equal(buf_check(&out, "it", &err), whole ? 0 : -1);
		assert_string_equal(buf_str(&out),
				    whole ? "{\"text\":\"a\",\"number\":1,\"truth\":true,"
					    "\"list\":[\"one\",2],"
					    "\"object\":{\"inner\":\"b\"}}"
					  : "");
		assert_int_equal(err.kind, whole ? ERR_NONE : ERR_INTERNAL);
	}
	assert_true(whole);
}

/* What is not for lack of memory is the document's fault, and the reverse. */
static void test_parse_without_memory(void **state)
{
	static const char text[] = "{\"a\":[1,\"two\",{\"b\":null}]}";
	bool whole = false;

	(void)state;
	for (int n = 1; !whole && n < 1000; n++) {
		struct err err = ERR_INIT;
		struct json *doc;

		watch_memory(n);
		doc = json_parse(TEXT(text), &err);
		whole = watch_memory(0);
		assert_int_equal(doc != NULL, whole);
		assert_int_equal(err.kind, whole ? ERR_NONE : ERR_INTERNAL);
		json_free(doc);
		err = ERR_INIT;
		assert_null(json_parse(TEXT("{"), &err));
		assert_int_equal(err.kind, ERR_REFUSED);
	}
	assert_true(whole);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_accepts),
	cmocka_unit_test(test_refuses),
	cmocka_unit_test(test_bounds),
	cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_lookups),
	cmocka_unit_test(test_building),
	cmocka_unit_test(test_wiping),
	cmocka_unit_test(test_build_without_memory),
	cmocka_unit_test(test_parse_without_memory),
};

TEST_MAIN(tests)
