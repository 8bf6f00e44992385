#include "api/call.h"

#include <string.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/retry.h"
#include "oauth/oauth.h"

static bool call_may_repeat(const struct caller *c, const struct call *call)
{
	static const char *const methods[] = { "GET", "HEAD", "OPTIONS", "PUT",
					       "DELETE" };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(call->req.method, methods[i]) == 0)
			return true;
	return c->queries && strcmp(call->req.method, "POST") == 0;
}

int caller_open(struct caller *ret, struct session *s, struct err *err)
{
	*ret = (struct caller){ .session = s,
				.http = transport_http(&s->transport, err),
				.left = -1 };
	return ret->http ? 0 : -1;
}

static enum http_sunk call_sink(void *arg, const struct http_resp *resp, const char *data,
				size_t len, struct err *err)
{
	struct call *call = arg;

	return call->reader.write(call->reader.arg, resp, data, len, err);
}

/* The token goes behind the other headers, in place of the last attempt's. */
static void call_authorize(struct call *call, const char *token)
{
	buf_cut(&call->req.headers, call->headers_len);
	oauth_authorize(&call->req, token);
	quote_fingerprint(token, call->used);
}

static int call_token(struct caller *c, const char *not_this, struct err *err)
{
	struct session_want want = { .not_this = not_this };

	return session_is_good(c->session, &want) ? 0
						  : session_token(c->session, &want, err);
}

int call_send(struct caller *c, struct call *call, struct err *err)
{
	if (!call->foreign && call_token(c, NULL, err))
		return -1;
	if (!call->begun && c->plain && !call->foreign)
		http_req_plain(&call->req);
	if (!call->begun)
		call->headers_len = call->req.headers.len;
	if (!call->foreign)
		call_authorize(call, buf_str(&c->session->record.token.access));
	if (!call->begun)
		call->start_boot_ms = clock_boot_ms();
	call->begun = true;
	call->attempts++;
	call->req.once = !call_may_repeat(c, call);
	call->req.timeout_ms = settings_seconds(c->session->settings, SET_TIMEOUT) * 1000;
	call->resp.body.max = CALL_BODY_MAX;
	call->sink = (struct http_sink){ call_sink, call };
	call->req.sink = call->reader.write ? &call->sink : NULL;
	call->job.req = &call->req;
	call->job.resp = &call->resp;
	if (call->reader.begin)
		call->reader.begin(call->reader.arg);
	if (c->http->start(c->http, &call->job, err))
		return -1;
	c->running++;
	if (c->left > 0)
		c->left--;
	return 0;
}

/* A number from a header, -1 when there is none that makes sense. */
static int64_t call_header_number(const struct http_resp *resp, const char *name)
{
	AUTO_BUF struct buf text = BUF_INIT(32);

	if (!http_header(resp, name, &text) || !text.len || text.len > 9 ||
	    strspn(buf_str(&text), "0123456789") != text.len)
		return -1;
	return strtol(buf_str(&text), NULL, 10);
}

static void call_hold(struct caller *c, int64_t ms)
{
	int64_t until = clock_boot_ms() + ms;

	if (until > c->gate_boot_ms)
		c->gate_boot_ms = until;
}

/* What a provider's row says of the API's limit: numbers, the last one in seconds. */
struct call_rate {
	int64_t used, allowed, reset; /* -1: not told */
};

static bool call_read_rate(const struct http_resp *resp, struct call_rate *ret)
{
	for (const struct provider *const *p = providers; *p; p++) {
		if (!(*p)->rate_used)
			continue;
		ret->used = call_header_number(resp, (*p)->rate_used);
		ret->allowed = call_header_number(resp, (*p)->rate_allowed);
		ret->reset = call_header_number(resp, (*p)->rate_reset);
		if (ret->used >= 0 && ret->allowed >= 1 && ret->reset >= 1)
			return true;
	}
	return false;
}

/*
 * Calls on their way may be counted or not; they are taken as not counted yet. Answers
 * come in any order, so within one period the smallest number is believed.
 */
static void call_heed_limit(struct caller *c, const struct http_resp *resp)
{
	int64_t now = clock_boot_ms(), left;
	struct call_rate rate;

	if (!call_read_rate(resp, &rate) || rate.reset * 1000 > CALL_WAIT_MAX_MS)
		return;
	left = rate.allowed - rate.used - c->running;
	left = left > 0 ? left : 0;
	if (c->left >= 0 && now < c->reset_boot_ms) {
		c->left = left < c->left ? left : c->left;
		return;
	}
	c->left = left;
	c->reset_boot_ms = now + rate.reset * 1000;
	c->told = false;
}

static void call_show(const struct call *call, struct buf *out)
{
	buf_addf(out, "%s ", call->req.method);
	oauth_show_url(buf_str(&call->req.url), out);
}

