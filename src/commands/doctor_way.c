#include "commands/doctor.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "net/proxy.h"
#include "net/url.h"

enum { CLOCK_OFF_S = 30 }; /* a difference that people should know of */

/* Which check a failure belongs to. */
static const char *way_stage(const struct http_resp *resp, const struct err *why)
{
	switch (resp->failure) {
	case HTTP_RESOLVE:
		return "name";
	case HTTP_PROXY_ADDRESS:
	case HTTP_PROXY_RESOLVE:
	case HTTP_PROXY_BUSY:
	case HTTP_PROXY_DENIED:
	case HTTP_PROXY_AUTH:
	case HTTP_PROXY_REFUSED:
		return "proxy";
	case HTTP_TLS:
	case HTTP_TLS_REFUSED:
	case HTTP_CA:
		return "TLS";
	default:
		return why->kind == ERR_USAGE ? "TLS" : "connection";
	}
}

static void way_failed(struct doctor *d, const char *host, const struct http_resp *resp,
		       struct err *why)
{
	const char *stage = way_stage(resp, why);

	err_wrap(why, "%s", host);
	report_fail(&d->report, stage, why);
}

static void way_arrived(struct doctor *d, const char *url, const char *host)
{
	const struct trace *t = &d->trace;
	const char *proxy = proxy_variable(url);
	char span[CLOCK_TEXT_SIZE];

	if (t->proxied)
		report_ok(&d->report, "proxy", "%s (%s) leads to %s",
			  proxy ? proxy : "one", buf_str(&t->peer), host);
	else if (proxy)
		report_ok(&d->report, "proxy", "%s is set, but not used for %s", proxy,
			  host);
	if (!t->proxied)
		report_ok(&d->report, "name", "%s is %s", host, buf_str(&t->peer));
	if (strncasecmp(url, "https:", 6) != 0)
		report_ok(&d->report, "TLS", "none: %s is a loopback address", host);
	if (!t->tls.len)
		return;
	clock_format_span(t->expires - clock_wall(), span);
	report_ok(&d->report, "TLS",
		  "%s, certificate of %s by %s, for %s more; trusted roots: %s",
		  buf_str(&t->tls), buf_str(&t->subject), buf_str(&t->issuer), span,
		  buf_str(&t->roots));
}

void doctor_clock(struct doctor *d)
{
	int64_t off = d->date_offset < 0 ? -d->date_offset : d->date_offset;
	const char *side = d->date_offset < 0 ? "ahead of" : "behind";
	char span[CLOCK_TEXT_SIZE];

	clock_format_span(off, span);
	if (!d->has_date)
		report_ok(&d->report, "clock", "the server does not tell its time");
	else if (off > CLOCK_OFF_S)
		report_warn(&d->report, "clock",
			    "set it (NTP); certificates and tokens are judged by it",
			    "this machine's clock is %s %s the server's", span, side);
	else
		report_ok(&d->report, "clock", "%s %s the server's", span, side);
}

bool doctor_way(struct doctor *d, const char *url)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	AUTO_BUF struct buf host = BUF_INIT(1024);
	struct err why = ERR_INIT;
	struct http *http = transport_http(&d->transport, &why);

	trace_reset(&d->trace);
	req.method = "HEAD";
	req.once = true; /* on a connection of its own, which the trace sees */
	if (!http || url_check(url, &why) || url_origin(url, &req.url, &why) ||
	    url_host(url, &host, &why)) {
		report_fail(&d->report, "URL", &why);
		return false;
	}
	buf_addc(&req.url, '/');
	if (http->perform(http, &req, &resp, &why)) {
		way_failed(d, buf_str(&host), &resp, &why);
		return false;
	}
	way_arrived(d, url, buf_str(&host));
	d->has_date = d->has_date || resp.has_date;
	d->date_offset = resp.has_date ? resp.date_offset : d->date_offset;
	return true;
}
