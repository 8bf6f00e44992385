#include "oauth/rule.h"

#include <string.h>
#include <strings.h>

#include "net/url.h"

/* What holds without a variable; "" where nothing does. */
static const char *rule_holds(const struct flow *f, const struct settings *s,
			      const struct endpoints *e, enum setting_id id)
{
	switch (id) {
	case SET_ISSUER:
		return buf_str(&e->issuer);
	case SET_TOKEN_URL:
		return buf_str(&e->token_url);
	case SET_API_URL:
		return buf_str(&e->api_url);
	case SET_CLIENT_AUTH:
		return flow_auth(f, e, s) == AUTH_BODY ? "body" : "basic";
	default:
		return "";
	}
}

int rule_check(const struct flow *f, const struct settings *s, const struct endpoints *e,
	       struct err *err)
{
	for (int i = SET_PROVIDER + 1; i < SETTING_COUNT; i++) {
		enum setting_id id = (enum setting_id)i;
		const char *denied = s->v[i].denied;
		const char *said = denied ? getenv(denied) : NULL;

		if (said && strcasecmp(said, rule_holds(f, s, e, id)) != 0)
			return settings_deny(s, id, err);
	}
	return 0;
}

int rule_check_region(const struct settings *s, struct err *err)
{
	if (!s->confined || s->v[SET_REGION].from != FROM_ENV)
		return 0;
	return settings_deny(s, SET_REGION, err);
}

bool rule_is_armed(const struct settings *s)
{
	return settings_has(s, SET_CLIENT_SECRET) ||
	       settings_has(s, SET_ACCESS_KEY_SECRET);
}

void rule_for_record(const struct settings *s, struct endpoints *e)
{
	const struct {
		enum setting_id id;
		struct buf *value;
	} told[] = {
		{ SET_API_URL, &e->api_url },
		{ SET_REVOKE_URL, &e->revoke_url },
	};

	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (s->v[told[i].id].from > FROM_ENV)
			buf_set(told[i].value, settings_str(s, told[i].id));
}

/*
 * True when @host is that of @pattern. For its "{}" stands @key, or, where @key is NULL
 * and a domain of the vendor's follows, any one label.
 */
static bool rule_host_is(const char *host, const char *pattern, const char *key)
{
	const char *want = pattern ? strstr(pattern, "://") : NULL;
	size_t len = want ? strcspn(want += 3, "/") : 0;
	const char *hole = want ? strstr(want, "{}") : NULL;
	size_t before = hole ? (size_t)(hole - want) : len, n;

	if (!want || strncmp(host, want, before) != 0)
		return false;
	if (!hole || hole >= want + len)
		return !host[len];
	if (!key && hole[2] != '.')
		return false;
	host += before;
	n = key ? strlen(key) : strcspn(host, ".");
	len -= before + 2;
	return n && (!key || strncmp(host, key, n) == 0) && strlen(host + n) == len &&
	       strncmp(host + n, hole + 2, len) == 0;
}

static bool rule_row_has(const struct flow *f, const char *host)
{
	const char *patterns[] = { f->token_url, f->api_url, f->issuer };

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		if (rule_host_is(host, patterns[i], NULL))
			return true;
		for (size_t r = 0; r < f->provider->region_count; r++)
			if (rule_host_is(host, patterns[i], f->provider->regions[r].key))
				return true;
	}
	return false;
}

bool rule_is_vendors(const struct provider *provider, const char *url)
{
	AUTO_BUF struct buf host = BUF_INIT(BUF_URL_MAX);
	struct err ignored = ERR_INIT;

	if (strncasecmp(url, "https:", 6) != 0 || url_host(url, &host, &ignored))
		return false;
	for (size_t i = 0; provider && i < provider->flow_count; i++)
		if (rule_row_has(&provider->flows[i], buf_str(&host)))
			return true;
	return false;
}
