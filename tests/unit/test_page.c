/* api/page: where the items of an answer are, and what is held of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/page.h"

static struct page page;
static struct http_resp resp;

static int setup(void **state)
{
	(void)state;
	resp = HTTP_RESP_INIT;
	resp.status = 200;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	page_release(&page);
	memset(&page, 0, sizeof(page));
	http_resp_release(&resp);
	return 0;
}

/* What is held of the page, and where its items were found. */
static void holds(const char *json, const char *path, const char *lines)
{
	struct err err = ERR_INIT;

	for (size_t cut = 0; cut <= strlen(json); cut++) {
		page_begin(&page, NULL, 1024 * 1024, 1024);
		assert_int_equal(page_feed(&page, json, cut, &err), 0);
		assert_int_equal(page_feed(&page, json + cut, strlen(json) - cut, &err),
				 0);
		assert_int_equal(page_end(&page, &resp, &err), 0);
		assert_string_equal(page.path, path);
		assert_string_equal(buf_str(&page.spool.held), lines);
	}
}

static void test_where_the_items_are(void **state)
{
	(void)state;
	holds("{\"entities\":[1,2],\"x\":[{\"a\":1}]}", "entities", "1\n2\n");
	holds("{\"x\":[{\"a\":1},{}],\"entities\":[1]}", "entities", "1\n");
	holds("{\"schemas\":[\"urn\"],\"Resources\":[{}]}", "Resources", "{}\n");
	holds("{\"ids\":[1,2,3,4,5,6,7],\"rows\":[{ }]}", "rows", "{}\n");
	holds("{\"rows\":[{\"a\":\"\xc3\xa9\"}],\"ids\":[1,2,3,4,5,6,7,8,9]}", "rows",
	      "{\"a\":\"\xc3\xa9\"}\n");
	holds("{\"a\":[{}],\"b\":[{},{}],\"c\":[{}]}", "b", "{}\n{}\n");
	holds("{\"resultSet\":{\"dispositions\":[{}]},\"n\":1}", "resultSet.dispositions",
	      "{}\n");
	holds("[{},[1]]", "", "{}\n[1]\n");
	holds("{\"aggregations\":[{}],\"totalHits\":0}", "", "");
}

static void test_a_document_as_the_item(void **state)
{
	static const char json[] = "{ \"id\" : 1,\n \"name\": \"x y\" }";
	struct err err = ERR_INIT;

	(void)state;
	page_begin(&page, NULL, 1024, 1024);
	assert_int_equal(page_feed(&page, json, 5, &err), 0);
	assert_int_equal(page_feed(&page, json + 5, sizeof(json) - 6, &err), 0);
	assert_int_equal(page_end(&page, &resp, &err), 0);
	assert_int_equal(page.facts.list, LIST_ABSENT);
	assert_int_equal(page_take_whole(&page, &err), 0);
	assert_string_equal(buf_str(&page.spool.held), "{\"id\":1,\"name\":\"x y\"}\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_where_the_items_are),
		TEST(test_a_document_as_the_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
