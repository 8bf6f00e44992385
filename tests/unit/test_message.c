/* net/message: the head of an answer, line by line as libcurl hands it over. */
#include "net/http.h"

#include "test.h"

static struct http_resp resp;

static int setup(void **state)
{
	(void)state;
	resp = HTTP_RESP_INIT;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	http_resp_release(&resp);
	return 0;
}

/* Takes the head @text, a line at a time. */
static void take(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n") + 1;

		assert_true(http_take_header(&resp, text, len));
		text += len;
	}
}

static void test_lines(void **state)
{
	static const struct {
		const char *head, *first, *all;
	} rows[] = {
		{ "Link: <a>\r\n\r\n", "<a>", "<a>" },
		{ "Link: <a>\r\nDate: x\r\nlink: <b>\r\nLINK:<c>\r\n", "<a>",
		  "<a>, <b>, <c>" },
		{ "Link: <a>;\r\n rel=next\r\n", "<a>; rel=next", "<a>; rel=next" },
		{ "Link:\r\n\t<https://x/?a>;\r\n   rel=next \r\nDate: x\r\n",
		  "<https://x/?a>; rel=next", "<https://x/?a>; rel=next" },
		{ "Link : <a>\r\n", "<a>", "<a>" },
		{ "Link:   <a> \t\r\n", "<a>", "<a>" },
		{ "X-Link: <a>\r\nLink-X: <b>\r\n", NULL, NULL },
		{ "Date: x\r\n\r\n", NULL, NULL },
		{ "Link:\r\n", "", "" },
		{ " folded: behind nothing\r\nLink: <a>\r\n", "<a>", "<a>" },
		{ "HTTP/1.1 302 Found\r\nLink: <old>\r\n\r\nHTTP/1.1 200 OK\r\nLink: "
		  "<a>\r\n",
		  "<a>", "<a>" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf first = BUF_INIT(1024), all = BUF_INIT(1024);

		teardown(state);
		setup(state);
		take(rows[i].head);
		assert_int_equal(http_header(&resp, "link", &first),
				 rows[i].first != NULL);
		assert_int_equal(http_header_all(&resp, "link", &all),
				 rows[i].all != NULL);
		same_text(rows[i].head, buf_str(&first),
			  rows[i].first ? rows[i].first : "");
		same_text(rows[i].head, buf_str(&all), rows[i].all ? rows[i].all : "");
	}
}

static void test_end_of_head(void **state)
{
	static const struct {
		const char *head;
		bool ended;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\n", false },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n", false },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", true },
		{ "HTTP/1.0 200 OK\n\n", true },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", false },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", true },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n \r\n", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		teardown(state);
		setup(state);
		take(rows[i].head);
		same_number(rows[i].head, resp.head_ended, rows[i].ended);
	}
}

static void test_bounds(void **state)
{
	(void)state;
	resp.headers.max = 16;
	assert_true(http_take_header(&resp, "a: 1\r\n", 6));
	assert_false(http_take_header(&resp, " 23456789012345\r\n", 17));
}

/* A coding that is one, unless the request names it; asked for without it once. */
static void test_codings(void **state)
{
	static const struct {
		const char *request, *answer, *left_out;
		bool again; /* without a word of its own it can be asked for plainly */
	} rows[] = {
		{ "", "", "", true },
		{ "", "Content-Encoding: gzip\r\n", "gzip", true },
		{ "", "CONTENT-ENCODING:GZIP\r\n", "GZIP", true },
		{ "", "Content-Encoding: x-gzip\r\n", "x-gzip", true },
		{ "", "Content-Encoding: deflate\r\n", "deflate", true },
		{ "", "Content-Encoding: br\r\n", "br", true },
		{ "", "Content-Encoding: zstd\r\n", "zstd", true },
		{ "", "Content-Encoding: deflate, gzip\r\n", "deflate, gzip", true },
		{ "", "Content-Encoding: br\r\nContent-Encoding: gzip\r\n", "br, gzip",
		  true },
		{ "", "Content-Encoding: identity, gzip\r\n", "identity, gzip", true },
		{ "", "Content-Encoding: identity\r\n", "", true },
		{ "", "Content-Encoding:\r\n", "", true },
		{ "", "Content-Encoding: UTF-8\r\n", "", true },
		{ "", "Content-Encoding: gzipped\r\n", "", true },
		{ "", "Transfer-Encoding: gzip\r\n", "", true },
		{ "a: b\nAccept-Encoding: identity\n", "Content-Encoding: gzip\r\n",
		  "gzip", false },
		{ "accept-encoding: gzip\nb: c\n", "Content-Encoding: gzip\r\n", "",
		  false },
		{ "Accept-Encoding: br;q=1.0, gzip;q=0.5\n", "Content-Encoding: Gzip\r\n",
		  "", false },
		{ "Accept-Encoding: *\n", "Content-Encoding: zstd\r\n", "", false },
		{ "Accept-Encoding: gzip\n", "Content-Encoding: br\r\n", "br", false },
		{ "Accept-Encoding: gzip\n", "Content-Encoding: br, gzip\r\n", "br, gzip",
		  false },
		{ "X-Accept-Encoding: gzip\n", "Content-Encoding: gzip\r\n", "gzip",
		  true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;

		teardown(state);
		setup(state);
		buf_adds(&req.headers, rows[i].request);
		take(rows[i].answer);
		http_take_coding(&req, &resp);
		same_text(rows[i].answer, buf_str(&resp.coding), rows[i].left_out);
		same_number(rows[i].request, http_req_plain(&req), rows[i].again);
		assert_false(http_req_plain(&req));
	}
}

static void test_copy(void **state)
{
	AUTO_REQ struct http_req from = HTTP_REQ_INIT, to = HTTP_REQ_INIT;

	(void)state;
	buf_adds(&from.headers, "A: b\naccept-encoding: gzip, br\nC: d\n");
	http_req_copy(&to, "Accept-Encoding", &from);
	http_req_copy(&to, "Accept", &from);
	assert_string_equal(buf_str(&to.headers), "Accept-Encoding: gzip, br\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),   TEST(test_end_of_head), TEST(test_bounds),
		TEST(test_codings), TEST(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