static enum call_next call_fail(const struct call *call, struct err *err)
{
	AUTO_BUF struct buf what = BUF_INIT(BUF_URL_MAX);

	if (err->kind == ERR_INTERRUPTED)
		return CALL_FAILED;
	call_show(call, &what);
	err_wrap(err, "%s", buf_str(&what));
	return CALL_FAILED;
}

/* True where a content coding that nobody asked for won't come again, nor later on. */
static bool call_plain(struct caller *c, struct call *call)
{
	buf_cut(&call->req.headers, call->headers_len);
	if (!call->resp.coding.len || !http_req_plain(&call->req))
		return false;
	call->headers_len = call->req.headers.len;
	c->plain = c->plain || !call->foreign;
	return true;
}

/* The same at once without that coding; @err is what came of it. */
static enum call_next call_again_plain(struct caller *c, struct call *call,
				       struct err *err)
{
	AUTO_BUF struct buf what = BUF_INIT(BUF_URL_MAX);

	if (!call_plain(c, call))
		return call_fail(call, err);
	call_show(call, &what);
	log_info("%s: %s; asking for it as it is", buf_str(&what), err->text);
	call->not_before = 0;
	*err = ERR_INIT;
	return CALL_AGAIN;
}

/* Another attempt, if the budget has room for the wait; @err is why it is needed. */
static enum call_next call_later(struct caller *c, struct call *call, struct err *err)
{
	const struct retry retry = {
		.attempt = call->attempts,
		.elapsed_ms = clock_boot_ms() - call->start_boot_ms,
		.budget_ms = settings_seconds(c->session->settings, SET_RETRY_FOR) * 1000,
		.after_ms = call->resp.after_ms,
	};
	int64_t wait = retry_wait_ms(&retry, retry_random());
	AUTO_BUF struct buf what = BUF_INIT(BUF_URL_MAX);
	char span[CLOCK_TEXT_SIZE];

	if (wait < 0 || retry.after_ms > CALL_WAIT_MAX_MS) {
		if (retry.after_ms > 0) {
			clock_format_span(retry.after_ms / 1000, span);
			err_hint(err, "the server asks to wait %s; try later%s", span,
				 retry.after_ms > CALL_WAIT_MAX_MS
					 ? ""
					 : ", or raise retry-for (CC_RETRY_FOR)");
		}
		err_wrap(err, "gave up after %d attempt%s", call->attempts,
			 call->attempts == 1 ? "" : "s");
		return call_fail(call, err);
	}
	call_show(call, &what);
	clock_format_wait(wait, span);
	log_info("%s: %s; next attempt in %s", buf_str(&what), err->text, span);
	call->not_before = clock_boot_ms() + wait;
	call_plain(c, call);
	if (retry_is_limit(&call->resp))
		call_hold(c, wait);
	*err = ERR_INIT;
	return CALL_AGAIN;
}

/* Another host than the API's has nothing to do with what was set. */
static void call_describe(const struct caller *c, const struct call *call,
			  struct err *err)
{
	const struct record *r = &c->session->record;
	const struct asked other = { 0 };
	const struct asked api = { ASK_API, r->flow, &r->endpoints,
				   c->session->settings };

	hint_set(call->foreign ? &other : &api, &call->resp, ERR_API, err);
}

/* RFC 6750 section 3.1: invalid_token asks for another one, whatever the status. */
static bool call_wants_token(const struct call *call)
{
	AUTO_REASON struct reason r;

	reason_read(&call->resp, &r);
	return !call->foreign &&
	       (r.status == 401 ||
		(r.status / 100 == 4 && strcmp(buf_str(&r.code), "invalid_token") == 0));
}

static enum call_next call_renew(struct caller *c, struct call *call, struct err *err)
{
	const struct buf *token = &c->session->record.token.access;
	AUTO_BUF struct buf refused = BUF_INIT(BUF_SECRET_MAX);
	char now[QUOTE_FINGERPRINT_SIZE];
	struct err why = ERR_INIT;

	call_describe(c, call, err);
	if (call->renewed && strcmp(c->proven, call->used) != 0)
		return call_fail(call, err);
	call->renewed = true;
	call->not_before = 0;
	quote_fingerprint(buf_str(token), now);
	log_info("the token was refused (%s); getting another", err->text);
	buf_set(&refused, buf_str(token));
	if (strcmp(now, call->used) != 0 || call_token(c, buf_str(&refused), &why) == 0) {
		*err = ERR_INIT;
		return CALL_AGAIN;
	}
	if (c->session->who.can_login || why.kind == ERR_INTERRUPTED) {
		*err = why;
		if (why.kind != ERR_INTERRUPTED)
			err_wrap(err, "the token was refused (HTTP %d)",
				 call->resp.status);
		return CALL_FAILED;
	}
	err_hint(err, "no new token can be got: %s", why.text);
	return call_fail(call, err);
}

