/* session/exchange: budgets, attempts, and what is told of the last one. */
#include "session/exchange.h"

#include "flow.h"
#include "recorded.h"

static void test_budget(void **state)
{
	struct settings s;
	struct budget b;

	(void)state;
	given(&s, GIVEN("CC_RETRY_FOR=2m", "CC_TIMEOUT=7"));
	b = budget_start(&s);
	assert_int_equal(b.total_ms, 120000);
	assert_int_equal(b.attempt_ms, 7000);
	assert_in_range(budget_left_ms(&b), 1, 120000);
	b.start_boot_ms -= 200000;
	assert_int_equal(budget_left_ms(&b), 0);
	settings_release(&s);
}

static int perform_timeout(struct http *h, const struct http_req *req,
			   struct http_resp *resp, struct err *err)
{
	struct recorded *t = (struct recorded *)(void *)h;

	buf_addf(&t->asked, "%" PRId64 " ", req->timeout_ms);
	http_resp_reset(resp);
	resp->failure = HTTP_TIMEOUT;
	return err_set(err, ERR_TRANSIENT, "timed out");
}

static enum oauth_verdict judge_all(void *arg, const struct http_resp *resp,
				    struct err *err)
{
	(void)arg;
	(void)resp;
	(void)err;
	return OAUTH_OK;
}

/* An attempt lasts no longer than the budget, but is never cut to nothing. */
static void test_attempt_time(void **state)
{
	static const struct {
		int64_t spent, total, attempt;
		const char *want;
	} cases[] = {
		{ 0, 0, 30000, "30000 " },
		{ 900000, 0, 30000, "30000 " },
		{ 900000, 60000, 30000, "1000 " },
	};
	const struct judge judge = { "x", judge_all, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct recorded net = RECORDED_INIT;
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;
		AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
		struct err err = ERR_INIT;
		struct budget b = { .start_boot_ms = clock_boot_ms() - cases[i].spent,
				    .total_ms = cases[i].total,
				    .attempt_ms = cases[i].attempt };

		net.http.perform = perform_timeout;
		assert_int_equal(exchange(&net.http, &req, &resp, &b, &judge, &err), -1);
		assert_int_equal(err.kind, ERR_TRANSIENT);
		same_text("attempt", buf_str(&net.asked), cases[i].want);
		buf_release(&net.asked);
	}
}

/* A last attempt that the budget cuts short says less than the one before it. */
static int perform_cut(struct http *h, const struct http_req *req, struct http_resp *resp,
		       struct err *err)
{
	struct recorded *t = (struct recorded *)(void *)h;

	http_resp_reset(resp);
	if (t->replies++->status == 503) {
		resp->status = 503;
		return 0;
	}
	resp->failure = HTTP_TIMEOUT;
	return err_set(err, ERR_TRANSIENT, "no answer in %" PRId64 " ms",
		       req->timeout_ms);
}

static enum oauth_verdict judge_none(void *arg, const struct http_resp *resp,
				     struct err *err)
{
	(void)arg;
	err_set(err, ERR_TRANSIENT, "HTTP %d", resp->status);
	return OAUTH_RETRY;
}

static void test_last_answer(void **state)
{
	static const struct {
		int64_t left; /* of an hour, for attempts of ten minutes */
		struct reply replies[3];
		const char *want;
	} cases[] = {
		{ 5000,
		  { { 503, "" }, { 1, "" } },
		  "gave up after 2 attempts: HTTP 503" },
		{ 5000,
		  { { 1, "" }, { 1, "" } },
		  "gave up after 2 attempts: no answer in" },
		{ 3600000, { { 503, "" }, { 503, "" } }, "after 2 attempts: HTTP 503" },
		{ 3600000,
		  { { 503, "" }, { 1, "" } },
		  "2 attempts: no answer in 600000" },
	};
	const struct judge judge = { "x", judge_none, NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct recorded net = RECORDED_INIT;
		AUTO_REQ struct http_req req = HTTP_REQ_INIT;
		AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
		struct err err = ERR_INIT;
		struct budget b = {
			.start_boot_ms = clock_boot_ms() - (3600000 - cases[i].left),
			.total_ms = 3600000,
			.attempt_ms = 600000,
			.attempts = 2,
		};

		net.http.perform = perform_cut;
		net.replies = cases[i].replies;
		assert_int_equal(exchange(&net.http, &req, &resp, &b, &judge, &err), -1);
		has_text("last answer", err.text, cases[i].want);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_budget),
	cmocka_unit_test(test_attempt_time),
	cmocka_unit_test(test_last_answer),
};

TEST_MAIN(tests)
