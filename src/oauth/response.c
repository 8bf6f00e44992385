#include "oauth/oauth.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "oauth/hint.h"

static const char *oauth_first(const struct json *doc, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = json_str(doc, keys[i]);

		if (text && *text)
			return text;
	}
	return NULL;
}

enum oauth_verdict oauth_failure(const struct asked *a, const struct http_resp *resp,
				 struct err *err)
{
	bool retry = hint_set(a, resp, ERR_REFUSED, err);

	if (retry)
		err->kind = ERR_TRANSIENT;
	return retry ? OAUTH_RETRY : OAUTH_REFUSED;
}

/*
 * True of a number that is no lifetime: a moment, as seconds or milliseconds since 1970
 * (2001 to 2103), or milliseconds. The latter are told by being whole minutes, where as
 * seconds they would be ten days or more and yet no whole days; 3, 6, 12 and 24 h are
 * both.
 */
static bool oauth_is_no_lifetime(double n)
{
	const int64_t day = 86400, minute_ms = 60 * 1000, hour_ms = 60 * minute_ms;
	int64_t s = n < 5e12 ? (int64_t)n : 0;

	if ((n >= 1e9 && n < 4.2e9) || (n >= 1e12 && n < 4.2e12))
		return true;
	return (double)s == n && s >= 10 * day && s <= TOKEN_LIFETIME_MAX &&
	       ((s % minute_ms == 0 && s % day != 0) || s % hour_ms == 0);
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
		if (oauth_is_no_lifetime(n)) {
			log_warn("the server's %s of %.0f can only be a time or "
				 "milliseconds; it is taken as not given",
				 keys[i], n);
			continue;
		}
		if (n > (double)TOKEN_LIFETIME_MAX)
			return TOKEN_LIFETIME_MAX;
		return n > 0 ? (int64_t)n : 0;
	}
	return -1;
}

/*
 * Seconds by the token's own claims, -1 where it has none. The server's clock is the one
 * that counts: its Date, else the moment of issue; our own is the last that is asked.
 */
static int64_t oauth_claimed_lifetime(const struct token *t, const struct http_resp *resp,
				      bool guess)
{
	int64_t exp = token_jwt_number(buf_str(&t->access), "exp");
	int64_t issued = token_jwt_number(buf_str(&t->access), "iat");
	int64_t now = resp->has_date ? resp->date_wall : guess ? clock_wall() : issued;

	if (exp < 0 || now < 0)
		return -1;
	return exp > now ? exp - now : 0;
}

static void oauth_set_times(const struct flow *f, const struct json *doc,
			    const struct http_resp *resp, struct token *t)
{
	int64_t claimed;

	t->lifetime = oauth_lifetime(doc);
	claimed = oauth_claimed_lifetime(t, resp, t->lifetime < 0);
	if (claimed >= 0 && (t->lifetime < 0 || claimed < t->lifetime))
		t->lifetime = claimed;
	if (t->lifetime < 0)
		t->lifetime = f->lifetime;
	if (t->lifetime > TOKEN_LIFETIME_MAX)
		t->lifetime = TOKEN_LIFETIME_MAX;
	t->issued_boot_ms = resp->sent_boot_ms;
	t->issued_wall = clock_wall() - resp->time_ms / 1000;
	clock_boot_id(t->boot_id);
}

/* Of 2xx answers that have none: what is odd about them, with nothing of the body but a
 * page's title, for the body may be a token. */
static enum oauth_verdict oauth_unusable(const struct asked *a,
					 const struct http_resp *resp, struct err *err,
					 const char *why)
{
	AUTO_REASON struct reason r;
	AUTO_BUF struct buf todo = BUF_INIT(8 * ERR_TEXT_MAX);

	reason_read(resp, &r);
	if (r.code.len)
		return oauth_failure(a, resp, err);
	err_set(err, ERR_REFUSED, "the answer is no token: %s%s%s%s", why,
		r.page ? ", but a web page (" : "", r.page ? buf_str(&r.text) : "",
		r.page ? ")" : "");
	if (r.page && hint_find(a, &r, &todo))
		return err_hint(err, "%s", buf_str(&todo)), OAUTH_REFUSED;
	err_hint(err,
		 "check the token endpoint's URL, and whether a proxy answers in its "
		 "place");
	return OAUTH_REFUSED;
}

static enum oauth_verdict oauth_malformed(struct err *err, const char *hint,
					  const char *fmt, ...) PRINTF(3, 4);

/* A token came that can't be used. */
static enum oauth_verdict oauth_malformed(struct err *err, const char *hint,
					  const char *fmt, ...)
{
	AUTO_BUF struct buf why = BUF_INIT(4 * ERR_TEXT_MAX);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&why, fmt, ap);
	va_end(ap);
	err_set(err, ERR_REFUSED, "the answer is no token: %s", buf_str(&why));
	err_hint(err, "%s", hint);
	return OAUTH_REFUSED;
}

