/* The parts of net/http.h that need no libcurl: requests, answers, kinds of failure. */
#include "net/http.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/quote.h"

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
	struct buf line = resp->status_line, headers = resp->headers, body = resp->body;
	struct buf coding = resp->coding;

	buf_reset(&line);
	buf_reset(&headers);
	buf_reset(&body);
	buf_reset(&coding);
	*resp = (struct http_resp){ .status_line = line,
				    .headers = headers,
				    .body = body,
				    .coding = coding,
				    .after_ms = -1 };
}

void http_resp_release(struct http_resp *resp)
{
	buf_release(&resp->status_line);
	buf_release(&resp->headers);
	buf_release(&resp->body);
	buf_release(&resp->coding);
}

/* The first line of the header @name at or behind @p; NULL when there is none. */
static const char *http_find_line(const char *p, const char *name)
{
	size_t n = strlen(name);

	while (*p && (strncmp(p, name, n) != 0 || p[n] != ':')) {
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return *p ? p : NULL;
}

/* Appends the value of the header line at @p. Returns the end of the line. */
static const char *http_add_value(const char *p, struct buf *out)
{
	const char *value = p + strcspn(p, ":") + 1, *end = p + strcspn(p, "\n");

	value += *value == ' ';
	buf_add(out, value, (size_t)(end - value));
	return end + (*end == '\n');
}

bool http_header(const struct http_resp *resp, const char *name, struct buf *out)
{
	const char *p = http_find_line(buf_str(&resp->headers), name);

	if (p)
		http_add_value(p, out);
	return p != NULL;
}

bool http_header_all(const struct http_resp *resp, const char *name, struct buf *out)
{
	const char *p = buf_str(&resp->headers);
	bool found = false;

	for (; (p = http_find_line(p, name)); found = true) {
		buf_adds(out, found ? ", " : "");
		p = http_add_value(p, out);
	}
	return found;
}

/* The value of the header @name, which its line ends; NULL without one. */
static const char *http_req_value(const struct http_req *req, const char *name)
{
	const char *p = buf_str(&req->headers);
	size_t n = strlen(name);

	while (*p && (strncasecmp(p, name, n) != 0 || p[n] != ':')) {
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return *p ? p + n + 2 : NULL;
}

void http_req_copy(struct http_req *req, const char *name, const struct http_req *from)
{
	const char *value = http_req_value(from, name);

	if (value)
		buf_addf(&req->headers, "%s: %.*s\n", name, (int)strcspn(value, "\n"),
			 value);
}

/* True when the word at @p is one of those in @list, up to its line's end. */
static bool http_is_listed(const char *p, size_t len, const char *list)
{
	size_t n;

	for (list += strspn(list, ", \t"); *list && *list != '\n';) {
		n = strcspn(list, ",; \t\n");
		if (n == len && strncasecmp(list, p, n) == 0)
			return true;
		list += n + strcspn(list + n, ",\n");
		list += strspn(list, ", \t");
	}
	return false;
}

/* IANA's registry of content codings; what else servers write there encodes nothing. */
void http_take_coding(const struct http_req *req, struct http_resp *resp)
{
	static const char codings[] =
		"gzip, x-gzip, deflate, br, zstd, compress, x-compress, dcb, dcz";
	AUTO_BUF struct buf said = BUF_INIT(1024);
	const char *asked = http_req_value(req, "accept-encoding"), *p;

	http_header_all(resp, "content-encoding", &said);
	for (p = buf_str(&said); *p;) {
		size_t n = strcspn(p, ", \t");

		if (n && http_is_listed(p, n, codings) &&
		    !(asked &&
		      (http_is_listed(p, n, asked) || http_is_listed("*", 1, asked))))
			quote_clean(&resp->coding, buf_str(&said), 100);
		if (resp->coding.len)
			return;
		p += n + strspn(p + n, ", \t");
	}
}

bool http_req_plain(struct http_req *req)
{
	if (http_req_value(req, "accept-encoding"))
		return false;
	http_req_header(req, "Accept-Encoding", "identity");
	return true;
}

/* The names in one header's challenges; what has a '=' behind it is a parameter. */
static void http_add_schemes(const char *p, const char *end, struct buf *out)
{
	while (p < end) {
		size_t n;

		p += strspn(p, " \t,");
		n = strcspn(p, " \t,=\n");
		if (n && p[n] != '=')
			buf_addf(out, "%s%.*s", out->len ? ", " : "", (int)n, p);
		for (bool quoted = false; p < end && (quoted || *p != ','); p++)
			if (*p == '"')
				quoted = !quoted;
			else if (*p == '\\' && quoted && p + 1 < end)
				p++;
	}
}

void http_schemes(const struct http_resp *resp, const char *name, struct buf *out)
{
	size_t n = strlen(name);

	for (const char *p = buf_str(&resp->headers); *p;) {
		size_t len = strcspn(p, "\n");

		if (len > n && strncmp(p, name, n) == 0 && p[n] == ':')
			http_add_schemes(p + n + 1, p + len, out);
		p += len + (p[len] == '\n');
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
	[HTTP_PROXY_RESOLVE] = { "the proxy can't be found",
				 "check its address, and the machine's DNS",
				 ERR_TRANSIENT, true },
	[HTTP_CONNECT] = { "no connection",
			   "check the network, the firewall and the proxy", ERR_TRANSIENT,
			   true },
	[HTTP_TLS] = { "TLS failed", "check that the URL names a TLS server",
		       ERR_TRANSIENT, true },
	[HTTP_TLS_REFUSED] = { "no TLS with this server",
			       "check the URL, and what stands in between", ERR_TRANSIENT,
			       false },
	[HTTP_CA] = { "the server's certificate is not trusted",
		      "if your network uses its own CA, name its PEM file by ca-file "
		      "(CC_CA_FILE)",
		      ERR_TRANSIENT, false },
	[HTTP_PROXY_REFUSED] = { "the proxy refused", "check the proxy, and its address",
				 ERR_TRANSIENT, false },
	[HTTP_PROXY_BUSY] = { "the proxy can't reach the host",
			      "check the host's name, and what the proxy may reach; or "
			      "try later",
			      ERR_TRANSIENT, true },
	[HTTP_PROXY_DENIED] = { "the proxy does not allow this host",
				"have it allowed there, or name it in NO_PROXY if it is "
				"reached without the proxy",
				ERR_TRANSIENT, false },
	[HTTP_PROXY_AUTH] = { "the proxy asks who we are",
			      "give user and password in its address, "
			      "http://USER:PASSWORD@HOST:PORT: they are sent as Basic, "
			      "the one scheme that is known here",
			      ERR_TRANSIENT, false },
	[HTTP_TIMEOUT] = { "no answer in time",
			   "check the network, or raise timeout (CC_TIMEOUT)",
			   ERR_TRANSIENT, true },
	[HTTP_TRANSFER] = { "the connection broke off", "check the network and the proxy",
			    ERR_TRANSIENT, true },
	[HTTP_ENCODED] = { "the answer is encoded, and nobody asked for that",
			   "have the server, or what stands in between, heed "
			   "Accept-Encoding: identity",
			   ERR_REFUSED, false },
	[HTTP_TOO_BIG] = { "the answer is larger than any that is expected",
			   "check the URL", ERR_REFUSED, false },
};

bool http_failure_retry(enum http_failure failure)
{
	return failure < ARRAY_LEN(failures) && failures[failure].retry;
}

int http_failure_set(enum http_failure failure, const char *detail, struct err *err)
{
	AUTO_BUF struct buf clean = BUF_INIT(2048);

	if (failure != HTTP_TOO_BIG)
		log_clean(detail, &clean);
	err_set(err, failures[failure].kind, "%s%s%s%s", failures[failure].text,
		clean.len ? " (" : "", buf_str(&clean), clean.len ? ")" : "");
	return err_hint(err, "%s", failures[failure].hint);
}

/* The length of a header line without its end; the data has no NUL behind it. */
static size_t http_line(const char *data, size_t len)
{
	while (len && (data[len - 1] == '\r' || data[len - 1] == '\n'))
		len--;
	return len;
}

static bool http_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Appends a value without the blanks around it, and ends the line. */
static void http_end_line(struct buf *out, const char *p, const char *end)
{
	while (p < end && http_is_blank(*p))
		p++;
	while (end > p && http_is_blank(end[-1]))
		end--;
	for (; p < end; p++)
		buf_addc(out, *p && *p != '\n' ? *p : '?');
	buf_addc(out, '\n');
}

bool http_take_header(struct http_resp *resp, const char *data, size_t len)
{
	struct buf *out = &resp->headers;
	const char *end = data + http_line(data, len);
	const char *colon = memchr(data, ':', len), *p;

	/* A folded line belongs to the one before: RFC 9112 section 5.2. */
	if (end > data && http_is_blank(*data)) {
		if (!out->len)
			return true;
		buf_cut(out, out->len - 1);
		if (out->ptr[out->len - 1] != ' ')
			buf_addc(out, ' ');
		http_end_line(out, data, end);
		return !out->failed;
	}
	if (len >= 5 && strncasecmp(data, "HTTP/", 5) == 0) {
		buf_reset(out);
		buf_reset(&resp->status_line);
		buf_add(&resp->status_line, data, (size_t)(end - data));
		resp->head_ended = false;
		return true;
	}
	if (end == data)
		resp->head_ended = true;
	if (!colon)
		return true;
	for (p = data; p < colon && !http_is_blank(*p); p++)
		buf_addc(out, *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
	buf_adds(out, ": ");
	http_end_line(out, colon + 1, end);
	return !out->failed;
}
