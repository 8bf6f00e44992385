#include "base/err.h"

#include <errno.h>

#include "test.h"

static void test_set_and_wrap(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, ERR_REFUSED, "HTTP %d", 401), -1);
	assert_int_equal(err_hint(&err, "check %s", "region"), -1);
	assert_int_equal(err_wrap(&err, "token request"), -1);
	assert_int_equal(err_wrap(&err, "get (%d)", 2), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_string_equal(err.text, "get (2): token request: HTTP 401");
	assert_string_equal(err.hint, "check region");
	err_hint(&err, "another");
	assert_string_equal(err.hint, "another");
	err_set(&err, ERR_IO, "new");
	assert_string_equal(err.text, "new");
	assert_string_equal(err.hint, "");
}

static void test_system_call(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_hint(&err, "old");
	assert_int_equal(err_sys(&err, ERR_IO, ENOENT, "can't open %s", "x"), -1);
	assert_string_equal(err.text, "can't open x: No such file or directory");
	assert_string_equal(err.hint, "");
	assert_int_equal(err.kind, ERR_IO);
}

/* A text as long as the room and longer is cut, never overrun. */
static void test_cut(void **state)
{
	static const size_t lengths[] = { 1, 1020, 1021, 1022, 1023, 1024, 1025, 5000 };
	char text[5001];
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		size_t n = lengths[i] < ERR_TEXT_MAX ? lengths[i] : ERR_TEXT_MAX - 1;

		memset(text, 'a', lengths[i]);
		text[lengths[i]] = '\0';
		err = ERR_INIT;
		err_set(&err, ERR_IO, "%s", text);
		assert_int_equal(strlen(err.text), n);
		err_hint(&err, "%s", text);
		assert_int_equal(strlen(err.hint), n);
		err_wrap(&err, "w");
		assert_memory_equal(err.text, "w: a", 4);
		assert_true(strlen(err.text) < ERR_TEXT_MAX);
		err_wrap(&err, "%s", text);
		assert_true(strlen(err.text) < ERR_TEXT_MAX);
		err_sys(&err, ERR_IO, ENOENT, "%s", text);
		assert_true(strlen(err.text) < ERR_TEXT_MAX);
	}
}

/* UTF-8 stays UTF-8: the texts are stored as JSON. */
static void test_cut_between_characters(void **state)
{
	static const char *const last[] = { "\xc3\xa9", "\xe2\x82\xac",
					    "\xf0\x9f\x94\x91" };
	char text[ERR_TEXT_MAX + 8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(last); i++)
		for (size_t n = ERR_TEXT_MAX - 8; n < ERR_TEXT_MAX; n++) {
			size_t len = strlen(last[i]);
			size_t want = n + len < ERR_TEXT_MAX ? n + len : n;
			struct err err = ERR_INIT;

			memset(text, 'a', n);
			memcpy(text + n, last[i], len + 1);
			err_set(&err, ERR_IO, "%s", text);
			assert_int_equal(strlen(err.text), want);
			err_hint(&err, "%s", text);
			assert_int_equal(strlen(err.hint), want);
			err_set(&err, ERR_IO, "%s", text + 3);
			err_wrap(&err, "w");
			assert_int_equal(strlen(err.text), want);
		}
}

/* Contract section 6. */
static void test_exit_codes(void **state)
{
	static const struct {
		enum err_kind kind;
		int signal, code;
	} rows[] = {
		{ ERR_NONE, 0, 0 },
		{ ERR_NO_TOKEN, 0, 1 },
		{ ERR_API, 0, 1 },
		{ ERR_USAGE, 0, 2 },
		{ ERR_REFUSED, 0, 3 },
		{ ERR_TRANSIENT, 0, 4 },
		{ ERR_IO, 0, 5 },
		{ ERR_NOT_EXECUTABLE, 0, 126 },
		{ ERR_NO_COMMAND, 0, 127 },
		{ ERR_INTERRUPTED, 2, 130 },
		{ ERR_INTERRUPTED, 15, 143 },
		{ ERR_INTERNAL, 0, 70 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = { .kind = rows[i].kind, .signal = rows[i].signal };

		assert_int_equal(err_exit_code(&err), rows[i].code);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_set_and_wrap),
	cmocka_unit_test(test_system_call),
	cmocka_unit_test(test_cut),
	cmocka_unit_test(test_cut_between_characters),
	cmocka_unit_test(test_exit_codes),
};

TEST_MAIN(tests)
