/*
 * A command that we run for the user and that keeps its own story: its exit code is
 * ours, and what is sent to us reaches it once.
 *
 * It stays in our session, so that a terminal's job control sees one job. What the
 * terminal sends (SI_KERNEL: INT, QUIT, TSTP, WINCH) goes to its whole foreground group,
 * the command included, and is not sent again. Without a terminal we leave the process
 * group instead, so that a signal to the group reaches the command once, too. What
 * remains is a person's `kill %1` on a terminal: it reaches the command twice.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct child {
	pid_t pid;
	int signals; /* readable when there is something for child_tend() */
	int out;     /* reads what it writes to stdout; -1 when that is ours */
	int err; /* the same for stderr; -1 where our two are one file: it is in out */
	bool ended;
	int code; /* once ended: its exit code, or 128+n when signal n killed it */
};

#define CHILD_INIT ((struct child){ .pid = -1, .signals = -1, .out = -1, .err = -1 })
#define AUTO_CHILD __attribute__((cleanup(child_release)))

/*
 * Starts argv[0], looked up in PATH, with our environment. With @piped its stdout and
 * stderr are pipes to us, or one pipe where ours are one file, so that what goes there
 * stays in order. It gets the dispositions of HUP and PIPE and the signal mask
 * that we were started with, @mask as its umask, no descriptor that we opened, and KILL
 * when we are killed. -1: ERR_NO_COMMAND, ERR_NOT_EXECUTABLE, ERR_INTERRUPTED, ERR_IO.
 */
int child_start(struct child *ret, char **argv, bool piped, mode_t mask, struct err *err);

/* Takes the signals that have come: passes them on, and notices the command's end. */
void child_tend(struct child *c);

/* Tends the command until it has ended, and returns its code. */
int child_wait(struct child *c);

/* Closes what is open; the command is left alone. */
void child_release(struct child *c);

#endif
