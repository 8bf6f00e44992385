#include "settings/settings.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "net/proxy.h"
#include "net/url.h"

static void settings_take(struct settings *s, enum setting_id id, const char *value,
			  enum setting_from from, const char *name)
{
	struct setting *v = &s->v[id];

	if (settings_row(id)->kind == SETTING_SECRET)
		redact_add(redact_list(), value);
	buf_set(&v->value, value);
	if (settings_row(id)->kind == SETTING_WORD)
		settings_trim(&v->value);
	v->from = from;
	v->name = name;
}

int settings_set_option(struct settings *s, enum setting_id id, const char *value,
			struct err *err)
{
	const struct setting_row *row = settings_row(id);

	if (row->kind == SETTING_SECRET) {
		err_set(err, ERR_USAGE, "--%s: a secret is never an option", row->name);
		return err_hint(err, "others can read a command line; set %s",
				row->variables[0]);
	}
	if (*value)
		settings_take(s, id, value, FROM_OPTION, row->name);
	return 0;
}

static const char *settings_input(const struct settings *s, const struct setting_row *row)
{
	const char *value = s->sources.input ? s->sources.input(row->name) : NULL;

	return value && *value ? value : NULL;
}

static const char *settings_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* What tells which token it is, and where. */
static bool settings_is_of_token(enum setting_id id)
{
	static const enum setting_id ids[] = { SET_REGION, SET_SCOPE, SET_AUDIENCE,
					       SET_NAME, SET_STATE_DIR };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (ids[i] == id)
			return true;
	return settings_row(id)->credential || settings_row(id)->decides;
}

/*
 * True where variables may say it. A post step takes none, unless its inputs allow those
 * by which the token is found and revoked.
 */
static bool settings_reads(const struct settings *s, enum setting_id id)
{
	if (s->confined && settings_row(id)->credential)
		return false;
	return s->sources.environment ||
	       (settings_bool(s, SET_ALLOW_ENVIRONMENT) && settings_is_of_token(id));
}

static bool settings_take_saved(struct settings *s, enum setting_id id)
{
	AUTO_BUF struct buf value = BUF_INIT(BUF_SECRET_MAX);
	const struct setting_row *row = settings_row(id);

	if (row->kind == SETTING_SECRET || !s->sources.saved ||
	    !url_get_query(s->sources.saved, row->name, &value) || !value.len)
		return false;
	settings_take(s, id, buf_str(&value), FROM_SAVED, row->name);
	return true;
}

static bool settings_take_variable(struct settings *s, enum setting_id id)
{
	struct setting_variable v;

	for (size_t i = 0; settings_variable(id, i, &v); i++) {
		const char *value = settings_env(v.name);

		if (!value || (v.only && v.only != s->provider))
			continue;
		if (s->confined && settings_row(id)->decides) {
			s->v[id].denied = v.name;
			return false;
		}
		settings_take(s, id, value, FROM_ENV, v.name);
		return true;
	}
	return false;
}

static void settings_read(struct settings *s, enum setting_id id)
{
	const struct setting_row *row = settings_row(id);
	const char *input = settings_input(s, row);

	if (s->v[id].from == FROM_OPTION)
		return;
	if (input)
		settings_take(s, id, input, FROM_INPUT, row->name);
	else if (!settings_take_saved(s, id) &&
		 !(settings_reads(s, id) && settings_take_variable(s, id)) &&
		 row->fallback)
		settings_take(s, id, row->fallback, FROM_DEFAULT, "");
}

static const char *settings_empty_variable(const struct settings *s, enum setting_id id)
{
	struct setting_variable v;

	for (size_t i = 0; settings_reads(s, id) && settings_variable(id, i, &v); i++)
		if (getenv(v.name) && (!v.only || v.only == s->provider))
			return v.name;
	return NULL;
}

