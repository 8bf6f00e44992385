/* api/pager, api/paging, api/facts: lists of servers that are not the vendors'. */
#include "rows.h"

/* Links, wherever they stand. */
#define LINKED(more)                                     \
	{ .pages = { P("/l", "{\"rows\":[1]," more "}"), \
		     P("/l?p=2", "{\"rows\":[2]}") },    \
	  .lines = "1\n2\n" }
#define HEADED(headers) \
	{ .pages = { H("/l", "[1]", headers), P("/l?p=2", "[2]") }, .lines = "1\n2\n" }
static const struct row links[] = {
	LINKED("\"@odata.nextLink\":\"" API "/l?p=2\""),
	LINKED("\"odata.nextLink\":\"" API "/l?p=2\""),
	LINKED("\"nextLink\":\"" API "/l?p=2\""),
	LINKED("\"links\":{\"self\":\"/l\",\"next\":\"/l?p=2\",\"last\":\"/l?p=2\"}"),
	LINKED("\"links\":{\"next\":{\"href\":\"/l?p=2\"}}"),
	LINKED("\"_links\":{\"next\":{\"href\":\"/l?p=2\"}}"),
	LINKED("\"_links\":{\"next\":\"/l?p=2\"}"),
	LINKED("\"next\":\"" API "/l?p=2\",\"previous\":null,\"count\":2"),
	LINKED("\"next\":\"/l?p=2\""),
	LINKED("\"next\":\"?p=2\""),
	LINKED("\"next\":\"l?p=2\""),
	LINKED("\"next\":{\"href\":\"/l?p=2\"}"),
	LINKED("\"next\":{\"$ref\":\"" API "/l?p=2\"}"),
	LINKED("\"next_url\":\"/l?p=2\""),
	LINKED("\"nextUrl\":\"/l?p=2\""),
	LINKED("\"next_link\":\"/l?p=2\""),
	LINKED("\"next_page\":\"/l?p=2\""),
	LINKED("\"next_page_url\":\"" API "/l?p=2\",\"current_page\":1,\"last_page\":2"),
	LINKED("\"next_page_uri\":\"/l?p=2\""),
	LINKED("\"nextRecordsUrl\":\"/l?p=2\",\"done\":false,\"totalSize\":2"),
	LINKED("\"paging\":{\"next\":\"" API "/l?p=2\",\"cursors\":{\"after\":\"x\"}}"),
	LINKED("\"paging\":{\"next\":{\"after\":\"2\",\"link\":\"" API "/l?p=2\"}}"),
	LINKED("\"pagination\":{\"next_url\":\"/l?p=2\"}"),
	LINKED("\"meta\":{\"next\":\"/l?p=2\",\"total_count\":2}"),
	LINKED("\"meta\":{\"pagination\":{\"links\":{\"next\":\"/l?p=2\"}}}"),
	LINKED("\"links\":{\"pages\":{\"next\":\"" API "/l?p=2\"}}"),
	LINKED("\"info\":{\"count\":2,\"pages\":2,\"next\":\"/l?p=2\"}"),
	LINKED("\"response\":{\"next\":\"/l?p=2\"}"),
	LINKED("\"links\":[{\"rel\":\"self\",\"href\":\"/l\"},{\"href\":\"/l?p=2\",\"rel\":\"next\"},{\"href\":\"/l?p=9\",\"rel\":\"last\"}]"),
	LINKED("\"links\":[{\"href\":\"/l\",\"rel\":\"self\"},{\"rel\":\"next\",\"method\":\"GET\",\"href\":\"/l?p=2\"}]"),
	LINKED("\"link\":[{\"relation\":\"self\",\"url\":\"/l\"},{\"relation\":\"next\",\"url\":\"" API
	       "/l?p=2\"}],\"total\":2"),
	{ .pages = { P("/l",
		       "{\"artists\":{\"items\":[1],\"total\":2,\"next\":\"/l?p=2\"},\"x\":{\"next\":\"/x\"}}"),
		     P("/l?p=2",
		       "{\"artists\":{\"items\":[2],\"total\":2,\"next\":null}}") },
	  .lines = "1\n2\n" },
	HEADED("link: </l?p=2>; rel=\"next\"\n"),
	HEADED("link: </l>; rel=\"self\"\nlink: </l?p=2>; rel = \"next\"\n"),
	{ .pages = { P("/l", "{\"d\":{\"results\":[{}],\"__next\":\"" API "/l?p=2\"}}"),
		     P("/l?p=2", "{\"d\":{\"results\":[{}, 1]}}") },
	  .lines = "{}\n{}\n1\n" },
	{ .paging = "link",
	  .pages = { P("/l",
		       "{\"rows\":[1],\"_links\":{\"next\":{\"href\":\"/l?p=2\"}}}"),
		     P("/l?p=2", "{\"rows\":[2],\"next\":\"/l?p=3\"}"),
		     H("/l?p=3", "{\"rows\":[3]}", "link: </l?p=4>; rel=next\n"),
		     P("/l?p=4", "{\"rows\":[4]}") },
	  .lines = "1\n2\n3\n4\n" },
	{ .paging = "link:a.b.onward",
	  .pages = { P("/l",
		       "{\"rows\":[1],\"a\":{\"b\":{\"onward\":\"/l?p=2\"}},\"nextUri\":\"/x\"}"),
		     P("/l?p=2", "{\"rows\":[2],\"nextUri\":\"/x\"}") },
	  .lines = "1\n2\n" },
	{ .paging = "link:@odata.nextLink",
	  .pages = { P("/l", "{\"value\":[1],\"@odata.nextLink\":\"/l?p=2\"}"),
		     P("/l?p=2", "{\"value\":[2]}") },
	  .lines = "1\n2\n" },
	{ .method = "POST",
	  .pages = { P("/l", "{\"rows\":[1],\"links\":{\"next\":\"/l?p=2\"}}"),
		     P("/l?p=2", "{\"rows\":[2]}") },
	  .lines = "1\n2\n" },
};

