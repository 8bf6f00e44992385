/* api/call: what is mended on the way, and what is not, without a server. */
#include "api/call.h"

#include "fixture.h"

#define API "https://api.example"

static const char *const settings[] = {
	"CC_PROVIDER=oauth2", CLIENT,	   AT,	"CC_API_URL=" API,
	"CC_RETRY_FOR=60",    "CC_NAME=n", NULL
};

/* A vendor whose row names the headers of a limit. */
static const char *const limited[] = {
	"CC_PROVIDER=genesys", CLIENT,	    AT,	 "CC_API_URL=" API,
	"CC_RETRY_FOR=60",     "CC_NAME=n", NULL
};

/* A caller whose session has the token "one1". */
static void open_caller_of(struct fixture *f, struct caller *c, const char *const *env)
{
	fixture_make(f, env);
	get(f, &any, REPLIES(TOKEN("one1")), "one1", LOGIN);
	well("caller", caller_open(c, &f->session, &f->err), &f->err);
	c->http = &f->net.http;
}

static void open_caller(struct fixture *f, struct caller *c)
{
	open_caller_of(f, c, settings);
}

static void prepare(struct call *call, const char *method)
{
	*call = CALL_INIT;
	call->req.method = method;
	buf_adds(&call->req.url, API "/x");
}

/* One attempt, and what it means. */
static enum call_next attempt(struct fixture *f, struct caller *c, struct call *call,
			      const struct reply *replies)
{
	f->net.replies = replies;
	f->err = ERR_INIT;
	well("send", call_send(c, call, &f->err), &f->err);
	assert_ptr_equal(c->http->wait(c->http, 0, &f->err), &call->job);
	return call_settle(c, call, &f->err);
}

/* For each status and method: done, tried again, or failed. */
static void test_what_follows(void **state)
{
	static const struct {
		const char *method;
		struct reply reply;
		const char *headers;
		enum call_next want;
	} rows[] = {
		{ "GET", { 200, "{}" }, NULL, CALL_DONE },
		{ "DELETE", { 204, "" }, NULL, CALL_DONE },
		{ "GET", { 301, "" }, NULL, CALL_FAILED },
		{ "GET", { 400, "" }, NULL, CALL_FAILED },
		{ "GET", { 403, "" }, NULL, CALL_FAILED },
		{ "GET", { 404, "" }, NULL, CALL_FAILED },
		{ "GET", { 408, "" }, NULL, CALL_AGAIN },
		{ "POST", { 408, "" }, NULL, CALL_FAILED },
		{ "GET", { 429, "" }, NULL, CALL_AGAIN },
		{ "POST", { 429, "" }, NULL, CALL_AGAIN },
		{ "PATCH", { 429, "" }, "retry-after: 3\n", CALL_AGAIN },
		{ "GET", { 429, "" }, "retry-after: 181\n", CALL_FAILED },
		{ "GET", { 500, "" }, NULL, CALL_AGAIN },
		{ "POST", { 500, "" }, NULL, CALL_FAILED },
		{ "GET", { 501, "" }, NULL, CALL_FAILED },
		{ "PUT", { 502, "" }, NULL, CALL_AGAIN },
		{ "GET", { 503, "" }, NULL, CALL_AGAIN },
		{ "POST", { 503, "" }, NULL, CALL_FAILED },
		{ "POST", { 503, "" }, "retry-after: 1\n", CALL_AGAIN },
		{ "GET", { FAILS(HTTP_CONNECT), NULL }, NULL, CALL_AGAIN },
		{ "POST", { FAILS(HTTP_CONNECT), NULL }, NULL, CALL_AGAIN },
		{ "GET", { FAILS(HTTP_CA), NULL }, NULL, CALL_FAILED },
	};
	AUTO_FIXTURE struct fixture f;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct reply replies[] = { rows[i].reply, { 0, NULL } };
		AUTO_CALL struct call call;
		char row[64];

		snprintf(row, sizeof(row), "%s %d", rows[i].method, rows[i].reply.status);
		prepare(&call, rows[i].method);
		f.net.headers = rows[i].headers;
		same_number(row, attempt(&f, &c, &call, replies), rows[i].want);
		same_number(row, c.running, 0);
		same_number(row, f.err.kind == ERR_NONE, rows[i].want != CALL_FAILED);
	}
}

/* A wait for a limit holds the other calls back, too; one for a broken server doesn't. */
static void test_waits(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call, other;
	struct caller c;
	int64_t ms;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "GET");
	prepare(&other, "GET");
	attempt(&f, &c, &call, REPLIES({ 500, "" }));
	assert_true(call_delay_ms(&c, &call) > 0);
	assert_int_equal(call_delay_ms(&c, &other), 0);
	f.net.headers = "retry-after: 7\n";
	attempt(&f, &c, &call, REPLIES({ 429, "" }));
	ms = call_delay_ms(&c, &call);
	assert_true(ms > 6000 && ms <= 10000);
	assert_true(call_delay_ms(&c, &other) > 6000);
}

/* What broke is not tried on another connection that may break as well. */
static void test_new_connection(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "GET");
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 503, "" })), CALL_AGAIN);
	assert_false(call.req.fresh);
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ FAILS(HTTP_TRANSFER), "" })),
			 CALL_AGAIN);
	assert_true(call.req.fresh);
	call_reset(&call);
	assert_false(call.req.fresh);
}

/* 401: one renewal and one repeat; the second 401 is the answer. */
static void test_renewal(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "POST");
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 401, "" }, TOKEN("two2"))),
			 CALL_AGAIN);
	assert_int_equal(call_delay_ms(&c, &call), 0);
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 401, "" })), CALL_FAILED);
	recorded_check(&f.net, "renewal",
		       "POST " API "/x [Bearer one1]\n" LOGIN "POST " API
		       "/x [Bearer two2]\n");
	has_text("why", f.err.text, "HTTP 401");
}

