#include "commands/doctor.h"

#include <string.h>

#include "net/url.h"
#include "session/login.h"

enum { REVOKE_MS = 10 * 1000 };

static void token_revoke(struct doctor *d)
{
	struct revoker v = { .transport = &d->transport,
			     .settings = d->settings,
			     .flow = d->flow,
			     .endpoints = &d->endpoints,
			     .armed = true,
			     .client_id = settings_str(d->settings, SET_CLIENT_ID) };
	struct revoked done = { .why = ERR_INIT };
	const char *why = "the token that was got here is revoked";
	char span[CLOCK_TEXT_SIZE];

	if (d->flow->revocation == REVOKE_NONE && !d->endpoints.revoke_url.len)
		why = "the provider has none";
	else if (!revoke_is_known(d->flow, &d->endpoints))
		why = "the server names no endpoint for it (set revoke-url if it has one)";
	else if (!settings_bool(d->settings, SET_REVOKE))
		why = "revoke is false";
	else
		revoke_token(&v, &d->token, REVOKE_MS, &done);
	if (done.kept)
		why = "the server does not revoke such tokens";
	clock_format_span(token_left_ms(&d->token) / 1000, span);
	if (done.failed)
		report_fail(&d->report, "revocation", &done.why);
	else if (done.revoked && !done.kept)
		report_ok(&d->report, "revocation", "%s", why);
	else
		report_ok(&d->report, "revocation",
			  "%s; the token that was got here lasts %s more", why, span);
}

/* HEAD of the row's path answers by the token alone. */
static void token_show_good(struct doctor *d, const char *api, const char *shown)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	const struct asked asked = { ASK_API, d->flow, &d->endpoints, d->settings };
	struct err why = ERR_INIT;

	req.method = "HEAD";
	buf_addf(&req.url, "%s%s", api, d->flow->token_path);
	oauth_authorize(&req, buf_str(&d->token.access));
	if (d->transport.http->perform(d->transport.http, &req, &resp, &why) == 0 &&
	    resp.status < 300) {
		report_ok(&d->report, "API", "%s accepts the token (HTTP %d)", shown,
			  resp.status);
		return;
	}
	if (resp.failure == HTTP_OK)
		hint_set(&asked, &resp, ERR_API, &why);
	err_wrap(&why, "%s does not accept the token", shown);
	report_fail(&d->report, "API", &why);
}

static void token_show(struct doctor *d)
{
	const struct endpoints *e = &d->endpoints;
	const char *api = buf_str(&e->api_url);
	AUTO_BUF struct buf shown = BUF_INIT(BUF_URL_MAX);

	oauth_show_url(api, &shown);
	if (!*api)
		report_warn(&d->report, "API", "set api-url (CC_API_URL)",
			    "its host is not known");
	else if (!url_same_origin(api, buf_str(&e->token_url)) && !doctor_way(d, api))
		return;
	else if (d->flow->token_path)
		token_show_good(d, api, buf_str(&shown));
	else
		report_ok(&d->report, "API", "%s answers", buf_str(&shown));
}

static int token_get(struct doctor *d, int *ret_status, struct err *err)
{
	struct login login = { .settings = d->settings,
			       .flow = d->flow,
			       .endpoints = &d->endpoints,
			       .http = d->transport.http,
			       .once = true };
	int64_t start = clock_boot_ms();
	char span[CLOCK_TEXT_SIZE];
	int rc = login_token(&login, NULL, &d->token, err);

	d->date_offset = login.has_date ? login.date_offset : d->date_offset;
	d->has_date = d->has_date || login.has_date;
	doctor_clock(d);
	if (rc) {
		*ret_status = login.status;
		return -1;
	}
	runner_mask(&d->app->runner);
	clock_format_span(d->token.lifetime, span);
	report_ok(&d->report, "token", "one was got in %lld ms, and lasts %s",
		  (long long)(clock_boot_ms() - start), span);
	return 0;
}

void doctor_token(struct doctor *d)
{
	struct err why = ERR_INIT;
	int status = 0; /* of a refusal */

	if (token_get(d, &status, &why)) {
		report_fail(&d->report, "token", &why);
		if (status && status == d->flow->provider->probe.unknown)
			doctor_region(d);
		if (d->token.access.len)
			token_revoke(d);
		return;
	}
	token_show(d);
	token_revoke(d);
}
