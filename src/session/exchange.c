#include "session/exchange.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "net/retry.h"

struct budget budget_start(const struct settings *s)
{
	return (struct budget){ .start_boot_ms = clock_boot_ms(),
				.total_ms = settings_seconds(s, SET_RETRY_FOR) * 1000,
				.attempt_ms = settings_seconds(s, SET_TIMEOUT) * 1000 };
}

int64_t budget_left_ms(const struct budget *b)
{
	int64_t left = b->start_boot_ms + b->total_ms - clock_boot_ms();

	return left > 0 ? left : 0;
}

/* One attempt, no longer than the budget lasts, but never cut to nothing; a budget of 0
 * means one attempt of full length. */
static enum oauth_verdict exchange_once(struct http *http, struct http_req *req,
					struct http_resp *resp,
					const struct budget *budget,
					const struct judge *judge, struct err *err)
{
	int64_t left = budget_left_ms(budget);

	req->timeout_ms = budget->attempt_ms;
	if (budget->total_ms && left < req->timeout_ms)
		req->timeout_ms = left > 1000 ? left : 1000;
	if (http->perform(http, req, resp, err) == 0)
		return judge->read(judge->arg, resp, err);
	req->fresh = true;
	return http_failure_retry(resp->failure) ? OAUTH_RETRY : OAUTH_REFUSED;
}

/* Milliseconds to wait before another attempt; -1: there is none. */
static int64_t exchange_wait(const struct budget *budget, int attempts,
			     const struct http_resp *resp)
{
	const struct retry retry = {
		.attempt = attempts,
		.elapsed_ms = clock_boot_ms() - budget->start_boot_ms,
		.budget_ms = budget->total_ms,
		.after_ms = resp->after_ms,
	};

	if (budget->attempts && attempts >= budget->attempts && !retry_is_limit(resp))
		return -1;
	return retry_wait_ms(&retry, retry_random());
}

/* What a last attempt ends by whose time was cut says less than the one before it. */
static bool exchange_was_cut(const struct http_req *req, const struct http_resp *resp,
			     const struct budget *budget)
{
	return resp->failure == HTTP_TIMEOUT && req->timeout_ms < budget->attempt_ms;
}

int exchange(struct http *http, struct http_req *req, struct http_resp *resp,
	     const struct budget *budget, const struct judge *judge, struct err *err)
{
	AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
	struct err last = ERR_INIT;
	char span[CLOCK_TEXT_SIZE];

	buf_addf(&url, "%s, ", judge->what);
	oauth_show_url(buf_str(&req->url), &url);
	for (int attempts = 1;; attempts++) {
		struct err why = ERR_INIT;
		enum oauth_verdict verdict =
			exchange_once(http, req, resp, budget, judge, &why);
		int64_t wait;

		log_debug("%s: %s gave HTTP %d in %lld ms", buf_str(&url), req->method,
			  resp->status, (long long)resp->time_ms);
		if (verdict == OAUTH_OK)
			return 0;
		if (resp->coding.len && http_req_plain(req) && verdict == OAUTH_REFUSED) {
			log_info("%s: %s; asking for it as it is", buf_str(&url),
				 why.text);
			continue;
		}
		if (!last.kind || !exchange_was_cut(req, resp, budget))
			last = why;
		wait = verdict == OAUTH_RETRY ? exchange_wait(budget, attempts, resp)
					      : -1;
		if (wait < 0) {
			*err = last;
			if (verdict == OAUTH_RETRY)
				err_wrap(err, "gave up after %d attempt%s", attempts,
					 attempts == 1 ? "" : "s");
			return err_wrap(err, "%s", buf_str(&url));
		}
		clock_format_wait(wait, span);
		log_info("%s: %s; next attempt in %s", buf_str(&url), why.text, span);
		if (interrupt_wait(-1, wait, err) < 0)
			return -1;
	}
}
