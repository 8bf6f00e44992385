/*
 * The Docker Engine API over its unix socket: the few calls that a container needs to
 * start another one beside itself and to hand it something that no inspection shows.
 *
 * The version of the API is the oldest that has all of it, or what the engine offers.
 * Every call has a time limit; an engine that hangs or answers with garbage is an error.
 * Errors are ERR_IO and name the socket.
 */
#ifndef REFRESH_ENGINE_H
#define REFRESH_ENGINE_H

#include "base/json.h"
#include "net/http.h"

#define ENGINE_SOCKET "/var/run/docker.sock"

struct engine {
	struct http *http;
	const char *socket; /* borrowed */
	int minor;	    /* of the API version 1.N in use */
	int status;	    /* of the last answer, 0 when none came */
	bool cleanup;	    /* the caller's: calls are not ended by a signal */
};

#define ENGINE_INIT ((struct engine){ .http = NULL })
#define AUTO_ENGINE __attribute__((cleanup(engine_close)))

/*
 * True when there is a socket that this process may connect to, whether or not it is of
 * an engine. Else @ret_why gets the reason: docker makes a directory where it is told to
 * mount a socket that does not exist, and some systems allow no container to use it.
 */
bool engine_offered(const char *socket, struct err *ret_why);

/* Asks the engine for its version. @e is ENGINE_INIT, or has cleanup set besides. */
int engine_open(struct engine *e, const char *socket, struct err *err);
void engine_close(struct engine *e);

/* The version to speak with an engine that offers 1.@oldest (-1: any) to 1.@newest. */
int engine_choose(int oldest, int newest);

struct engine_call {
	const char *method;	 /* a literal */
	const char *path;	 /* "/containers/…", without the version */
	const struct json *body; /* NULL: none */
	int64_t timeout_ms;
};

/*
 * 0 with the JSON of a 2xx answer, or NULL where it has no body, in @ret (may be NULL).
 * The caller frees it. -1 with the engine's own words; e->status tells its answer.
 */
int engine_call(struct engine *e, const struct engine_call *call, struct json **ret,
		struct err *err);

/*
 * Attaches to stdin, stdout and stderr of a container that is not started yet: what is
 * written to the connection goes to its stdin, and engine_read() reads the rest. Returns
 * a descriptor, or -1.
 */
int engine_attach(struct engine *e, const char *id, int64_t timeout_ms, struct err *err);

/*
 * Reads one piece of the container's output and appends it to @out or, of stderr, to
 * @errors. 1 when something came, 0 at the end of the stream, -1 with an error, also when
 * nothing comes until @end_boot_ms.
 */
int engine_read(int fd, int64_t end_boot_ms, struct buf *out, struct buf *errors,
		struct err *err);

#endif
