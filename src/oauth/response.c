#include "oauth/oauth.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/retry.h"

enum { ERROR_TEXT_MAX = 300 };

/* Where vendors put code and text: RFC 6749 section 5.2, docs/vendors.md. */
static const char *const code_keys[] = { "error", "code", "errorCode", "error_code" };
static const char *const text_keys[] = { "error_description", "description",
					 "message",	      "errorDescription",
					 "errorMessage",      "resultDescription" };

static const char *oauth_first(const struct json *doc, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = json_str(doc, keys[i]);

		if (text && *text)
			return text;
	}
	return NULL;
}

static void oauth_show(struct buf *out, const char *before, const char *text,
		       const char *after)
{
	AUTO_BUF struct buf clean = BUF_INIT(16 * ERR_TEXT_MAX);
	AUTO_BUF struct buf cut = BUF_INIT(4 * ERR_TEXT_MAX);

	log_clean(text, &clean);
	quote_clean(&cut, buf_str(&clean), ERROR_TEXT_MAX);
	buf_addf(out, "%s%s%s", before, buf_str(&cut), after);
}

/* ININ-Correlation-Id: Genesys, on every answer. icStatusDescription: CXone's ACD API. */
static void oauth_show_headers(const struct http_resp *resp, struct buf *out)
{
	AUTO_BUF struct buf value = BUF_INIT(4096);

	if (http_header(resp, "icstatusdescription", &value))
		oauth_show(out, ", ", buf_str(&value), "");
	buf_reset(&value);
	if (http_header(resp, "inin-correlation-id", &value) ||
	    http_header(resp, "x-correlation-id", &value) ||
	    http_header(resp, "x-request-id", &value))
		oauth_show(out, " [correlation id ", buf_str(&value), "]");
}

void oauth_describe_error(const struct http_resp *resp, enum err_kind kind,
			  struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(ERR_TEXT_MAX * 4);
	struct err ignored = ERR_INIT;
	AUTO_JSON struct json *doc =
		json_parse(buf_str(&resp->body), resp->body.len, &ignored);
	const char *code = oauth_first(doc, code_keys, ARRAY_LEN(code_keys));
	const char *why = oauth_first(doc, text_keys, ARRAY_LEN(text_keys));

	buf_addf(&text, "HTTP %d", resp->status);
	if (code)
		oauth_show(&text, " ", code, "");
	if (why)
		oauth_show(&text, " (", why, ")");
	oauth_show_headers(resp, &text);
	err_set(err, kind, "%s", buf_str(&text));
}

static bool oauth_body_has(const struct http_resp *resp, const char *needle)
{
	return strcasestr(buf_str(&resp->body), needle) != NULL;
}

/* What chose the Genesys host. */
static void oauth_describe_place(const struct settings *s, struct buf *out)
{
	if (settings_has(s, SET_SUB_DOMAIN))
		settings_describe(s, SET_SUB_DOMAIN, out);
	else if (settings_has(s, SET_REGION))
		settings_describe(s, SET_REGION, out);
	else
		buf_adds(out, "region (us-east-1, the default)");
}

static void oauth_hint_status(const struct flow *f, const struct settings *s,
			      const struct http_resp *resp, struct err *err)
{
	enum setting_id id =
		f->grant == GRANT_ACCESS_KEY ? SET_ACCESS_KEY_ID : SET_CLIENT_ID;
	enum setting_id secret =
		f->grant == GRANT_ACCESS_KEY ? SET_ACCESS_KEY_SECRET : SET_CLIENT_SECRET;
	AUTO_BUF struct buf who = BUF_INIT(512), with = BUF_INIT(512),
			    where = BUF_INIT(512), scope = BUF_INIT(512);

	settings_describe(s, id, &who);
	settings_describe(s, secret, &with);
	settings_describe(s, SET_SCOPE, &scope);
	oauth_describe_place(s, &where);
	if (resp->status == 401)
		err_hint(err, "check %s, and that it belongs to %s", buf_str(&with),
			 buf_str(&who));
	else if (resp->status == 403)
		err_hint(err, "check the client's scopes and roles; changes can take 15 "
			      "minutes to apply");
	else if (resp->status >= 300 && resp->status < 400)
		err_hint(err,
			 "redirects are not followed with credentials; give the final "
			 "token-url");
	else if (f->provider == PROVIDER_GENESYS &&
		 oauth_body_has(resp, "invalid_client"))
		err_hint(err, "check %s and %s: a client is known in its own region only",
			 buf_str(&who), buf_str(&where));
	else if (oauth_body_has(resp, "invalid_scope"))
		err_hint(err, "check %s, and which scopes the client may ask for",
			 buf_str(&scope));
	else
		err_hint(err, "check %s, %s and the endpoint", buf_str(&who),
			 buf_str(&with));
}

