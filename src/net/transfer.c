#include "net/transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "net/proxy.h"
#include "net/url.h"

enum {
	CONNECT_MS = 10 * 1000, /* for name, connection and handshake, at most */
	GRACE_MS = 500,
};

/* What follows the head comes on this connection, and its end counts. */
static void transfer_note_ssl(struct transfer *t)
{
	struct curl_tlssessioninfo *info = NULL;

	curl_easy_getinfo(t->curl, CURLINFO_TLS_SSL_PTR, &info);
	t->ssl = info && info->backend == CURLSSLBACKEND_OPENSSL ? info->internals : NULL;
	if (t->ssl)
		ending_forget(&t->env->ending, t->ssl);
}

static size_t http_on_header(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n;

	if (!http_take_header(t->resp, data, len)) {
		t->too_big = true;
		return 0;
	}
	if (t->resp->head_ended)
		transfer_note_ssl(t);
	return len;
}

static size_t http_to_sink(struct transfer *t, const char *data, size_t len)
{
	enum http_sunk done =
		t->req->sink->write(t->req->sink->arg, t->resp, data, len, &t->sink_err);

	if (done == HTTP_SUNK) {
		t->received += (int64_t)len;
		return len;
	}
	if (done == HTTP_PAUSE) {
		t->paused_boot_ms = clock_boot_ms();
		return CURL_WRITEFUNC_PAUSE;
	}
	t->sink_failed = true;
	return 0;
}

static size_t http_to_body(struct transfer *t, const char *data, size_t len)
{
	buf_add(&t->resp->body, data, len);
	t->too_big = t->too_big || t->resp->body.failed;
	return t->resp->body.failed ? 0 : len;
}

/* Of an error's body the first part is kept, which says what is wrong. */
static size_t http_to_error(struct transfer *t, const char *data, size_t len)
{
	const struct buf *body = &t->resp->body;
	size_t max = body->max < HTTP_ERROR_MAX ? body->max : HTTP_ERROR_MAX;
	size_t room = max - body->len;

	t->cut = len > room;
	return http_to_body(t, data, t->cut ? room : len);
}

static size_t http_on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	t->resp->status = (int)status;
	if (!t->received && !t->resp->body.len)
		http_take_coding(t->req, t->resp);
	if (t->resp->coding.len) {
		t->cut = status / 100 != 2;
		return 0;
	}
	if (status / 100 != 2)
		return http_to_error(t, data, size * n);
	return t->req->sink ? http_to_sink(t, data, size * n)
			    : http_to_body(t, data, size * n);
}

/*
 * A request that has left gets a moment to be answered after a signal: it may have made a
 * token, which nobody could revoke if the answer were thrown away. Jobs make none.
 */
static bool transfer_gives_up(struct transfer *t)
{
	long sent = 0;

	curl_easy_getinfo(t->curl, CURLINFO_REQUEST_SIZE, &sent);
	if (!sent || t->job || t->req->sink)
		return true;
	if (!t->grace_boot_ms)
		t->grace_boot_ms = clock_boot_ms() + GRACE_MS;
	return clock_boot_ms() >= t->grace_boot_ms;
}

static int http_on_open(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct transfer_env *env = arg;

	(void)purpose;
	if (env->socket_count < TRANSFER_SOCKETS_MAX)
		env->sockets[env->socket_count++] = fd;
	return CURL_SOCKOPT_OK;
}

static int http_on_close(void *arg, curl_socket_t fd)
{
	struct transfer_env *env = arg;

	for (size_t i = 0; i < env->socket_count; i++)
		if (env->sockets[i] == fd)
			env->sockets[i] = env->sockets[--env->socket_count];
	return close(fd);
}

/*
 * A server that writes TLS tickets and its answer apart, or headers and body, waits, by
 * Nagle's algorithm, for our acknowledgment of the first, which Linux likes to delay by
 * 40 ms. TCP_QUICKACK sends it now, and holds only for a while (tcp(7)), so it is said
 * after each step. It does nothing to what is no TCP socket.
 */
static int http_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
			    curl_off_t ultotal, curl_off_t ulnow)
{
	struct transfer *t = arg;
	int on = 1;

	(void)dltotal, (void)dlnow, (void)ultotal, (void)ulnow;
	for (size_t i = 0; i < t->env->socket_count; i++)
		setsockopt(t->env->sockets[i], IPPROTO_TCP, TCP_QUICKACK, &on,
			   sizeof(on));
	return interrupt_pending() && !t->req->cleanup && transfer_gives_up(t);
}

