/*
 * The CI runner around us: which one it is, what it masks, what it shares between steps,
 * and how values reach later steps. Facts with their sources: docs/runners.md.
 *
 * Order matters: runner_mask() comes before anything that could show a value.
 */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "settings/settings.h"

/* All that is known of one runner: a file of its own each, see runner/row.h. */
struct runner_row;
extern const struct runner_row runner_shell, runner_github, runner_act, runner_gitlab,
	runner_azure;

struct runner {
	const struct runner_row *row;
	bool container; /* GitHub: we are a container action, paths are under /github */
	int fd;		/* where workflow commands go: stdout for action and post */
	/* The value of an input of this process, NULL without; NULL: it has no inputs. */
	const char *(*input)(const char *name);
	bool handed; /* inputs are of who wrote the job; else a shell set them */
};

/*
 * Which runner it is, in one of three ways. Workflow commands go to stdout in a step of
 * an action, else to stderr, since stdout is a result there.
 *
 * A step of an action (main or post): GitHub's runner or act, whatever other variables
 * say. A script that calls these commands elsewhere gets the runner that is there.
 */
void runner_of_step(struct runner *r);

/* The one of that name, as an option says; commands go to @fd. -1 with ERR_USAGE where
 * there is none. */
int runner_by_name(struct runner *r, const char *name, int fd, struct err *err);

/*
 * By the environment. Where it names two there may be an untruth in it: one of them would
 * show what the other one hides. Then -1 with ERR_USAGE, and @r is a plain shell.
 */
int runner_by_environment(struct runner *r, struct err *err);

/* As users call it: "github", "act", "gitlab", "azure", "shell". */
const char *runner_name(const struct runner *r);

/* The rows, in the order in which they are looked for; ended by NULL. */
extern const struct runner_row *const runner_rows[];

/* What to do about a secret that came empty: why this runner makes it so. Or NULL. */
const char *runner_emptied(const struct runner *r);

/* True when the action has a container of its own, which ends with its step. */
bool runner_isolates(const struct runner *r);

/* From now on nobody reads what we print: no line for a runner is written any more. */
void runner_mute(struct runner *r);

/*
 * Tells the runner every value of redact_list() that it was not told yet. Prints nothing
 * on GitLab and elsewhere: there the line itself would show the value. -1 with errno when
 * it could not be told: then nothing may be shown or handed over.
 */
int runner_mask(const struct runner *r);

/* Takes all values of redact_list() as told: others have printed their masks. */
void runner_masked(void);

/*
 * The directory shared between the steps of a job in which state directories stand
 * (docs/reference.md), as this process sees it.
 */
int runner_state_base(const struct runner *r, const struct settings *s, struct buf *out,
		      struct err *err);

/*
 * Makes @base where more is needed for later steps to read it: act's volume is root's
 * whoever runs the job's steps, but the event that act copies there is that user's
 * (pkg/runner/run_context.go). Elsewhere there is nothing to do.
 */
int runner_give_base(const struct runner *r, const char *base, struct err *err);

/*
 * Appends @path as later steps see it: the host's path of a mounted directory. False when
 * they can't: it stands in this container alone, and ends with it.
 */
bool runner_shown_path(const struct runner *r, const char *path, struct buf *out);

/* The runner's command files. */
enum runner_file { RUNNER_OUTPUT, RUNNER_ENV, RUNNER_PATH, RUNNER_STATE, RUNNER_SUMMARY };

/*
 * 0 when the runner gives that file and we can add to it; ERR_IO, with the cure, when
 * not. Nothing is made or written. Where a runner has no such files all is well.
 */
int runner_check_file(const struct runner *r, enum runner_file file, struct err *err);

/*
 * Adds the line NAME=VALUE. A value with a line break is refused, not escaped. Where a
 * runner has no such files there is nothing to do. ERR_IO when it can't be written.
 */
int runner_put(const struct runner *r, enum runner_file file, const char *name,
	       const char *value, struct err *err);

/* Adds text as it is: to RUNNER_PATH a line, to RUNNER_SUMMARY Markdown. */
int runner_add(const struct runner *r, enum runner_file file, const char *text,
	       struct err *err);

/*
 * The value of STATE_<name> that the main step saved, "" where it came to nothing; NULL
 * where there is none, and on runners that would give what any step has put there.
 */
const char *runner_saved(const struct runner *r, const char *name);

enum runner_level { RUNNER_NOTICE, RUNNER_WARNING, RUNNER_ERROR };

/* An annotation, on GitHub and act; elsewhere nothing. */
void runner_annotate(const struct runner *r, enum runner_level level, const char *text);

#endif