int settings_check_empty(const struct settings *s, enum setting_id id, struct err *err)
{
	const struct setting_row *row = settings_row(id);
	bool input = s->sources.input && s->sources.input(row->name);
	const char *variable = settings_empty_variable(s, id);

	if (settings_has(s, id) || !(input || variable))
		return 0;
	err_set(err, ERR_USAGE, "%s%s is empty", input ? "the input " : "",
		input ? row->name : variable);
	return err_hint(err, "%s",
			s->sources.emptied ? s->sources.emptied : "give it a value");
}

/* Which providers the credentials are of: none, this one, or more than one. */
struct settings_seen {
	const struct provider *one;
	bool more;
	struct buf names; /* of what is there */
};

static void settings_see(struct settings_seen *seen, const char *name,
			 const struct provider *only)
{
	buf_addf(&seen->names, "%s%s", seen->names.len ? ", " : "", name);
	seen->more = seen->more || (only && seen->one && seen->one != only);
	seen->one = seen->one ? seen->one : only;
}

static void settings_see_credential(const struct settings *s, enum setting_id id,
				    struct settings_seen *seen)
{
	const struct setting_row *row = settings_row(id);
	struct setting_variable v;

	if (s->v[id].from == FROM_OPTION || settings_input(s, row))
		settings_see(seen, row->name, provider_owner(row->name));
	for (size_t i = 0; settings_reads(s, id) && settings_variable(id, i, &v); i++)
		if (settings_env(v.name))
			settings_see(seen, v.name, v.only);
}

static void settings_detect_provider(struct settings *s)
{
	struct settings_seen seen = { .names = BUF_INIT(4096) };
	AUTO_BUF struct buf list = BUF_INIT(1024);

	for (int id = 0; id < SETTING_COUNT; id++)
		if (settings_row((enum setting_id)id)->credential)
			settings_see_credential(s, (enum setting_id)id, &seen);
	s->provider = seen.more ? NULL : seen.one;
	provider_list("", &list);
	if (!s->provider && (seen.names.len || !settings_check_empty(s, SET_CLIENT_SECRET,
								     &s->provider_err))) {
		err_set(&s->provider_err, ERR_USAGE, "provider: %s (found: %s)",
			seen.more ? "credentials of more than one are there"
				  : "not given, and no credentials tell it",
			seen.names.len ? buf_str(&seen.names) : "no credentials");
		err_hint(&s->provider_err, "set provider (CC_PROVIDER) to %s",
			 buf_str(&list));
	}
	buf_release(&seen.names);
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
				  struct buf *text)
{
	int64_t n;

	for (const unsigned char *p = (const unsigned char *)value; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return "holds a line break or control character; store the value "
			       "without it";
	if (row->credential && *value == '/' && access(value, F_OK) == 0)
		return "is the path of a file: give what stands in it (on GitLab by a "
		       "variable of the type Variable, not File)";
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
		buf_addf(text,
			 "must be seconds from %lld to %lld, or a number with m, h or d",
			 (long long)row->min, (long long)row->max);
		return buf_str(text);
	case SETTING_CHOICE:
		if (settings_choice_ok(row->choices, value))
			return NULL;
		buf_addf(text, "must be one of %s", row->choices);
		return buf_str(text);
	case SETTING_PROVIDER:
		if (provider_by_name(value))
			return NULL;
		buf_adds(text, "must be one of ");
		provider_list("", text);
		return buf_str(text);
	case SETTING_NAME:
		return settings_name_ok(value)
			       ? NULL
			       : "may hold up to 64 letters, digits, '.', '_' and '-'";
	case SETTING_TEXT:
	case SETTING_WORD:
	case SETTING_SECRET:
	case SETTING_URL:
		break;
	}
	return NULL;
}

