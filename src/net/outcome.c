/* What became of a transfer: the second half of net/transfer.h. */
#include "net/transfer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "net/retry.h"

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

/* What libcurl's codes mean to us. */
static enum http_failure http_class(CURLcode rc)
{
	switch (rc) {
	case CURLE_OK:
		return HTTP_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_RESOLVE;
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_PROXY_RESOLVE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
		return HTTP_CA;
	case CURLE_SSL_CONNECT_ERROR:
		return HTTP_TLS;
	case CURLE_BAD_CONTENT_ENCODING: /* of a Transfer-Encoding */
		return HTTP_ENCODED;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_ABORTED_BY_CALLBACK:
		return HTTP_SIGNAL;
	case CURLE_COULDNT_CONNECT:
		return HTTP_CONNECT;
	default:
		return HTTP_TRANSFER;
	}
}

/* RFC 1928 sections 3 and 6, RFC 1929; the others are SOCKS 4's. */
static enum http_failure http_socks_class(CURLproxycode code)
{
	switch (code) {
	case CURLPX_RESOLVE_HOST:
		return HTTP_RESOLVE;
	case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
	case CURLPX_REPLY_NETWORK_UNREACHABLE:
	case CURLPX_REPLY_HOST_UNREACHABLE:
	case CURLPX_REPLY_CONNECTION_REFUSED:
	case CURLPX_REPLY_TTL_EXPIRED:
	case CURLPX_REQUEST_FAILED:
		return HTTP_PROXY_BUSY;
	case CURLPX_REPLY_NOT_ALLOWED:
		return HTTP_PROXY_DENIED;
	case CURLPX_NO_AUTH:
	case CURLPX_USER_REJECTED:
	case CURLPX_IDENTD:
	case CURLPX_IDENTD_DIFFER:
		return HTTP_PROXY_AUTH;
	case CURLPX_CLOSED:
	case CURLPX_RECV_ADDRESS:
	case CURLPX_RECV_AUTH:
	case CURLPX_RECV_CONNECT:
	case CURLPX_RECV_REQACK:
	case CURLPX_SEND_AUTH:
	case CURLPX_SEND_CONNECT:
	case CURLPX_SEND_REQUEST:
		return HTTP_TRANSFER;
	default:
		return HTTP_PROXY_REFUSED;
	}
}

/* What the proxy's answer to CONNECT means, whose headers are in t->resp. */
static enum http_failure http_connect_class(struct transfer *t, int status)
{
	AUTO_BUF struct buf schemes = BUF_INIT(BUF_URL_MAX);
	struct http_resp answer = *t->resp;

	answer.status = status;
	http_schemes(&answer, "proxy-authenticate", &schemes);
	snprintf(t->detail, sizeof(t->detail), "HTTP %d%s%s", status,
		 schemes.len ? "; it asks for " : "", buf_str(&schemes));
	if (retry_answer(&answer))
		return HTTP_PROXY_BUSY;
	return status == 403   ? HTTP_PROXY_DENIED
	       : status == 407 ? HTTP_PROXY_AUTH
			       : HTTP_PROXY_REFUSED;
}

/* The same, where it is the proxy that the transfer failed at. */
static enum http_failure http_proxy_class(struct transfer *t, CURLcode rc,
					  enum http_failure failure)
{
	long status = 0, code = CURLPX_OK;

	curl_easy_getinfo(t->curl, CURLINFO_HTTP_CONNECTCODE, &status);
	curl_easy_getinfo(t->curl, CURLINFO_PROXY_ERROR, &code);
	if (rc == CURLE_PROXY)
		return http_socks_class((CURLproxycode)code);
	if (failure == HTTP_PROXY_RESOLVE && t->proxy_err.kind)
		return HTTP_PROXY_ADDRESS;
	if (status >= 300 && (failure == HTTP_CONNECT || failure == HTTP_TRANSFER))
		return http_connect_class(t, (int)status);
	return failure;
}

static int http_fail(struct transfer *t, CURLcode rc, struct err *err)
{
	struct http_resp *resp = t->resp;
	enum http_failure failure = t->sink_failed     ? HTTP_SINK
				    : t->too_big       ? HTTP_TOO_BIG
				    : resp->coding.len ? HTTP_ENCODED
						       : http_class(rc);

	resp->failure = http_proxy_class(t, rc, failure);
	if (resp->failure < HTTP_TIMEOUT)
		resp->sent = false;
	if (resp->failure == HTTP_SIGNAL)
		return interrupt_check(err);
	if (resp->failure == HTTP_SINK)
		*err = t->sink_err;
	else if (resp->failure == HTTP_PROXY_ADDRESS)
		*err = t->proxy_err;
	else if (resp->coding.len)
		http_failure_set(resp->failure, buf_str(&resp->coding), err);
	else
		transfer_tell(t, rc, err);
	return resp->failure >= HTTP_PROXY_ADDRESS && resp->failure < HTTP_TIMEOUT
		       ? err_wrap(err, "%s", t->proxy)
		       : -1;
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

/* RFC 9112 section 6.3: what tells where the body ends, but for the connection's end. */
static bool transfer_is_framed(const struct transfer *t)
{
	AUTO_BUF struct buf coding = BUF_INIT(1024);
	int status = t->resp->status;
	curl_off_t length = -1;

	curl_easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	http_header_all(t->resp, "transfer-encoding", &coding);
	return length >= 0 || strcasestr(buf_str(&coding), "chunked") || status == 204 ||
	       status == 304 || strcmp(t->req->method, "HEAD") == 0;
}

/*
 * libcurl minds lengths and chunks. But it takes a head without its end, or an interim
 * one, for an answer, and any end of a TLS connection for that of a body.
 */
static bool transfer_is_whole(struct transfer *t)
{
	const char *why = NULL;

	if (!t->resp->head_ended || t->resp->status < 200)
		why = "its head is not whole";
	else if (strncasecmp(buf_str(&t->req->url), "https:", 6) == 0 &&
		 !transfer_is_framed(t) && !ending_is_told(&t->env->ending, t->ssl))
		why = "no length, and no close_notify at its end";
	if (why)
		snprintf(t->detail, sizeof(t->detail), "%s", why);
	return !why;
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
	transfer_trace(t->curl, t->env->opts.trace);
	if (rc == CURLE_OK && !transfer_is_whole(t))
		rc = CURLE_PARTIAL_FILE;
	http_read_date(t->resp);
	http_read_after(t->resp);
	return rc == CURLE_OK || t->cut ? 0 : http_fail(t, rc, err);
}
