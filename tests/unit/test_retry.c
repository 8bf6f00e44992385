#include "net/retry.h"

#include "test.h"

#define ALMOST_ONE (1 - 1.0 / 4294967296.0)

/* The back-off doubles up to its cap, and is drawn from its upper half. */
static void test_back_off(void **state)
{
	static const int64_t whole[] = { 500,  500,   1000,  2000,  4000,
					 8000, 16000, 30000, 30000, 30000 };
	static const double draws[] = { 0, 0.25, 0.5, 0.999, ALMOST_ONE };

	(void)state;
	for (int attempt = 0; attempt < (int)ARRAY_LEN(whole); attempt++)
		for (size_t i = 0; i < ARRAY_LEN(draws); i++) {
			struct retry r = { .attempt = attempt,
					   .budget_ms = 3600000,
					   .after_ms = -1 };
			int64_t wait = retry_wait_ms(&r, draws[i]), half;

			half = whole[attempt] / 2;
			same_number("back-off", wait,
				    half + (int64_t)((double)half * draws[i]));
			assert_true(wait >= half && wait <= whole[attempt]);
		}
	struct retry late = { .attempt = 2000000000,
			      .budget_ms = 1 << 30,
			      .after_ms = -1 };

	assert_int_equal(retry_wait_ms(&late, 0), 15000);
}

/* Retry-After is a floor: never earlier, later by a tenth, at most by a second. */
static void test_retry_after(void **state)
{
	static const struct {
		int64_t after, latest;
	} rows[] = {
		{ 5, 5 },	  { 1000, 1100 },   { 3000, 3300 },
		{ 10000, 11000 }, { 60000, 61000 }, { 3500000, 3501000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int attempt = 1; attempt < 20; attempt += 6) {
			struct retry r = { .attempt = attempt,
					   .budget_ms = 3600000,
					   .after_ms = rows[i].after };

			same_number("first", retry_wait_ms(&r, 0), rows[i].after);
			assert_true(retry_wait_ms(&r, ALMOST_ONE) <= rows[i].latest);
			assert_true(retry_wait_ms(&r, ALMOST_ONE) >=
				    rows[i].after +
					    (rows[i].latest - rows[i].after) * 9 / 10);
		}
}

/* A wait that ends with the budget is made; one that passes it by a millisecond, not. */
static void test_budget(void **state)
{
	static const struct {
		struct retry r;
		double random;
		int64_t want;
	} rows[] = {
		{ { 1, 0, 250, -1, 0 }, 0, 250 },
		{ { 1, 1, 250, -1, 0 }, 0, -1 },
		{ { 1, 0, 249, -1, 0 }, 0, -1 },
		{ { 1, 100, 350, -1, 0 }, 0, 250 },
		{ { 1, 0, 0, -1, 0 }, 0, -1 },
		{ { 1, 0, 0, 0, 0 }, 0, -1 },	 /* one attempt */
		{ { 1, 0, 250, 0, 0 }, 0, 250 }, /* Retry-After: 0 is the back-off */
		{ { 1, 0, 249, 0, 0 }, 0, -1 },
		{ { 1, 1, 0, 0, 0 }, 0, -1 },
		{ { 1, 0, 10000, 10000, 0 }, 0, 10000 },
		{ { 1, 0, 10000, 10000, 0 }, 0.9, 10000 }, /* jitter gives way */
		{ { 1, 1, 10000, 10000, 0 }, 0.9, -1 },
		{ { 1, 0, 10000, 10001, 0 }, 0, -1 },
		{ { 1, 0, 120000, INT64_C(1) << 60, 0 }, 0.9, -1 },
		{ { 1, 500000, 120000, 0, 0 }, 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		same_number("wait", retry_wait_ms(&rows[i].r, rows[i].random),
			    rows[i].want);
}

/* A caller's own cap, for back-off alone. */
static void test_own_cap(void **state)
{
	struct retry r = {
		.attempt = 9, .budget_ms = 60000, .after_ms = -1, .cap_ms = 3000
	};

	(void)state;
	assert_int_equal(retry_wait_ms(&r, 0), 1500);
	assert_in_range(retry_wait_ms(&r, ALMOST_ONE), 2999, 3000);
	r.attempt = 1;
	assert_int_equal(retry_wait_ms(&r, 0), 250);
	r.after_ms = 20000;
	assert_int_equal(retry_wait_ms(&r, 0), 20000);
}

static void test_random(void **state)
{
	double low = 1, high = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		double r = retry_random();

		assert_true(r >= 0 && r < 1);
		low = r < low ? r : low;
		high = r > high ? r : high;
	}
	assert_true(low < 0.1 && high > 0.9);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_back_off), cmocka_unit_test(test_retry_after),
	cmocka_unit_test(test_budget),	 cmocka_unit_test(test_own_cap),
	cmocka_unit_test(test_random),
};

TEST_MAIN(tests)
