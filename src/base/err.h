/*
 * The error object. The caller owns it and passes it as the last parameter; a function
 * that fails sets it and returns -1, one that succeeds leaves it untouched. A function
 * reports an error or returns it, never both; each layer may add one phrase in front.
 *
 * Read in full, an error says `what failed: why: what to do`:
 *	err_set  gives the why,   err_wrap puts what failed in front of it,
 *	err_hint gives what to do.
 * Texts of more than ERR_TEXT_MAX - 1 bytes lose their middle, between characters; none
 * holds a secret: name a setting, not its value. Text that a server sent goes through
 * quote_clean() first.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/cleanup.h"

enum { ERR_TEXT_MAX = 1024 };

/* What went wrong, as far as a caller acts on it; err_exit_code() gives the exit code. */
enum err_kind {
	ERR_NONE,
	ERR_NO_TOKEN,  /* exit 1: nothing usable is stored */
	ERR_API,       /* exit 1: the API answered 4xx or 5xx */
	ERR_USAGE,     /* exit 2: command line or settings */
	ERR_REFUSED,   /* exit 3: the provider said no, or gave what can't be used */
	ERR_TRANSIENT, /* exit 4: network or provider failed until the budget was spent */
	ERR_IO,	       /* exit 5: a local file, socket or directory */
	ERR_NOT_EXECUTABLE, /* exit 126: the command of `exec` can't be run */
	ERR_NO_COMMAND,	    /* exit 127: nor found */
	ERR_INTERRUPTED,    /* exit 128+n: a signal asked for the end */
	ERR_INTERNAL,	    /* exit 70: a bug, or memory ended */
};

struct err {
	enum err_kind kind;
	int signal;		 /* ERR_INTERRUPTED: which */
	char text[ERR_TEXT_MAX]; /* what failed: why */
	char hint[ERR_TEXT_MAX]; /* what to do; may be empty */
};

#define ERR_INIT ((struct err){ .kind = ERR_NONE })

/* Sets kind and why, forgets an earlier hint. Always returns -1. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);

/* The same for a failed system call: adds ": " and the text of @errnum. */
int err_sys(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
	PRINTF(4, 5);

/* ERR_INTERNAL "<what>: out of memory". Always returns -1. */
int err_memory(struct err *err, const char *what);

/* Puts "phrase: " in front of what is there. Always returns -1. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Says what to do about it, replacing an earlier hint. Always returns -1. */
int err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/*
 * The exit code of this error (docs/reference.md); never 0: one without a kind is a bug.
 */
int err_exit_code(const struct err *err);

#endif
