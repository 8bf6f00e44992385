#include "net/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/trust.h"

enum { HTTP_GRACE_MS = 500 };

struct http_curl {
	struct http http;
	CURL *curl;
	struct trust *trust;
	struct http_options opts;
	const struct http_req *req;
	struct http_resp *resp;
	curl_socket_t socket; /* the one opened last */
	struct err *sink_err;
	bool sink_failed, too_big;
	int64_t grace_boot_ms; /* after a signal: when to give up; 0 before one */
};

void http_req_header(struct http_req *req, const char *name, const char *value)
{
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			req->headers.failed = true;
	buf_addf(&req->headers, "%s: %s\n", name, value);
}

void http_req_release(struct http_req *req)
{
	buf_release(&req->url);
	buf_release(&req->headers);
	buf_release(&req->body);
}

void http_resp_reset(struct http_resp *resp)
{
	struct buf headers = resp->headers, body = resp->body;

	buf_reset(&headers);
	buf_reset(&body);
	*resp = (struct http_resp){ .headers = headers, .body = body, .after_ms = -1 };
}

void http_resp_release(struct http_resp *resp)
{
	buf_release(&resp->headers);
	buf_release(&resp->body);
}

bool http_header(const struct http_resp *resp, const char *name, struct buf *out)
{
	size_t n = strlen(name);

	for (const char *p = buf_str(&resp->headers); *p;) {
		size_t len = strcspn(p, "\n");

		if (len > n + 1 && strncmp(p, name, n) == 0 && p[n] == ':') {
			buf_add(out, p + n + 2, len - n - 2);
			return true;
		}
		p += len + (p[len] == '\n');
	}
	return false;
}

static size_t http_on_header(char *data, size_t size, size_t n, void *arg)
{
	struct http_curl *h = arg;
	struct buf *out = &h->resp->headers;
	size_t len = size * n;
	const char *colon = memchr(data, ':', len);
	const char *from;

	if (len >= 5 && strncasecmp(data, "HTTP/", 5) == 0)
		buf_reset(out);
	if (!colon)
		return len;
	for (const char *p = data; p < colon; p++)
		buf_addc(out, *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
	buf_adds(out, ": ");
	for (from = colon + 1; from < data + len && (*from == ' ' || *from == '\t');)
		from++;
	for (const char *p = from; p < data + len && *p != '\r' && *p != '\n'; p++)
		buf_addc(out, *p ? *p : '?');
	buf_addc(out, '\n');
	h->too_big = h->too_big || out->failed;
	return out->failed ? 0 : len;
}

static bool http_wants_sink(struct http_curl *h)
{
	long status = 0;

	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	return h->req->sink && status >= 200 && status < 300;
}

static size_t http_on_body(char *data, size_t size, size_t n, void *arg)
{
	struct http_curl *h = arg;
	size_t len = size * n;

	if (http_wants_sink(h)) {
		if (h->req->sink->write(h->req->sink->arg, data, len, h->sink_err) == 0)
			return len;
		h->sink_failed = true;
		return 0;
	}
	buf_add(&h->resp->body, data, len);
	h->too_big = h->too_big || h->resp->body.failed;
	return h->resp->body.failed ? 0 : len;
}

static int http_on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct http_curl *h = arg;

	(void)purpose;
	h->socket = fd;
	return CURL_SOCKOPT_OK;
}

/*
 * A request that has left gets a moment to be answered after a signal: it may have made a
 * token, which nobody could revoke if the answer were thrown away.
 */
static bool http_gives_up(struct http_curl *h)
{
	struct pollfd ready = { .fd = h->socket, .events = POLLIN };
	long sent = 0;
	int64_t left;

	curl_easy_getinfo(h->curl, CURLINFO_REQUEST_SIZE, &sent);
	if (!sent || h->req->sink)
		return true;
	if (!h->grace_boot_ms)
		h->grace_boot_ms = clock_boot_ms() + HTTP_GRACE_MS;
	left = h->grace_boot_ms - clock_boot_ms();
	return left <= 0 || poll(&ready, 1, (int)left) <= 0;
}

/*
 * A server that writes TLS tickets and its answer apart waits, by Nagle's algorithm, for
 * our acknowledgment of the first, which Linux likes to delay by 40 ms. TCP_QUICKACK
 * sends it now, and holds only for a while (tcp(7)), so it is said after each step. It
 * does nothing to what is no TCP socket.
 */
