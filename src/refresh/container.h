/*
 * A container beside ours, from the same image: where a step's container ends with its
 * first process, what shall live longer needs another one.
 *
 *	container_create	finds our container and makes the other one after it
 *	container_start	starts it, hands over its variables, returns when it is ready
 *	container_remove	ends it and waits until the engine has forgotten it
 *
 * It shares our network, the directory of the states and the CA file; it has our labels,
 * by which the runner removes what a job leaves, and one of its own. It runs as the
 * directory's owner, without capabilities or new privileges, on a read-only root, with
 * little memory, logs nothing to the engine, and is removed when it ends.
 *
 * Variables with secrets go through its stdin. Any other way would leave them where they
 * can be read later: its configuration in an inspection, a file on a disk.
 */
#ifndef REFRESH_CONTAINER_H
#define REFRESH_CONTAINER_H

#include "base/buf.h"

struct container {
	const char *base;	    /* the directory of the states, absolute */
	const char *name;	    /* of the state in it; its owner is who it runs as */
	const char *ca_file;	    /* absolute; NULL: none */
	const char *const *command; /* what follows the program's name, ended by NULL */
};

/*
 * The other container's id in @ret_id. A signal does not end it, so that no container is
 * made whose id nobody knows.
 */
int container_create(const struct container *s, struct buf *ret_id, struct err *err);

/*
 * Starts the container @id with @variables on its stdin and waits until it says "ready".
 * When it ends before, the error holds its last words.
 */
int container_start(const char *id, const struct buf *variables, struct err *err);

/*
 * Waits until the container @id is removed, which it is by itself when it ends; with
 * @kill, or when that takes long, it is removed by force. One that is gone is no error.
 */
int container_remove(const char *id, bool kill, struct err *err);

#endif
