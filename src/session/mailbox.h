/*
 * What other processes ask of the refresher, by files in the state directory, which it
 * watches: this works across containers and users, and needs no signal.
 *
 *	renew	the fingerprint of a token that will not do; a new one is wanted at once
 *	stop	it shall end
 *
 * The refresher holds a record lock on `refresher.log` for its whole life. fcntl(2) tells
 * who holds it without taking it, so looking disturbs nobody; the kernel drops it when
 * the process dies.
 */
#ifndef SESSION_MAILBOX_H
#define SESSION_MAILBOX_H

#include "session/state.h"

#define MAILBOX_LOG   "refresher.log"
#define MAILBOX_RENEW "renew"
#define MAILBOX_STOP  "stop"

/*
 * True when a refresher keeps this state fresh. @ret_pid (or NULL) gets its process id,
 * 0 when it cannot be seen from here. Never call it in the refresher itself: closing the
 * file would drop its own lock (fcntl(2), "Record locks").
 */
bool mailbox_alive(const struct state *s, pid_t *ret_pid);

/*
 * Asks for another token than the one in @r. -1 without a refresher, or with ERR_IO. Hold
 * the state's lock: then no two ask for the same.
 */
int mailbox_renewal(const struct state *s, const struct record *r, struct err *err);

/*
 * Ends the refresher and waits for that: by request, and when it does not obey within
 * @ms, by signal where its process can be seen. 0 when there is none any more; else -1
 * with ERR_IO.
 */
int mailbox_stop(const struct state *s, int64_t ms, struct err *err);

#endif