static int http_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
			    curl_off_t ultotal, curl_off_t ulnow)
{
	struct http_curl *h = arg;
	int on = 1;

	(void)dltotal, (void)dlnow, (void)ultotal, (void)ulnow;
	setsockopt(h->socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	return interrupt_pending() && http_gives_up(h);
}

static CURLcode http_on_ssl_ctx(CURL *curl, void *ssl_ctx, void *arg)
{
	struct http_curl *h = arg;

	(void)curl;
	return trust_install(h->trust, ssl_ctx) ? CURLE_SSL_CERTPROBLEM : CURLE_OK;
}

/* Headers as libcurl takes them. NULL when there are none, or memory ended. */
static struct curl_slist *http_header_list(const struct http_req *req, bool *ret_ok)
{
	struct curl_slist *list = NULL;
	AUTO_BUF struct buf line = BUF_INIT(BUF_SECRET_MAX * 2);

	*ret_ok = !req->headers.failed;
	for (const char *p = buf_str(&req->headers); *ret_ok && *p;) {
		size_t len = strcspn(p, "\n");
		struct curl_slist *grown;

		buf_reset(&line);
		buf_add(&line, p, len);
		/* "Name: " without a value would remove the header; ';' sends it empty. */
		if (len >= 2 && p[len - 1] == ' ' && p[len - 2] == ':') {
			buf_cut(&line, len - 2);
			buf_addc(&line, ';');
		}
		grown = curl_slist_append(list, buf_str(&line));
		*ret_ok = grown && !line.failed;
		list = grown ? grown : list;
		p += len + (p[len] == '\n');
	}
	return list;
}

static void http_header_list_free(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l; l = l->next)
		buf_wipe(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

/* What libcurl's codes mean to us. */
static enum http_failure http_class(CURLcode rc, long proxy_status)
{
	switch (rc) {
	case CURLE_OK:
		return HTTP_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_RESOLVE;
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

static const struct {
	const char *text, *hint;
	enum err_kind kind;
	bool retry;
} failures[] = {
	[HTTP_RESOLVE] = { "the name can't be resolved",
			   "check the region or URL, and the machine's DNS",
			   ERR_TRANSIENT, true },
	[HTTP_CONNECT] = { "no connection",
			   "check the network, the firewall and the proxy", ERR_TRANSIENT,
			   true },
	[HTTP_TLS] = { "TLS failed", "check that the URL names a TLS server",
		       ERR_TRANSIENT, true },
	[HTTP_CA] = { "the server's certificate is not trusted",
		      "if your network uses its own CA, name its PEM file by ca-file "
		      "(CC_CA_FILE)",
		      ERR_TRANSIENT, false },
	[HTTP_PROXY] = { "the proxy refused", "check HTTPS_PROXY, its user and password",
			 ERR_TRANSIENT, false },
	[HTTP_TIMEOUT] = { "no answer in time",
			   "check the network, or raise timeout (CC_TIMEOUT)",
			   ERR_TRANSIENT, true },
	[HTTP_TRANSFER] = { "the connection broke off", "check the network and the proxy",
			    ERR_TRANSIENT, true },
	[HTTP_TOO_BIG] = { "the answer is larger than any that is expected",
			   "check the URL", ERR_REFUSED, false },
};

bool http_failure_retry(enum http_failure failure)
{
	return failure < ARRAY_LEN(failures) && failures[failure].retry;
}

static int http_fail(struct http_curl *h, CURLcode rc, const char *detail,
		     struct err *err)
{
	AUTO_BUF struct buf clean = BUF_INIT(2048);
	long proxy_status = 0;

	curl_easy_getinfo(h->curl, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	h->resp->failure = h->sink_failed ? HTTP_SINK
			   : h->too_big	  ? HTTP_TOO_BIG
					  : http_class(rc, proxy_status);
	if (h->resp->failure == HTTP_SINK)
		return -1;
	if (h->resp->failure == HTTP_SIGNAL)
		return interrupt_check(err);
	if (h->resp->failure != HTTP_TOO_BIG)
		log_clean(*detail ? detail : curl_easy_strerror(rc), &clean);
	err_set(err, failures[h->resp->failure].kind, "%s%s%s%s",
		failures[h->resp->failure].text, clean.len ? " (" : "", buf_str(&clean),
		clean.len ? ")" : "");
	return err_hint(err, "%s", failures[h->resp->failure].hint);
}

/* RFC 9110 sections 6.6.1 and 10.2.3. */
static void http_read_times(struct http_resp *resp)
{
	AUTO_BUF struct buf text = BUF_INIT(256);
	time_t now = time(NULL), when;
	char *end;

	if (http_header(resp, "date", &text)) {
		when = curl_getdate(buf_str(&text), NULL);
		resp->has_date = when >= 0;
		resp->date_wall = when;
		resp->date_offset = when >= 0 ? when - now : 0;
	}
	buf_reset(&text);
	if (!http_header(resp, "retry-after", &text) || !text.len)
		return;
	if (strspn(buf_str(&text), "0123456789") == text.len) {
		errno = 0;
		long s = strtol(buf_str(&text), &end, 10);

		resp->after_ms = errno || s > 10 * 365 * 86400L
					 ? INT64_C(1000) * 86400 * 3650
					 : (int64_t)s * 1000;
		return;
	}
	when = curl_getdate(buf_str(&text), NULL);
	if (when < 0)
		return;
	/* A date is on the server's clock, and so is its Date. */
	when -= resp->has_date ? (time_t)resp->date_wall : now;
	resp->after_ms = when > 0 ? (int64_t)when * 1000 : 0;
}

static void http_set_tls(struct http_curl *h)
{
	CURL *c = h->curl;

	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_PROXY_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, http_on_ssl_ctx);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, h);
}

static void http_set_request(struct http_curl *h, const struct http_req *req,
			     struct curl_slist *headers, char *detail)
{
	CURL *c = h->curl;
	int64_t timeout = req->timeout_ms > 0 ? req->timeout_ms : h->opts.timeout_ms;

	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(c, CURLOPT_URL, buf_str(&req->url));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(timeout < 10000 ? timeout : 10000));
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, http_on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, h);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, http_on_socket);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, h);
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, http_on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "cc-token/" CC_VERSION);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (h->opts.unix_socket)
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, h->opts.unix_socket);
	if (req->has_body) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)req->body.len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, buf_str(&req->body));
	}
	if (strcmp(req->method, "HEAD") == 0)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, req->method);
}

