#include "base/utf8.h"

#include "test.h"

/* RFC 3629 section 3 and 4, first and last of every range and what lies beside them. */
static void test_table(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool valid;
	} rows[] = {
		{ "", 0, true },
		{ "abc\x7f", 4, true },
		{ "\0", 1, true },
		{ "\xc2\x80\xdf\xbf", 4, true },
		{ "\xe0\xa0\x80\xef\xbf\xbf", 6, true },
		{ "\xed\x9f\xbf\xee\x80\x80", 6, true },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, true },
		{ "\x80", 1, false },
		{ "\xbf", 1, false },
		{ "a\x80", 2, false },
		{ "\xc0\x80", 2, false },     /* overlong NUL */
		{ "\xc1\xbf", 2, false },     /* overlong */
		{ "\xe0\x9f\xbf", 3, false }, /* overlong */
		{ "\xf0\x8f\xbf\xbf", 4, false },
		{ "\xed\xa0\x80", 3, false }, /* U+D800 */
		{ "\xed\xbf\xbf", 3, false }, /* U+DFFF */
		{ "\xf4\x90\x80\x80", 4, false },
		{ "\xf5\x80\x80\x80", 4, false },
		{ "\xf8\x88\x80\x80\x80", 5, false },
		{ "\xfe", 1, false },
		{ "\xff", 1, false },
		{ "\xc2", 1, false }, /* cut short */
		{ "\xc2\x80", 1, false },
		{ "\xe2\x82\xac", 2, false },
		{ "\xf0\x9f\x94\x91", 3, false },
		{ "\xe2\x82", 2, false },
		{ "\xf0\x9f\x94", 3, false },
		{ "\xc2"
		  "a",
		  2, false },
		{ "\xe2\x82"
		  "a",
		  3, false },
		{ "\xf0\x9f\x94"
		  "a",
		  4, false },
		{ "\xe2"
		  "a\x82",
		  3, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (utf8_valid(rows[i].text, rows[i].len) != rows[i].valid)
			fail_msg("row %zu must be %svalid", i, rows[i].valid ? "" : "in");
}

/* What stands beyond the length is not looked at. */
static void test_length(void **state)
{
	static const char *const rows[] = { "a", "\xc2\x80", "\xe2\x82\xac",
					    "\xf0\x9f\x94\x91" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t len = 0; len <= 5; len++)
			assert_int_equal(utf8_length(rows[i], len), len > i ? i + 1 : 0);
}

/* Every code point, in its one form, and no surrogate. */
static void test_all_code_points(void **state)
{
	(void)state;
	for (unsigned int c = 0; c <= 0x110000; c++) {
		char text[4];
		size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		static const unsigned int first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

		text[0] = (char)(first[len] | c >> 6 * (len - 1));
		for (size_t k = 1; k < len; k++)
			text[k] = (char)(0x80 | (c >> 6 * (len - 1 - k) & 0x3f));
		if (utf8_valid(text, len) !=
		    ((c < 0xd800 || c > 0xdfff) && c <= 0x10ffff))
			fail_msg("U+%04X", c);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_table),
	cmocka_unit_test(test_length),
	cmocka_unit_test(test_all_code_points),
};

TEST_MAIN(tests)
