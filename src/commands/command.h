/*
 * Commands: one table, one thin file each. A command that is not in the table does not
 * exist; usage, help and README come from it.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include <sys/types.h>

#include "runner/runner.h"
#include "session/session.h"
#include "settings/args.h"

/* What every command works with; owned by main. */
struct app {
	const struct command *command;
	struct settings settings;
	struct args args;
	struct runner runner;
	struct session_place place;
	bool saved;	 /* the post step will know what there is */
	bool understood; /* the command line was; what is wrong now is elsewhere */
	mode_t umask;	 /* in force when we were started; ours is 077 */
};

struct command {
	const char *name;
	const char *synopsis; /* what follows the name in the usage line */
	const char *summary;  /* one line, no full stop */
	/* The exit code, or -1 with an error that main reports. */
	int (*run)(struct app *app, struct err *err);
	/* Called before the settings are read; NULL: nothing to do. */
	int (*prepare)(struct app *app, struct err *err);
	const struct arg_row *options; /* ended by a NULL name */
	bool takes_command;	       /* what follows the first word is not ours */
	bool needs_settings;	       /* false: works whatever the environment holds */
	bool runner_step;	       /* stdout is the log of a step, not a result */
	/* A post step: takes inputs and what the main step saved, no variables, and turns
	 * no green job red. */
	bool after_main;
	int positional_max;
	int failure; /* not 0: the exit code for errors of lower ones */
	/* What it leaves behind when it ends with @code by that error; NULL: nothing. */
	void (*failed)(const struct app *app, const struct err *err, int code);
};

extern const struct command commands[];
extern const size_t command_count;

/* The row of that name, NULL when there is none. */
const struct command *command_find(const char *name);

/* Reads the settings from where they come in this command; see settings_load(). */
int app_settings(struct app *app, struct err *err);

/*
 * What the main step saved for this command, "" where it came to nothing; NULL where this
 * is no post step, or the runner's word for it can't be believed. See ACTION_STATE.
 */
const char *app_saved(const struct app *app);

/* Opens the session that the settings mean; see session_open(). */
int app_session(struct app *app, struct session *s, enum session_open_mode mode,
		struct err *err);

/*
 * Prints the masks of all that is secret so far. -1 with ERR_IO when that fails, or when
 * there is something to hide that the list has no room for.
 */
int app_mask(struct app *app, struct err *err);

/*
 * A session with a valid token, whose masks are printed. That the provider's tokens last
 * less than want->min_ttl, even fresh ones, is a warning.
 */
int app_token(struct app *app, struct session *s, const struct session_want *want,
	      struct err *err);

/* A warning for people: on stderr, and as the runner's annotation. */
void app_warn(const struct app *app, const char *fmt, ...) PRINTF(2, 3);

/* The same of an error, with what to do about it. */
void app_warn_of(const struct app *app, const struct err *why);

/* Adds it to the job's summary, for people alone: where that fails, a warning. */
void app_summary(const struct app *app, const struct buf *text);

/* Writes all of it to stdout. -1 with ERR_IO: a full disk, a closed pipe. */
int app_print(const struct buf *text, struct err *err);

/* The number of seconds in option @name, @otherwise when it isn't given. */
int app_seconds(const struct app *app, const char *name, int64_t otherwise, int64_t *ret,
		struct err *err);

/*
 * The variables for later steps and for the child of `exec` (docs/reference.md), in
 * order; ended by a NULL name. @dir is the token's directory as the consumer sees it.
 * Values are owned by @ret; release it with handover_release().
 */
enum { HANDOVER_MAX = 12 };
struct handover {
	struct {
		const char *name; /* a literal */
		struct buf value;
	} v[HANDOVER_MAX];
	size_t count;
};
#define AUTO_HANDOVER __attribute__((cleanup(handover_release)))
int handover_fill(struct handover *ret, const struct session *s, const char *dir,
		  struct err *err);
void handover_release(struct handover *h);

/*
 * Puts a copy of this program beside the state directories, for later steps, and for
 * other containers on the same volume; tells the runner to have it on PATH.
 */
int install_cli(const struct app *app, const struct session *s, struct err *err);

/*
 * Takes the copy and our directory away with the last of the tokens; @state was the
 * directory of one.
 */
void install_remove(const struct buf *state);

/*
 * What the main step saves for its post step, under this one name: the path of the state,
 * and behind a '?' what settings_save() makes, where that is anything.
 */
#define ACTION_STATE "state"

int cmd_action(struct app *app, struct err *err);
void action_failed(const struct app *app, const struct err *err, int code);
int cmd_post(struct app *app, struct err *err);
int cmd_get(struct app *app, struct err *err);
void get_failed(const struct app *app, const struct err *err, int code);
int cmd_doctor(struct app *app, struct err *err);
int cmd_exec(struct app *app, struct err *err);
int cmd_refresh(struct app *app, struct err *err);
int refresh_prepare(struct app *app, struct err *err);
void refresh_failed(const struct app *app, const struct err *err, int code);
int cmd_api(struct app *app, struct err *err);
int cmd_status(struct app *app, struct err *err);
int cmd_providers(struct app *app, struct err *err);
int cmd_version(struct app *app, struct err *err);
int cmd_help(struct app *app, struct err *err);

extern const struct arg_row get_options[];
extern const struct arg_row doctor_options[];
extern const struct arg_row exec_options[];
extern const struct arg_row refresh_options[];
extern const struct arg_row api_options[];
extern const struct arg_row status_options[];
extern const struct arg_row providers_options[];
extern const struct arg_row version_options[];
extern const struct arg_row help_options[];

#endif
