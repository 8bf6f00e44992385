#include "net/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/quote.h"

static void url_free(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void url_free_text(char **text)
{
	curl_free(*text);
}

#define AUTO_URL  __attribute__((cleanup(url_free)))
#define AUTO_PART __attribute__((cleanup(url_free_text)))

/*
 * The part @part in @ret, which stays NULL where the URL has none. -1 when it can't be
 * had: a URL taken for one without a user, or without its port, is another one.
 */
static int url_part(CURLU *u, CURLUPart part, unsigned int flags, char **ret,
		    struct err *err)
{
	CURLUcode rc = curl_url_get(u, part, ret, flags);

	if (rc == CURLUE_OUT_OF_MEMORY)
		return err_memory(err, "the URL");
	if (rc != CURLUE_OK)
		*ret = NULL;
	return 0;
}

static int url_set(CURLU *u, const char *text, struct err *err)
{
	CURLUcode rc = u ? curl_url_set(u, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME)
			 : CURLUE_OUT_OF_MEMORY;

	if (rc == CURLUE_OUT_OF_MEMORY)
		return err_memory(err, "the URL");
	return rc ? err_set(err, ERR_USAGE, "not a URL (%s)", curl_url_strerror(rc)) : 0;
}

/*
 * "1%308" is read as the host "108", and that, when it is read again, as 0.0.0.108. What
 * names another host the second time is refused.
 */
static int url_check_host(CURLU *u, struct err *err)
{
	AUTO_URL CURLU *second = curl_url();
	AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
	AUTO_PART char *host = NULL;
	AUTO_PART char *again = NULL;

	if (url_part(u, CURLUPART_HOST, 0, &host, err))
		return -1;
	buf_addf(&url, "https://%s/", host ? host : "");
	if (!host || !*host)
		return 0;
	if (buf_check(&url, "the URL", err) || url_set(second, buf_str(&url), err) ||
	    url_part(second, CURLUPART_HOST, 0, &again, err))
		return -1;
	if (again && strcasecmp(host, again) == 0)
		return 0;
	return err_set(err, ERR_USAGE, "not a URL (its host can be read in two ways)");
}

static CURLU *url_parse(const char *text, struct err *err)
{
	CURLU *u = curl_url();

	if (url_set(u, text, err) == 0 && url_check_host(u, err) == 0)
		return u;
	curl_url_cleanup(u);
	return NULL;
}

static bool url_host_is_loopback(const char *host)
{
	struct in_addr a;

	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == 127);
}

bool url_is_loopback(const char *url)
{
	AUTO_BUF struct buf whole = BUF_INIT(BUF_URL_MAX), host = BUF_INIT(BUF_URL_MAX);
	struct err ignored = ERR_INIT;

	buf_addf(&whole, "%s%s", strstr(url, "://") ? "" : "http://", url);
	return url_host(buf_str(&whole), &host, &ignored) == 0 &&
	       url_host_is_loopback(buf_str(&host));
}

int url_check(const char *url, struct err *err)
{
	AUTO_URL CURLU *u = NULL;

	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f)
			return err_set(err, ERR_USAGE,
				       "the URL holds a space or control character");
	u = url_parse(url, err);
	if (!u)
		return -1;
	AUTO_PART char *scheme = NULL;
	AUTO_PART char *host = NULL;
	AUTO_PART char *user = NULL;
	AUTO_PART char *password = NULL;

	if (url_part(u, CURLUPART_SCHEME, 0, &scheme, err) ||
	    url_part(u, CURLUPART_HOST, 0, &host, err) ||
	    url_part(u, CURLUPART_USER, 0, &user, err) ||
	    url_part(u, CURLUPART_PASSWORD, 0, &password, err))
		return -1;
	if (user || password)
		return err_set(err, ERR_USAGE, "the URL holds a user or a password");
	if (!scheme || !host || !*host)
		return err_set(err, ERR_USAGE, "the URL has no scheme or no host");
	if (strcmp(scheme, "https") == 0)
		return 0;
	if (strcmp(scheme, "http") == 0 && url_host_is_loopback(host))
		return 0;
	err_set(err, ERR_USAGE, "%s://%s is not https", scheme, host);
	return err_hint(err, "use an https URL; http is for loopback addresses only");
}

