/*
 * What one runner is, whole: a row, in a file of its own. Adding a runner is such a file,
 * and its line in runner_rows[] (runner.c). A function that a row leaves NULL stands for
 * "there is no such thing here". Facts with their sources: docs/runners.md.
 */
#ifndef RUNNER_ROW_H
#define RUNNER_ROW_H

#include "runner/runner.h"

/* A directory that the steps of a job share. */
struct runner_place {
	bool container;	  /* counts inside a container action, else outside of one */
	const char *env;  /* a variable with the directory, or NULL */
	const char *path; /* else the directory itself */
};

struct runner_row {
	const char *name; /* as users call it */

	/* True when this process runs there, by the environment. */
	bool (*here)(void);
	/*
	 * True when the step of an action runs there, by what no other step can set where
	 * actions run; NULL: there are none.
	 */
	bool (*step_here)(void);
	/* The value of an input of ours, as this runner hands it over, "" where it came
	 * empty; NULL without. */
	const char *(*input)(const char *name);
	/* What to do about a secret that came empty: why runners make it so. */
	const char *emptied;
	/* True inside the container of an action; NULL: never. */
	bool (*in_container)(void);
	bool isolates; /* an action has a container of its own, however it looks */
	/* sets STATE_<name> of the main step over all that steps have put there */
	bool keeps_state;

	/* Appends what makes the runner hide @value. NULL: such a line would show it. */
	void (*mask)(const char *value, struct buf *out);
	/* Takes the damage where a line stands open before the masks; ended by '\n'. */
	const char *mask_first;

	/* See runner_check_file(). */
	int (*check_file)(enum runner_file file, struct err *err);
	/* Adds NAME=VALUE to one of the runner's files, or what stands for it. */
	int (*put)(const struct runner *r, enum runner_file file, const char *name,
		   const char *value, struct err *err);
	/* Adds @text as it is. */
	int (*add)(const struct runner *r, enum runner_file file, const char *text,
		   struct err *err);

	/* Appends the line that annotates; @text is clean. */
	void (*annotate)(enum runner_level level, const char *text, struct buf *out);

	/* Where states may stand: the first that can be written to. Ended by {}. */
	const struct runner_place *places;
	/* See runner_give_base(). */
	int (*give_base)(const char *base, struct err *err);
	/* See runner_shown_path(); asked inside a container action. */
	bool (*shown_path)(const char *path, struct buf *out);
};

/* The variable's value; NULL where it is not set, or empty. */
const char *runner_env(const char *name);

/*
 * The value of the variable INPUT_<name>, in upper case, with @dash for its dashes; NULL
 * where it is not set.
 */
const char *runner_input_variable(const char *name, char dash);

/* True when it is set to exactly that. */
bool runner_env_is(const char *name, const char *value);

#endif
