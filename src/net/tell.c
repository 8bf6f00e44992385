/* What people are told of a transfer that failed: part of net/transfer.h. */
#include "net/transfer.h"

#include <string.h>
#include <strings.h>

#include "net/alert.h"
#include "net/url.h"

/* The alert or the like that ended it for good; false where there is none. */
static bool tell_alert(struct transfer *t, struct err *err)
{
	AUTO_BUF struct buf reason = BUF_INIT(CURL_ERROR_SIZE);
	enum http_failure failure = t->resp->failure;
	const struct alert *alert = alert_find(t->detail, &reason);

	if (!alert || (failure != HTTP_TLS && failure != HTTP_TRANSFER))
		return false;
	buf_addf(&reason, "; %s", alert->says);
	t->resp->failure = HTTP_TLS_REFUSED;
	http_failure_set(t->resp->failure, buf_str(&reason), err);
	err_hint(err, "%s", alert->hint);
	return true;
}

/*
 * True when it is the proxy's certificate: by OpenSSL's verdict on it, or by the name in
 * libcurl's "… does not match target host name 'proxy.example'".
 */
static bool tell_is_proxys(const struct transfer *t)
{
	AUTO_BUF struct buf host = BUF_INIT(BUF_URL_MAX);
	const char *end = strrchr(t->detail, '\''), *start = end;
	struct err ignored = ERR_INIT;
	long verdict = 0;

	curl_easy_getinfo(t->curl, CURLINFO_PROXY_SSL_VERIFYRESULT, &verdict);
	if (verdict || !t->proxy || !end)
		return verdict != 0;
	while (start > t->detail && start[-1] != '\'')
		start--;
	if (url_host(buf_str(&t->req->url), &host, &ignored))
		return false;
	return host.len != (size_t)(end - start) ||
	       strncasecmp(start, buf_str(&host), host.len) != 0;
}

/* 0 where the certificate is not what failed: then it could not be looked at. */
static int tell_certificate(const struct transfer *t, CURLcode rc, struct err *err)
{
	AUTO_BUF struct buf says = BUF_INIT(4096), todo = BUF_INIT(4096);
	bool proxys = tell_is_proxys(t);

	if (rc != CURLE_PEER_FAILED_VERIFICATION)
		return 0;
	trace_explain(t->env->opts.trace, &says, &todo);
	err_set(err, ERR_TRANSIENT, "the %s certificate %s",
		proxys ? "proxy's" : "server's", buf_str(&says));
	err_hint(err, "%s", buf_str(&todo));
	if (proxys)
		err_wrap(err, "%s", t->proxy);
	return -1;
}

/*
 * libcurl's words, but for those that say nothing: what connect() gave in place of "Error"
 * or "Couldn't connect", an end of the connection in place of OpenSSL's empty error, and
 * no numbers of OpenSSL's in front of its words.
 */
static void tell_detail(const struct transfer *t, CURLcode rc, struct buf *out)
{
	const char *text = *t->detail ? t->detail : curl_easy_strerror(rc);
	const char *last = strrchr(text, ':'), *number = strstr(text, "error:"), *words;
	long error = 0;

	curl_easy_getinfo(t->curl, CURLINFO_OS_ERRNO, &error);
	if (rc == CURLE_COULDNT_CONNECT && error && last) {
		buf_add(out, text, (size_t)(last - text));
		buf_addf(out, ": %s", strerror((int)error));
	} else if (strstr(text, "error:00000000") || strstr(text, "SSL_ERROR_SYSCALL") ||
		   strstr(text, "SSL_ERROR_ZERO_RETURN")) {
		buf_adds(out, error ? strerror((int)error)
				    : "the other side ended the connection");
	} else {
		words = number ? strstr(number, "::") : NULL;
		buf_add(out, text, words ? (size_t)(number - text) : strlen(text));
		buf_adds(out, words ? words + 2 : "");
	}
}

/* True when the proxy that the variable names is on this very machine, or container. */
static bool tell_is_own(const char *variable)
{
	const char *address = getenv(variable);

	return address && url_is_loopback(address);
}

int transfer_tell(struct transfer *t, CURLcode rc, struct err *err)
{
	AUTO_BUF struct buf detail = BUF_INIT(CURL_ERROR_SIZE * 2);
	enum http_failure failure = t->resp->failure;

	if (tell_alert(t, err) || tell_certificate(t, rc, err))
		return -1;
	tell_detail(t, rc, &detail);
	http_failure_set(failure, buf_str(&detail), err);
	if (t->proxy && failure == HTTP_CONNECT && tell_is_own(t->proxy))
		return err_hint(err,
				"check %s: its loopback address is that of this machine, "
				"or of this container alone; a proxy of the container's "
				"host has another one",
				t->proxy);
	if (t->proxy && (failure == HTTP_RESOLVE || failure == HTTP_CONNECT ||
			 failure == HTTP_TIMEOUT))
		err_hint(err,
			 "check %s and NO_PROXY, the proxy, the network and the firewall",
			 t->proxy);
	return -1;
}
