#include "oauth/endpoints.h"

#include <string.h>
#include <strings.h>

#include "oauth/rule.h"

enum { KEY_MAX = 128 };

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
	buf_set(&to->revoke_auth, buf_str(&from->revoke_auth));
}

static int flow_need(const struct settings *s, enum setting_id id, struct err *err)
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

/* True when one of "a|b" is set. */
static bool flow_has_any(const struct settings *s, const char *names)
{
	while (*names) {
		size_t n = strcspn(names, "|");
		int id = settings_find(names, n);

		if (id >= 0 && settings_has(s, (enum setting_id)id))
			return true;
		names += n + (names[n] == '|');
	}
	return false;
}

/* How many of its wishes are granted; -1 where one is not. */
static int flow_rank(const struct flow *f, const struct settings *s)
{
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(f->wants) && f->wants[i]; i++, n++)
		if (!flow_has_any(s, f->wants[i]))
			return -1;
	return n;
}

/* The row that wants the most of what is there; one of each provider wants nothing. */
static const struct flow *flow_of(const struct provider *p, const struct settings *s)
{
	const struct flow *best = p->flows;

	for (size_t i = 1; i < p->flow_count; i++)
		if (flow_rank(&p->flows[i], s) > flow_rank(best, s))
			best = &p->flows[i];
	return best;
}

/* Where both came empty the secret is what there is to say of. */
static int flow_need_both(const struct settings *s, enum setting_id id,
			  enum setting_id secret, bool need_secret, struct err *err)
{
	if (!settings_has(s, id) && settings_check_empty(s, secret, err))
		return -1;
	return flow_need(s, id, err) || (need_secret && flow_need(s, secret, err));
}

const struct flow *flow_choose(const struct settings *s, bool need_secrets,
			       struct err *err)
{
	const struct flow *f;

	if (settings_need_provider(s, err))
		return NULL;
	f = flow_of(s->provider, s);
	if (f->grant != GRANT_ACCESS_KEY &&
	    flow_need_both(s, SET_CLIENT_ID, SET_CLIENT_SECRET, need_secrets, err))
		return NULL;
	if (f->grant != GRANT_CLIENT_CREDENTIALS &&
	    flow_need_both(s, SET_ACCESS_KEY_ID, SET_ACCESS_KEY_SECRET, need_secrets,
			   err))
		return NULL;
	return f;
}

static const char *flow_auth_name(enum client_auth auth)
{
	return auth == AUTH_BODY ? "body" : auth == AUTH_NONE ? "none" : "basic";
}

static enum client_auth flow_auth_of(const struct flow *f, const char *name)
{
	if (strncasecmp(name, "body", 4) == 0)
		return AUTH_BODY;
	if (strncasecmp(name, "none", 4) == 0)
		return AUTH_NONE;
	return f->raw_basic ? AUTH_BASIC_RAW : AUTH_BASIC;
}

/* @wish, where the server's list has it or is empty; else what the list begins with. */
static enum client_auth flow_choose_auth(const struct flow *f, enum client_auth wish,
					 const struct buf *list)
{
	if (!list->len || strstr(buf_str(list), flow_auth_name(wish)))
		return wish;
	return flow_auth_of(f, buf_str(list));
}

enum client_auth flow_auth(const struct flow *f, const struct endpoints *e,
			   const struct settings *s)
{
	enum client_auth auth;

	if (f->auth == AUTH_NONE)
		return AUTH_NONE;
	if (settings_has(s, SET_CLIENT_AUTH))
		return flow_auth_of(f, settings_str(s, SET_CLIENT_AUTH));
	auth = flow_choose_auth(f, f->auth, &e->auth);
	return auth == AUTH_NONE ? f->auth : auth; /* tokens are for a secret alone */
}

enum client_auth flow_revoke_auth(const struct flow *f, const struct endpoints *e,
				  const struct settings *s)
{
	return flow_choose_auth(f, flow_auth(f, e, s), &e->revoke_auth);
}

/* A setting of its own that is one label of the hosts, RFC 1035 section 2.3.1. */
static int endpoints_label(const struct flow *f, const struct settings *s,
			   struct buf *key, struct err *err)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	int id = settings_find(f->key, strlen(f->key));
	const char *text = settings_str(s, (enum setting_id)id);
	size_t len = strlen(text);

	if (len && len <= 63 && strspn(text, allowed) == len && text[0] != '-' &&
	    text[len - 1] != '-') {
		buf_adds(key, text);
		return buf_check(key, f->key, err);
	}
	err_set(err, ERR_USAGE, "%s is not one label of a host name", f->key);
	return err_hint(err, "give what stands for {} in %s", f->api_url);
}

void endpoints_expand(const char *pattern, const char *key, struct buf *out)
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

static void endpoints_pick(const struct settings *s, enum setting_id id,
			   const char *pattern, const char *key, struct buf *out)
{
	if (settings_has(s, id))
		buf_adds(out, settings_str(s, id));
	else
		endpoints_expand(pattern, key, out);
}

static void endpoints_cut_slashes(struct buf *url)
{
	while (url->len && url->ptr[url->len - 1] == '/')
		buf_cut(url, url->len - 1);
}

/* The URL of the issuer's document is often what people have at hand: RFC 8414. */
static void endpoints_cut_document(struct buf *issuer)
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

static int endpoints_missing(const struct flow *f, struct err *err)
{
	AUTO_BUF struct buf names = BUF_INIT(512);

	if (f->discover_token) {
		err_set(err, ERR_USAGE, "neither token-url nor issuer is set");
		return err_hint(err, "set CC_TOKEN_URL, or CC_ISSUER for discovery");
	}
	settings_env_names(SET_REGION, f->provider, &names);
	err_set(err, ERR_USAGE, "region is not set");
	return err_hint(err, "set one of %s to %s", buf_str(&names),
			f->provider->region_example);
}

int endpoints_find(const struct flow *f, const struct settings *s, struct endpoints *ret,
		   struct err *err)
{
	AUTO_BUF struct buf key = BUF_INIT(KEY_MAX);
	bool regional = f->token_url && strstr(f->token_url, "{}");

	if (f->key ? endpoints_label(f, s, &key, err)
		   : regional &&
			     endpoints_region(f->provider, s, &key, &ret->region, err))
		return -1;
	endpoints_pick(s, SET_API_URL, f->api_url, buf_str(&key), &ret->api_url);
	endpoints_cut_slashes(&ret->api_url);
	endpoints_pick(s, SET_ISSUER, f->issuer, "", &ret->issuer);
	endpoints_cut_document(&ret->issuer);
	endpoints_cut_slashes(&ret->issuer);
	endpoints_pick(s, SET_REVOKE_URL, NULL, "", &ret->revoke_url);
	endpoints_pick(s, SET_TOKEN_URL, f->token_url, buf_str(&key), &ret->token_url);
	if (rule_check(f, s, ret, err))
		return -1;
	if (ret->token_url.len || (f->discover_token && ret->issuer.len))
		return 0;
	return endpoints_missing(f, err);
}
