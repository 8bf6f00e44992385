#include "provider/provider.h"

#include <string.h>
#include <strings.h>

#include "net/url.h"
#include "provider/rule.h"

enum { REGION_NAME_MAX = 128, NEAREST = 3 };

void endpoints_release(struct endpoints *e)
{
	buf_release(&e->token_url);
	buf_release(&e->api_url);
	buf_release(&e->revoke_url);
	buf_release(&e->issuer);
	buf_release(&e->region);
	buf_release(&e->auth);
	buf_release(&e->revoke_auth);
}

void endpoints_copy(struct endpoints *to, const struct endpoints *from)
{
	buf_set(&to->token_url, buf_str(&from->token_url));
	buf_set(&to->api_url, buf_str(&from->api_url));
	buf_set(&to->revoke_url, buf_str(&from->revoke_url));
	buf_set(&to->issuer, buf_str(&from->issuer));
	buf_set(&to->region, buf_str(&from->region));
	buf_set(&to->auth, buf_str(&from->auth));
}

static int provider_need(const struct settings *s, enum setting_id id, struct err *err)
{
	AUTO_BUF struct buf env = BUF_INIT(512);

	if (settings_has(s, id))
		return 0;
	if (settings_check_empty(s, id, err) == 0)
		err_set(err, ERR_USAGE, "%s is not set", settings_row(id)->name);
	if (*err->hint)
		return -1;
	settings_env_names(id, s->provider, &env);
	if (s->confined)
		return err_hint(err,
				"set the input of that name; where one secret comes "
				"by an input, no credential is taken from variables");
	return err_hint(err, "set one of %s", buf_str(&env));
}

/* The @nth row of that provider and grant; the table has it. */
static const struct flow *provider_row(enum provider_id p, enum grant g, int nth)
{
	const struct flow *f = provider_flows;

	while (f->provider != p || f->grant != g || nth-- > 0)
		f++;
	return f;
}

static const struct flow *provider_choose(const struct settings *s)
{
	bool key = settings_has(s, SET_ACCESS_KEY_ID) ||
		   settings_has(s, SET_ACCESS_KEY_SECRET);
	bool client = settings_has(s, SET_CLIENT_ID);

	if (s->provider == PROVIDER_GENESYS)
		return provider_row(s->provider, GRANT_CLIENT_CREDENTIALS,
				    settings_has(s, SET_SUB_DOMAIN));
	if (s->provider == PROVIDER_CXONE && key)
		return provider_row(s->provider,
				    client ? GRANT_PASSWORD : GRANT_ACCESS_KEY, 0);
	return provider_row(s->provider, GRANT_CLIENT_CREDENTIALS, 0);
}

/* Where both came empty the secret is what there is to say of. */
static int provider_need_both(const struct settings *s, enum setting_id id,
			      enum setting_id secret, bool need_secret, struct err *err)
{
	if (!settings_has(s, id) && settings_check_empty(s, secret, err))
		return -1;
	return provider_need(s, id, err) ||
	       (need_secret && provider_need(s, secret, err));
}

const struct flow *provider_flow(const struct settings *s, bool need_secrets,
				 struct err *err)
{
	const struct flow *f;

	if (settings_need_provider(s, err))
		return NULL;
	f = provider_choose(s);
	if (f->grant != GRANT_ACCESS_KEY &&
	    provider_need_both(s, SET_CLIENT_ID, SET_CLIENT_SECRET, need_secrets, err))
		return NULL;
	if (f->grant != GRANT_CLIENT_CREDENTIALS &&
	    provider_need_both(s, SET_ACCESS_KEY_ID, SET_ACCESS_KEY_SECRET, need_secrets,
			       err))
		return NULL;
	return f;
}

static const char *provider_auth_name(enum client_auth auth)
{
	return auth == AUTH_BODY ? "body" : auth == AUTH_NONE ? "none" : "basic";
}

static enum client_auth provider_auth_of(const struct flow *f, const char *name)
{
	if (strncasecmp(name, "body", 4) == 0)
		return AUTH_BODY;
	if (strncasecmp(name, "none", 4) == 0)
		return AUTH_NONE;
	return f->raw_basic ? AUTH_BASIC_RAW : AUTH_BASIC;
}

