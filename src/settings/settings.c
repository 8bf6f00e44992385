#include "settings/settings.h"

#include <string.h>
#include <strings.h>

/* The @i-th variable of the vendors' for that setting, of all rows in their order. */
static bool settings_vendor_variable(const char *setting, size_t i,
				     struct setting_variable *ret)
{
	for (const struct provider *const *p = providers; *p; p++)
		for (size_t k = 0; k < (*p)->variable_count; k++) {
			if (strcmp((*p)->variables[k].setting, setting) != 0 || i-- > 0)
				continue;
			*ret = (struct setting_variable){ (*p)->variables[k].name, *p };
			return true;
		}
	return false;
}

bool settings_variable(enum setting_id id, size_t i, struct setting_variable *ret)
{
	const struct setting_row *row = settings_row(id);
	size_t ours = 0;

	while (ours < ARRAY_LEN(row->variables) && row->variables[ours])
		ours++;
	if (i >= ours)
		return settings_vendor_variable(row->name, i - ours, ret);
	*ret = (struct setting_variable){ row->variables[i], provider_owner(row->name) };
	return true;
}

void settings_init(struct settings *s)
{
	*s = (struct settings){ .provider = NULL };
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

void settings_env_names(enum setting_id id, const struct provider *provider,
			struct buf *out)
{
	struct setting_variable v;
	const char *comma = "";

	for (size_t i = 0; settings_variable(id, i, &v); i++) {
		if (provider && v.only && v.only != provider)
			continue;
		buf_addf(out, "%s%s", comma, v.name);
		comma = ", ";
	}
}

/* What the rows say of a region, or of an issuer, each behind its title. */
static void settings_help_regions(struct buf *out)
{
	const char *mark = "";

	for (const struct provider *const *p = providers; *p; p++)
		if ((*p)->region_help) {
			buf_addf(out, "%s%s: %s", mark, (*p)->title, (*p)->region_help);
			mark = "; ";
		}
}

static void settings_help_issuers(struct buf *out)
{
	for (const struct provider *const *p = providers; *p; p++)
		for (size_t i = 0; i < (*p)->flow_count; i++)
			if ((*p)->flows[i].issuer) {
				buf_addf(out, "; %s: default `%s`", (*p)->title,
					 (*p)->flows[i].issuer);
				break;
			}
}

void settings_help(enum setting_id id, struct buf *out)
{
	const char *text = settings_row(id)->help, *hole = strchr(text, '{');

	buf_add(out, text, hole ? (size_t)(hole - text) : strlen(text));
	if (!hole)
		return;
	if (strncmp(hole, "{providers}", 11) == 0)
		provider_list("`", out);
	else if (strncmp(hole, "{regions}", 9) == 0)
		settings_help_regions(out);
	else
		settings_help_issuers(out);
	buf_adds(out, hole + strcspn(hole, "}") + 1);
}

int settings_need_provider(const struct settings *s, struct err *err)
{
	if (s->provider)
		return 0;
	*err = s->provider_err;
	return -1;
}
