#include "session/login.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/url.h"

static enum oauth_verdict login_judge_document(void *arg, const struct http_resp *resp,
					       struct err *err)
{
	const struct login *l = arg;
	const struct asked a = { ASK_METADATA, l->flow, l->endpoints, l->settings };

	if (resp->status == 200)
		return OAUTH_OK;
	return oauth_failure(&a, resp, err);
}

static void login_note(struct login *l, const struct http_resp *resp)
{
	l->status = resp->status;
	l->after_ms = resp->after_ms;
}

/* A JSON document by GET, without credentials. The caller frees it. */
static struct json *login_get_json(struct login *l, const struct buf *url,
				   const struct budget *budget, struct err *err)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	struct judge judge = { "discovery", login_judge_document, l };
	struct json *doc;
	int rc;

	if (url_check(buf_str(url), err))
		return NULL;
	buf_set(&req.url, buf_str(url));
	http_req_header(&req, "Accept", "application/json");
	rc = exchange(l->http, &req, &resp, budget, &judge, err);
	login_note(l, &resp);
	if (rc)
		return NULL;
	doc = json_parse(buf_str(&resp.body), resp.body.len, err);
	if (!doc)
		err_wrap(err, "%s", buf_str(url));
	return doc;
}

/*
 * OpenID Connect Discovery section 4 appends to the issuer; RFC 8414 section 3 puts the
 * well-known part between host and path.
 */
static int login_metadata_urls(const char *issuer, struct buf *openid,
			       struct buf *rfc8414, struct err *err)
{
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);

	buf_addf(openid, "%s/.well-known/openid-configuration", issuer);
	if (url_origin(issuer, rfc8414, err) || url_path(issuer, &path, err))
		return err_wrap(err, "issuer");
	buf_addf(rfc8414, "/.well-known/oauth-authorization-server%s",
		 strcmp(buf_str(&path), "/") == 0 ? "" : buf_str(&path));
	return 0;
}

/* RFC 8414 section 3.3: the metadata must name the issuer that was asked. */
static int login_check_issuer(const struct login *l, const struct json *doc,
			      struct err *err)
{
	const char *said = json_str(doc, "issuer");
	const char *asked = buf_str(&l->endpoints->issuer);
	size_t n = strlen(asked);

	if (!said || l->flow->provider != PROVIDER_OAUTH2 ||
	    (strncmp(said, asked, n) == 0 && (!said[n] || strcmp(said + n, "/") == 0)))
		return 0;
	err_set(err, ERR_REFUSED, "the metadata at the issuer name another issuer");
	return err_hint(err, "give issuer exactly as the server writes it");
}

static int login_take_endpoint(const struct json *doc, const char *key, struct buf *out,
			       struct err *err)
{
	const char *url = json_str(doc, key);

	if (out->len || !url || !*url)
		return 0;
	if (url_check(url, err))
		return err_wrap(err, "the issuer's %s", key);
	buf_set(out, url);
	return 0;
}

/* RFC 8414 section 2: without this list the server takes client_secret_basic. */
static void login_take_auth(const struct json *doc, struct endpoints *e)
{
	const struct json *list = json_get(doc, "token_endpoint_auth_methods_supported");
	bool basic = !json_count(list), post = false;

	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		const char *method = json_is_string(v) ? json_text(v) : "";

		basic = basic || strcmp(method, "client_secret_basic") == 0;
		post = post || strcmp(method, "client_secret_post") == 0;
	}
	buf_set(&e->auth, post && !basic ? "body" : NULL);
}

static int login_read_metadata(struct login *l, const struct budget *budget,
			       struct err *err)
{
	AUTO_BUF struct buf openid = BUF_INIT(BUF_URL_MAX),
			    rfc8414 = BUF_INIT(BUF_URL_MAX);
	struct endpoints *e = l->endpoints;
	AUTO_JSON struct json *doc = NULL;
	struct err first = ERR_INIT;

