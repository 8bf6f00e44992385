/*
 * Workflow commands and command files, which GitHub's runner and act share.
 *
 * A command counts at the beginning of a line alone, and what ran before us may have left
 * one open: a body of the API without a last line break, a prompt. COMMAND_FIRST is then
 * the line that is printed, and it holds nothing; else it masks what no log holds.
 */
#ifndef RUNNER_WORKFLOW_COMMAND_H
#define RUNNER_WORKFLOW_COMMAND_H

#include "runner/row.h"

#define COMMAND_FIRST "::add-mask::cc-token-begins-a-line\n"

/* Appends the command that masks @value, whatever it holds. */
void command_mask(const char *value, struct buf *out);

void command_annotate(enum runner_level level, const char *text, struct buf *out);

/* See runner_check_file(). */
int command_check_file(enum runner_file file, struct err *err);

/*
 * Adds to the file that the runner names by a variable, GITHUB_OUTPUT and so on. It is
 * there before the step begins, and is not made: one that we made nobody would read.
 * ERR_IO, with the cure.
 */
int command_add(const struct runner *r, enum runner_file file, const char *text,
		struct err *err);
int command_put(const struct runner *r, enum runner_file file, const char *name,
		const char *value, struct err *err);

#endif
