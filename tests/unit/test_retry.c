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

/* Seconds in every spelling met; a word that is no unit, or a date, is not for here. */
static void test_read_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t want; /* milliseconds; -1: not read */
	} rows[] = {
		{ "0", 0 },
		{ "7", 7000 },
		{ "007", 7000 },
		{ "+7", 7000 },
		{ "-7", 0 },
		{ "292.05", 293000 },
		{ "3.0", 3000 },
		{ "3.", 3000 },
		{ ".5", 1000 },
		{ "-0.5", 0 },
		{ "1 seconds", 1000 },
		{ "1 second", 1000 },
		{ "30s", 30000 },
		{ "30 Sec.", 30000 },
		{ "1.2 seconds", 2000 },
		{ "1500ms", 2000 },
		{ "1500 milliseconds", 2000 },
		{ "2 minutes", 120000 },
		{ "2m", 120000 },
		{ "1 hour", 3600000 },
		{ "5, 10", 5000 }, /* two headers, joined */
		{ "5; comment", 5000 },
		{ "99999999999999999999", INT64_C(315360000000) },
		{ "", -1 },
		{ "-", -1 },
		{ ".", -1 },
		{ "soon", -1 },
		{ "1.2.3", -1 },
		{ "0x10", -1 },
		{ "1e3", -1 },
		{ "inf", -1 },
		{ "nan", -1 },
		{ "5 apples", -1 },
		{ "5 econds", -1 },
		{ "5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -1 },
		{ "06 Nov 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", -1 },
		{ "2026-11-06T08:49:37Z", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t ms = -1;
		bool read = retry_read_seconds(rows[i].text, &ms);

		same_number(rows[i].text, ms, rows[i].want);
		same_number(rows[i].text, read, rows[i].want >= 0);
	}
}

static void test_limits(void **state)
{
	static const struct {
		const char *headers;
		int status;
		int64_t after_ms;
		bool limit, again;
	} rows[] = {
		{ "", 429, -1, true, true },
		{ "", 403, -1, false, false },
		{ "", 403, 0, true, true },
		{ "", 403, 5000, true, true },
		{ "", 401, 5000, false, false },
		{ "", 400, -1, false, false },
		{ "", 404, 5000, false, false },
		{ "", 408, -1, false, true },
		{ "", 500, -1, false, true },
		{ "", 503, 5000, false, true },
		{ "", 599, -1, false, true },
		{ "", 200, 5000, false, false },
		{ "a: b\nx-ratelimit-remaining: 0\n", 403, -1, true, true },
		{ "x-rate-limit-remaining: 0\n", 403, -1, true, true },
		{ "ratelimit-remaining: 0\nb: c\n", 403, -1, true, true },
		{ "x-ratelimit-remaining-requests: 0\n", 403, -1, true, true },
		{ "x-ms-ratelimit-remaining-reads: 0\n", 403, -1, true, true },
		{ "ratelimit: limit=10, remaining=0, reset=5\n", 403, -1, true, true },
		{ "ratelimit: \"default\";r=0;t=5\n", 403, -1, true, true },
		{ "x-ratelimit-remaining: 0\n", 400, -1, false, false },
		{ "x-ratelimit-remaining: 10\n", 403, -1, false, false },
		{ "x-ratelimit-remaining: 0.5\n", 403, -1, false, false },
		{ "x-ratelimit-remaining:\n", 403, -1, false, false },
		{ "x-ratelimit-remaining: \nx: 0\n", 403, -1, false, false },
		{ "x-ratelimit-remaining: none\n", 403, -1, false, false },
		{ "x-ratelimit-limit: 0\n", 403, -1, false, false },
		{ "remaining: 0\n", 403, -1, false, false },
		{ "x: ratelimit-remaining: 0\n", 403, -1, false, false },
		{ "ratelimit: \"default\";r=3;t=0\n", 403, -1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;

		resp.status = rows[i].status;
		resp.after_ms = rows[i].after_ms;
		buf_adds(&resp.headers, rows[i].headers);
		same_number(rows[i].headers, retry_is_limit(&resp), rows[i].limit);
		same_number(rows[i].headers, retry_answer(&resp), rows[i].again);
	}
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
	cmocka_unit_test(test_back_off),     cmocka_unit_test(test_retry_after),
	cmocka_unit_test(test_budget),	     cmocka_unit_test(test_own_cap),
	cmocka_unit_test(test_read_seconds), cmocka_unit_test(test_limits),
	cmocka_unit_test(test_random),
};

TEST_MAIN(tests)
