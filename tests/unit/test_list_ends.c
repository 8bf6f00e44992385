/* api/pager, api/paging, api/facts: how lists end, well or not, and what is no page. */
#include "rows.h"

/* An error, or something else, where a page was to be. */
#define SECOND(body, text)                                                              \
	{ .pages = { P("/l", "{\"entities\":[{\"id\":1}],\"nextUri\":\"/l?after=2\"}"), \
		     P("/l?after=2", body) },                                           \
	  .lines = "{\"id\":1}\n",                                                      \
	  .kind = ERR_REFUSED,                                                          \
	  .said = text,                                                                 \
	  .next = "the path '/l?after=2'" }
#define FIRST(body, text) \
	{ .pages = { P("/l", body) }, .lines = "", .kind = ERR_REFUSED, .said = text }
static const struct row no_pages[] = {
	SECOND("{\"ok\":false,\"error\":\"ratelimited\"}", "ratelimited"),
	SECOND("{}", "page 2 holds no list at entities"),
	SECOND("null", "page 2"),
	SECOND("7", "page 2"),
	SECOND("\"entities\"", "page 2"),
	SECOND("[]", "page 2"),
	SECOND("[{\"id\":2}]", "page 2"),
	SECOND("{\"message\":\"went wrong\",\"status\":500}", "went wrong"),
	SECOND("{\"entities\":\"oops\"}", "page 2"),
	SECOND("{\"entities\":{\"id\":2}}", "page 2"),
	SECOND("{\"entities\":{}}", "page 2"),
	SECOND("{\"entities\":false}", "page 2"),
	SECOND("{\"results\":[{\"id\":2}]}", "page 2"),
	SECOND("{\"results\":[{\"id\":2}],\"nextUri\":\"/l?after=3\"}", "page 2"),
	SECOND("{\"nextUri\":\"/l?after=3\"}", "page 2"),
	SECOND("{\"entities\":[],\"errors\":[{\"message\":\"shard\"}]}", "page 2"),
	SECOND("{\"entities\":[],\"status\":503}", "page 2"),
	{ .pages = { P("/l", "{\"entities\":[1],\"cursor\":\"a\"}"),
		     P("/l?cursor=a", "{\"ok\":false,\"error\":\"invalid_cursor\"}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "invalid_cursor",
	  .next = "--start-cursor 'a'" },
	{ .pages = { P("/l", "{\"entities\":[1],\"pageNumber\":1,\"pageCount\":3}"),
		     P("/l?pageNumber=2", "{\"status\":429,\"message\":\"slow down\"}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "slow down",
	  .next = "--start-page 2" },
	{ .pages = { P("/l?skip=0&top=1", "{\"rows\":[1],\"totalRecords\":3}"),
		     P("/l?top=1&skip=1", "{}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "page 2",
	  .next = "skip=1" },
	{ .pages = { H("/l", "[1]", "link: </l?p=2>; rel=next\n"),
		     P("/l?p=2", "{\"message\":\"API rate limit exceeded\"}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "API rate limit exceeded" },
	{ .pages = { P("/l", "{\"data\":{\"rows\":[1],\"next_cursor\":\"a\"}}"),
		     P("/l?cursor=a", "{\"data\":{\"rows\":{}}}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "no list at data.rows" },
	{ .pages = { P("/l", "{\"entities\":[1],\"nextUri\":\"/l?a=2\"}"),
		     S("/l?a=2", 202, "{\"state\":\"RUNNING\"}", NULL) },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "HTTP 202" },
	{ .pages = { P("/l", "{\"entities\":[],\"nextUri\":\"/l?a=2\"}"),
		     P("/l?a=2", "{\"ok\":true}") },
	  .lines = "",
	  .kind = ERR_REFUSED,
	  .said = "page 2" },
	FIRST("{\"ok\":false,\"error\":\"not_authed\"}", "not_authed"),
	FIRST("{\"success\":false,\"message\":\"no\"}", "no"),
	FIRST("{\"status\":500,\"message\":\"went wrong\"}", "went wrong"),
	FIRST("{\"status\":\"404\",\"detail\":\"none\"}", "HTTP 200"),
	FIRST("{\"statusCode\":401}", "HTTP 200"),
	FIRST("{\"error\":{\"code\":42,\"message\":\"went wrong\"}}", "HTTP 200"),
	FIRST("{\"error\":\"x\",\"entities\":[]}", "x"),
	FIRST("{\"errors\":[{\"message\":\"went wrong\"}],\"data\":null}", "HTTP 200"),
	FIRST("{\"errors\":[\"went wrong\"]}", "HTTP 200"),
	FIRST("{\"fault\":{\"faultstring\":\"went wrong\"}}", "HTTP 200"),
	FIRST("{\"message\":\"no\",\"code\":\"x\",\"status\":400,\"details\":[],\"errors\":[]}",
	      "no"),
	{ .items = "rows",
	  .pages = { P("/l", "{\"lines\":[1]}") },
	  .lines = "",
	  .kind = ERR_REFUSED,
	  .said = "no list at rows" },
	/* what is one: an object, and no error in it */
	{ .pages = { P("/l", "{\"id\":1,\"status\":\"failed\",\"error\":null}") },
	  .lines = "{\"id\":1,\"status\":\"failed\",\"error\":null}\n" },
	{ .pages = { P("/l", "{\"id\":1,\"status\":200,\"errors\":[],\"ok\":true}") },
	  .lines = "{\"id\":1,\"status\":200,\"errors\":[],\"ok\":true}\n" },
	{ .pages = { P("/l", "{\"id\":1,\"error\":\"\",\"warnings\":[{\"x\":1}]}") },
	  .lines = "{\"id\":1,\"error\":\"\",\"warnings\":[{\"x\":1}]}\n" },
	/* items beside an error are items */
	{ .pages = { P("/l", "{\"entities\":[1],\"errors\":[{\"message\":\"shard\"}]}") },
	  .lines = "1\n" },
};

static void test_no_pages(void **state)
{
	(void)state;
	CHECK(no_pages);
}

/* What ends a list well. */
static const struct row ends[] = {
	{ .pages = { P("/l", "{\"entities\":[1],\"nextUri\":\"/l?a=2\"}"),
		     P("/l?a=2", "{\"entities\":null}") },
	  .lines = "1\n" },
	{ .pages = { P("/l", "{\"entities\":[1],\"nextUri\":\"/l?a=2\"}"),
		     P("/l?a=2", "{\"entities\":[]}") },
	  .lines = "1\n" },
	{ .pages = { P("/l", "{\"entities\":[1],\"nextUri\":\"/l?a=2\"}"),
		     S("/l?a=2", 204, "", NULL) },
	  .lines = "1\n" },
	{ .pages = { P("/l?skip=0&top=1", "{\"rows\":[1]}"),
		     S("/l?top=1&skip=1", 204, "", NULL) },
	  .lines = "1\n" },
	{ .method = "POST",
	  .body = "{\"paging\":{\"pageSize\":1,\"pageNumber\":1}}",
	  .pages = { P("/l {\"paging\":{\"pageSize\":1,\"pageNumber\":1}}",
		       "{\"conversations\":[1]}"),
		     P("/l {\"paging\":{\"pageSize\":1,\"pageNumber\":2}}", "{}") },
	  .lines = "1\n" },
	{ .pages = { H("/l", "[1]", "link: </l?p=2>; rel=next\n"), P("/l?p=2", "null") },
	  .lines = "1\n" },
	{ .pages = { P("/l", "null") }, .lines = "" },
	{ .pages = { P("/l", "[]") }, .lines = "" },
	{ .pages = { P("/l", "\xef\xbb\xbf[1]") }, .lines = "1\n" },
	{ .pages = { S("/l", 204, "", NULL) }, .lines = "" },
	{ .pages = { P("/l", "{\"entities\":null,\"total\":0}") }, .lines = "" },
	{ .pages = { P("/l", "{\"entities\":null}") }, .lines = "" },
	{ .pages = { P("/l", "{\"page\":{\"totalElements\":0,\"number\":0}}") },
	  .lines = "" },
	{ .pages = { P("/l", "{\"total\":0}") }, .lines = "" },
	{ .pages = { P("/l", "{\"rows\":[1,2],\"total\":2,\"scroll_id\":\"x\"}") },
	  .lines = "1\n2\n" },
	{ .pages = { P(
		  "/l",
		  "{\"rows\":[1],\"next\":null,\"links\":{\"next\":null},\"has_more\":false}") },
	  .lines = "1\n" },
	{ .pages = { P("/l",
		       "{\"rows\":[1],\"last\":true,\"totalPages\":1,\"number\":0}") },
	  .lines = "1\n" },
	{ .items = "rows", .pages = { P("/l", "{\"total\":0}") }, .lines = "" },
	{ .items = "a.rows", .pages = { P("/l", "{\"a\":null}") }, .lines = "" },
	{ .pages = { P(
		  "/l",
		  "{\"items\":[{\"id\":1}],\"links\":[{\"rel\":\"self\",\"href\":\"/a/long/one/that/is/longer\"}]}") },
	  .lines = "{\"id\":1}\n" },
	{ .pages = { P(
		  "/l",
		  "{\"rows\":[1],\"x\":{\"total\":5,\"next\":\"/x\",\"has_more\":true}}") },
	  .lines = "1\n" },
	{ .pages = { P("/l", "{\"id\":1,\"total\":5,\"done\":false,\"next\":\"x\"}") },
	  .lines = "{\"id\":1,\"total\":5,\"done\":false,\"next\":\"x\"}\n" },
	{ .pages = { P(
		  "/l",
		  "{\"rows\":[],\"error\":\"false\",\"errors\":0,\"status\":\"ok\"}") },
	  .lines = "" },
	{ .paging = "none",
	  .pages = { P("/l", "{\"rows\":[1],\"total\":5,\"next\":\"x\"}") },
	  .lines = "1\n" },
	/* 202 and 204 that ask for patience */
	{ .pages = { S("/l", 202, "Accepted", "retry-after: 0\n"), P("/l", "[1]") },
	  .lines = "1\n" },
	{ .pages = { P("/l", "{\"entities\":[1],\"nextUri\":\"/l?a=2\"}"),
		     S("/l?a=2", 204, "", "retry-after: 0\n"),
		     S("/l?a=2", 202, "{\"state\":\"x\"}", "retry-after: 0\n"),
		     P("/l?a=2", "{\"entities\":[2]}") },
	  .lines = "1\n2\n" },
};

static void test_ends(void **state)
{
	(void)state;
	CHECK(ends);
}

/* The answer says that there is more, and nobody knows where. */
#define UNKNOWN(more, text)                                  \
	{ .pages = { P("/l", "{\"rows\":[1,2]," more "}") }, \
	  .lines = "1\n2\n",                                 \
	  .kind = ERR_REFUSED,                               \
	  .said = text }
static const struct row more[] = {
	UNKNOWN("\"total\":5", "told of 5 items and gave 3 fewer"),
	UNKNOWN("\"total\":5", "--paging link:KEY"),
	UNKNOWN("\"count\":5", "3 fewer"),
	UNKNOWN("\"totalCount\":\"5\"", "3 fewer"),
	UNKNOWN("\"meta\":{\"total\":5}", "3 fewer"),
	UNKNOWN("\"page\":{\"total_elements\":5}", "3 fewer"),
	UNKNOWN("\"total\":2.5", "1 fewer"),
	UNKNOWN("\"has_more\":true", "says that there is more"),
	UNKNOWN("\"hasNextPage\":true", "says that there is more"),
	UNKNOWN("\"page_info\":{\"has_next_page\":true}", "says that there is more"),
	UNKNOWN("\"last\":false", "says that there is more"),
	UNKNOWN("\"done\":false", "says that there is more"),
	UNKNOWN("\"more\":\"true\"", "says that there is more"),
	UNKNOWN("\"next\":\"abc\"", "tells of more (next)"),
	UNKNOWN("\"next\":2", "tells of more (next)"),
	UNKNOWN("\"links\":{\"next\":\"abc\"}", "tells of more (links.next)"),
	UNKNOWN("\"scrollId\":\"abc\"", "tells of more (scrollId)"),
	{ .pages = { P("/l",
		       "{\"a\":{\"nodes\":[1],\"pageInfo\":{\"hasNextPage\":true}}}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "says that there is more" },
	{ .method = "POST",
	  .body = "{}",
	  .pages = { P(
		  "/l {}",
		  "{\"data\":{\"users\":{\"nodes\":[1],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"x\"}}}}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "says that there is more" },
	UNKNOWN("\"totalPages\":3", "tells of more (pages)"),
	{ .pages = { H("/l", "[1]", "x-total-count: 5\n") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "4 fewer" },
	{ .pages = { H("/l", "[1]", "content-range: items 0-0/5\n") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "4 fewer" },
	{ .paging = "link",
	  .pages = { P("/l", "{\"rows\":[1],\"total\":5}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "4 fewer" },
	{ .method = "POST",
	  .pages = { P("/l", "{\"rows\":[1],\"next_cursor\":\"a\"}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "tells of more (next_cursor)" },
	{ .method = "POST",
	  .body = "{\"limit\":1}",
	  .paging = "cursor:next_cursor=cursor",
	  .pages = { P("/l {\"limit\":1}", "{\"rows\":[1],\"next_cursor\":\"a\\\"\"}"),
		     P("/l {\"cursor\":\"a\\\"\",\"limit\":1}", "{\"rows\":[2]}") },
	  .lines = "1\n2\n" },
	{ .method = "POST",
	  .body = "{\"offset\":0,\"limit\":1}",
	  .pages = { P("/l {\"offset\":0,\"limit\":1}",
		       "{\"rows\":[1],\"offset\":0,\"total\":2}"),
		     P("/l {\"offset\":1,\"limit\":1}",
		       "{\"rows\":[2],\"offset\":1,\"total\":2}") },
	  .lines = "1\n2\n" },
	/* to the end by links or numbers, and then a claim of more */
	{ .pages = { P("/l", "{\"rows\":[1],\"next_url\":\"/l?p=2\"}"),
		     P("/l?p=2", "{\"rows\":[2],\"has_more\":true}") },
	  .lines = "1\n2\n",
	  .kind = ERR_REFUSED,
	  .said = "says that there is more" },
	{ .pages = { P("/l", "{\"rows\":[1],\"next_url\":\"/l?p=2\",\"total\":3}"),
		     S("/l?p=2", 204, "", NULL) },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "2 fewer" },
	{ .pages = { P("/l", "{\"rows\":[1],\"next_url\":\"/l?p=2\",\"total\":3}"),
		     P("/l?p=2", "{\"rows\":[2],\"total\":3}") },
	  .lines = "1\n2\n" },
	/* the wrong guess shows */
	{ .pages = { P("/l", "{\"rows\":[1],\"next_cursor\":\"a\"}"),
		     P("/l?cursor=a", "{\"rows\":[1],\"next_cursor\":\"a\"}") },
	  .lines = "1\n",
	  .kind = ERR_REFUSED,
	  .said = "cursor:next_cursor=cursor" },
};

static void test_more(void **state)
{
	(void)state;
	CHECK(more);
}

/* A link elsewhere is named, and how to go on. */
#define AWAY(link, text, way)                                                  \
	{ .pages = { P("/l", "{\"entities\":[1],\"nextUri\":\"" link "\"}") }, \
	  .lines = "1\n",                                                      \
	  .kind = ERR_REFUSED,                                                 \
	  .said = text,                                                        \
	  .next = way }
static const struct row links_elsewhere[] = {
	AWAY("https://evil.example/l?a=2",
	     "another origin than the API, to https://evil.example/l:",
	     "the path '/l?a=2'"),
	AWAY("//evil.example/l?a=2", "to https://evil.example/l:", "the path '/l?a=2'"),
	AWAY("http://api.example/l?a=2",
	     "http://api.example/l: that is the API's own host", "the path '/l?a=2'"),
	AWAY("https://api.example:8443/l?a=2", "own host by another scheme or port",
	     "the path '/l?a=2'"),
	AWAY("https://u:p@evil.example/l", "to https://evil.example/l:", "the path '/l'"),
	AWAY("https://u:p@api.example/l", "user or a password", ""),
	AWAY("javascript:alert(1)", "the link to the next page", ""),
};

static void test_links_elsewhere(void **state)
{
	(void)state;
	CHECK(links_elsewhere);
}

/* What is no JSON is refused at once; behind a page that was, it may be a mishap. */
#define OTHER(type, body)                                         \
	{ .pages = { H("/l", body, "content-type: " type "\n") }, \
	  .lines = "",                                            \
	  .kind = ERR_REFUSED,                                    \
	  .said = type }
static const struct row other_formats[] = {
	OTHER("application/x-ndjson", "{\"id\":1}\n{\"id\":2}\n"),
	OTHER("application/x-ndjson", "[1]\n[2]\n"),
	OTHER("application/x-ndjson", "{\"id\":1,\"tags\":[2]}\n"),
	OTHER("application/jsonl; charset=utf-8", "[1]\n"),
	OTHER("text/csv", "7\n"),
	OTHER("text/csv", "id,name\n1,x\n"),
	OTHER("text/csv", "\"id\",\"name\"\n"),
	OTHER("text/csv", "1,x\n"),
	OTHER("text/csv", "true,x\n"),
	OTHER("text/csv", "time,x\n"),
	OTHER("text/csv", "-,x\n"),
	OTHER("text/html", "<!DOCTYPE html><html>\n"),
	OTHER("text/html", "\n  <html>\n"),
	OTHER("application/xml", "\xef\xbb\xbf<?xml?>"),
	OTHER("application/json-seq", "\x1e{}\n"),
	OTHER("application/json", ")]}',\n[]"),
	{ .pages = { P("/l", "<html>") },
	  .lines = "",
	  .kind = ERR_REFUSED,
	  .said = "not told" },
};

static void test_other_formats(void **state)
{
	(void)state;
	CHECK(other_formats);
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_no_pages),	       IN_BASE(test_ends),	    IN_BASE(test_more),
	IN_BASE(test_links_elsewhere), IN_BASE(test_other_formats),
};

TEST_MAIN(tests)