static int settings_check(const struct settings *s, enum setting_id id, struct err *err)
{
	AUTO_BUF struct buf where = BUF_INIT(256), text = BUF_INIT(512);
	const struct setting_row *row = settings_row(id);
	const char *value = settings_str(s, id);
	const char *fault;

	settings_describe(s, id, &where);
	if (s->v[id].value.failed)
		return err_set(err, ERR_USAGE, "%s is longer than %d bytes",
			       buf_str(&where), BUF_SECRET_MAX);
	if (!*value)
		return 0;
	fault = settings_fault(row, value, &text);
	if (fault)
		return err_set(err, ERR_USAGE, "%s %s", buf_str(&where), fault);
	if (row->kind == SETTING_URL && url_check(value, err))
		return err_wrap(err, "%s", buf_str(&where));
	if (s->provider && !provider_takes(s->provider, row->name) &&
	    s->v[id].from >= FROM_INPUT)
		return err_set(err, ERR_USAGE,
			       "%s is for %s only, and the provider is %s",
			       buf_str(&where), provider_name(provider_owner(row->name)),
			       provider_name(s->provider));
	return 0;
}

/* A secret of an input is not to go where a variable says: see oauth/rule.h. */
static bool settings_is_confined(const struct settings *s)
{
	for (int id = 0; s->sources.handed && id < SETTING_COUNT; id++) {
		const struct setting_row *row = settings_row((enum setting_id)id);

		if (row->kind == SETTING_SECRET && settings_input(s, row))
			return !settings_bool(s, SET_ALLOW_ENVIRONMENT);
	}
	return false;
}

int settings_deny(const struct settings *s, enum setting_id id, struct err *err)
{
	const char *name = settings_row(id)->name;

	err_set(err, ERR_USAGE, "%s says what %s is, but the secret comes by an input",
		s->v[id].denied ? s->v[id].denied : s->v[id].name, name);
	return err_hint(err,
			"set the input %s, or the input allow-environment to true, or "
			"unset the variable",
			name);
}

/* By what is given, where no setting says it. */
static int settings_find_provider(struct settings *s, struct err *err)
{
	const char *denied = s->v[SET_PROVIDER].denied;

	settings_detect_provider(s);
	if (!denied || provider_by_name(getenv(denied)) == s->provider)
		return 0;
	return settings_deny(s, SET_PROVIDER, err);
}

int settings_load(struct settings *s, const struct settings_sources *from,
		  struct err *err)
{
	proxy_hide();
	s->sources = *from;
	settings_read(s, SET_ALLOW_ENVIRONMENT);
	if (settings_check(s, SET_ALLOW_ENVIRONMENT, err))
		return -1;
	s->confined = settings_is_confined(s);
	settings_read(s, SET_PROVIDER);
	if (settings_check(s, SET_PROVIDER, err))
		return -1;
	if (settings_has(s, SET_PROVIDER))
		s->provider = provider_by_name(settings_str(s, SET_PROVIDER));
	else if (settings_find_provider(s, err))
		return -1;
	for (int id = SET_PROVIDER + 1; id < SETTING_COUNT; id++) {
		settings_read(s, (enum setting_id)id);
		if (settings_check(s, (enum setting_id)id, err))
			return -1;
	}
	return 0;
}

/*
 * What variables said. Where the secret comes by one, post has none, and what the record
 * tells will do.
 */
static bool settings_is_saved(const struct settings *s, enum setting_id id)
{
	const struct setting_row *row = settings_row(id);

	if (s->v[id].from != FROM_ENV || row->kind == SETTING_SECRET)
		return false;
	return id == SET_REVOKE || s->confined || settings_bool(s, SET_ALLOW_ENVIRONMENT);
}

void settings_save(const struct settings *s, struct buf *out)
{
	for (int id = 0; id < SETTING_COUNT; id++) {
		if (!settings_is_saved(s, (enum setting_id)id))
			continue;
		buf_addf(out, "%s%s=", out->len ? "&" : "",
			 settings_row((enum setting_id)id)->name);
		quote_percent(out, settings_str(s, (enum setting_id)id));
	}
}
