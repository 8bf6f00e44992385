#include "oauth/hint.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "net/retry.h"

enum { HOLE_MAX = 32 };

#define CLIENT_CERTIFICATE                                                               \
	"ssl certificate was sent|ssl certificate error|client certificate|certificate " \
	"required|mutual tls|mtls"

/* What is sure whoever the server is. */
static const struct hint first[] = {
	{ ASK_TOKEN, .limit = true,
	  .todo = "the server asks to wait {wait}; raise retry-for (CC_RETRY_FOR) above "
		  "that, or try later" },
	{ ASK_TOKEN, .limit = true,
	  .todo = "the token endpoint limits requests; share one token per job, and try "
		  "again in a minute" },
	{ ASK_ANY, .limit = true, .todo = "the server asks to wait {wait}; try later" },
	{ ASK_ANY, .limit = true, .todo = "the server limits requests; try later" },
	{ ASK_ANY, .said = CLIENT_CERTIFICATE,
	  .todo = "the server wants a client certificate (mutual TLS), and cc-token sends "
		  "none: ask the provider for an endpoint that takes a client secret" },
	{ ASK_ANY, .said = "plain http request was sent to https",
	  .todo = "the server speaks TLS there: write https:// in {url}" },
	{ ASK_TOKEN, 401,
	  .todo = "{pasted}: store it without, unless it belongs to it; "
		  "else check {secret}, and that it belongs to {id}" },
	{ ASK_TOKEN, 400, "invalid_client|invalid_grant",
	  .todo = "{pasted}: store it without, unless it belongs to it; else check {id} "
		  "and {secret}" },
};

