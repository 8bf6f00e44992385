/* api/jsonedit: one value in a JSON text replaced or added, the rest kept to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/jsonedit.h"

static void test_jsonedit(void **state)
{
	static const struct {
		const char *text, *path, *want;
	} rows[] = {
		{ "", "a", "{\"a\":7}" },
		{ " {} ", "a", " {\"a\":7} " },
		{ "{\"a\":1}", "a", "{\"a\":7}" },
		{ "{\"b\":\"a\",\"a\" : [1,{\"a\":2}] }", "a",
		  "{\"b\":\"a\",\"a\" : 7 }" },
		{ "{\"b\":{\"a\":1},\"c\":\"\\\"a\\\":1\"}", "a",
		  "{\"a\":7,\"b\":{\"a\":1},\"c\":\"\\\"a\\\":1\"}" },
		{ "{\"a\":1,\"a\":2}", "a", "{\"a\":1,\"a\":7}" },
		{ "{}", "p.n", "{\"p\":{\"n\":7}}" },
		{ "{\"p\":{}}", "p.n", "{\"p\":{\"n\":7}}" },
		{ "{\"p\":{\"s\":1}}", "p.n", "{\"p\":{\"n\":7,\"s\":1}}" },
		{ "{\"p\":{\"s\":1,\"n\":\"x\"},\"n\":1}", "p.n",
		  "{\"p\":{\"s\":1,\"n\":7},\"n\":1}" },
		{ "[]", "a", NULL },
		{ "{\"p\":1}", "p.n", NULL },
		{ "{\"a\":1", "a", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(1024);
		struct err err = ERR_INIT;
		int rc = jsonedit_set(rows[i].text, rows[i].path, "7", &out, &err);

		assert_int_equal(rc, rows[i].want ? 0 : -1);
		if (rows[i].want)
			assert_string_equal(buf_str(&out), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_jsonedit) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
