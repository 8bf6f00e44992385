#include "base/clock.h"

#include "test.h"

static void test_format(void **state)
{
	static const struct {
		int64_t wall;
		const char *want;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1, "1970-01-01T00:00:01Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 2147483647, "2038-01-19T03:14:07Z" },
		{ 2147483648, "2038-01-19T03:14:08Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ 253402300800, "" },
		{ INT64_MAX, "" },
		{ INT64_MIN, "" },
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	setenv("TZ", "Asia/Kolkata", 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		clock_format(rows[i].wall, text);
		same_text("wall", text, rows[i].want);
	}
}

static void test_span(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} rows[] = {
		{ INT64_MIN, "0 s" },
		{ -1, "0 s" },
		{ 0, "0 s" },
		{ 119, "119 s" },
		{ 120, "2 min" },
		{ 179, "2 min" },
		{ 7199, "119 min" },
		{ 7200, "2 h 0 min" },
		{ 86399, "23 h 59 min" },
		{ INT64_MAX, "2562047788015215 h 30 min" },
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		clock_format_span(rows[i].seconds, text);
		same_text("span", text, rows[i].want);
	}
}

static void test_waits(void **state)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{ 0, "0.1 s" },	  { 99, "0.1 s" },   { 260, "0.3 s" },
		{ 949, "0.9 s" }, { 950, "1.0 s" },  { 9949, "9.9 s" },
		{ 9950, "10 s" }, { 30400, "30 s" }, { 119600, "2 min" },
	};
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		clock_format_wait(rows[i].ms, text);
		same_text("wait", text, rows[i].want);
	}
}

static void test_clocks(void **state)
{
	int64_t boot = clock_boot_ms(), again;
	int64_t wall = clock_wall();
	struct timespec ts;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	again = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	assert_true(boot > 0 && boot <= again);
	assert_true(wall <= (int64_t)time(NULL));
	assert_true(wall > 1700000000);
}

static void test_boot_id(void **state)
{
	char one[CLOCK_BOOT_ID_SIZE], two[CLOCK_BOOT_ID_SIZE];

	(void)state;
	memset(one, 'x', sizeof(one));
	clock_boot_id(one);
	clock_boot_id(two);
	assert_string_equal(one, two);
	assert_int_equal(strlen(one), CLOCK_BOOT_ID_SIZE - 1);
	assert_int_equal(strspn(one, "0123456789abcdef-"), CLOCK_BOOT_ID_SIZE - 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_format),	cmocka_unit_test(test_span),
	cmocka_unit_test(test_waits),	cmocka_unit_test(test_clocks),
	cmocka_unit_test(test_boot_id),
};

TEST_MAIN(tests)
