#include "refresh/engine.h"

#include "test.h"

/* 1.41 where it can be had: engines from 20.10 on speak it; 29 begins with 1.44. */
static void test_choose(void **state)
{
	static const struct {
		int oldest, newest, chosen;
	} rows[] = {
		{ 12, 41, 41 }, { 24, 45, 41 }, { 24, 50, 41 }, { 44, 52, 44 },
		{ 12, 40, 40 }, { -1, 41, 41 }, { -1, 38, 38 }, { 41, 41, 41 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(engine_choose(rows[i].oldest, rows[i].newest),
				 rows[i].chosen);
}

static void test_no_socket(void **state)
{
	struct err why = ERR_INIT;

	(void)state;
	assert_false(engine_offered("/nonexistent/docker.sock", &why));
	assert_non_null(strstr(why.text, "No such file"));
	assert_false(engine_offered("/dev/null", &why));
	assert_non_null(strstr(why.text, "is no socket"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_no_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