/* What OAuth says for all: RFC 6749 section 5.2, RFC 6750 section 3.1, RFC 8707. */
static const struct hint common[] = {
	/* trouble that may pass */
	{ ASK_TOKEN, .code = "temporarily_unavailable|server_error|slow_down",
	  .retry = true, .todo = "the provider has trouble; try again later" },
	{ ASK_TOKEN, 5, .retry = true,
	  .todo = "the server asks to wait {wait}; raise retry-for (CC_RETRY_FOR) above "
		  "that, or try later" },
	{ ASK_TOKEN | ASK_METADATA, 5, .page = true, .retry = true,
	  .todo = "the provider has trouble, or what stands in front of it (a firewall, a "
		  "proxy) answers in its place; try again later" },
	{ ASK_TOKEN | ASK_METADATA, 5, .retry = true,
	  .todo = "the provider has trouble; try again later" },
	{ ASK_TOKEN, 408, .todo = "the provider has trouble; try again later" },
	/* the URL */
	{ ASK_API, 3,
	  .todo = "redirects are not followed with credentials; call the final "
		  "path, and check {url}" },
	{ ASK_ANY, 3,
	  .todo = "redirects are not followed with credentials; give the final "
		  "address by {url}" },
	{ ASK_API, 404, .page = true, .todo = "check the path first, and {url}" },
	{ ASK_API, 405, .todo = "check the method and the path first, and {url}" },
	{ ASK_TOKEN | ASK_REVOCATION, 404,
	  .todo = "check the URL first, {url}: nothing of the kind is there; then {id}" },
	{ ASK_TOKEN | ASK_REVOCATION, 405,
	  .todo = "check the URL first, {url}: it is not the endpoint; then {id}" },
	{ ASK_ANY, .page = true,
	  .todo = "a web page came in place of an answer: something in front (a firewall, a "
		  "proxy, a login page) may have sent it; check {url}, and whether this "
		  "machine is let through" },
	/* the client */
	{ ASK_TOKEN, .code = "unauthorized_client",
	  .todo = "allow the client, {id}, the grant {grant} at the provider, or take a "
		  "client that may use it" },
	{ ASK_TOKEN, .code = "unsupported_grant_type",
	  .todo = "the server does not do the grant {grant} there: check {url}, and ask the "
		  "provider for the endpoint that does" },
	{ ASK_TOKEN, .code = "invalid_target",
	  .todo = "check {audience}, and which ones the client may ask for" },
	{ ASK_TOKEN, .said = "audience",
	  .todo = "set {audience} to one that the server knows and the client may ask for" },
	{ ASK_TOKEN, .code = "invalid_scope",
	  .todo = "check {scope}, and which scopes the client may ask for" },
	{ ASK_TOKEN, 4, "invalid_request|insufficient_scope|access_denied", "scope",
	  .todo = "set {scope} to what the server asks for and the client may have" },
	{ ASK_TOKEN, 400, "invalid_request|invalid_client",
	  "client_id|client_secret|client id|client authentication|client credentials|"
	  "authorization header|basic auth",
	  .todo = "check {id} and {secret}; if they are right, set {client-auth} to "
		  "{other-auth}: the server may take no other" },
	{ ASK_TOKEN,
	  .said = "secret has expired|secret is expired|secret keys are expired|"
		  "expired secret|expired client",
	  .todo = "make a new secret at the provider, and store it as {secret}" },
	{ ASK_TOKEN, .said = "ip address|ip range|allowlist|allow list|whitelist",
	  .todo = "let the address of this machine in at the provider, or run the job where "
		  "it is let in" },
	{ ASK_TOKEN, 401, "invalid_client",
	  .todo = "check {secret}, and that it belongs to {id}; if both are right, set "
		  "{client-auth} to {other-auth}: some servers take only that, and some do "
		  "not decode what RFC 6749 encodes in the other" },
	{ ASK_TOKEN, 401,
	  .todo = "check {secret}, and that it belongs to {id}; if both are right, "
		  "{client-auth} may have to be {other-auth}" },
	{ ASK_TOKEN, 401, .todo = "check {secret}, and that it belongs to {id}" },
	{ ASK_TOKEN, .code = "invalid_grant",
	  .todo = "check {access-key-id} and {access-key-secret}" },
	{ ASK_TOKEN, .code = "invalid_client",
	  .todo = "check {id}, {secret} and the endpoint; if they are right, {client-auth} "
		  "may have to be {other-auth}" },
	{ ASK_TOKEN, 403,
	  .todo = "check what the client, {id}, may do at the provider: its grants, scopes "
		  "and roles" },
	{ ASK_TOKEN, 4, .todo = "check {id}, {secret} and the endpoint" },
	{ ASK_TOKEN, .todo = "check {id}, {secret} and the endpoint" },
	/* the other requests */
	{ ASK_REVOCATION, 401,
	  .todo = "check {secret} and {client-auth}: the revocation endpoint wants the client" },
	{ ASK_METADATA, .todo = "check {url}" },
	{ ASK_API, .code = "insufficient_scope",
	  .todo = "ask for the scope {needed}, by {scope}, and let the client have it at "
		  "the provider" },
	{ ASK_API, .code = "insufficient_scope",
	  .todo = "ask for the scope that this needs, by {scope}, and let the client have "
		  "it at the provider" },
	{ ASK_API, 403,
	  .todo = "the client lacks {permissions}: let it have them at the "
		  "provider" },
	{ ASK_API, 403,
	  .todo = "let the client have the scopes and rights for this at the "
		  "provider" },
	{ ASK_API, 401,
	  .todo = "check that the client may use this API, and that api-url "
		  "and the token belong together" },
};

static bool hint_one_of(const char *list, const char *text, bool whole)
{
	AUTO_BUF struct buf one = BUF_INIT(256);

	while (*list) {
		size_t n = strcspn(list, "|");

		buf_reset(&one);
		buf_add(&one, list, n);
		if (whole ? strcasecmp(text, buf_str(&one)) == 0
			  : strcasestr(text, buf_str(&one)) != NULL)
			return true;
		list += n + (list[n] == '|');
	}
	return false;
}