/* Genesys limits its token endpoint with a 400, not a 429: docs/vendors.md. */
static bool oauth_is_vendor_limit(const struct flow *f, const struct http_resp *resp)
{
	return f->provider == PROVIDER_GENESYS && resp->status == 400 &&
	       oauth_body_has(resp, "invalid_request") &&
	       oauth_body_has(resp, "rate limit exceeded");
}

static enum oauth_verdict oauth_token_failure(const struct flow *f,
					      const struct settings *s,
					      const struct http_resp *resp,
					      struct err *err)
{
	char span[CLOCK_TEXT_SIZE];

	if (retry_answer(resp) || oauth_is_vendor_limit(f, resp)) {
		oauth_describe_error(resp, ERR_TRANSIENT, err);
		clock_format_span(resp->after_ms / 1000, span);
		if (resp->after_ms > 0)
			err_hint(err,
				 "the server asks to wait %s; raise retry-for "
				 "(CC_RETRY_FOR) above that, or try later",
				 span);
		else if (resp->status < 500 && resp->status != 408)
			err_hint(err,
				 "the token endpoint limits requests; share one token "
				 "per job, and try again in a minute");
		else
			err_hint(err, "the provider has trouble; try again later");
		return OAUTH_RETRY;
	}
	oauth_describe_error(resp, ERR_REFUSED, err);
	oauth_hint_status(f, s, resp, err);
	return OAUTH_REFUSED;
}

/*
 * Seconds, or -1 when the answer does not tell. Numbers come as text from some servers.
 */
static int64_t oauth_lifetime(const struct json *doc)
{
	static const char *const keys[] = { "expires_in", "expiresIn",
					    "tokenExpirationTimeSec" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct json *v = json_get(doc, keys[i]);
		const char *text = json_text(v);
		char *end = NULL;
		double n = json_is_number(v) ? json_number(v) : NAN;

		if (text && *text) {
			n = strtod(text, &end);
			if (*end)
				n = NAN;
		}
		if (isnan(n))
			continue;
		if (n > (double)TOKEN_LIFETIME_MAX)
			return TOKEN_LIFETIME_MAX;
		return n > 0 ? (int64_t)n : 0;
	}
	return -1;
}

static void oauth_set_times(const struct flow *f, const struct json *doc,
			    const struct http_resp *resp, struct token *t)
{
	int64_t exp = token_jwt_number(buf_str(&t->access), "exp");
	int64_t now = resp->has_date ? resp->date_wall : clock_wall();

	t->lifetime = oauth_lifetime(doc);
	if (t->lifetime < 0 && exp >= 0)
		t->lifetime = exp > now ? exp - now : 0;
	if (t->lifetime < 0)
		t->lifetime = f->lifetime;
	if (t->lifetime > TOKEN_LIFETIME_MAX)
		t->lifetime = TOKEN_LIFETIME_MAX;
	t->issued_boot_ms = resp->sent_boot_ms;
	t->issued_wall = clock_wall() - resp->time_ms / 1000;
	clock_boot_id(t->boot_id);
}

static enum oauth_verdict oauth_unusable(struct err *err, const char *why)
{
	err_set(err, ERR_REFUSED, "the answer is no token: %s", why);
	err_hint(err,
		 "check the token endpoint's URL, and whether a proxy answers in its "
		 "place");
	return OAUTH_REFUSED;
}

static bool oauth_is_visible(const char *text)
{
	for (; *text; text++)
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	return true;
}

static enum oauth_verdict oauth_read_token(const struct json *doc, struct token *t,
					   struct err *err)
{
	static const char *const access_keys[] = { "access_token", "accessToken",
						   "token" };
	static const char *const refresh_keys[] = { "refresh_token", "refreshToken" };
	static const char *const id_keys[] = { "id_token", "idToken" };
	const char *access = oauth_first(doc, access_keys, ARRAY_LEN(access_keys));
	const char *type = json_str(doc, "token_type");