int url_origin(const char *url, struct buf *out, struct err *err)
{
	AUTO_URL CURLU *u = url_parse(url, err);

	if (!u)
		return -1;
	AUTO_PART char *scheme = NULL;
	AUTO_PART char *host = NULL;
	AUTO_PART char *port = NULL;

	if (url_part(u, CURLUPART_SCHEME, 0, &scheme, err) ||
	    url_part(u, CURLUPART_HOST, 0, &host, err) ||
	    url_part(u, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, &port, err))
		return -1;
	if (!scheme || !host)
		return err_set(err, ERR_USAGE, "the URL has no scheme or no host");
	buf_addf(out, "%s://", scheme);
	for (const char *p = host; *p; p++)
		buf_addc(out, *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
	if (port)
		buf_addf(out, ":%s", port);
	return buf_check(out, "the URL", err);
}

bool url_same_origin(const char *a, const char *b)
{
	AUTO_BUF struct buf one = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf two = BUF_INIT(BUF_URL_MAX);
	struct err err = ERR_INIT;

	return url_origin(a, &one, &err) == 0 && url_origin(b, &two, &err) == 0 &&
	       buf_equal(&one, &two);
}

static int url_add_part(const char *url, CURLUPart part, struct buf *out, struct err *err)
{
	AUTO_URL CURLU *u = url_parse(url, err);

	if (!u)
		return -1;
	AUTO_PART char *text = NULL;

	if (url_part(u, part, 0, &text, err))
		return -1;
	buf_adds(out, text ? text : "");
	return buf_check(out, "the URL", err);
}

int url_host(const char *url, struct buf *out, struct err *err)
{
	size_t from = out->len;

	if (url_add_part(url, CURLUPART_HOST, out, err))
		return -1;
	for (size_t i = from; i < out->len; i++)
		if (out->ptr[i] >= 'A' && out->ptr[i] <= 'Z')
			out->ptr[i] = (char)(out->ptr[i] + 32);
	return 0;
}

int url_path(const char *url, struct buf *out, struct err *err)
{
	return url_add_part(url, CURLUPART_PATH, out, err);
}

int url_resolve(const char *base, const char *ref, struct buf *out, struct err *err)
{
	AUTO_URL CURLU *u = url_parse(base, err);

	if (!u)
		return -1;
	AUTO_PART char *text = NULL;

	if (url_set(u, ref, err) || url_part(u, CURLUPART_URL, 0, &text, err))
		return -1;
	buf_adds(out, text ? text : "");
	return buf_check(out, "the URL", err);
}

/* True when the "name=value" at @pair, @len bytes, is the parameter @name. */
static bool url_pair_is(const char *pair, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len >= n && memcmp(pair, name, n) == 0 && (len == n || pair[n] == '=');
}

int url_set_query(const char *url, const char *name, const char *value, struct buf *out,
		  struct err *err)
{
	size_t end = strcspn(url, "#"), path = strcspn(url, "?#");
	char before = '?';

	buf_add(out, url, path);
	for (const char *p = url + path; p < url + end; p += strcspn(p, "&#")) {
		size_t len = strcspn(++p, "&#");

		if (!len || url_pair_is(p, len, name))
			continue;
		buf_addc(out, before);
		buf_add(out, p, len);
		before = '&';
	}
	buf_addf(out, "%c%s=", before, name);
	quote_percent(out, value);
	return buf_check(out, "the URL", err);
}

/* RFC 3986 section 2: what is neither reserved nor unreserved has to be encoded. */
static bool url_can_stand(const char *p)
{
	if (*p == '%')
		return isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]);
	return (unsigned char)*p > 0x20 && (unsigned char)*p < 0x7f &&
	       !strchr("\"<>\\^`{|}", *p);
}

/* What a server or a user wrote, with what can't stand in a URL percent-encoded. */
static void url_encode(const char *text, struct buf *out)
{
	for (; *text && *text != '#'; text++) {
		unsigned char c = (unsigned char)*text;

		if (!url_can_stand(text))
			buf_addf(out, "%%%02X", c);
		else
			buf_addc(out, *text);
	}
}

static bool url_has_scheme(const char *ref)
{
	size_t n = strspn(ref, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789+-.");

	return n && ref[n] == ':' && strcspn(ref, "/?") > n;
}

int url_join(const char *base, const char *ref, struct buf *out, struct err *err)
{
	AUTO_BUF struct buf clean = BUF_INIT(BUF_URL_MAX), url = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf prefix = BUF_INIT(BUF_URL_MAX);

	url_encode(ref, &clean);
	if (url_path(base, &prefix, err))
		return -1;
	while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
		buf_cut(&prefix, prefix.len - 1);
	if (url_has_scheme(buf_str(&clean)) || strncmp(buf_str(&clean), "//", 2) == 0) {
		if (url_resolve(base, buf_str(&clean), &url, err))
			return -1;
	} else if (url_origin(base, &url, err)) {
		return -1;
	} else {
		if (strncmp(buf_str(&clean), buf_str(&prefix), prefix.len) != 0 ||
		    !strchr("/?", buf_str(&clean)[prefix.len]))
			buf_adds(&url, buf_str(&prefix));
		if (*buf_str(&clean) != '/')
			buf_addc(&url, '/');
		buf_adds(&url, buf_str(&clean));
	}
	if (buf_check(&clean, "the URL", err) || buf_check(&url, "the URL", err) ||
	    buf_check(&prefix, "the URL", err))
		return -1;
	if (url_check(buf_str(&url), err))
		return -1;
	if (!url_same_origin(base, buf_str(&url))) {
		err_set(err, ERR_REFUSED, "the URL leads to another origin than the API");
		return err_hint(err, "the token is for the API host alone");
	}
	buf_adds(out, buf_str(&url));
	return buf_check(out, "the URL", err);
}

void url_add_query(struct buf *url, const char *name, const char *value)
{
	buf_addc(url, strchr(buf_str(url), '?') ? '&' : '?');
	quote_percent(url, name);
	buf_addc(url, '=');
	quote_percent(url, value);
}

bool url_get_query(const char *url, const char *name, struct buf *out)
{
	const char *p = url + strcspn(url, "?#");
	size_t n = strlen(name);

	for (p = *p == '?' ? p + 1 : ""; *p;) {
		size_t len = strcspn(p, "&#");
		int plain_len = 0;

		if (url_pair_is(p, len, name)) {
			size_t from = len > n ? n + 1 : n;
			AUTO_PART char *plain = NULL;

			/* To libcurl a length of 0 means all that follows. */
			if (len > from)
				plain = curl_easy_unescape(NULL, p + from,
							   (int)(len - from), &plain_len);
			if (len > from && !plain)
				buf_starve(out);
			buf_add(out, plain, plain ? (size_t)plain_len : 0);
			return true;
		}
		p += len + (p[len] == '&');
		if (*p == '#')
			break;
	}
	return false;
}