/* @wish, where the server's list has it or is empty; else what the list begins with. */
static enum client_auth provider_choose_auth(const struct flow *f, enum client_auth wish,
					     const struct buf *list)
{
	if (!list->len || strstr(buf_str(list), provider_auth_name(wish)))
		return wish;
	return provider_auth_of(f, buf_str(list));
}

enum client_auth provider_auth(const struct flow *f, const struct endpoints *e,
			       const struct settings *s)
{
	enum client_auth auth;

	if (f->auth == AUTH_NONE)
		return AUTH_NONE;
	if (settings_has(s, SET_CLIENT_AUTH))
		return provider_auth_of(f, settings_str(s, SET_CLIENT_AUTH));
	auth = provider_choose_auth(f, f->auth, &e->auth);
	return auth == AUTH_NONE ? f->auth : auth; /* tokens are for a secret alone */
}

enum client_auth provider_revoke_auth(const struct flow *f, const struct endpoints *e,
				      const struct settings *s)
{
	return provider_choose_auth(f, provider_auth(f, e, s), &e->revoke_auth);
}

/* The edit distance of two short names. */
static size_t provider_distance(const char *a, const char *b)
{
	size_t row[REGION_NAME_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j - 1] + 1 < change)
				change = row[j - 1] + 1;
			if (row[j] + 1 < change)
				change = row[j] + 1;
			row[j] = change;
		}
	}
	return row[n];
}

static int provider_unknown_region(const struct settings *s, const char *name,
				   struct err *err)
{
	AUTO_BUF struct buf where = BUF_INIT(256), near = BUF_INIT(1024);
	bool used[64] = { false };

	settings_describe(s, SET_REGION, &where);
	for (int k = 0; k < NEAREST; k++) {
		size_t best = SIZE_MAX, at = 0;

		for (size_t i = 0; i < provider_region_count; i++) {
			size_t d = provider_distance(name, provider_regions[i].name);

			if (provider_regions[i].provider == s->provider && !used[i] &&
			    d < best) {
				best = d;
				at = i;
			}
		}
		used[at] = true;
		buf_addf(&near, "%s%s", k ? ", " : "", provider_regions[at].name);
	}
	err_set(err, ERR_USAGE, "%s: no region of that name is known", buf_str(&where));
	if (s->provider == PROVIDER_CXONE)
		return err_hint(err,
				"the nearest known are %s; other tools use CXONE_REGION "
				"too: CC_REGION goes first",
				buf_str(&near));
	return err_hint(err,
			"the nearest known are %s; a domain such as mypurecloud.ie is "
			"taken as it is",
			buf_str(&near));
}

/* Lower case, '_' as '-', and of a host URL or host name the domain alone. */
static int provider_region_key(const char *text, struct buf *out, struct err *err)
{
	static const char *const prefixes[] = { "login.", "api.", "apps." };

	if (strstr(text, "://")) {
		if (url_check(text, err) || url_host(text, out, err))
			return err_wrap(err, "region");
	} else {
		buf_adds(out, text);
	}
	if (buf_check(out, "region", err))
		return out->starved ? -1
				    : err_hint(err, "give a region, a domain such as "
						    "mypurecloud.ie, or a host URL");
	for (char *p = out->ptr; p && *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
		else if (*p == '_')
			*p = '-';
	}
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (strncmp(buf_str(out), prefixes[i], strlen(prefixes[i])) == 0)
			buf_shift(out, strlen(prefixes[i]));
	return 0;
}

/* True for a host name of more than one label, each of letters, digits and '-'. */
static bool provider_is_domain(const char *text)
{
	size_t label = 0, dots = 0;

	for (const char *p = text; *p; p++) {
		if (*p == '.') {
			if (!label || p[-1] == '-')
				return false;
			label = 0;
			dots++;
		} else if ((*p == '-' && !label) ||
			   !strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *p)) {
			return false;
		} else {
			label++;
		}
	}
	return label && dots && text[strlen(text) - 1] != '-';
}

/*
 * An area of two letters and a digit that the table doesn't have yet is taken as it is.
 */
static bool provider_is_area(const char *text)
{
	return strlen(text) == 3 && strspn(text, "abcdefghijklmnopqrstuvwxyz") == 2 &&
	       text[2] >= '1' && text[2] <= '9';
}

/* What "{}" stands for, in @key, and the name that the vendor's tools use, in @name. */
static int provider_resolve_region(const struct settings *s, struct buf *key,
				   struct buf *name, struct err *err)
{
	const char *text = settings_str(s, SET_REGION);