static bool hint_fits(const struct hint *h, const struct asked *a, const struct reason *r)
{
	if (!(h->ask & a->ask) || (h->page && !r->page) || (h->limit && !r->limit))
		return false;
	if (h->status && h->status != r->status && h->status != r->status / 100)
		return false;
	if (h->code && !hint_one_of(h->code, buf_str(&r->code), true))
		return false;
	return !h->said || hint_one_of(h->said, buf_str(&r->text), false) ||
	       hint_one_of(h->said, buf_str(&r->code), false);
}

/* The first of these that is set, else the last of them. */
static bool hint_describe(const struct asked *a, const enum setting_id *ids, size_t n,
			  struct buf *out)
{
	size_t i = 0;

	while (i < n - 1 && !settings_has(a->settings, ids[i]))
		i++;
	settings_describe(a->settings, ids[i], out);
	return true;
}

static bool hint_is_key(const struct asked *a)
{
	return a->flow && a->flow->grant == GRANT_ACCESS_KEY;
}

static bool hint_id(const struct asked *a, const struct reason *r, struct buf *out)
{
	(void)r;
	settings_describe(a->settings, hint_is_key(a) ? SET_ACCESS_KEY_ID : SET_CLIENT_ID,
			  out);
	return true;
}

static bool hint_secret(const struct asked *a, const struct reason *r, struct buf *out)
{
	(void)r;
	settings_describe(a->settings,
			  hint_is_key(a) ? SET_ACCESS_KEY_SECRET : SET_CLIENT_SECRET,
			  out);
	return true;
}

/* What chose the host: without any of it, the provider's default. */
static bool hint_place(const struct asked *a, const struct reason *r, struct buf *out)
{
	static const enum setting_id ids[] = { SET_SUB_DOMAIN, SET_REGION };
	const char *region = a->endpoints ? buf_str(&a->endpoints->region) : "";

	(void)r;
	if (settings_has(a->settings, SET_REGION) ||
	    settings_has(a->settings, SET_SUB_DOMAIN))
		return hint_describe(a, ids, ARRAY_LEN(ids), out);
	buf_addf(out, "region (%s, the default)", region);
	return *region != '\0';
}

/* The setting that the request's URL came from, or could be given by. */
static bool hint_url(const struct asked *a, const struct reason *r, struct buf *out)
{
	static const struct {
		unsigned int ask;
		enum setting_id ids[5];
		size_t count;
	} urls[] = {
		{ ASK_TOKEN,
		  { SET_TOKEN_URL, SET_ISSUER, SET_SUB_DOMAIN, SET_REGION,
		    SET_TOKEN_URL },
		  5 },
		{ ASK_REVOCATION, { SET_REVOKE_URL, SET_ISSUER, SET_REVOKE_URL }, 3 },
		{ ASK_METADATA, { SET_ISSUER }, 1 },
		{ ASK_API, { SET_API_URL, SET_SUB_DOMAIN, SET_REGION, SET_API_URL }, 4 },
	};

	(void)r;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		if (urls[i].ask == a->ask)
			return hint_describe(a, urls[i].ids, urls[i].count, out);
	return false;
}

static bool hint_grant(const struct asked *a, const struct reason *r, struct buf *out)
{
	static const char *const names[] = {
		[GRANT_CLIENT_CREDENTIALS] = "client_credentials",
		[GRANT_PASSWORD] = "password",
		[GRANT_ACCESS_KEY] = "access key",
	};

	(void)r;
	if (a->flow)
		buf_adds(out, names[a->flow->grant]);
	return a->flow != NULL;
}

static bool hint_other_auth(const struct asked *a, const struct reason *r,
			    struct buf *out)
{
	enum client_auth auth = a->flow && a->endpoints
					? flow_auth(a->flow, a->endpoints, a->settings)
					: AUTH_NONE;

	(void)r;
	buf_adds(out, auth == AUTH_BODY ? "basic" : "body");
	return auth != AUTH_NONE;
}

