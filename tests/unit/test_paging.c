/* api/paging: from answers to next requests, without a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "api/page.h"
#include "net/url.h"

#define API "https://api.example.com"

static struct page page;
static struct paging *paging;
static struct http_req first;
static struct http_resp resp;
static struct position at, next;

static void ask(const char *method, const char *url, const char *body)
{
	first.method = method;
	buf_set(&first.url, url);
	buf_set(&first.body, body);
	first.has_body = body != NULL;
}

static int setup(void **state)
{
	(void)state;
	paging = calloc(1, sizeof(*paging));
	first = HTTP_REQ_INIT;
	resp = HTTP_RESP_INIT;
	resp.status = 200;
	at = POSITION_INIT;
	next = POSITION_INIT;
	ask("GET", API "/u", NULL);
	*paging =
		(struct paging){ .first = &first, .base = API, .last = -1, .total = -1 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	page_release(&page);
	memset(&page, 0, sizeof(page));
	http_req_release(&first);
	http_resp_release(&resp);
	position_release(&at);
	position_release(&next);
	free(paging);
	return 0;
}

static void again(void **state)
{
	teardown(state);
	setup(state);
}

/* The page @json has come: what follows? */
static enum paging_next answer(const char *json, struct err *err)
{
	page_begin(&page, NULL, 1024 * 1024, 1024);
	*err = ERR_INIT;
	assert_int_equal(page_feed(&page, json, strlen(json), err), 0);
	assert_int_equal(page_end(&page, &resp, err), 0);
	position_copy(&at, &next);
	return paging_next(paging, &at, &page.facts, &next, err);
}

/* The URL and body of the next request, as one text. */
static const char *request(void)
{
	static char text[8192];
	struct http_req req = HTTP_REQ_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(paging_request(paging, &next, &req, &err), 0);
	snprintf(text, sizeof(text), "%s %s", buf_str(&req.url), buf_str(&req.body));
	http_req_release(&req);
	return text;
}

