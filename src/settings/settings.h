/*
 * The settings of the program: every value, and where it came from.
 *
 * One table describes them all; it feeds the parser, `help`, and the tables in README.
 * The first source that has a value wins: command-line option, the step's input, what the
 * main step saved, environment, default. An empty value is the same as none. A secret is
 * never an option, never printed, and known to redact_list() from the moment it is read.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "provider/provider.h"

enum setting_id {
	SET_PROVIDER,
	SET_CLIENT_ID,
	SET_CLIENT_SECRET,
	SET_ACCESS_KEY_ID,
	SET_ACCESS_KEY_SECRET,
	SET_REGION,
	SET_SUB_DOMAIN,
	SET_TENANT_ID,
	SET_ISSUER,
	SET_TOKEN_URL,
	SET_API_URL,
	SET_REVOKE_URL,
	SET_CLIENT_AUTH,
	SET_SCOPE,
	SET_AUDIENCE,
	SET_EXPIRY_BUFFER,
	SET_TIMEOUT,
	SET_RETRY_FOR,
	SET_CA_FILE,
	SET_NAME,
	SET_STATE_DIR,
	SET_EXPORT_ENV,
	SET_INSTALL_CLI,
	SET_REFRESH,
	SET_MAX_LIFETIME,
	SET_REVOKE,
	SET_LOG_LEVEL,
	SET_ALLOW_ENVIRONMENT,
	SETTING_COUNT
};

enum setting_kind {
	SETTING_TEXT,
	SETTING_WORD, /* a text without blanks: trimmed */
	SETTING_SECRET,
	SETTING_URL,
	SETTING_BOOL,
	SETTING_SECONDS, /* a whole number, or one with s, m, h or d behind it */
	SETTING_CHOICE,
	SETTING_PROVIDER, /* the name of a row of provider/ */
	SETTING_NAME,	  /* 1 to 64 of A-Z a-z 0-9 . _ -, not starting with a dot */
};

/* One row of the table; all pointers are to literals. */
struct setting_row {
	const char *name; /* option --name, input name */
	enum setting_kind kind;
	const char *variables[2]; /* of ours, and of everybody's; vendors' go behind */
	bool credential;	  /* tells which provider is meant */
	/* says where secrets go, how they are shown there, or what is trusted */
	bool decides;
	const char *fallback; /* the default; NULL: none, or found out elsewhere */
	const char *help;     /* one sentence, no full stop; see settings_help() */
	const char *choices;  /* SETTING_CHOICE: "a|b|c" */
	int64_t min, max;     /* SETTING_SECONDS */
};

/* A variable that a setting is read from. */
struct setting_variable {
	const char *name;
	const struct provider *only; /* NULL: for all */
};

enum setting_from {
	FROM_NONE,
	FROM_DEFAULT,
	FROM_ENV,
	FROM_SAVED, /* by the action's main step, for its post step */
	FROM_INPUT,
	FROM_OPTION,
};

struct setting {
	struct buf value;
	enum setting_from from;
	const char *name;   /* the option, input or variable it came from; a literal */
	const char *denied; /* a variable that was not taken: see settings.confined */
};

/* Where values come from, beside the command line and the defaults. Borrowed. */
struct settings_sources {
	/* The value of an input, "" where it is there but empty, NULL where it is not; the
	 * pointer is NULL: this process has no inputs. */
	const char *(*input)(const char *name);
	const char *emptied; /* what to do about a secret that came empty, or NULL */
	bool handed;	     /* inputs are of who wrote the job, variables of any step */
	const char *saved;   /* what settings_save() made in the main step, or NULL */
	bool environment;    /* variables count */
};

struct settings {
	struct setting v[SETTING_COUNT];
	struct settings_sources sources;
	/*
	 * A secret comes by an input, and allow-environment is not set: no credential and
	 * nothing that decides is taken from a variable. See oauth/rule.h.
	 */
	bool confined;
	const struct provider *provider; /* NULL: not given, and can't be told */
	struct err provider_err;	 /* why */
};