static bool hint_needed(const struct asked *a, const struct reason *r, struct buf *out)
{
	(void)a;
	buf_adds(out, buf_str(&r->scope));
	return r->scope.len > 0;
}

static bool hint_permissions(const struct asked *a, const struct reason *r,
			     struct buf *out)
{
	(void)a;
	buf_adds(out, buf_str(&r->permissions));
	return r->permissions.len > 0;
}

static bool hint_wait(const struct asked *a, const struct reason *r, struct buf *out)
{
	char span[CLOCK_TEXT_SIZE];

	(void)a;
	clock_format_span(r->after_ms / 1000, span);
	buf_adds(out, span);
	return r->after_ms > 0;
}

/* A credential with something at its end that a copy may have brought along. */
static bool hint_pasted(const struct asked *a, const struct reason *r, struct buf *out)
{
	(void)r;
	for (int id = 0; id < SETTING_COUNT; id++)
		if (settings_row((enum setting_id)id)->credential &&
		    settings_pasted(a->settings, (enum setting_id)id, out))
			return true;
	return false;
}

/* What a hint can name beside the settings. */
static const struct {
	const char *name;
	bool (*fill)(const struct asked *a, const struct reason *r, struct buf *out);
} holes[] = {
	{ "id", hint_id },	   { "secret", hint_secret },
	{ "place", hint_place },   { "url", hint_url },
	{ "grant", hint_grant },   { "other-auth", hint_other_auth },
	{ "needed", hint_needed }, { "permissions", hint_permissions },
	{ "wait", hint_wait },	   { "pasted", hint_pasted },
};

static bool hint_fill_one(const struct asked *a, const struct reason *r, const char *name,
			  size_t len, struct buf *out)
{
	int id;

	for (size_t i = 0; i < ARRAY_LEN(holes); i++)
		if (strlen(holes[i].name) == len && memcmp(holes[i].name, name, len) == 0)
			return holes[i].fill(a, r, out);
	id = settings_find(name, len);
	if (id >= 0)
		settings_describe(a->settings, (enum setting_id)id, out);
	return id >= 0;
}

static bool hint_fill(const struct asked *a, const struct reason *r, const char *todo,
		      struct buf *out)
{
	buf_reset(out);
	while (*todo) {
		size_t n = strcspn(todo, "{");

		buf_add(out, todo, n);
		todo += n;
		if (!*todo)
			break;
		n = strcspn(todo, "}");
		if (!hint_fill_one(a, r, todo + 1, n - 1, out))
			return false;
		todo += n + 1;
	}
	return true;
}

static const struct hint *hint_search(const struct hint *rows, size_t n,
				      const struct asked *a, const struct reason *r,
				      struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		if (hint_fits(&rows[i], a, r) && hint_fill(a, r, rows[i].todo, out))
			return &rows[i];
	return NULL;
}

const struct hint *hint_find(const struct asked *a, const struct reason *r,
			     struct buf *out)
{
	const struct hint *h = hint_search(first, ARRAY_LEN(first), a, r, out);

	if (!h && a->flow)
		h = hint_search(a->flow->provider->hints, a->flow->provider->hint_count,
				a, r, out);
	if (!h)
		h = hint_search(common, ARRAY_LEN(common), a, r, out);
	if (!h)
		buf_reset(out);
	return h;
}

bool hint_set(const struct asked *a, const struct http_resp *resp, enum err_kind kind,
	      struct err *err)
{
	AUTO_REASON struct reason r;
	AUTO_BUF struct buf todo = BUF_INIT(8 * ERR_TEXT_MAX);
	const struct hint *h;

	reason_read(resp, &r);
	h = hint_find(a, &r, &todo);
	reason_set(&r, kind, err);
	if (h)
		err_hint(err, "%s", buf_str(&todo));
	return retry_answer(resp) || (h && h->retry);
}
