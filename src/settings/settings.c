#include "settings/settings.h"

#include <string.h>
#include <strings.h>

static const char *const provider_names[] = {
	[PROVIDER_NONE] = "",
	[PROVIDER_GENESYS] = "genesys",
	[PROVIDER_CXONE] = "cxone",
	[PROVIDER_OAUTH2] = "oauth2",
};

const char *provider_name(enum provider_id id)
{
	return provider_names[id];
}

enum provider_id provider_by_name(const char *name)
{
	for (size_t i = PROVIDER_GENESYS; i < ARRAY_LEN(provider_names); i++)
		if (strcasecmp(name, provider_names[i]) == 0)
			return (enum provider_id)i;
	return PROVIDER_NONE;
}

void settings_init(struct settings *s)
{
	*s = (struct settings){ .provider = PROVIDER_NONE };
	for (size_t i = 0; i < SETTING_COUNT; i++)
		s->v[i].value = BUF_INIT(BUF_SECRET_MAX);
}

void settings_release(struct settings *s)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		buf_release(&s->v[i].value);
}

int settings_find(const char *name, size_t len)
{
	for (int i = 0; i < SETTING_COUNT; i++) {
		const char *row = settings_row((enum setting_id)i)->name;

		if (strlen(row) == len && memcmp(row, name, len) == 0)
			return i;
	}
	return -1;
}

const char *settings_str(const struct settings *s, enum setting_id id)
{
	return buf_str(&s->v[id].value);
}

bool settings_has(const struct settings *s, enum setting_id id)
{
	return s->v[id].value.len > 0;
}

int settings_parse_bool(const char *text)
{
	static const char *const words[][2] = {
		{ "false", "true" }, { "0", "1" }, { "no", "yes" }, { "off", "on" }
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (int truth = 0; truth < 2; truth++)
			if (strcasecmp(text, words[i][truth]) == 0)
				return truth;
	return -1;
}

bool settings_bool(const struct settings *s, enum setting_id id)
{
	return settings_parse_bool(settings_str(s, id)) == 1;
}

int64_t settings_parse_seconds(const char *text)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {
		{ '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }
	};
	size_t digits = strspn(text, "0123456789");
	int64_t n = 0;

	if (!digits || digits > 9 || (text[digits] && text[digits + 1]))
		return -1;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (text[i] - '0');
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].letter == text[digits])
			return n * units[i].seconds;
	return -1;
}

int64_t settings_seconds(const struct settings *s, enum setting_id id)
{
	return settings_parse_seconds(settings_str(s, id));
}

void settings_describe(const struct settings *s, enum setting_id id, struct buf *out)
{
	static const char *const from[] = {
		[FROM_NONE] = "not set",
		[FROM_DEFAULT] = "the default",
		[FROM_ENV] = "from ",
		[FROM_SAVED] = "from the main step's ",
		[FROM_INPUT] = "from the action input ",
		[FROM_OPTION] = "from --",
	};
	const struct setting *v = &s->v[id];

	buf_addf(out, "%s (%s%s)", settings_row(id)->name, from[v->from],
		 v->from > FROM_DEFAULT && v->name ? v->name : "");
}

void settings_env_names(enum setting_id id, enum provider_id provider, struct buf *out)
{
	const struct setting_row *row = settings_row(id);
	const char *comma = "";

	for (size_t i = 0; i < SETTING_ENV_MAX && row->env[i].name; i++) {
		if (provider != PROVIDER_NONE && row->env[i].only != PROVIDER_NONE &&
		    row->env[i].only != provider)
			continue;
		buf_addf(out, "%s%s", comma, row->env[i].name);
		comma = ", ";
	}
}

int settings_need_provider(const struct settings *s, struct err *err)
{
	if (s->provider != PROVIDER_NONE)
		return 0;
	*err = s->provider_err;
	return -1;
}
