/*
 * The refresher: sleeps until the token of one state directory is to be replaced, and has
 * it replaced, until something ends it.
 *
 *	refresher_open	takes the lock that makes it the only one
 *	refresher_first	returns once a valid token is stored
 *	refresher_run	keeps it fresh; returns when it is over
 *
 * Each renewal is made by a child process that ends afterwards. What libcurl and the TLS
 * library take goes back with it, so that at rest there is only the sleeper; and a
 * refresher that is killed in the middle of a request leaves a child that still writes
 * down the token which the server has given it.
 */
#ifndef REFRESH_REFRESHER_H
#define REFRESH_REFRESHER_H

#include "session/session.h"
#include "refresh/watch.h"

struct refresher {
	struct session *s; /* borrowed */
	struct watch watch;
	int log_fd;	       /* refresher.log, locked: closing it is the end */
	int64_t end_boot_ms;   /* max-lifetime */
	int64_t not_before_ms; /* on the boot clock: no token request earlier */
	int failures;	       /* in a row */
	bool taken;	       /* another one has the lock */
	bool unread;	       /* the record could not be read at the last look */
	bool revoke;	       /* it was asked to revoke when it ends */
	bool jumped;	       /* the wall clock was set since the token was looked at */
	size_t secrets;	       /* of redact_list(): those that are not of tokens */
};

#define REFRESHER_INIT ((struct refresher){ .watch = WATCH_INIT, .log_fd = -1 })
#define AUTO_REFRESHER __attribute__((cleanup(refresher_close)))

/* ERR_IO when another refresher keeps this state. */
int refresher_open(struct refresher *r, struct session *s, struct err *err);
void refresher_close(struct refresher *r);

/*
 * Gets a valid token, with all the attempts that retry-for allows; -1 with their error.
 * What was asked of an earlier refresher is dropped.
 */
int refresher_first(struct refresher *r, struct err *err);

enum refresher_end {
	REFRESHER_STOPPED,     /* it was asked to */
	REFRESHER_GONE,	       /* the state has been removed or moved away */
	REFRESHER_OLD,	       /* max-lifetime is over */
	REFRESHER_INTERRUPTED, /* INT, TERM or HUP */
	REFRESHER_REFUSED,     /* the provider says no; @err holds the refusal */
	REFRESHER_BROKEN,      /* @err holds why */
};

/*
 * Runs until one of these. Tokens of a state that is gone are revoked (who else can?),
 * and where the one who stops it asks for that.
 */
enum refresher_end refresher_run(struct refresher *r, struct err *err);

#endif
