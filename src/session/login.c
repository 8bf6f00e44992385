#include "session/login.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "oauth/metadata.h"
#include "session/discovery.h"

/*
 * A server that refreshes at a place of its own may fail there for ever, while it logs in
 * well: after so many attempts the credentials are used.
 */
enum { REFRESH_TRIES = 3 };

static void login_note(struct login *l, const struct http_resp *resp)
{
	l->status = resp->status;
	l->after_ms = resp->after_ms;
}

struct login_answer {
	struct login *login;
	struct token *token;
};

static enum oauth_verdict login_judge_token(void *arg, const struct http_resp *resp,
					    struct err *err)
{
	struct login_answer *a = arg;

	a->login->has_date = resp->has_date;
	a->login->date_offset = resp->date_offset;
	return oauth_token_answer(a->login->flow, a->login->endpoints, a->login->settings,
				  resp, a->token, err);
}

static int login_request(struct login *l, const char *refresh_token,
			 const struct budget *budget, struct token *ret, struct err *err)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	struct login_answer answer = { l, ret };
	struct judge judge = { "token request", login_judge_token, &answer };
	int rc;

	if (oauth_token_request(l->flow, l->endpoints, l->settings, refresh_token, &req,
				err))
		return -1;
	rc = exchange(l->http, &req, &resp, budget, &judge, err);
	login_note(l, &resp);
	return rc;
}

/* The tenant: the setting, else the claim of the id token or of the access token. */
static bool login_tenant(const struct login *l, const struct token *t, struct buf *out)
{
	if (settings_has(l->settings, SET_TENANT_ID)) {
		buf_adds(out, settings_str(l->settings, SET_TENANT_ID));
		return true;
	}
	return token_jwt_text(buf_str(&t->id), l->flow->tenant_claim, out) ||
	       token_jwt_text(buf_str(&t->access), l->flow->tenant_claim, out);
}

/* By the document that the row names. */
static int login_discover_api(struct login *l, const struct token *t,
			      const struct budget *budget, struct err *err)
{
	AUTO_BUF struct buf tenant = BUF_INIT(1024), url = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf api = BUF_INIT(BUF_URL_MAX), path = BUF_INIT(BUF_URL_MAX);
	AUTO_JSON struct json *doc = NULL;

	if (!login_tenant(l, t, &tenant)) {
		err_set(err, ERR_REFUSED, "the token names no tenant");
		return err_hint(err,
				"set tenant-id (CC_TENANT_ID) or api-url (CC_API_URL)");
	}
	quote_percent(&path, buf_str(&tenant));
	buf_adds(&url, buf_str(&l->endpoints->issuer));
	endpoints_expand(l->flow->api_document, buf_str(&path), &url);
	doc = discover_document(l, buf_str(&url), budget, err);
	if (!doc || metadata_endpoint(doc, l->flow->api_member, &api, err))
		return -1;
	if (!api.len)
		return err_set(err, ERR_REFUSED, "%s has no %s", buf_str(&url),
			       l->flow->api_member);
	while (api.len && api.ptr[api.len - 1] == '/')
		buf_cut(&api, api.len - 1);
	buf_set(&l->endpoints->api_url, buf_str(&api));
	return 0;
}

/* What to do about it, for the warning's end. */
static void login_tell_api(const struct login *l, struct buf *out)
{
	if (l->endpoints->api_url.len)
		buf_adds(out, "the area's own is used");
	else
		buf_adds(out, "set api-url");
	if (!settings_has(l->settings, SET_TENANT_ID))
		return;
	buf_adds(out, ", or check ");
	settings_describe(l->settings, SET_TENANT_ID, out);
	buf_adds(out, ": where that is of something else, CC_TENANT_ID goes before it");
}

void login_find_api(struct login *l, const struct token *t, const struct budget *budget)
{
	AUTO_BUF struct buf cure = BUF_INIT(1024);
	struct err err = ERR_INIT;

	if (l->found_api || !l->flow->api_document ||
	    settings_has(l->settings, SET_API_URL))
		return;
	l->found_api = login_discover_api(l, t, budget, &err) == 0;
	if (l->found_api)
		return;
	login_tell_api(l, &cure);
	log_warn("the API host could not be discovered: %s; %s", err.text,
		 buf_str(&cure));
}

int login_token(struct login *l, const char *refresh_token, struct token *ret,
		struct err *err)
{
	struct budget budget = budget_start(l->settings), few;
	bool renew = refresh_token && *refresh_token;
	int rc = -1;

	if (l->once)
		budget.total_ms = 0;
	few = budget;
	few.attempts = REFRESH_TRIES;
	l->status = 0;
	l->after_ms = -1;
	if (discover(l, &budget, err))
		return -1;
	if (renew) {
		rc = login_request(l, refresh_token, &few, ret, err);
		if (rc && ((err->kind != ERR_REFUSED && err->kind != ERR_TRANSIENT) ||
			   ret->access.len))
			return -1;
		if (rc)
			log_info("the refresh token %s (%s); logging in again",
				 err->kind == ERR_REFUSED ? "was refused"
							  : "brought nothing",
				 err->text);
		else if (!ret->refresh.len) /* RFC 6749 section 6: then it stays good */
			buf_set(&ret->refresh, refresh_token);
	}
	if (rc) {
		*err = ERR_INIT;
		rc = login_request(l, NULL, &budget, ret, err);
	}
	if (rc)
		return -1;
	login_find_api(l, ret, &budget);
	return 0;
}