/* No whole answer came. */
static enum call_next call_broken(struct caller *c, struct call *call, struct err *err)
{
	const struct http_resp *resp = &call->resp;
	bool torn = resp->failure == HTTP_SINK || resp->failure == HTTP_OK;

	*err = call->job.error;
	call->req.fresh = true;
	if (err->kind == ERR_INTERRUPTED)
		return CALL_FAILED;
	if (resp->failure == HTTP_ENCODED && call_may_repeat(c, call))
		return call_again_plain(c, call, err);
	if (resp->failure == HTTP_ENCODED)
		err_hint(err, "the server may have acted upon it, so it is not repeated; "
			      "the next time, give it Accept-Encoding: identity");
	if (torn ? err->kind != ERR_TRANSIENT || ++call->torn >= CALL_TORN_MAX
		 : !http_failure_retry(resp->failure))
		return call_fail(call, err);
	if (resp->sent && !call_may_repeat(c, call)) {
		err_hint(err, "the server may have acted upon it, so it is not repeated; "
			      "look before you do");
		return call_fail(call, err);
	}
	if (resp->status / 100 == 2)
		call->start_boot_ms += resp->time_ms;
	return call_later(c, call, err);
}

bool call_is_pending(const struct caller *c, const struct http_resp *resp)
{
	AUTO_BUF struct buf ignored = BUF_INIT(1024);

	return c->queries && (resp->status == 202 || resp->status == 204) &&
	       http_header(resp, "retry-after", &ignored);
}

enum call_next call_settle(struct caller *c, struct call *call, struct err *err)
{
	const struct http_resp *resp = &call->resp;
	bool may_repeat = call_may_repeat(c, call);
	int status;

	c->running--;
	log_debug("%s gave HTTP %d in %lld ms", call->req.method, resp->status,
		  (long long)resp->time_ms);
	if (call->job.result == 0 && call_is_pending(c, resp)) {
		err_set(err, ERR_TRANSIENT, "HTTP %d, not ready yet", resp->status);
		return call_later(c, call, err);
	}
	if (call->job.result == 0 && resp->status / 100 == 2 && call->reader.end)
		call->job.result =
			call->reader.end(call->reader.arg, resp, &call->job.error);
	if (call->job.result)
		return call_broken(c, call, err);
	if (!call->foreign)
		call_heed_limit(c, resp);
	status = resp->status;
	if (status / 100 == 2) {
		memcpy(c->proven, call->used, sizeof(c->proven));
		return CALL_DONE;
	}
	if (call_wants_token(call))
		return call_renew(c, call, err);
	call_describe(c, call, err);
	if (retry_is_limit(resp) || (status == 503 && resp->after_ms >= 0) ||
	    (may_repeat && (status == 408 || (status >= 500 && status != 501))))
		return call_later(c, call, err);
	return may_repeat || status / 100 == 4 ? call_again_plain(c, call, err)
					       : call_fail(call, err);
}

int64_t call_delay_ms(struct caller *c, const struct call *call)
{
	int64_t from =
		call->not_before > c->gate_boot_ms ? call->not_before : c->gate_boot_ms;
	int64_t now = clock_boot_ms();

	if (now >= c->reset_boot_ms)
		c->left = -1;
	if (c->left == 0 && c->reset_boot_ms > from) {
		from = c->reset_boot_ms;
		if (!c->told)
			log_info("the API's limit of requests is used up; going on in "
				 "%lld s",
				 (long long)(from - now + 999) / 1000);
		c->told = true;
	}
	return from > now ? from - now : 0;
}

int call_run(struct caller *c, struct call *call, struct err *err)
{
	enum call_next next = CALL_AGAIN;

	while (next == CALL_AGAIN) {
		struct http_job *ended = NULL;

		if (interrupt_wait(-1, call_delay_ms(c, call), err) ||
		    call_send(c, call, err))
			return -1;
		while (!ended && err->kind == ERR_NONE)
			ended = c->http->wait(c->http, 1000, err);
		if (!ended) {
			c->http->drop(c->http, &call->job);
			c->running--;
			return -1;
		}
		next = call_settle(c, call, err);
	}
	return next == CALL_DONE ? 0 : -1;
}

void call_reset(struct call *call)
{
	buf_reset(&call->req.url);
	buf_reset(&call->req.headers);
	buf_reset(&call->req.body);
	call->req.has_body = call->req.fresh = false;
	call->begun = call->renewed = false;
	call->attempts = call->torn = 0;
	call->not_before = 0;
}

void call_release(struct call *call)
{
	http_req_release(&call->req);
	http_resp_release(&call->resp);
}
