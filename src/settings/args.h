/*
 * The command line: every setting as --NAME, and the options of one command.
 */
#ifndef SETTINGS_ARGS_H
#define SETTINGS_ARGS_H

#include "settings/settings.h"

/* An option of one command. A table of these ends with a NULL name. */
struct arg_row {
	const char *name;
	char letter;	     /* 0: none */
	const char *metavar; /* NULL: a flag */
	const char *help;
};

/* One option as it was given; values are borrowed from argv. */
struct arg {
	const struct arg_row *row;
	const char *value; /* "" for a flag */
};

struct args {
	struct arg *given; /* in the order of the command line */
	size_t count;
	/* positional arguments, NULL at the end; points into a copy of argv */
	char **rest;
	int rest_count;
	bool help;
	bool quiet, verbose;
	bool dashes; /* a "--" was there */
};

#define AUTO_ARGS __attribute__((cleanup(args_release)))

/*
 * Parses argv[1..]. Settings go to @s. With @stop_at_command, what follows the first
 * positional argument is left alone (a command of its own). -1: ERR_USAGE, naming the
 * option; its value is never part of the message. What follows an error is taken all the
 * same: how a command tells of its failure may be an option (get --format env).
 */
int args_parse(struct args *ret, int argc, char **argv, const struct arg_row *rows,
	       bool stop_at_command, struct settings *s, struct err *err);
void args_release(struct args *a);

/* The last value given for @name, NULL when it was not. */
const char *args_value(const struct args *a, const char *name);
bool args_has(const struct args *a, const char *name);

#endif
