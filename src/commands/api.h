/*
 * The parts of `cc-token api`: what the command line asks for, the request made of it,
 * and the output. The command itself is in api.c.
 */
#ifndef COMMANDS_API_H
#define COMMANDS_API_H

#include "api/spool.h"
#include "commands/command.h"
#include "api/pager.h"

enum {
	API_HOLD = 4 * 1024 * 1024, /* an answer up to this is printed only when whole */
	API_ITEM_MAX = 256 * 1024 * 1024, /* bytes of one item */
};

/* stdout. */
struct output {
	bool silent;	    /* nothing is printed */
	bool closed;	    /* the reader has gone: end quietly */
	size_t left;	    /* bytes of the last write that did not go out */
	int64_t blocked_ms; /* time spent waiting for the reader */
};

/*
 * Writes all of it. A signal ends it at the end of a line. -1 with an error; when the
 * reader has gone, o->closed says so.
 */
int output_write(void *o, const char *data, size_t len, struct err *err);

/*
 * The request that the command line describes, but for the paging. Its URL is as the user
 * wrote it, a path as a rule, and what the query has to hold; url_join() makes it whole
 * once the API's base is known.
 */
int api_request(const struct app *app, struct http_req *ret, struct err *err);

/* What is told on stderr while a list is fetched; nothing at the level of errors. */
struct progress {
	int64_t start_boot_ms, next_boot_ms;
	bool terminal; /* a bar; else a line every few seconds */
	bool hidden;   /* the items themselves go to a terminal */
};
void progress_begin(struct progress *pr);
void progress_tick(void *pr, const struct pager *p);
/* A last line, and how to go on where the list was not printed to its end. */
void progress_end(const struct progress *pr, const struct pager *p);

/*
 * True when the command line asks for a list: --paginate, or an option that implies it.
 */
bool api_is_list(const struct args *args);

/* What the options say of a list; those about its first page change @first. */
int api_list_options(const struct args *args, struct http_req *first,
		     struct pager_options *ret, struct err *err);

/* Fetches the list that @first asks for at @base and prints it. */
int api_list(struct app *app, struct caller *caller, const char *base,
	     const struct http_req *first, const struct pager_options *opts,
	     struct err *err);

/* One call, its body to stdout as received. */
int api_plain(struct app *app, struct caller *caller, struct call *call, struct err *err);

struct job_options {
	int64_t poll_ms; /* between two looks; 0: by the vendor */
	int64_t wait_ms; /* the longest to wait */
};

/* What the options say of the job that @first is about, and of its result. */
int api_job_options(const struct app *app, const struct http_req *first,
		    struct job_options *ret, struct err *err);

/* Submits a job (a GET: looks at one), waits until it is done, and prints its result. */
int api_job(struct app *app, struct caller *caller, const char *base,
	    const struct http_req *first, const struct job_options *opts,
	    struct err *err);

/* Says 0, or -1 with the error, and makes a closed stdout a quiet end. */
int api_finish(const struct output *out, int rc);

#endif