	if (login_metadata_urls(buf_str(&e->issuer), &openid, &rfc8414, err))
		return -1;
	doc = login_get_json(l, &openid, budget, &first);
	if (!doc && first.kind == ERR_REFUSED)
		doc = login_get_json(l, &rfc8414, budget, err);
	else if (!doc)
		*err = first;
	if (!doc)
		return -1;
	if (login_check_issuer(l, doc, err) ||
	    login_take_endpoint(doc, "token_endpoint", &e->token_url, err) ||
	    login_take_endpoint(doc, "revocation_endpoint", &e->revoke_url, err))
		return -1;
	if (l->flow->provider == PROVIDER_OAUTH2)
		login_take_auth(doc, e);
	return 0;
}

int login_discover(struct login *l, const struct budget *budget, struct err *err)
{
	struct endpoints *e = l->endpoints;
	bool given = e->token_url.len > 0;
	struct budget own = *budget;

	if (!l->flow->discover_token || !e->issuer.len)
		return 0;
	if (given && (e->revoke_url.len || l->flow->revocation == REVOKE_NONE))
		return 0;
	if (given)
		own.total_ms = 0;
	if (login_read_metadata(l, &own, err)) {
		if (!given || err->kind == ERR_INTERRUPTED)
			return -1;
		log_warn("no revocation endpoint was found: %s", err->text);
		*err = ERR_INIT;
	}
	if (e->token_url.len)
		return 0;
	err_set(err, ERR_REFUSED, "discovery: the issuer names no token_endpoint");
	return err_hint(err, "set token-url (CC_TOKEN_URL)");
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
	return token_jwt_text(buf_str(&t->id), "tenantId", out) ||
	       token_jwt_text(buf_str(&t->access), "tenantId", out);
}

/* docs/vendors.md, "NICE CXone: discovery". */
static int login_discover_api(struct login *l, const struct token *t,
			      const struct budget *budget, struct err *err)
{
	AUTO_BUF struct buf tenant = BUF_INIT(1024), url = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf api = BUF_INIT(BUF_URL_MAX);
	AUTO_JSON struct json *doc = NULL;

	if (!login_tenant(l, t, &tenant)) {
		err_set(err, ERR_REFUSED, "the token names no tenant");
		return err_hint(err,
				"set tenant-id (CC_TENANT_ID) or api-url (CC_API_URL)");
	}
	buf_addf(&url, "%s/.well-known/cxone-configuration?tenantId=",
		 buf_str(&l->endpoints->issuer));
	quote_percent(&url, buf_str(&tenant));
	doc = login_get_json(l, &url, budget, err);
	if (!doc || login_take_endpoint(doc, "api_endpoint", &api, err))
		return -1;
	if (!api.len)
		return err_set(err, ERR_REFUSED,
			       "cxone-configuration has no api_endpoint");
	while (api.len && api.ptr[api.len - 1] == '/')
		buf_cut(&api, api.len - 1);
	buf_set(&l->endpoints->api_url, buf_str(&api));
	return 0;
}

/*
 * A token without an API host is of use: then the area's host, or none, is handed over.
 */
static void login_find_api(struct login *l, const struct token *t,
			   const struct budget *budget)
{
	struct err err = ERR_INIT;

	if (!l->flow->discover_api || settings_has(l->settings, SET_API_URL))
		return;
	if (login_discover_api(l, t, budget, &err) == 0)
		return;
	log_warn("the API host could not be discovered: %s; %s", err.text,
		 l->endpoints->api_url.len ? "the area's own is used" : "set api-url");
}

int login_token(struct login *l, const char *refresh_token, struct token *ret,
		struct err *err)
{
	struct budget budget = budget_start(l->settings);
	bool renew = refresh_token && *refresh_token;
	int rc = -1;

	if (l->once)
		budget.total_ms = 0;
	l->status = 0;
	l->after_ms = -1;
	if (login_discover(l, &budget, err))
		return -1;
	if (renew) {
		rc = login_request(l, refresh_token, &budget, ret, err);
		if (rc && err->kind != ERR_REFUSED)
			return -1;
		if (rc)
			log_info("the refresh token was refused (%s); logging in again",
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
	if (!renew || !l->endpoints->api_url.len)
		login_find_api(l, ret, &budget);
	return 0;
}