	if (!json_is_object(doc))
		return oauth_unusable(err, "it is not a JSON object");
	if (!access)
		return oauth_unusable(err, "it has no access_token");
	if (type && *type && strcasecmp(type, "bearer") != 0)
		return oauth_unusable(err, "its token_type is not Bearer");
	buf_set(&t->access, access);
	buf_set(&t->refresh, oauth_first(doc, refresh_keys, ARRAY_LEN(refresh_keys)));
	buf_set(&t->id, oauth_first(doc, id_keys, ARRAY_LEN(id_keys)));
	token_hide(t);
	if (t->access.failed || t->refresh.failed || t->id.failed)
		return oauth_unusable(err, "a token in it is longer than 64 KiB");
	if (!token_is_wellformed(access))
		return oauth_unusable(err,
				      "its access_token holds characters that RFC 6750 "
				      "does not allow");
	if (!oauth_is_visible(buf_str(&t->refresh)) || !oauth_is_visible(buf_str(&t->id)))
		return oauth_unusable(err,
				      "a token in it holds a space or control character");
	return OAUTH_OK;
}

enum oauth_verdict oauth_token_answer(const struct flow *f, const struct settings *s,
				      const struct http_resp *resp,
				      struct token *ret_token, struct err *err)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	AUTO_JSON struct json *doc = NULL;
	struct err why = ERR_INIT;
	enum oauth_verdict verdict;

	if (resp->status < 200 || resp->status > 299)
		return oauth_token_failure(f, s, resp, err);
	doc = json_parse(buf_str(&resp->body), resp->body.len, &why);
	if (!doc)
		return oauth_unusable(err, why.text);
	if (!json_get(doc, "access_token") && json_str(doc, "error")) {
		oauth_describe_error(resp, ERR_REFUSED, err);
		oauth_hint_status(f, s, resp, err);
		return OAUTH_REFUSED;
	}
	verdict = oauth_read_token(doc, &t, err);
	if (verdict != OAUTH_OK)
		return verdict;
	oauth_set_times(f, doc, resp, &t);
	token_copy(ret_token, &t);
	return OAUTH_OK;
}

/* A page of something in between: a proxy's, a portal's. An empty one says nothing. */
static bool oauth_is_page(const struct http_resp *resp)
{
	AUTO_BUF struct buf type = BUF_INIT(1024);
	const char *text = buf_str(&resp->body);

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	if (text[strspn(text, " \t\r\n")] != '<')
		return false;
	return (http_header(resp, "content-type", &type) &&
		strcasestr(buf_str(&type), "html")) ||
	       oauth_body_has(resp, "<html") || oauth_body_has(resp, "<!doctype html");
}

/* True for a member that says something: not null, false, 0, nor empty. */
static bool oauth_says(const struct json *doc, const char *key)
{
	const struct json *v = json_get(doc, key);
	const char *text = json_text(v);

	return (text && *text) || json_number(v) != 0 || json_count(v) ||
	       json_bool(doc, key, false);
}

/* A failure under a 2xx, in the ways that gateways and vendors tell of it. */
static bool oauth_is_failure(const struct http_resp *resp)
{
	static const char *const keys[] = { "error", "errors", "errorCode",
					    "error_code" };
	struct err ignored = ERR_INIT;
	AUTO_JSON struct json *doc =
		json_parse(buf_str(&resp->body), resp->body.len, &ignored);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (oauth_says(doc, keys[i]))
			return true;
	return json_num(doc, "status", 0) >= 400;
}

/*
 * RFC 7009 section 2.2: 200 also for a token that is not known. Genesys answers 401 for
 * one that is gone (docs/vendors.md), but its wrong client would not get a token at all.
 */
enum oauth_verdict oauth_revoke_answer(const struct flow *f, const struct http_resp *resp,
				       struct err *err)
{
	bool done = resp->status >= 200 && resp->status < 300;
	bool gone = f->revocation == REVOKE_GENESYS && resp->status == 401;

	if ((done || gone) && oauth_is_page(resp)) {
		err_set(err, ERR_REFUSED, "HTTP %d with a page of HTML", resp->status);
		err_hint(err, "check the revocation endpoint's URL, and whether a proxy "
			      "answers in its place");
		return OAUTH_REFUSED;
	}
	if (gone || (done && !oauth_is_failure(resp)))
		return OAUTH_OK;
	if (!done && retry_answer(resp)) {
		oauth_describe_error(resp, ERR_TRANSIENT, err);
		return OAUTH_RETRY;
	}
	oauth_describe_error(resp, ERR_REFUSED, err);
	return OAUTH_REFUSED;
}