static void test_styles(void **state)
{
	static const struct {
		const char *method, *url, *body, *json, *style, *next;
	} rows[] = {
		{ "GET", API "/u?pageSize=2", NULL,
		  "{\"entities\":[{},{}],\"pageNumber\":1,\"pageCount\":3,\"total\":5,"
		  "\"nextUri\":\"/u?pageSize=2&pageNumber=2\"}",
		  "G1", API "/u?pageSize=2&pageNumber=2 " },
		{ "GET", API "/u", NULL,
		  "{\"entities\":[1],\"pageNumber\":1,\"pageCount\":0,\"total\":0,"
		  "\"nextUri\":\"/u?pageNumber=2\"}",
		  "G1", API "/u?pageNumber=2 " },
		{ "GET", API "/u?pageNumber=4&x=1", NULL,
		  "{\"pageNumber\":4,\"pageCount\":9,\"entities\":[1]}", "G1",
		  API "/u?x=1&pageNumber=5 " },
		{ "GET", API "/t", NULL,
		  "{\"nextUri\":\"/t?after=a%2Bb\",\"entities\":[1]}", "G2",
		  API "/t?after=a%2Bb " },
		{ "GET", API "/w", NULL, "{\"entities\":[1],\"after\":\"a+b\"}", "G3",
		  API "/w?after=a%2Bb " },
		{ "GET", API "/w", NULL,
		  "{\"entities\":[1],\"after\":\"x\",\"nextUri\":\"/w?after=x\"}", "G2",
		  API "/w?after=x " },
		{ "GET", API "/j", NULL,
		  "{\"cursors\":{\"after\":\"c=\"},\"entities\":[1]}", "G4",
		  API "/j?after=c%3D " },
		{ "GET", API "/r", NULL, "{\"results\":[1],\"cursor\":\"c/\"}", "G5",
		  API "/r?cursor=c%2F " },
		{ "GET", API "/a", NULL,
		  "{\"entities\":[1],\"pageSize\":1,\"cursor\":\"d\"}", "G6",
		  API "/a?cursor=d " },
		{ "GET", API "/s", NULL,
		  "{\"totalResults\":9,\"startIndex\":1,\"itemsPerPage\":2,\"Resources\":[1,2]}",
		  "G7", API "/s?startIndex=3 " },
		{ "POST", API "/q", "{\"pageSize\":1,\"n\":12345678901234567890}",
		  "{\"results\":[1],\"total\":3,\"pageCount\":3,\"pageNumber\":1}", "G8",
		  API "/q {\"pageNumber\":2,\"pageSize\":1,\"n\":12345678901234567890}" },
		{ "GET", API "/q?q64=eyJwYWdlTnVtYmVyIjoxfQ%3D%3D", NULL,
		  "{\"results\":[1],\"pageCount\":3,\"pageNumber\":1}", "G8",
		  API "/q?q64=eyJwYWdlTnVtYmVyIjoyfQ%3D%3D " },
		{ "POST", API "/d", "{\"paging\":{\"pageSize\":1,\"pageNumber\":1}}",
		  "{\"conversations\":[1],\"totalHits\":2,\"aggregations\":[{}]}", "G9",
		  API "/d {\"paging\":{\"pageSize\":1,\"pageNumber\":2}}" },
		{ "GET", API "/c", NULL,
		  "{\"conversations\":[1],\"cursor\":\"e\",\"dataAvailabilityDate\":\"x\"}",
		  "G10", API "/c?cursor=e " },
		{ "GET", API "/k?top=1&skip=4", NULL,
		  "{\"totalRecords\":9,\"completedContacts\":[1]}", "N1",
		  API "/k?top=1&skip=5 " },
		{ "GET", API "/l", NULL,
		  "{\"_links\":{\"next\":\"" API "/l?skip=1\"},\"rows\":[{}]}", "N2",
		  API "/l?skip=1 " },
		{ "GET", API "/l", NULL,
		  "{\"_links\":{\"next\":{\"href\":\"/l?page=2\"}},\"rows\":[{}]}", "N2",
		  API "/l?page=2 " },
		{ "GET", API "/l?top=1", NULL,
		  "{\"resultSet\":{\"totalRecords\":9,\"rows\":[{}]}}", "N1",
		  API "/l?top=1&skip=1 " },
		{ "GET", API "/e?cursor=a", NULL,
		  "{\"cursors\":{\"after\":\"b\"},\"entities\":[1]}", "G4",
		  API "/e?cursor=b " },
		{ "GET", API "/a/b?c", NULL, "{\"nextUri\":\"d?e\",\"entities\":[1]}",
		  "G2", API "/a/d?e " },
		{ "POST", API "/i", "{}",
		  "{\"data\":[1],\"pagination\":{\"pageNumber\":1,\"totalPages\":2}}",
		  "pagination", API "/i {\"pageNumber\":2}" },
		{ "GET", API "/i", NULL,
		  "{\"data\":[1],\"pagination\":{\"pageNumber\":1,\"totalPages\":2}}",
		  "pagination", API "/i?pageNumber=2 " },
		{ "GET", API "/f?size=1", NULL, "{\"hits\":2,\"data\":[1]}", "N3",
		  API "/f?size=1&page=2 " },
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		again(state);
		ask(rows[i].method, rows[i].url, rows[i].body);
		if (answer(rows[i].json, &err) != PAGING_MORE)
			fail_msg("row %zu goes not on: %s", i, err.text);
		assert_string_equal(paging->style->name, rows[i].style);
		if (strcasecmp(request(), rows[i].next) != 0) /* %2b is %2B */
			fail_msg("%s, not %s", request(), rows[i].next);
	}
}

/* Where --start-page goes, before any answer has told the style. */
static void test_what_a_request_looks_like(void **state)
{
	(void)state;
	ask("GET", API "/api/v2/jobs/7/tasks?pageNumber=1", NULL);
	assert_string_equal(paging_style_guess(&first)->name, "G1");
	ask("POST", API "/api/v2/x", "{\"paging\":{\"pageSize\":5}}");
	assert_string_equal(paging_style_guess(&first)->name, "G9");
}

static void test_the_last_page(void **state)
{
	static const char *const rows[] = {
		"{\"entities\":[1],\"pageNumber\":3,\"pageCount\":3,\"total\":1,\"nextUri\":\"/u?pageNumber=4\"}",
		"{\"entities\":[],\"pageNumber\":1,\"pageCount\":1,\"nextUri\":\"/u?pageNumber=2\"}",
		"{\"entities\":[1],\"pageNumber\":1,\"pageCount\":1}",
		"{\"entities\":[],\"pageNumber\":1,\"pageCount\":0,\"total\":0}",
		"{\"entities\":[1],\"nextUri\":null}",
		"{\"entities\":[1],\"cursor\":\"\"}",
		"{\"entities\":[1],\"cursors\":{}}",
		"{\"Resources\":[1],\"totalResults\":1,\"startIndex\":1}",
		"{\"rows\":[{}],\"totalRecords\":1}",
		"{\"data\":[1],\"pagination\":{\"pageNumber\":2,\"totalPages\":2}}",
		"[1,2,3]",
		"{\"id\":1}",
		"7",
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		again(state);
		if (answer(rows[i], &err) != PAGING_END)
			fail_msg("row %zu goes on", i);
	}
}

