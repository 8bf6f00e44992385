/* api/pager: whole lists over recorded answers, in order, every item once. */
#include "api/pager.h"

#include "listing.h"

/* Links, one page after the other. */
static void test_links(void **state)
{
	AUTO_LISTING struct listing l;

	(void)state;
	open_listing(&l, "/l", plain);
	l.f.net.replies = REPLIES(
		{ 200,
		  "{\"entities\":[{\"id\":1},{\"id\":2}],\"nextUri\":\"/l?after=b\"}" },
		{ 200, "{\"entities\":[{\"id\":3}],\"nextUri\":\"/l?after=c\"}" },
		{ 200, "{\"entities\":[{\"id\":4}]}" });
	well("run", pager_run(l.pager, &l.f.err), &l.f.err);
	assert_string_equal(buf_str(&l.lines),
			    "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
	recorded_check(&l.f.net, "links",
		       ASKED("/l") ASKED("/l?after=b") ASKED("/l?after=c"));
	assert_int_equal(l.pager->printed, 4);
	assert_true(l.pager->ended);
}

#define NUMBERED(n, items)                                   \
	{ 200, "{\"entities\":[" items "],\"pageNumber\":" n \
	       ",\"pageCount\":4,\"pageSize\":1,\"total\":4}" }

/* Numbered pages are fetched ahead, and come out in order. */
static void test_ahead(void **state)
{
	AUTO_LISTING struct listing l;

	(void)state;
	open_listing(&l, "/l?pageSize=1", (struct pager_options){ .ahead = 3 });
	l.f.net.replies = REPLIES(NUMBERED("1", "\"a\""), NUMBERED("2", "\"b\""),
				  NUMBERED("3", "\"c\""), NUMBERED("4", "\"d\""));
	well("run", pager_run(l.pager, &l.f.err), &l.f.err);
	assert_string_equal(buf_str(&l.lines), "\"a\"\n\"b\"\n\"c\"\n\"d\"\n");
	recorded_check(&l.f.net, "ahead",
		       ASKED("/l?pageSize=1") ASKED("/l?pageSize=1&pageNumber=2")
			       ASKED("/l?pageSize=1&pageNumber=3")
				       ASKED("/l?pageSize=1&pageNumber=4"));
}

/* A page that fails: what came before it is out, and how to go on is told. */
static void test_fails_in_the_middle(void **state)
{
	AUTO_LISTING struct listing l;
	AUTO_BUF struct buf next = BUF_INIT(1000);

	(void)state;
	open_listing(&l, "/l?pageSize=1", plain);
	l.f.net.replies = REPLIES(NUMBERED("1", "\"a\""), { 404, "" });
	assert_int_equal(pager_run(l.pager, &l.f.err), -1);
	assert_int_equal(l.f.err.kind, ERR_API);
	assert_string_equal(buf_str(&l.lines), "\"a\"\n");
	pager_show_next(l.pager, &next);
	has_text("next", buf_str(&next), "--start-page 2");
}

/* Broken off within a page: asked for again, and nothing comes twice. */
static void test_torn_page(void **state)
{
	AUTO_LISTING struct listing l;

	(void)state;
	open_listing(&l, "/l", plain);
	buf_set(&l.f.settings.v[SET_RETRY_FOR].value, "60");
	l.f.net.replies = REPLIES({ 200, "{\"entities\":[\"a\",\"b" },
				  { 200, "{\"entities\":[\"a\",\"b\"]}" });
	well("run", pager_run(l.pager, &l.f.err), &l.f.err);
	assert_string_equal(buf_str(&l.lines), "\"a\"\n\"b\"\n");
}

/* Ended by the user's wish: no error, and no request that is not needed. */
static void test_limits(void **state)
{
	static const struct {
		struct pager_options opts;
		const char *lines;
	} rows[] = {
		{ { .ahead = 1, .limit = 1 }, "\"a\"\n" },
		{ { .ahead = 1, .max_pages = 1 }, "\"a\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_LISTING struct listing l;

		open_listing(&l, "/l?pageSize=1", rows[i].opts);
		l.f.net.replies = REPLIES(NUMBERED("1", "\"a\""));
		well("run", pager_run(l.pager, &l.f.err), &l.f.err);
		assert_string_equal(buf_str(&l.lines), rows[i].lines);
		recorded_check(&l.f.net, "limits", ASKED("/l?pageSize=1"));
	}
}

/* A list that goes round ends with an error, after what was new. */
static void test_goes_round(void **state)
{
	AUTO_LISTING struct listing l;

	(void)state;
	open_listing(&l, "/l", plain);
	l.f.net.replies =
		REPLIES({ 200, "{\"entities\":[1],\"nextUri\":\"/l?after=b\"}" },
			{ 200, "{\"entities\":[2],\"nextUri\":\"/l?after=b\"}" });
	assert_int_equal(pager_run(l.pager, &l.f.err), -1);
	assert_int_equal(l.f.err.kind, ERR_REFUSED);
	assert_string_equal(buf_str(&l.lines), "1\n2\n");
}

/* A link elsewhere: an error, and nothing is sent there. */
static void test_hostile(void **state)
{
	static const char *const links[] = { "http://api.example/l",
					     "https://evil.example/l",
					     "//evil.example/l" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		AUTO_LISTING struct listing l;
		char body[200];

		open_listing(&l, "/l?after=b", plain);
		snprintf(body, sizeof(body), "{\"entities\":[1],\"nextUri\":\"%s\"}",
			 links[i]);
		l.f.net.replies = REPLIES({ 200, body });
		assert_int_equal(pager_run(l.pager, &l.f.err), -1);
		assert_int_equal(l.f.err.kind, ERR_REFUSED);
		recorded_check(&l.f.net, links[i], ASKED("/l?after=b"));
	}
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_links),	  IN_BASE(test_ahead),	IN_BASE(test_fails_in_the_middle),
	IN_BASE(test_torn_page),  IN_BASE(test_limits), IN_BASE(test_hostile),
	IN_BASE(test_goes_round),
};

TEST_MAIN(tests)
