/*
 * What other processes ask of the refresher, by files in the state directory, which it
 * watches: this works across containers and users, and needs no signal.
 *
 *	renew	the fingerprint of a token that will not do; a new one is wanted at once
 *	stop	it shall end; with "revoke" in it, revoke the tokens before
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
 * 1 when a refresher keeps this state fresh, 0 when none does, -1 with ERR_IO when that
 * can't be told. @ret_pid (or NULL) gets its process id, 0 when it cannot be seen from
 * here. Never call it in the refresher itself: closing the file would drop its own lock
 * (fcntl(2), "Record locks").
 */
int mailbox_alive(const struct state *s, pid_t *ret_pid, struct err *err);

/*
 * Asks for another token than the one in @r. ERR_NO_TOKEN without a refresher, or ERR_IO.
 * Hold the state's lock: then no two ask for the same.
 */
int mailbox_renewal(const struct state *s, const struct record *r, struct err *err);

/*
 * Ends the refresher and waits for that: by request, and when it does not obey within
 * @ms, by signal where its process can be seen. 0 when there is none any more; else -1
 * with ERR_IO, also when that can't be told, or ERR_INTERRUPTED. With @revoke it takes
 * the tokens back first, and out of the record.
 */
int mailbox_stop(const struct state *s, bool revoke, int64_t ms, struct err *err);

/* For the refresher: true when it has been asked to end; @ret_revoke tells how. */
bool mailbox_is_stopped(const struct state *s, bool *ret_revoke);

#endif