static void test_link_header(void **state)
{
	static const struct {
		const char *header, *next;
	} rows[] = {
		{ "<" API "/x?page=2>; rel=\"next\", <" API "/x?page=9>; rel=\"last\"",
		  API "/x?page=2 " },
		{ "<" API "/x?a=1,2>; rel=prev, </x?page=2>; title=\"a\"; REL=next",
		  API "/x?page=2 " },
		{ "<?page=3>; rel=\"next\"", API "/x?page=3 " },
		{ "<?page=1>; rel=\"prev\"; title=\"a\\\", rel=next\", <?page=3>; "
		  "title=\"x, y\"; rel=\"last next\"",
		  API "/x?page=3 " },
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		again(state);
		buf_addf(&resp.headers, "date: x\nlink: %s\n", rows[i].header);
		ask("GET", API "/x?page=1", NULL);
		assert_int_equal(answer("[1]", &err), PAGING_MORE);
		if (strcasecmp(request(), rows[i].next) != 0) /* %2b is %2B */
			fail_msg("%s, not %s", request(), rows[i].next);
	}
}

static void test_links_that_lead_away(void **state)
{
	static const char *const links[] = {
		"https://evil.example/u",
		"//evil.example/u",
		"http://api.example.com/u",
		"https://api.example.com:8443/u",
		"https://api.example.com.evil.example/u",
		"https://user@api.example.com/u",
		"https://api.example.com@evil.example/u",
		"ftp://api.example.com/u",
		"javascript:alert(1)",
	};
	char json[256];
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		again(state);
		snprintf(json, sizeof(json), "{\"entities\":[1],\"nextUri\":\"%s\"}",
			 links[i]);
		if (answer(json, &err) != PAGING_REFUSED || err.kind != ERR_REFUSED)
			fail_msg("%s is followed", links[i]);
	}
}

