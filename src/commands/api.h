/*
 * The parts of `cc-token api`: what the command line asks for, the request made of it,
 * and the output. The command itself is in api.c.
 */
#ifndef COMMANDS_API_H
#define COMMANDS_API_H

#include "base/spool.h"
#include "commands/command.h"
#include "session/call.h"

enum {
	API_HOLD = 4 * 1024 * 1024, /* an answer up to this is printed only when whole */
	API_ITEM_MAX = 256 * 1024 * 1024, /* bytes of one item */
};

/* stdout. */
struct output {
	bool silent;	    /* nothing is printed */
	bool closed;	    /* the reader has gone: end quietly */
	int64_t blocked_ms; /* time spent waiting for the reader */
};

/*
 * Writes all of it. A signal ends it at the end of a line. -1 with an error; when the
 * reader has gone, o->closed says so.
 */
int output_write(void *o, const char *data, size_t len, struct err *err);

/* The request that the command line describes, but for the paging. */
int api_request(const struct app *app, const char *base, struct http_req *ret,
		struct err *err);

/* Says 0, or -1 with the error, and makes a closed stdout a quiet end. */
int api_finish(const struct output *out, int rc);

#endif