/* A new token that had worked is expired, not refused: it is renewed once more. */
static void test_expires_twice(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call, other;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "GET");
	prepare(&other, "GET");
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 401, "" }, TOKEN("two2"))),
			 CALL_AGAIN);
	assert_int_equal(attempt(&f, &c, &other, REPLIES({ 200, "" })), CALL_DONE);
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 401, "" }, TOKEN("three3"))),
			 CALL_AGAIN);
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 200, "" })), CALL_DONE);
}

/* Two calls that were refused with the same token: one renewal for both. */
static void test_refused_together(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call, other;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "GET");
	prepare(&other, "GET");
	f.net.replies = REPLIES({ 401, "" }, { 401, "" }, TOKEN("two2"));
	well("send", call_send(&c, &call, &f.err), &f.err);
	well("send", call_send(&c, &other, &f.err), &f.err);
	assert_ptr_equal(c.http->wait(c.http, 0, &f.err), &call.job);
	assert_ptr_equal(c.http->wait(c.http, 0, &f.err), &other.job);
	assert_int_equal(call_settle(&c, &call, &f.err), CALL_AGAIN);
	assert_int_equal(call_settle(&c, &other, &f.err), CALL_AGAIN);
	recorded_check(&f.net, "together",
		       "GET " API "/x [Bearer one1]\nGET " API
		       "/x [Bearer one1]\n" LOGIN);
}

/* RFC 6750 section 3.1: it is the token where the server says so, whatever the status. */
static void test_invalid_token(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "GET");
	assert_int_equal(
		attempt(&f, &c, &call,
			REPLIES({ 403, "{\"error\":\"invalid_token\"}" }, TOKEN("two2"))),
		CALL_AGAIN);
	assert_int_equal(attempt(&f, &c, &call,
				 REPLIES({ 400, "{\"error\":\"insufficient_scope\"}" })),
			 CALL_FAILED);
}

/* What is not of the API gets no token, and its 401 renews nothing. */
static void test_foreign(void **state)
{
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	prepare(&call, "GET");
	call.foreign = true;
	assert_int_equal(attempt(&f, &c, &call, REPLIES({ 401, "" })), CALL_FAILED);
	recorded_check(&f.net, "foreign", "GET " API "/x\n");
}

/* No request is left: the next one waits for the reset, those after it too. */
static void test_limit(void **state)
{
	static const char used[] = "inin-ratelimit-count: 300\n"
				   "inin-ratelimit-allowed: 300\n"
				   "inin-ratelimit-reset: 9\n";
	static const char odd[] = "inin-ratelimit-count: 300\n"
				  "inin-ratelimit-allowed: 300\n"
				  "inin-ratelimit-reset: 86400\n";
	AUTO_FIXTURE struct fixture f;
	AUTO_CALL struct call call;
	struct caller c;

	(void)state;
	open_caller_of(&f, &c, limited);
	prepare(&call, "GET");
	f.net.headers = odd;
	attempt(&f, &c, &call, REPLIES({ 200, "" }));
	assert_int_equal(call_delay_ms(&c, &call), 0);
	f.net.headers = used;
	attempt(&f, &c, &call, REPLIES({ 200, "" }));
	assert_true(call_delay_ms(&c, &call) > 8000);
}

/* A reader that meets no document is asked to begin anew, a few times. */
struct torn {
	int begun, ended;
	struct buf text;
};

static void torn_begin(void *arg)
{
	struct torn *t = arg;

	t->begun++;
	buf_reset(&t->text);
}

static enum http_sunk torn_write(void *arg, const struct http_resp *resp,
				 const char *data, size_t len, struct err *err)
{
	struct torn *t = arg;

	(void)resp, (void)err;
	buf_add(&t->text, data, len);
	return HTTP_SUNK;
}

static int torn_end(void *arg, const struct http_resp *resp, struct err *err)
{
	struct torn *t = arg;

	(void)resp;
	t->ended++;
	return strcmp(buf_str(&t->text), "whole document")
		       ? err_set(err, ERR_TRANSIENT, "torn")
		       : 0;
}

static void test_torn(void **state)
{
	AUTO_FIXTURE struct fixture f;
	struct caller c;

	(void)state;
	open_caller(&f, &c);
	for (int whole = 0; whole < 2; whole++) {
		struct torn torn = { .text = BUF_INIT(1000) };
		AUTO_CALL struct call call;

		prepare(&call, "GET");
		call.reader =
			(struct call_reader){ torn_begin, torn_write, torn_end, &torn };
		assert_int_equal(attempt(&f, &c, &call, REPLIES({ 200, "whole" })),
				 CALL_AGAIN);
		assert_int_equal(attempt(&f, &c, &call, REPLIES({ 200, "whole doc" })),
				 CALL_AGAIN);
		assert_int_equal(attempt(&f, &c, &call,
					 REPLIES({ 200, whole ? "whole document"
							      : "whole docu" })),
				 whole ? CALL_DONE : CALL_FAILED);
		assert_int_equal(torn.begun, 3);
		assert_int_equal(torn.ended, 3);
		buf_release(&torn.text);
	}
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_what_follows),	IN_BASE(test_waits),
	IN_BASE(test_renewal),		IN_BASE(test_expires_twice),
	IN_BASE(test_foreign),		IN_BASE(test_limit),
	IN_BASE(test_refused_together), IN_BASE(test_torn),
	IN_BASE(test_new_connection),	IN_BASE(test_invalid_token),
};

TEST_MAIN(tests)