/* Apigee's default is BearerToken. */
static bool oauth_is_bearer(const char *type)
{
	return !type || !*type || strcasecmp(type, "bearer") == 0 ||
	       strcasecmp(type, "BearerToken") == 0;
}

static bool oauth_is_visible(const char *text)
{
	for (; *text; text++)
		if (*text <= 0x20 || *text >= 0x7f)
			return false;
	return true;
}

static enum oauth_verdict oauth_check_token(const struct flow *f, const struct token *t,
					    const char *type, struct err *err)
{
	const char *access = buf_str(&t->access);
	const char *fault = token_fault(access, f->any_token);
	AUTO_BUF struct buf shown = BUF_INIT(ERR_TEXT_MAX);
	unsigned int c;

	if (t->access.failed || t->refresh.failed || t->id.failed)
		return oauth_malformed(err, "ask the provider for smaller tokens",
				       "one of its parts is longer than 64 KiB");
	if (!oauth_is_bearer(type)) {
		reason_clean(type, 40, &shown);
		return oauth_malformed(
			err, "ask the provider for bearer tokens (RFC 6750)",
			"its token_type is not Bearer, but \"%s\"", buf_str(&shown));
	}
	if (fault) {
		utf8_decode(fault, strlen(fault), &c);
		return oauth_malformed(err, "ask the provider for tokens without it",
				       "its access_token holds the character U+%04X, "
				       "which %s",
				       c,
				       f->any_token ? "no header, file or mask can carry"
						    : "RFC 6750 does not allow");
	}
	if (!oauth_is_visible(buf_str(&t->refresh)) || !oauth_is_visible(buf_str(&t->id)))
		return oauth_malformed(err, "ask the provider for tokens without it",
				       "a token beside it holds a space or control "
				       "character");
	return OAUTH_OK;
}

/* False when @doc has no access token. */
static bool oauth_read_token(const struct json *doc, struct token *t)
{
	static const char *const access_keys[] = { "access_token", "accessToken",
						   "token" };
	static const char *const refresh_keys[] = { "refresh_token", "refreshToken" };
	static const char *const id_keys[] = { "id_token", "idToken" };

	buf_set(&t->access, oauth_first(doc, access_keys, ARRAY_LEN(access_keys)));
	buf_set(&t->refresh, oauth_first(doc, refresh_keys, ARRAY_LEN(refresh_keys)));
	buf_set(&t->id, oauth_first(doc, id_keys, ARRAY_LEN(id_keys)));
	token_hide(t);
	return t->access.len || t->access.failed;
}

enum oauth_verdict oauth_token_answer(const struct flow *f, const struct endpoints *e,
				      const struct settings *s,
				      const struct http_resp *resp,
				      struct token *ret_token, struct err *err)
{
	const struct asked a = { ASK_TOKEN, f, e, s };
	AUTO_TOKEN struct token t = TOKEN_INIT;
	AUTO_JSON struct json *doc = NULL;
	struct err why = ERR_INIT;
	enum oauth_verdict verdict;

	if (resp->status < 200 || resp->status > 299)
		return oauth_failure(&a, resp, err);
	doc = json_parse(buf_str(&resp->body), resp->body.len, &why);
	if (!doc)
		return oauth_unusable(&a, resp, err, why.text);
	if (!json_is_object(doc))
		return oauth_unusable(&a, resp, err, "it is not a JSON object");
	if (!oauth_read_token(doc, &t))
		return oauth_unusable(&a, resp, err, "it has no access_token");
	verdict = oauth_check_token(f, &t, json_str(doc, "token_type"), err);
	oauth_set_times(f, doc, resp, &t);
	token_copy(ret_token, &t);
	return verdict;
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
 * RFC 7009 section 2.2: 200 also for a token that is not known. One that ends itself is
 * answered 401 when it is gone already (docs/vendors.md).
 */
enum oauth_verdict oauth_revoke_answer(const struct flow *f, const struct endpoints *e,
				       const struct settings *s,
				       const struct http_resp *resp, bool *ret_kept,
				       struct err *err)
{
	const struct asked a = { ASK_REVOCATION, f, e, s };
	bool done = resp->status >= 200 && resp->status < 300;
	bool gone = f->revocation == REVOKE_ITSELF && resp->status == 401;
	AUTO_REASON struct reason r;

	reason_read(resp, &r);
	if ((done || gone) && r.page) {
		err_set(err, ERR_REFUSED, "HTTP %d with a page of HTML", resp->status);
		err_hint(err, "check the revocation endpoint's URL, and whether a proxy "
			      "answers in its place");
		return OAUTH_REFUSED;
	}
	*ret_kept = strcmp(buf_str(&r.code), "unsupported_token_type") == 0;
	if (gone || *ret_kept || (done && !oauth_is_failure(resp)))
		return OAUTH_OK;
	return oauth_failure(&a, resp, err);
}
