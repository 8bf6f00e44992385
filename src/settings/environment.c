#include "settings/settings.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/redact.h"

extern char **environ;

/* A shorter value could stand in a variable by chance; that one goes by its name only. */
enum { VALUE_MIN = 8 };

/* "INPUT_CLIENT-SECRET=…" is the input client-secret; some runners make it '_'. */
static bool environment_is_input(const char *entry, size_t len, const char *setting)
{
	if (len != strlen("INPUT_") + strlen(setting) || strncmp(entry, "INPUT_", 6) != 0)
		return false;
	for (const char *p = entry + 6; *setting; p++, setting++)
		if (strncasecmp(p, setting, 1) != 0 && !(*p == '_' && *setting == '-'))
			return false;
	return true;
}

static bool environment_is_variable(const char *entry, size_t len, enum setting_id id)
{
	struct setting_variable v;

	for (size_t i = 0; settings_variable(id, i, &v); i++)
		if (strlen(v.name) == len && strncmp(entry, v.name, len) == 0)
			return true;
	return false;
}

static bool environment_is_secret(const char *entry, size_t len)
{
	for (int id = 0; id < SETTING_COUNT; id++) {
		const struct setting_row *row = settings_row((enum setting_id)id);

		if (row->kind == SETTING_SECRET &&
		    (environment_is_input(entry, len, row->name) ||
		     environment_is_variable(entry, len, (enum setting_id)id)))
			return true;
	}
	return false;
}

/* "https_proxy" and the like: the command needs its proxy, password and all. */
static bool environment_is_proxy(const char *entry, size_t len)
{
	return len > 6 && strncasecmp(entry + len - 6, "_proxy", 6) == 0;
}

void settings_clear_environment(void)
{
	struct redact values = { 0 };
	char **to = environ;

	for (char **e = environ; *e; e++) {
		size_t name = strcspn(*e, "=");

		if (environment_is_secret(*e, name) && strlen(*e) > name + VALUE_MIN)
			redact_add(&values, *e + name + 1);
	}
	for (char **e = environ; *e; e++) {
		size_t len = strlen(*e), name = strcspn(*e, "=");

		if (environment_is_secret(*e, name) ||
		    (!environment_is_proxy(*e, name) &&
		     redact_finds(&values, *e + name, len - name)))
			buf_wipe(*e, len);
		else
			*to++ = *e;
	}
	*to = NULL;
	redact_release(&values);
}
