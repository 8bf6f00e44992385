#include "base/err.h"

#include <errno.h>

#include "base/buf.h"
#include "base/utf8.h"
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
	static const size_t lengths[] = { 1,	1020, 1021,  1022,  1023,  1024,
					  1025, 5000, 32767, 32768, 140000 };
	char *text = malloc(140001);
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
	}
	free(text);
}

/* However long the path is: what failed, its beginning, and why are there. */
static void test_reason_stays(void **state)
{
	static const char why[] = ": No such file or directory";
	static const size_t lengths[] = { 900, 1000, 4096, 8192, 140000 };
	char *path = malloc(140001);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct err err = ERR_INIT;

		memset(path, 'p', lengths[i]);
		path[lengths[i]] = '\0';
		err_sys(&err, ERR_IO, ENOENT, "can't open /%s", path);
		err_wrap(&err, "the state in /%s", path);
		assert_memory_equal(err.text, "the state in /ppp", 17);
		assert_string_equal(err.text + strlen(err.text) - strlen(why), why);
		err_set(&err, ERR_IO, "/%s is not a directory", path);
		assert_memory_equal(err.text, "/ppp", 4);
		if (lengths[i] < 32000)
			assert_non_null(strstr(err.text, "ppp is not a directory"));
	}
	free(path);
}

/* UTF-8 stays UTF-8: the texts are stored as JSON. */
static void test_cut_between_characters(void **state)
{
	static const char *const characters[] = { "\xc3\xa9", "\xe2\x82\xac",
						  "\xf0\x9f\x94\x91" };
	AUTO_BUF struct buf text = BUF_INIT(100000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(characters); i++)
		for (size_t shift = 0; shift < 8; shift++)
			for (size_t n = 200; n < 34000; n += n < 1200 ? 1 : 8191) {
				struct err err = ERR_INIT;

				buf_reset(&text);
				for (size_t k = 0; k < shift; k++)
					buf_addc(&text, 'a');
				while (text.len < n)
					buf_adds(&text, characters[i]);
				err_set(&err, ERR_IO, "%s", buf_str(&text));
				assert_true(utf8_valid(err.text, strlen(err.text)));
				assert_true(strlen(err.text) == text.len ||
					    strlen(err.text) > ERR_TEXT_MAX - 12);
			}
}

static void test_memory(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_memory(&err, "the list"), -1);
	assert_string_equal(err.text, "the list: out of memory");
	assert_int_equal(err_exit_code(&err), 70);
}

/* Contract section 6. */
static void test_exit_codes(void **state)
{
	static const struct {
		enum err_kind kind;
		int signal, code;
	} rows[] = {
		{ ERR_NONE, 0, 70 },
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
	cmocka_unit_test(test_reason_stays),
	cmocka_unit_test(test_cut_between_characters),
	cmocka_unit_test(test_memory),
	cmocka_unit_test(test_exit_codes),
};

TEST_MAIN(tests)
