#include "settings/settings.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/utf8.h"
#include "net/url.h"

enum { INPUT_NAME_MAX = 64 };

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

static int settings_parse_bool(const char *text)
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
		[FROM_NONE] = "not set",   [FROM_DEFAULT] = "the default",
		[FROM_ENV] = "from ",	   [FROM_INPUT] = "from the action input ",
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

static void settings_take(struct settings *s, enum setting_id id, const char *value,
			  enum setting_from from, const char *name)
{
	if (settings_row(id)->kind == SETTING_SECRET)
		redact_add(redact_list(), value);
	buf_set(&s->v[id].value, value);
	s->v[id].from = from;
	s->v[id].name = name;
}

int settings_set_option(struct settings *s, enum setting_id id, const char *value,
			struct err *err)
{
	const struct setting_row *row = settings_row(id);

	if (row->kind == SETTING_SECRET) {
		err_set(err, ERR_USAGE, "--%s: a secret is never an option", row->name);
		return err_hint(err, "others can read a command line; set %s",
				row->env[0].name);
	}
	if (*value)
		settings_take(s, id, value, FROM_OPTION, row->name);
	return 0;
}

/* Names as the runner makes them: upper case, dashes kept (docs/runners.md). */
static const char *settings_input(const struct setting_row *row)
{
	char name[INPUT_NAME_MAX];
	const char *value;

	snprintf(name, sizeof(name), "INPUT_%s", row->name);
	for (char *p = name; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	value = getenv(name);
	return value && *value ? value : NULL;
}

static const char *settings_env(const struct setting_row *row, size_t i)
{
	const char *value = getenv(row->env[i].name);

	return value && *value ? value : NULL;
}

static void settings_read(struct settings *s, enum setting_id id)
{
	const struct setting_row *row = settings_row(id);
	const char *value;

	if (s->v[id].from == FROM_OPTION)
		return;
	value = settings_input(row);
	if (value) {
		settings_take(s, id, value, FROM_INPUT, row->name);
		return;
	}
	for (size_t i = 0; i < SETTING_ENV_MAX && row->env[i].name; i++) {
		if (row->env[i].only != PROVIDER_NONE && row->env[i].only != s->provider)
			continue;
		value = settings_env(row, i);
		if (!value)
			continue;
		settings_take(s, id, value, FROM_ENV, row->env[i].name);
		return;
	}
	if (row->fallback)
		settings_take(s, id, row->fallback, FROM_DEFAULT, "");
}

/* Adds the credentials that are there to @names; returns a bit for each provider seen. */
static unsigned int settings_credentials(const struct settings *s, struct buf *names)
{
	unsigned int seen = 0;

	for (int id = 0; id < SETTING_COUNT; id++) {
		const struct setting_row *row = settings_row((enum setting_id)id);
		bool given = s->v[id].from == FROM_OPTION || settings_input(row);

		if (!row->credential)
			continue;
		if (given) {
			seen |= row->only ? 1u << row->only : 0;
			buf_addf(names, "%s%s", names->len ? ", " : "", row->name);
		}
		for (size_t i = 0; i < SETTING_ENV_MAX && row->env[i].name; i++) {
			if (!settings_env(row, i))
				continue;
			seen |= row->env[i].only ? 1u << row->env[i].only : 0;
			buf_addf(names, "%s%s", names->len ? ", " : "", row->env[i].name);
		}
	}
	return seen;
}

static void settings_detect_provider(struct settings *s)
{
	AUTO_BUF struct buf names = BUF_INIT(4096);
	unsigned int seen = settings_credentials(s, &names);

	for (unsigned int id = PROVIDER_GENESYS; id <= PROVIDER_OAUTH2; id++)
		if (seen == 1u << id)
			s->provider = (enum provider_id)id;
	if (s->provider != PROVIDER_NONE)
		return;
	err_set(&s->provider_err, ERR_USAGE, "provider: %s (found: %s)",
		seen ? "credentials of more than one are there"
		     : "not given, and no credentials tell it",
		names.len ? buf_str(&names) : "no credentials");
	err_hint(&s->provider_err,
		 "set provider (CC_PROVIDER) to genesys, cxone or oauth2");
}

int settings_need_provider(const struct settings *s, struct err *err)
{
	if (s->provider != PROVIDER_NONE)
		return 0;
	*err = s->provider_err;
	return -1;
}

static bool settings_choice_ok(const char *choices, const char *value)
{
	size_t len = strlen(value);

	for (const char *p = choices; *p;) {
		size_t n = strcspn(p, "|");

		if (n == len && strncasecmp(p, value, n) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

static bool settings_name_ok(const char *value)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-";
	size_t len = strlen(value);

	return len <= 64 && *value != '.' && strspn(value, allowed) == len;
}

/* What is wrong with the value, or NULL. */
static const char *settings_fault(const struct setting_row *row, const char *value,
				  char *text, size_t size)
{
	int64_t n;

	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return "holds a line break or control character; store the value "
			       "without it";
	/* What a server made of a secret is its own affair; the rest stands in JSON. */
	if (row->kind != SETTING_SECRET && !utf8_valid(value, strlen(value)))
		return "is not valid UTF-8";
	switch (row->kind) {
	case SETTING_BOOL:
		return settings_parse_bool(value) < 0 ? "must be true or false" : NULL;
	case SETTING_SECONDS:
		n = settings_parse_seconds(value);
		if (n >= row->min && n <= row->max)
			return NULL;
		snprintf(text, size,
			 "must be seconds from %lld to %lld, or a number with m, h or d",
			 (long long)row->min, (long long)row->max);
		return text;
	case SETTING_CHOICE:
		if (settings_choice_ok(row->choices, value))
			return NULL;
		snprintf(text, size, "must be one of %s", row->choices);
		return text;
	case SETTING_NAME:
		return settings_name_ok(value)
			       ? NULL
			       : "may hold up to 64 letters, digits, '.', '_' and '-'";
	case SETTING_TEXT:
	case SETTING_SECRET:
	case SETTING_URL:
		break;
	}
	return NULL;
}

static int settings_check(const struct settings *s, enum setting_id id, struct err *err)
{
	AUTO_BUF struct buf where = BUF_INIT(256);
	const struct setting_row *row = settings_row(id);
	const char *value = settings_str(s, id);
	const char *fault;
	char text[128];

	settings_describe(s, id, &where);
	if (s->v[id].value.failed)
		return err_set(err, ERR_USAGE, "%s is longer than %d bytes",
			       buf_str(&where), BUF_SECRET_MAX);
	if (!*value)
		return 0;
	fault = settings_fault(row, value, text, sizeof(text));
	if (fault)
		return err_set(err, ERR_USAGE, "%s %s", buf_str(&where), fault);
	if (row->kind == SETTING_URL && url_check(value, err))
		return err_wrap(err, "%s", buf_str(&where));
	if (row->only && s->provider && row->only != s->provider &&
	    s->v[id].from >= FROM_INPUT)
		return err_set(err, ERR_USAGE,
			       "%s is for %s only, and the provider is %s",
			       buf_str(&where), provider_name(row->only),
			       provider_name(s->provider));
	return 0;
}

int settings_load(struct settings *s, struct err *err)
{
	settings_read(s, SET_PROVIDER);
	if (settings_check(s, SET_PROVIDER, err))
		return -1;
	if (settings_has(s, SET_PROVIDER))
		s->provider = provider_by_name(settings_str(s, SET_PROVIDER));
	else
		settings_detect_provider(s);
	for (int id = SET_PROVIDER + 1; id < SETTING_COUNT; id++) {
		settings_read(s, (enum setting_id)id);
		if (settings_check(s, (enum setting_id)id, err))
			return -1;
	}
	return 0;
}