static int http_prepare(struct http_curl *h, const struct http_req *req, struct err *err)
{
	curl_easy_reset(h->curl); /* keeps connections, DNS and TLS sessions */
	if (strncasecmp(buf_str(&req->url), "https:", 6) != 0)
		return 0;
	if (!h->trust) {
		h->trust = trust_open(h->opts.ca_file, err);
		if (!h->trust && h->opts.ca_origin)
			err_wrap(err, "%s", h->opts.ca_origin);
	}
	if (!h->trust)
		return -1;
	http_set_tls(h);
	return 0;
}

static int http_perform(struct http *base, const struct http_req *req,
			struct http_resp *resp, struct err *err)
{
	struct http_curl *h = (struct http_curl *)base;
	char detail[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers;
	struct err sink_err = ERR_INIT;
	long status = 0, sent = 0;
	CURLcode rc;
	bool ok;

	http_resp_reset(resp);
	if (interrupt_check(err) || http_prepare(h, req, err))
		return -1;
	headers = http_header_list(req, &ok);
	if (!ok || req->url.failed || req->body.failed) {
		http_header_list_free(headers);
		return err_set(err, ERR_USAGE,
			       "the request is too long, or a header holds a control "
			       "character");
	}
	h->req = req;
	h->resp = resp;
	h->sink_err = &sink_err;
	h->sink_failed = h->too_big = false;
	h->grace_boot_ms = 0;
	http_set_request(h, req, headers, detail);
	resp->sent_boot_ms = clock_boot_ms();
	rc = curl_easy_perform(h->curl);
	resp->time_ms = clock_boot_ms() - resp->sent_boot_ms;
	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h->curl, CURLINFO_REQUEST_SIZE, &sent);
	resp->status = (int)status;
	resp->sent = sent > 0;
	http_header_list_free(headers);
	if (rc == CURLE_OK) {
		http_read_times(resp);
		return 0;
	}
	if (http_fail(h, rc, detail, err) && h->sink_failed)
		*err = sink_err;
	return -1;
}

static void http_close(struct http *base)
{
	struct http_curl *h = (struct http_curl *)base;

	curl_easy_cleanup(h->curl);
	trust_free(h->trust);
	free(h);
}

struct http *http_open(const struct http_options *opts, struct err *err)
{
	struct http_curl *h = calloc(1, sizeof(*h));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (h)
		h->curl = curl_easy_init();
	if (!h || !h->curl) {
		free(h);
		err_set(err, ERR_INTERNAL, "libcurl can't be started");
		return NULL;
	}
	h->http = (struct http){ .perform = http_perform, .close = http_close };
	h->opts = *opts;
	h->socket = CURL_SOCKET_BAD;
	return (struct http *)h;
}

void http_free(struct http *h)
{
	if (h && h->close)
		h->close(h);
}

void http_cleanup(struct http **h)
{
	http_free(*h);
}

const char *http_library(void)
{
	return curl_version();
}

/* Names as libcurl reads them: libcurl-env(3). */
void http_hide_proxy_passwords(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "http_proxy",
					     "HTTP_PROXY",  "all_proxy",   "ALL_PROXY" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);
		CURLU *u = value ? curl_url() : NULL;
		char *raw = NULL, *plain = NULL;

		if (!u)
			continue;
		curl_url_set(u, CURLUPART_URL, value,
			     CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME);
		if (curl_url_get(u, CURLUPART_PASSWORD, &raw, 0) == CURLUE_OK)
			redact_add(log_secrets(), raw);
		if (curl_url_get(u, CURLUPART_PASSWORD, &plain, CURLU_URLDECODE) ==
		    CURLUE_OK)
			redact_add(log_secrets(), plain);
		curl_free(raw);
		curl_free(plain);
		curl_url_cleanup(u);
	}
}