static void test_links_that_stay(void **state)
{
	static const struct {
		const char *base, *link, *url;
	} rows[] = {
		{ API, "/u?a=b c", API "/u?a=b%20c" },
		{ API, "/u?a=\xc3\xa9#x", API "/u?a=%C3%A9" },
		{ API, "HTTPS://API.example.com:443/u", "https://api.example.com/u" },
		{ API "/gw", "/u", API "/gw/u" },
		{ API "/gw", "/gw/u", API "/gw/u" },
		{ API "/gw/", "/gwx", API "/gw/gwx" },
		{ API "/gw", "/gw?x", API "/gw?x" },
		{ API, "u", API "/u" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
		struct err err = ERR_INIT;

		if (url_join(rows[i].base, rows[i].link, &url, &err))
			fail_msg("%s: %s", rows[i].link, err.text);
		if (!url_same_origin(buf_str(&url), rows[i].url) ||
		    strcmp(strstr(buf_str(&url), ".com") + 4,
			   strstr(rows[i].url, ".com") + 4))
			if (!strstr(buf_str(&url), ":443"))
				fail_msg("%s gave %s", rows[i].link, buf_str(&url));
	}
}

static void test_loops(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(answer("{\"entities\":[1],\"cursor\":\"a\"}", &err),
			 PAGING_MORE);
	assert_int_equal(answer("{\"entities\":[2],\"cursor\":17}", &err), PAGING_MORE);
	assert_string_equal(request(), API "/u?cursor=17 ");
	assert_int_equal(answer("{\"entities\":[3],\"cursor\":\"a\"}", &err),
			 PAGING_REFUSED);
	assert_non_null(strstr(err.text, "cursor"));
	assert_int_equal(answer("{\"entities\":[2],\"cursor\":\"c\"}", &err),
			 PAGING_REPEATED);
	assert_int_equal(answer("{\"entities\":[],\"cursor\":\"d\"}", &err), PAGING_MORE);
	assert_int_equal(answer("{\"entities\":[],\"cursor\":\"e\"}", &err), PAGING_MORE);
	assert_int_equal(answer("{\"entities\":[4],\"cursor\":\"f\"}", &err),
			 PAGING_MORE);
	assert_int_equal(answer("{\"entities\":[],\"cursor\":\"g\"}", &err), PAGING_MORE);
	assert_int_equal(answer("{\"entities\":[],\"cursor\":\"h\"}", &err), PAGING_MORE);
	assert_int_equal(answer("{\"entities\":[],\"cursor\":\"i\"}", &err),
			 PAGING_REFUSED);
	assert_non_null(strstr(err.text, "3 empty pages"));
}

static void test_a_server_that_knows_no_paging(void **state)
{
	struct err err;

	(void)state;
	ask("GET", API "/u?skip=0&top=100", NULL);
	assert_int_equal(answer("{\"rows\":[{}]}", &err), PAGING_MORE);
	assert_int_equal(answer("{\"rows\":[{}]}", &err), PAGING_BEYOND);
}

static void test_a_count_of_items_beyond_the_last_page(void **state)
{
	struct err err;

	(void)state;
	ask("GET", API "/u?top=2", NULL);
	assert_int_equal(answer("{\"rows\":[1,2],\"totalRecords\":4}", &err),
			 PAGING_MORE);
	assert_int_equal(answer("{\"rows\":[],\"totalRecords\":4}", &err), PAGING_MORE);
	assert_string_equal(request(), API "/u?top=2&skip=4 ");
	assert_int_equal(answer("{\"rows\":[3,4],\"totalRecords\":4}", &err), PAGING_END);
	assert_int_equal(paging_missing(paging), 0);
}

/* A page in the style G1 that says so many pages, and where the next one is. */
static enum paging_next counted(int number, int pages, const char *items,
				const char *more, struct err *err)
{
	char json[256];

	snprintf(json, sizeof(json),
		 "{\"entities\":[%s],\"pageNumber\":%d,\"pageCount\":%d%s,"
		 "\"nextUri\":\"/u?pageNumber=%d\"}",
		 items, number, pages, more, number + 1);
	return answer(json, err);
}

static void test_a_link_beyond_the_count_of_pages(void **state)
{
	struct err err;

	assert_int_equal(counted(1, 1, "1,2", "", &err), PAGING_MORE);
	assert_string_equal(request(), API "/u?pageNumber=2 ");
	assert_int_equal(counted(2, 1, "3", "", &err), PAGING_MORE);
	assert_int_equal(counted(3, 1, "4,5", ",\"total\":0", &err), PAGING_MORE);
	assert_int_equal(counted(4, 1, "", "", &err), PAGING_END);

	/* A link that leads to a page of before ends it just so: it was a try. */
	again(state);
	assert_int_equal(counted(1, 2, "1,2", "", &err), PAGING_MORE);
	assert_int_equal(counted(2, 2, "3,4", "", &err), PAGING_MORE);
	assert_int_equal(counted(3, 2, "3,4", "", &err), PAGING_BEYOND);

	/* The count of items knows better: all have come, or some have not. */
	again(state);
	assert_int_equal(counted(1, 1, "1,2", ",\"total\":3", &err), PAGING_MORE);
	assert_int_equal(counted(2, 1, "3", ",\"total\":3", &err), PAGING_END);

	/* The guards stay: items of before where they were no try. */
	again(state);
	assert_int_equal(counted(1, 3, "1,2", "", &err), PAGING_MORE);
	assert_int_equal(counted(2, 3, "1,2", "", &err), PAGING_REPEATED);
}

static void test_a_count_of_no_items_beside_items(void **state)
{
	struct err err;

	(void)state;
	ask("GET", API "/u?top=2", NULL);
	assert_int_equal(answer("{\"rows\":[1,2],\"totalRecords\":0}", &err),
			 PAGING_MORE);
	assert_int_equal(answer("{\"rows\":[3],\"totalRecords\":0}", &err), PAGING_MORE);
	assert_int_equal(answer("{\"rows\":[],\"totalRecords\":0}", &err), PAGING_END);
	assert_int_equal(paging_missing(paging), 0);
}

static void test_pages_ahead(void **state)
{
	struct position ahead = POSITION_INIT;
	struct err err;

	(void)state;
	assert_int_equal(
		answer("{\"entities\":[1],\"pageNumber\":1,\"pageCount\":4}", &err),
		PAGING_MORE);
	assert_true(paging_ahead(paging, &next, 2, &ahead));
	assert_int_equal(ahead.at, 4);
	assert_false(paging_ahead(paging, &next, 3, &ahead));
	position_release(&ahead);
}

static void test_numbers_beyond_reason(void **state)
{
	static const char *const rows[] = {
		"{\"entities\":[1],\"pageNumber\":99999999999999999999,\"pageCount\":9}",
		"{\"entities\":[1],\"pageNumber\":1,\"pageCount\":-5}",
		"{\"entities\":[1],\"pageNumber\":1,\"pageCount\":1e3}",
		"{\"entities\":[1],\"pageNumber\":1.5,\"pageCount\":1.5}",
		"{\"entities\":[1],\"pageNumber\":{},\"pageCount\":[]}",
		"{\"rows\":[1],\"totalRecords\":999999999999999}",
		"{\"Resources\":[1],\"totalResults\":5,\"startIndex\":999999999999999}",
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		again(state);
		answer(rows[i], &err);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_styles),
		TEST(test_what_a_request_looks_like),
		TEST(test_the_last_page),
		TEST(test_link_header),
		TEST(test_links_that_lead_away),
		TEST(test_links_that_stay),
		TEST(test_loops),
		TEST(test_a_server_that_knows_no_paging),
		TEST(test_a_count_of_items_beyond_the_last_page),
		TEST(test_a_link_beyond_the_count_of_pages),
		TEST(test_a_count_of_no_items_beside_items),
		TEST(test_pages_ahead),
		TEST(test_numbers_beyond_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
