#include "settings/settings.h"

/* Read by libcurl, see libcurl-env(3); a proxy's password may be in them. */
static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY",
				       "all_proxy",  "ALL_PROXY",   "no_proxy",
				       "NO_PROXY" };

static void export_pair(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=%s", name, value);
	buf_addc(out, '\0');
}

void settings_export(const struct settings *s, struct buf *out)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *v = &s->v[i];

		if (v->from > FROM_DEFAULT && v->value.len)
			settings_export_one((enum setting_id)i, buf_str(&v->value), out);
	}
	/* Names of one vendor's own told it; the common ones that go out don't. */
	if (s->provider)
		settings_export_one(SET_PROVIDER, provider_name(s->provider), out);
	for (size_t i = 0; i < ARRAY_LEN(proxies); i++) {
		const char *value = getenv(proxies[i]);

		if (value && *value)
			export_pair(out, proxies[i], value);
	}
}

void settings_export_one(enum setting_id id, const char *value, struct buf *out)
{
	const char *name = settings_row(id)->variables[0];

	if (name)
		export_pair(out, name, value);
}
