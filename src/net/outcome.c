/* What became of a transfer: the second half of net/transfer.h. */
#include "net/transfer.h"

#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "net/retry.h"

/* What libcurl's codes mean to us. */
static enum http_failure http_class(CURLcode rc, long proxy_status)
{
	switch (rc) {
	case CURLE_OK:
		return HTTP_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_RESOLVE;
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_RESOLVE_PROXY;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
		return HTTP_CA;
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_TLS;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_PROXY:
		return HTTP_PROXY;
	case CURLE_ABORTED_BY_CALLBACK:
		return HTTP_SIGNAL;
	case CURLE_COULDNT_CONNECT:
		return proxy_status >= 300 ? HTTP_PROXY : HTTP_CONNECT;
	default:
		return proxy_status >= 300 ? HTTP_PROXY : HTTP_TRANSFER;
	}
}

static int http_fail(struct transfer *t, CURLcode rc, struct err *err)
{
	long proxy_status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	t->resp->failure = t->sink_failed ? HTTP_SINK
			   : t->too_big	  ? HTTP_TOO_BIG
					  : http_class(rc, proxy_status);
	if (t->resp->failure == HTTP_SINK) {
		*err = t->sink_err;
		return -1;
	}
	if (t->resp->failure == HTTP_SIGNAL)
		return interrupt_check(err);
	return http_failure_set(t->resp->failure,
				*t->detail ? t->detail : curl_easy_strerror(rc), err);
}

/* RFC 9110 section 6.6.1. */
static void http_read_date(struct http_resp *resp)
{
	AUTO_BUF struct buf text = BUF_INIT(256);
	time_t when;

	if (!http_header(resp, "date", &text))
		return;
	when = curl_getdate(buf_str(&text), NULL);
	resp->has_date = when >= 0;
	resp->date_wall = when;
	resp->date_offset = when >= 0 ? when - time(NULL) : 0;
}

/*
 * RFC 9110 section 10.2.3. A date is on the server's clock, and so is its Date. What
 * can't be read still asks to come again.
 */
static void http_read_after(struct http_resp *resp)
{
	AUTO_BUF struct buf text = BUF_INIT(256);
	time_t when, now = resp->has_date ? (time_t)resp->date_wall : time(NULL);

	if (!http_header(resp, "retry-after", &text) || !text.len)
		return;
	if (retry_read_seconds(buf_str(&text), &resp->after_ms))
		return;
	when = curl_getdate(buf_str(&text), NULL);
	resp->after_ms = when > now ? (int64_t)(when - now) * 1000 : 0;
}

static void transfer_trace(CURL *curl, struct trace *trace)
{
	const char *address = NULL;
	long tunnel = 0;

	curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &address);
	curl_easy_getinfo(curl, CURLINFO_HTTP_CONNECTCODE, &tunnel);
	buf_set(&trace->peer, address);
	trace->proxied = tunnel != 0;
}

int transfer_finish(struct transfer *t, CURLcode rc, struct err *err)
{
	long status = 0, sent = 0;

	t->resp->time_ms = clock_boot_ms() - t->resp->sent_boot_ms;
	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_REQUEST_SIZE, &sent);
	t->resp->status = (int)status;
	t->resp->sent = sent > 0;
	transfer_drop_headers(t);
	if (t->env->opts.trace)
		transfer_trace(t->curl, t->env->opts.trace);
	if (rc != CURLE_OK && !t->cut)
		return http_fail(t, rc, err);
	http_read_date(t->resp);
	http_read_after(t->resp);
	return 0;
}
