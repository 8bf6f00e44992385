#include "net/proxy.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"

static void proxy_free(char **text)
{
	curl_free(*text);
}

#define AUTO_CURL __attribute__((cleanup(proxy_free)))

/* In libcurl's order. HTTP_PROXY it does not read, but its password is one, too. */
static const struct {
	const char *name;
	bool tls, plain; /* asked for https URLs, for http ones */
} variables[] = {
	{ "https_proxy", true, false }, { "HTTPS_PROXY", true, false },
	{ "http_proxy", false, true },	{ "HTTP_PROXY", false, false },
	{ "all_proxy", true, true },	{ "ALL_PROXY", true, true },
};

const char *proxy_variable(const char *url)
{
	bool tls = strncasecmp(url, "https:", 6) == 0;

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i].name);

		if ((tls ? variables[i].tls : variables[i].plain) && value && *value)
			return variables[i].name;
	}
	return NULL;
}

/* Where user, host or port begin. */
static const char *proxy_authority(const char *address)
{
	const char *mark = strstr(address, "://");

	return mark ? mark + 3 : address;
}

/* RFC 3986 section 3.2.1: unreserved, sub-delims, ':', and %XX but for controls. */
static bool proxy_is_encoded(const char *p, const char *end)
{
	for (; p < end; p++) {
		if (isalnum((unsigned char)*p) || strchr("-._~!$&'()*+,;=:", *p))
			continue;
		if (*p != '%' || !isxdigit((unsigned char)p[1]) ||
		    !isxdigit((unsigned char)p[2]) || strchr("01", p[1]) ||
		    strncasecmp(p, "%7f", 3) == 0)
			return false;
		p += 2;
	}
	return true;
}

/* libcurl's own: a SOCKS proxy on a unix socket, socks5h://localhost/PATH. */
static bool proxy_is_path(const char *address, const char *host)
{
	return strncasecmp(address, "socks", 5) == 0 &&
	       strncasecmp(host, "localhost/", 10) == 0;
}

/* What is wrong with the text, whatever libcurl would make of it; NULL: nothing. */
static const char *proxy_wrong_text(const char *address)
{
	static const char around[] = " \t\r\n\"'";
	const char *from = proxy_authority(address), *at = strrchr(from, '@');
	const char *host = at ? at + 1 : from, *rest = host + strcspn(host, "/?#");
	size_t len = strlen(address);

	if (!len || strchr(around, address[0]) || strchr(around, address[len - 1]))
		return "it begins or ends with a blank or a quote";
	if (at && !proxy_is_encoded(from, at))
		return "a special character in its user or password is not encoded";
	if (*rest && strcmp(rest, "/") != 0 && !proxy_is_path(address, host))
		return "there is more in it than a host and a port";
	return rest > host && rest[-1] == ':' ? "no port is behind the colon" : NULL;
}

/* The same for its parts. */
static const char *proxy_wrong_part(CURLU *u)
{
	static const char *const schemes[] = { "http",	  "https",  "socks",  "socks4",
					       "socks4a", "socks5", "socks5h" };
	AUTO_CURL char *scheme = NULL, *port = NULL;

	curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
	curl_url_get(u, CURLUPART_PORT, &port, 0);
	if (port && strcmp(port, "0") == 0)
		return "no proxy has the port 0";
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (scheme && strcasecmp(scheme, schemes[i]) == 0)
			return NULL;
	return "its scheme is none of http, https, socks4, socks4a, socks5 and socks5h";
}

int proxy_check(const char *address, struct err *err)
{
	const char *wrong = proxy_wrong_text(address);
	CURLU *u = curl_url();
	CURLUcode rc = curl_url_set(u, CURLUPART_URL, address,
				    CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME);

	if (!wrong)
		wrong = rc ? curl_url_strerror(rc) : proxy_wrong_part(u);
	curl_url_cleanup(u);
	if (!wrong)
		return 0;
	err_set(err, ERR_USAGE, "this is not the address of a proxy: %s", wrong);
	return err_hint(err,
			"write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, "
			"with what is no letter or digit in user and password "
			"percent-encoded: @ is %%40, # is %%23, / is %%2F, %% is %%25");
}

/* As it stands, and as the proxy sees it. */
static void proxy_hide_text(const char *text, size_t len)
{
	AUTO_BUF struct buf raw = BUF_INIT(BUF_URL_MAX);
	AUTO_CURL char *plain = NULL;

	buf_add(&raw, text, len);
	plain = raw.len ? curl_easy_unescape(NULL, raw.ptr, (int)raw.len, NULL) : NULL;
	redact_add(redact_list(), buf_str(&raw));
	if (plain)
		redact_add(redact_list(), plain);
}

void proxy_hide(void)
{
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i].name);
		const char *from = proxy_authority(value ? value : "");
		const char *at = strrchr(from, '@'), *colon = strchr(from, ':');

		if (at)
			proxy_hide_text(from, (size_t)(at - from));
		if (at && colon && colon < at)
			proxy_hide_text(colon + 1, (size_t)(at - colon - 1));
	}
}