	if (!*text && s->provider == PROVIDER_GENESYS)
		text = "us-east-1";
	if (provider_region_key(text, key, err))
		return -1;
	for (size_t i = 0; i < provider_region_count; i++) {
		const struct region *r = &provider_regions[i];

		if (r->provider != s->provider || (strcmp(buf_str(key), r->name) != 0 &&
						   strcmp(buf_str(key), r->key) != 0))
			continue;
		buf_set(key, r->key);
		buf_set(name, r->name);
		return 0;
	}
	if (rule_check_region(s, err))
		return -1;
	if (s->provider == PROVIDER_GENESYS ? !provider_is_domain(buf_str(key))
					    : key->len && !provider_is_area(buf_str(key)))
		return provider_unknown_region(s, buf_str(key), err);
	buf_set(name, buf_str(key));
	return 0;
}

static int provider_sub_domain(const struct settings *s, struct buf *key, struct err *err)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	const char *text = settings_str(s, SET_SUB_DOMAIN);
	size_t len = strlen(text);

	if (len && len <= 63 && strspn(text, allowed) == len && text[0] != '-' &&
	    text[len - 1] != '-') {
		buf_adds(key, text);
		return buf_check(key, "sub-domain", err);
	}
	err_set(err, ERR_USAGE, "sub-domain is not one label of a host name");
	return err_hint(err, "give the part between api. and .mypurecloud.com");
}

static void provider_expand(const char *pattern, const char *key, struct buf *out)
{
	const char *hole = pattern ? strstr(pattern, "{}") : NULL;

	if (!pattern || (hole && !*key))
		return;
	buf_add(out, pattern, hole ? (size_t)(hole - pattern) : strlen(pattern));
	if (hole) {
		buf_adds(out, key);
		buf_adds(out, hole + 2);
	}
}

static void provider_pick(const struct settings *s, enum setting_id id,
			  const char *pattern, const char *key, struct buf *out)
{
	if (settings_has(s, id))
		buf_adds(out, settings_str(s, id));
	else
		provider_expand(pattern, key, out);
}

static void provider_cut_slashes(struct buf *url)
{
	while (url->len && url->ptr[url->len - 1] == '/')
		buf_cut(url, url->len - 1);
}

/* The URL of the issuer's document is often what people have at hand: RFC 8414. */
static void provider_cut_document(struct buf *issuer)
{
	static const char *const names[] = { "/.well-known/openid-configuration",
					     "/.well-known/oauth-authorization-server" };
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *at = strstr(buf_str(issuer), names[i]);

		if (!at)
			continue;
		buf_adds(&path, at + strlen(names[i]));
		buf_cut(issuer, (size_t)(at - issuer->ptr));
		buf_adds(issuer, buf_str(&path));
		return;
	}
}

int provider_endpoints(const struct flow *f, const struct settings *s,
		       struct endpoints *ret, struct err *err)
{
	AUTO_BUF struct buf key = BUF_INIT(REGION_NAME_MAX);
	bool sub = f->provider == PROVIDER_GENESYS && settings_has(s, SET_SUB_DOMAIN);
	bool regional = f->token_url && strstr(f->token_url, "{}");

	if (sub ? provider_sub_domain(s, &key, err)
		: regional && provider_resolve_region(s, &key, &ret->region, err))
		return -1;
	provider_pick(s, SET_API_URL, f->api_url, buf_str(&key), &ret->api_url);
	provider_cut_slashes(&ret->api_url);
	provider_pick(s, SET_ISSUER, f->issuer, "", &ret->issuer);
	provider_cut_document(&ret->issuer);
	provider_cut_slashes(&ret->issuer);
	provider_pick(s, SET_REVOKE_URL, NULL, "", &ret->revoke_url);
	provider_pick(s, SET_TOKEN_URL, f->token_url, buf_str(&key), &ret->token_url);
	if (rule_check(f, s, ret, err))
		return -1;
	if (ret->token_url.len || (f->discover_token && ret->issuer.len))
		return 0;
	if (f->discover_token) {
		err_set(err, ERR_USAGE, "neither token-url nor issuer is set");
		return err_hint(err, "set CC_TOKEN_URL, or CC_ISSUER for discovery");
	}
	err_set(err, ERR_USAGE, "region is not set");
	return err_hint(err, "set CC_REGION or CXONE_REGION to the area, such as na1");
}
