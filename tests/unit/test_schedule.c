#include "refresh/schedule.h"

#include "test.h"

/* Lifetime and buffer in ms, and the latest and earliest moment that jitter allows. */
static const struct {
	int64_t lifetime, buffer, latest, earliest;
} rows[] = {
	{ 86400000, 60000, 69120000, 64800000 }, /* 80 %, less 5 % of the lifetime */
	{ 3600000, 60000, 2880000, 2700000 },
	{ 300000, 60000, 240000, 225000 }, /* 80 % is where the buffer begins */
	{ 200000, 60000, 140000, 130000 }, /* the buffer begins earlier than 80 % */
	{ 120000, 60000, 60000, 60000 },   /* half of its life */
	{ 90000, 60000, 45000, 45000 },	   /* too short for the buffer: half */
	{ 5000, 2500, 2500, 2500 },
	{ 5000, 2000, 3000, 2750 },
	{ 1000, 0, 800, 750 },
	{ 1000, 500, 500, 500 },
	{ 0, 0, 0, 0 },
};

static void test_due(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(schedule_due_ms(rows[i].lifetime, rows[i].buffer, 0.0),
				 rows[i].latest);
		assert_int_equal(schedule_due_ms(rows[i].lifetime, rows[i].buffer, 1.0),
				 rows[i].earliest);
	}
}

/*
 * Over all lifetimes: never in the buffer unless that is more than half, never after 80
 * %.
 */
static void test_due_bounds(void **state)
{
	(void)state;
	for (int64_t life = 0; life < 400000; life += 700)
		for (int64_t buffer = 0; buffer < 200000; buffer += 7000)
			for (double jitter = 0; jitter < 1; jitter += 0.3) {
				int64_t due = schedule_due_ms(life, buffer, jitter);

				assert_true(due >= life / 2);
				assert_true(due <= life * 8 / 10 || due == life / 2);
				assert_true(due <= life - buffer || due == life / 2);
			}
}

static void test_due_of_ten_years(void **state)
{
	int64_t life = INT64_C(10) * 365 * 86400 * 1000;

	(void)state;
	assert_int_equal(schedule_due_ms(life, 60000, 0.0), life / 10 * 8);
}

static void test_backoff_doubles_to_a_minute(void **state)
{
	static const int64_t upper[] = { 500,	1000,  2000,  4000,  8000,
					 16000, 32000, 60000, 60000, 60000 };

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(schedule_backoff_ms(i + 1, -1, 0.0), upper[i] / 2);
		assert_in_range(schedule_backoff_ms(i + 1, -1, 0.999), upper[i] - 50,
				upper[i]);
	}
	assert_int_equal(schedule_backoff_ms(1000000, -1, 0.0), 30000);
}

static void test_backoff_honours_retry_after(void **state)
{
	(void)state;
	assert_int_equal(schedule_backoff_ms(1, 90000, 0.0), 90000);
	assert_in_range(schedule_backoff_ms(1, 90000, 0.999), 90000, 91000);
	assert_int_equal(schedule_backoff_ms(7, 0, 0.5), 24000);
	assert_in_range(schedule_backoff_ms(1, INT64_MAX / 2, 0.5), SCHEDULE_AFTER_MS,
			SCHEDULE_AFTER_MS + 1000);
}

static void test_jitter(void **state)
{
	double sum = 0;
	char token[] = "token-000";

	(void)state;
	assert_true(schedule_jitter("a") == schedule_jitter("a"));
	for (int i = 0; i < 1000; i++) {
		token[6] = (char)('0' + i / 100);
		token[7] = (char)('0' + i / 10 % 10);
		token[8] = (char)('0' + i % 10);
		assert_true(schedule_jitter(token) >= 0 && schedule_jitter(token) < 1);
		sum += schedule_jitter(token);
	}
	assert_true(sum > 450 && sum < 550);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_due_bounds),
		cmocka_unit_test(test_due_of_ten_years),
		cmocka_unit_test(test_backoff_doubles_to_a_minute),
		cmocka_unit_test(test_backoff_honours_retry_after),
		cmocka_unit_test(test_jitter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