void settings_init(struct settings *s);
void settings_release(struct settings *s);

/* The row of a setting; rows are numbered by enum setting_id. */
const struct setting_row *settings_row(enum setting_id id);

/*
 * The variable at @i, from 0, in the order in which they are read: ours, then those of
 * the providers' rows. False behind the last.
 */
bool settings_variable(enum setting_id id, size_t i, struct setting_variable *ret);

/* The setting of that name, or -1. */
int settings_find(const char *name, size_t len);

/* Takes a command-line option's value, before settings_load(). -1: ERR_USAGE. */
int settings_set_option(struct settings *s, enum setting_id id, const char *value,
			struct err *err);

/*
 * Reads all other sources and checks every value. -1: ERR_USAGE, naming the setting and
 * its source. Which provider is meant may stay open: see settings_need_provider().
 */
int settings_load(struct settings *s, const struct settings_sources *from,
		  struct err *err);

/* -1 with ERR_USAGE: the variable that was denied says what it may not say. */
int settings_deny(const struct settings *s, enum setting_id id, struct err *err);

/*
 * Appends what the post step can't know from its inputs: "name=value" each, percent-encoded
 * and with '&' between them. No secret, and nothing where nothing is to be told.
 */
void settings_save(const struct settings *s, struct buf *out);

/* 0, or -1 with ERR_USAGE when the provider isn't given and can't be told. */
int settings_need_provider(const struct settings *s, struct err *err);

/* The value as text, "" for none. */
const char *settings_str(const struct settings *s, enum setting_id id);
bool settings_has(const struct settings *s, enum setting_id id);
bool settings_bool(const struct settings *s, enum setting_id id);
int64_t settings_seconds(const struct settings *s, enum setting_id id);

/* "client-secret (from CC_CLIENT_SECRET)", appended for messages; never the value. */
void settings_describe(const struct settings *s, enum setting_id id, struct buf *out);

/*
 * -1 with ERR_USAGE where the setting came empty, by an input or a variable, which is
 * what a CI makes of a secret that is not there. 0: it has a value, or nobody gave it.
 */
int settings_check_empty(const struct settings *s, enum setting_id id, struct err *err);

/*
 * Says in @out, as "client-secret (from CC_CLIENT_SECRET) ends with a no-break space
 * (U+00A0)", what a copy may have brought along: a blank or quote at an end, or anywhere
 * a character that can't be seen. False when there is none.
 */
bool settings_pasted(const struct settings *s, enum setting_id id, struct buf *out);

/* Takes all of that off the ends of @value, unless nothing would be left. */
void settings_trim(struct buf *value);

/*
 * "CC_CLIENT_ID, GENESYSCLOUD_OAUTHCLIENT_ID": the variables for @provider; NULL: for any
 * of them.
 */
void settings_env_names(enum setting_id id, const struct provider *provider,
			struct buf *out);

/* Its sentence of help, with "{providers}", "{regions}" and "{issuers}" of the rows. */
void settings_help(enum setting_id id, struct buf *out);

/*
 * Takes every long-lived secret out of our own environment, for a command that must not
 * have it: the variables and inputs of all secret settings, and any other variable that
 * holds one of their values, but for the proxies. The text is wiped where it stood, so
 * that /proc/self/environ doesn't show it either.
 */
void settings_clear_environment(void);

/*
 * Appends what was set as variables for another cc-token: NAME=VALUE and a NUL each, the
 * proxies' too. Of two with the same name the later one holds. What no variable may say
 * is left out.
 */
void settings_export(const struct settings *s, struct buf *out);
void settings_export_one(enum setting_id id, const char *value, struct buf *out);

/* 1 or 0; -1 when the text is neither. */
int settings_parse_bool(const char *text);

/* Parses "90", "90s", "15m", "6h", "1d" into seconds; -1 when it is none of them. */
int64_t settings_parse_seconds(const char *text);

#endif