static CURLcode http_on_ssl_ctx(CURL *curl, void *ssl_ctx, void *arg)
{
	struct transfer_env *env = arg;

	(void)curl;
	if (trust_install(env->trust, ssl_ctx))
		return CURLE_SSL_CERTPROBLEM;
	ending_install(&env->ending, ssl_ctx);
	trace_install(env->opts.trace, ssl_ctx);
	buf_set(&env->opts.trace->roots, trust_source(env->trust));
	return CURLE_OK;
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
		/*
		 * "Name: " without a value would remove the header; ';' sends it empty.
		 */
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

void transfer_drop_headers(struct transfer *t)
{
	for (struct curl_slist *l = t->headers; l; l = l->next)
		buf_wipe(l->data, strlen(l->data));
	curl_slist_free_all(t->headers);
	t->headers = NULL;
}

static void http_set_tls(CURL *c, struct transfer_env *env)
{
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(c, CURLOPT_PROXY_CAPATH, NULL);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, http_on_ssl_ctx);
	curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, env);
}

int64_t transfer_timeout(const struct transfer *t)
{
	return t->req->timeout_ms > 0 ? t->req->timeout_ms : t->env->opts.timeout_ms;
}

static void http_set_callbacks(struct transfer *t)
{
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->detail);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, http_on_progress);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, http_on_open);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, t->env);
	curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, http_on_close);
	curl_easy_setopt(c, CURLOPT_CLOSESOCKETDATA, t->env);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, http_on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, http_on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
}

/*
 * The proxy is handed to libcurl, so that what was checked is what is used; NO_PROXY goes
 * before it still. In place of a wrong address stands one that libcurl refuses when it
 * comes to use it. What goes to a loopback address in clear goes through no proxy
 * elsewhere, secrets and all.
 */
static void http_set_proxy(struct transfer *t)
{
	const char *url = buf_str(&t->req->url), *address;

	t->proxy_err = ERR_INIT;
	t->proxy = t->env->opts.unix_socket ? NULL : proxy_variable(url);
	address = t->proxy ? getenv(t->proxy) : "";
	if (t->proxy && proxy_check(address, &t->proxy_err))
		address = "[";
	else if (strncasecmp(url, "http:", 5) == 0 && !url_is_loopback(address))
		address = "";
	curl_easy_setopt(t->curl, CURLOPT_PROXY, address);
}

static void http_set_request(struct transfer *t)
{
	const struct http_req *req = t->req;
	int64_t timeout = transfer_timeout(t);
	CURL *c = t->curl;

	curl_easy_setopt(c, CURLOPT_URL, buf_str(&req->url));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	http_set_proxy(t);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	if (!t->job)
		curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(timeout < CONNECT_MS ? timeout : CONNECT_MS));
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "cc-token/" CC_VERSION);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers);
	if (req->once || req->fresh)
		curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	if (t->env->opts.unix_socket)
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, t->env->opts.unix_socket);
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

static int http_need_trust(struct transfer_env *env, struct err *err)
{
	if (!env->trust) {
		env->trust = trust_open(env->opts.ca_file, err);
		if (!env->trust && env->opts.ca_origin)
			err_wrap(err, "%s", env->opts.ca_origin);
		if (!env->trust && !*err->hint && env->opts.ca_file && *env->opts.ca_file)
			err_hint(err, "name a PEM file that can be read here: in a "
				      "container one of the workspace, not of the host");
	}
	return env->trust ? 0 : -1;
}

int transfer_prepare(struct transfer *t, struct err *err)
{
	bool tls = strncasecmp(buf_str(&t->req->url), "https:", 6) == 0;
	bool ok;

	http_resp_reset(t->resp);
	if ((!t->req->cleanup && interrupt_check(err)) ||
	    (tls && http_need_trust(t->env, err)))
		return -1;
	t->headers = http_header_list(t->req, &ok);
	if (!ok || t->req->url.failed || t->req->body.failed) {
		transfer_drop_headers(t);
		return err_set(err, ERR_USAGE,
			       "the request is too long, or a header holds a control "
			       "character");
	}
	t->sink_err = ERR_INIT;
	t->sink_failed = t->too_big = t->cut = false;
	t->received = t->paused_boot_ms = t->idle_ms = t->grace_boot_ms = 0;
	t->ssl = NULL;
	t->detail[0] = '\0';
	curl_easy_reset(t->curl); /* keeps connections, DNS and TLS sessions */
	if (tls)
		http_set_tls(t->curl, t->env);
	http_set_callbacks(t);
	http_set_request(t);
	t->resp->sent_boot_ms = clock_boot_ms();
	return 0;
}

struct transfer *transfer_open(struct transfer_env *env)
{
	struct transfer *t = mem_zero(1, sizeof(*t));

	if (t)
		t->curl = curl_easy_init();
	if (!t || !t->curl) {
		free(t);
		return NULL;
	}
	t->env = env;
	return t;
}

void transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->curl);
	transfer_drop_headers(t);
	free(t);
}
