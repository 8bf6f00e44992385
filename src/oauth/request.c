#include "oauth/oauth.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/url.h"

void oauth_basic(enum client_auth auth, const struct settings *s, struct buf *out)
{
	AUTO_BUF struct buf pair = BUF_INIT(BUF_SECRET_MAX * 2);
	const char *id = settings_str(s, SET_CLIENT_ID);
	const char *secret = settings_str(s, SET_CLIENT_SECRET);

	if (auth != AUTH_BASIC && auth != AUTH_BASIC_RAW)
		return;
	if (auth == AUTH_BASIC) {
		quote_form(&pair, id);
		buf_addc(&pair, ':');
		quote_form(&pair, secret);
	} else {
		buf_addf(&pair, "%s:%s", id, secret);
	}
	quote_base64(out, buf_str(&pair), pair.len);
}

/* Both, whatever the flow sends: `curl -u` in a later step makes the other one of it. */
void oauth_hide(const struct settings *s)
{
	AUTO_BUF struct buf raw = BUF_INIT(BUF_SECRET_MAX * 3);
	AUTO_BUF struct buf encoded = BUF_INIT(BUF_SECRET_MAX * 3);

	if (!settings_has(s, SET_CLIENT_SECRET))
		return;
	oauth_basic(AUTH_BASIC_RAW, s, &raw);
	oauth_basic(AUTH_BASIC, s, &encoded);
	redact_add(redact_list(), buf_str(&raw));
	redact_add(redact_list(), buf_str(&encoded));
}

static void oauth_authenticate(enum client_auth auth, const struct settings *s,
			       struct http_req *req)
{
	AUTO_BUF struct buf value = BUF_INIT(BUF_SECRET_MAX * 3);

	if (auth == AUTH_BASIC || auth == AUTH_BASIC_RAW) {
		buf_adds(&value, "Basic ");
		oauth_basic(auth, s, &value);
		http_req_header(req, "Authorization", buf_str(&value));
		return;
	}
	if (settings_has(s, SET_CLIENT_ID))
		quote_form_pair(&req->body, "client_id", settings_str(s, SET_CLIENT_ID));
	if (auth == AUTH_BODY)
		quote_form_pair(&req->body, "client_secret",
				settings_str(s, SET_CLIENT_SECRET));
}

static void oauth_begin(struct http_req *req, const char *type)
{
	req->method = "POST";
	req->has_body = true;
	http_req_header(req, "Accept", "application/json");
	http_req_header(req, "Content-Type", type);
}

static void oauth_form(const struct flow *f, const struct endpoints *e,
		       const struct settings *s, const char *refresh_token,
		       struct http_req *req)
{
	struct buf *body = &req->body;

	oauth_begin(req, "application/x-www-form-urlencoded");
	if (refresh_token) {
		quote_form_pair(body, "grant_type", "refresh_token");
		quote_form_pair(body, "refresh_token", refresh_token);
	} else if (f->grant == GRANT_PASSWORD) {
		quote_form_pair(body, "grant_type", "password");
		quote_form_pair(body, "username", settings_str(s, SET_ACCESS_KEY_ID));
		quote_form_pair(body, "password", settings_str(s, SET_ACCESS_KEY_SECRET));
	} else {
		quote_form_pair(body, "grant_type", "client_credentials");
	}
	if (settings_has(s, SET_SCOPE))
		quote_form_pair(body, "scope", settings_str(s, SET_SCOPE));
	if (settings_has(s, SET_AUDIENCE))
		quote_form_pair(body, "audience", settings_str(s, SET_AUDIENCE));
	oauth_authenticate(flow_auth(f, e, s), s, req);
}

static void oauth_json(const struct settings *s, const char *refresh_token,
		       struct http_req *req)
{
	struct json *body = json_object();

	oauth_begin(req, "application/json");
	if (refresh_token) {
		json_put_str(body, "token", refresh_token);
	} else {
		json_put_str(body, "accessKeyId", settings_str(s, SET_ACCESS_KEY_ID));
		json_put_str(body, "accessKeySecret",
			     settings_str(s, SET_ACCESS_KEY_SECRET));
	}
	json_print(body, &req->body);
	json_free(body);
}

/* Such a refresh endpoint stands on the host of the login, behind the same prefix. */
static void oauth_renewal_url(const struct flow *f, struct buf *url)
{
	size_t len = strcspn(buf_str(url), "?"), tail = strlen(f->login_path);

	buf_cut(url, len);
	if (len >= tail && strcmp(buf_str(url) + len - tail, f->login_path) == 0)
		buf_cut(url, len - tail);
	buf_adds(url, f->renewal_path);
}

int oauth_token_request(const struct flow *f, const struct endpoints *e,
			const struct settings *s, const char *refresh_token,
			struct http_req *ret, struct err *err)
{
	const char *renew = refresh_token && *refresh_token ? refresh_token : NULL;

	buf_set(&ret->url, buf_str(&e->token_url));
	if (renew && f->renewal_path)
		oauth_renewal_url(f, &ret->url);
	if (f->grant == GRANT_ACCESS_KEY)
		oauth_json(s, renew, ret);
	else
		oauth_form(f, e, s, renew, ret);
	if (url_check(buf_str(&ret->url), err))
		return err_wrap(err, "the token endpoint");
	return buf_check(&ret->body, "the token request", err);
}

void oauth_authorize(struct http_req *req, const char *access)
{
	AUTO_BUF struct buf value = BUF_INIT(BUF_SECRET_MAX + 16);

	token_bearer(access, &value);
	http_req_header(req, "Authorization", buf_str(&value));
}

int oauth_revoke_request(const struct flow *f, const struct endpoints *e,
			 const struct settings *s, const char *token, bool is_refresh,
			 struct http_req *ret, struct err *err)
{
	if (f->revocation == REVOKE_NONE && !e->revoke_url.len)
		return err_set(err, ERR_REFUSED,
			       "%s has no revocation; its tokens run out",
			       provider_name(f->provider));
	buf_set(&ret->url, buf_str(&e->revoke_url));
	if (f->revocation == REVOKE_ITSELF) {
		if (!ret->url.len)
			buf_addf(&ret->url, "%s%s", buf_str(&e->api_url), f->token_path);
		ret->method = "DELETE";
		oauth_authorize(ret, token);
	} else {
		oauth_begin(ret, "application/x-www-form-urlencoded");
		quote_form_pair(&ret->body, "token", token);
		quote_form_pair(&ret->body, "token_type_hint",
				is_refresh ? "refresh_token" : "access_token");
		oauth_authenticate(flow_revoke_auth(f, e, s), s, ret);
	}
	if (!ret->url.len)
		return err_set(err, ERR_REFUSED,
			       "the server names no revocation endpoint");
	if (url_check(buf_str(&ret->url), err))
		return err_wrap(err, "the revocation endpoint");
	return buf_check(&ret->body, "the revocation request", err);
}

void oauth_show_url(const char *url, struct buf *out)
{
	buf_add(out, url, strcspn(url, "?#"));
}