static void test_links(void **state)
{
	(void)state;
	CHECK(links);
}

/* Cursors, with the parameter that is usual for their name. */
#define CURSOR(more, param)                                  \
	{ .pages = { P("/l?q=1", "{\"rows\":[1]," more "}"), \
		     P("/l?q=1&" param, "{\"rows\":[2]}") }, \
	  .lines = "1\n2\n" }
static const struct row cursors[] = {
	CURSOR("\"nextPageToken\":\"t/=\"", "pageToken=t%2F%3D"),
	CURSOR("\"next_page_token\":\"t\"", "page_token=t"),
	CURSOR("\"response_metadata\":{\"next_cursor\":\"t\"},\"ok\":true", "cursor=t"),
	CURSOR("\"next_cursor\":\"t\",\"has_more\":true", "cursor=t"),
	CURSOR("\"nextCursor\":17", "cursor=17"),
	CURSOR("\"meta\":{\"next_cursor\":\"t\"}", "cursor=t"),
	CURSOR("\"pagination\":{\"next_cursor\":\"t\",\"has_more\":true}", "cursor=t"),
	CURSOR("\"nextToken\":\"t\"", "nextToken=t"),
	CURSOR("\"NextToken\":\"t\"", "nextToken=t"),
	CURSOR("\"next_token\":\"t\"", "next_token=t"),
	CURSOR("\"continuationToken\":\"t\"", "continuationToken=t"),
	CURSOR("\"metadata\":{\"continue\":\"t\"}", "continue=t"),
	CURSOR("\"paging\":{\"next\":{\"after\":\"t\"}}", "after=t"),
	CURSOR("\"paging\":{\"cursors\":{\"after\":\"t\"}}", "after=t"),
	CURSOR("\"pageInfo\":{\"endCursor\":\"t\",\"hasNextPage\":true}", "after=t"),
	CURSOR("\"isLastPage\":false,\"nextPageStart\":25,\"start\":0,\"limit\":25",
	       "start=25"),
	CURSOR("\"offset\":\"itr/1\"", "offset=itr%2F1"),
	CURSOR("\"next_page\":2", "page=2"),
	CURSOR("\"data\":{\"next_cursor\":\"t\"}", "cursor=t"),
	{ .pages = { H("/l", "[1]", "x-next-page: 2\nx-total: 2\n"),
		     H("/l?page=2", "[2]", "x-next-page: \nx-total: 2\n") },
	  .lines = "1\n2\n" },
	{ .pages = { H("/l", "[1]", "x-ms-continuationtoken: t\n"),
		     P("/l?continuationToken=t", "[2]") },
	  .lines = "1\n2\n" },
	/* The end, in all its forms. */
	{ .pages = { P("/l", "{\"rows\":[1],\"next_cursor\":\"a\"}"),
		     P("/l?cursor=a", "{\"rows\":[2],\"next_cursor\":\"\"}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"rows\":[1],\"next_cursor\":\"a\"}"),
		     P("/l?cursor=a", "{\"rows\":[2],\"next_cursor\":0}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"rows\":[1],\"next_cursor\":\"a\"}"),
		     P("/l?cursor=a", "{\"rows\":[2],\"next_cursor\":false}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"rows\":[1],\"cursor\":\"a\",\"has_more\":true}"),
		     P("/l?cursor=a",
		       "{\"rows\":[2],\"cursor\":\"b\",\"has_more\":false}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l",
		       "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"),
		     P("/l?starting_after=b",
		       "{\"object\":\"list\",\"has_more\":true,\"data\":[{\"x\":{\"id\":0},\"id\":\"c\\u0064\"}]}"),
		     P("/l?starting_after=cd",
		       "{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"e\"}]}") },
	  .lines =
		  "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"x\":{\"id\":0},\"id\":\"c\\u0064\"}\n{\"id\":\"e\"}\n" },
	{ .paging = "cursor:page.at=from",
	  .pages = { P("/l", "{\"rows\":[1],\"page\":{\"at\":\"a b\"}}"),
		     P("/l?from=a%20b", "{\"rows\":[2],\"page\":{\"at\":null}}") },
	  .lines = "1\n2\n" },
	{ .paging = "cursor:[-1].key=after",
	  .pages = { P("/l", "{\"rows\":[{\"key\":1},{\"key\":2}]}"),
		     P("/l?after=2", "{\"rows\":[{\"key\":3}]}"),
		     P("/l?after=3", "{\"rows\":[]}") },
	  .lines = "{\"key\":1}\n{\"key\":2}\n{\"key\":3}\n" },
};

