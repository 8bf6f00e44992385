/* Settings from variables that a test names, and from no others. */
#ifndef UNIT_GIVEN_H
#define UNIT_GIVEN_H

#include <stdlib.h>

#include "provider/rows.h"
#include "settings/settings.h"
#include "test.h"

enum { GIVEN_MAX = 10 };

/* Makes the environment of "NAME=VALUE" texts, up to a NULL. What cmocka reads stays. */
static inline void given_environment(const char *const *env)
{
	const char *form = getenv("CMOCKA_MESSAGE_OUTPUT");
	char kept[16];

	snprintf(kept, sizeof(kept), "%s", form ? form : "STDOUT");
	clearenv();
	setenv("CMOCKA_MESSAGE_OUTPUT", kept, 1);
	for (; env && *env; env++) {
		size_t n = strcspn(*env, "=");
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)n, *env);
		setenv(name, *env + n + 1, 1);
	}
}

/* Inputs as GitHub's runner hands them over. */
static inline const char *given_input(const char *name)
{
	char variable[64];

	snprintf(variable, sizeof(variable), "INPUT_%s", name);
	for (char *p = variable; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	return getenv(variable);
}

/* The sources of an action's main step: all of them. */
static const struct settings_sources given_all = { .input = given_input,
						   .handed = true,
						   .environment = true };

/* Loads them into @s, which the caller releases. 0, or -1 with the error. */
static inline int given_load(struct settings *s, const char *const *env, struct err *err)
{
	given_environment(env);
	*err = ERR_INIT;
	settings_init(s);
	return settings_load(s, &given_all, err);
}

/* The same where it must go well. */
static inline void given(struct settings *s, const char *const *env)
{
	struct err err;

	well("settings", given_load(s, env, &err), &err);
}

/* Rows by name, for tables. */
#define PROVIDER_NONE	 NULL
#define PROVIDER_GENESYS (&provider_genesys)
#define PROVIDER_CXONE	 (&provider_cxone)
#define PROVIDER_OAUTH2	 (&provider_oauth2)

#define GIVEN(...) ((const char *const[]){ __VA_ARGS__, NULL })

#endif