static void test_cursors(void **state)
{
	(void)state;
	CHECK(cursors);
}

/* Numbers of pages and of items. */
static const struct row numbers[] = {
	/* Spring Data */
	{ .pages = { P("/l?size=1",
		       "{\"content\":[1],\"number\":0,\"totalPages\":2,\"last\":false}"),
		     P("/l?size=1&page=1",
		       "{\"content\":[2],\"number\":1,\"totalPages\":2,\"last\":true}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"content\":[1],\"last\":false,\"totalPages\":2}"),
		     P("/l?page=1", "{\"content\":[2],\"last\":true,\"totalPages\":2}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l",
		       "{\"content\":[1],\"page\":{\"number\":0,\"size\":1,\"totalElements\":2,\"totalPages\":2}}"),
		     P("/l?page=1",
		       "{\"content\":[2],\"page\":{\"number\":1,\"size\":1,\"totalElements\":2,\"totalPages\":2}}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"content\":[1],\"number\":0,\"last\":false}"),
		     P("/l?page=1", "{\"content\":[2],\"number\":1,\"last\":true}") },
	  .lines = "1\n2\n" },
	/* pages from 1 */
	{ .pages = { P("/l",
		       "{\"data\":[1],\"page\":1,\"per_page\":1,\"total\":3,\"total_pages\":3}"),
		     P("/l?page=2",
		       "{\"data\":[2],\"page\":2,\"per_page\":1,\"total\":3,\"total_pages\":3}"),
		     P("/l?page=3",
		       "{\"data\":[3],\"page\":3,\"per_page\":1,\"total\":3,\"total_pages\":3}") },
	  .lines = "1\n2\n3\n" },
	{ .pages = { P("/l",
		       "{\"data\":[1],\"meta\":{\"current_page\":1,\"last_page\":2}}"),
		     P("/l?page=2",
		       "{\"data\":[2],\"meta\":{\"current_page\":2,\"last_page\":2}}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"rows\":[1],\"page_number\":1,\"page_count\":\"2\"}"),
		     P("/l?page_number=2",
		       "{\"rows\":[2],\"page_number\":2,\"page_count\":\"2\"}") },
	  .lines = "1\n2\n" },
	{ .pages = { H("/l", "[1]", "x-page: 1\nx-total-pages: 2\n"),
		     H("/l?page=2", "[2]", "x-page: 2\nx-total-pages: 2\n") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"rows\":[1],\"page\":1,\"next\":2}"),
		     P("/l?page=2", "{\"rows\":[2],\"page\":2,\"next\":null}") },
	  .lines = "1\n2\n" },
	/* a short page in the middle, and an empty one */
	{ .pages = { P("/l", "{\"rows\":[1],\"page\":1,\"per_page\":2,\"total\":3}"),
		     P("/l?page=2",
		       "{\"rows\":[],\"page\":2,\"per_page\":2,\"total\":3}"),
		     P("/l?page=3",
		       "{\"rows\":[2,3],\"page\":3,\"per_page\":2,\"total\":3}") },
	  .lines = "1\n2\n3\n" },
	/* counts that are no whole numbers by their looks */
	{ .pages = { P("/l", "{\"entities\":[1],\"pageNumber\":1.0,\"pageCount\":2.0}"),
		     P("/l?pageNumber=2",
		       "{\"entities\":[2],\"pageNumber\":2,\"pageCount\":2e0}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"entities\":[1,2],\"pageNumber\":1,\"pageCount\":1.5}"),
		     P("/l?pageNumber=2",
		       "{\"entities\":[3],\"pageNumber\":2,\"pageCount\":1.5}") },
	  .lines = "1\n2\n3\n" },
	{ .pages = { P("/l?skip=0&top=1", "{\"rows\":[1],\"totalRecords\":2.0}"),
		     P("/l?top=1&skip=1", "{\"rows\":[2],\"totalRecords\":20e-1}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l",
		       "{\"Resources\":[1],\"totalResults\":0.2e1,\"startIndex\":1}"),
		     P("/l?startIndex=2", "{\"Resources\":[2],\"totalResults\":\"2\"}") },
	  .lines = "1\n2\n" },
	/* items */
	{ .pages = { P("/l?limit=2",
		       "{\"items\":[1,2],\"offset\":0,\"limit\":2,\"total\":3}"),
		     P("/l?limit=2&offset=2",
		       "{\"items\":[3],\"offset\":2,\"limit\":2,\"total\":3}") },
	  .lines = "1\n2\n3\n" },
	{ .pages = { P("/l",
		       "{\"items\":[1],\"offset\":0,\"limit\":1,\"more\":true,\"total\":null}"),
		     P("/l?offset=1",
		       "{\"items\":[2],\"offset\":1,\"limit\":1,\"more\":false}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l",
		       "{\"items\":[1],\"pagination\":{\"offset\":0,\"limit\":1,\"total\":2}}"),
		     P("/l?offset=1",
		       "{\"items\":[2],\"pagination\":{\"offset\":1,\"limit\":1,\"total\":2}}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l",
		       "{\"issues\":[1],\"startAt\":0,\"maxResults\":1,\"total\":2}"),
		     P("/l?startAt=1",
		       "{\"issues\":[2],\"startAt\":1,\"maxResults\":1,\"total\":2}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l", "{\"products\":[1],\"skip\":0,\"limit\":1,\"total\":2}"),
		     P("/l?skip=1",
		       "{\"products\":[2],\"skip\":1,\"limit\":1,\"total\":2}") },
	  .lines = "1\n2\n" },
	{ .pages = { P("/l?offset=0&limit=2", "[1,2]"), P("/l?limit=2&offset=2", "[3]"),
		     P("/l?limit=2&offset=3", "[]") },
	  .lines = "1\n2\n3\n" },
	{ .pages = { H("/l?offset=0&limit=2", "[1,2]", "x-total-count: 3\n"),
		     H("/l?limit=2&offset=2", "[3]", "x-total-count: 3\n") },
	  .lines = "1\n2\n3\n" },
	{ .paging = "offset:from,max",
	  .pages = { P("/l?max=1", "{\"rows\":[1],\"n\":{\"total\":2}}"),
		     P("/l?max=1&from=1", "{\"rows\":[2],\"n\":{\"total\":2}}"),
		     P("/l?max=1&from=2", "{\"rows\":[],\"n\":{\"total\":2}}") },
	  .lines = "1\n2\n" },
	{ .paging = "offset:from,max",
	  .pages = { P("/l?from=7", "{\"rows\":[1],\"meta\":{\"total\":9}}"),
		     P("/l?from=8", "{\"rows\":[2],\"meta\":{\"total\":9}}") },
	  .lines = "1\n2\n" },
	{ .paging = "page:p,n",
	  .pages = { P("/l?n=1", "{\"rows\":[1],\"total\":2}"),
		     P("/l?n=1&p=2", "{\"rows\":[2],\"total\":2}") },
	  .lines = "1\n2\n" },
};

static void test_numbers(void **state)
{
	(void)state;
	CHECK(numbers);
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_links),
	IN_BASE(test_cursors),
	IN_BASE(test_numbers),
};

TEST_MAIN(tests)
