/*
 * The directory of one token (docs/reference.md): `token`, `header`, `state.json`,
 * `lock`, `refresher.log`. Mode 0700, files 0600, owned like the shared directory it
 * stands in. Every file is replaced whole, so readers need no lock; writers hold it.
 *
 * state.json is written first and holds every token that was minted and may still be
 * alive: a process killed at any point leaves nothing that could not be revoked.
 */
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include <sys/types.h>

#include "oauth/token.h"
#include "oauth/endpoints.h"

enum { STATE_VERSION = 1, STATE_NAME_SIZE = 80 };

struct state {
	int fd;		 /* the directory, -1 when closed */
	int lock_fd;	 /* >= 0 while the lock is held */
	bool told;	 /* that what it holds is left aside */
	bool aside;	 /* state.json is no record: it is kept when one is written */
	struct buf path; /* as this process sees it */
};

#define STATE_INIT \
	((struct state){ .fd = -1, .lock_fd = -1, .path = BUF_INIT(BUF_URL_MAX) })
#define AUTO_STATE __attribute__((cleanup(state_close)))

/* The last failure to get a token; kind ERR_NONE when the last attempt went well. */
struct state_error {
	enum err_kind kind;
	bool once; /* one attempt was made, not all that retry-for allows */
	int64_t boot_ms, wall;
	char text[ERR_TEXT_MAX], hint[ERR_TEXT_MAX];
};

/* What state.json holds. */
struct record {
	bool has_token;
	struct token token;
	struct token *replaced; /* minted earlier, perhaps still alive; oldest first */
	size_t replaced_count;
	const struct flow *flow; /* NULL when it isn't known */
	struct endpoints endpoints;
	struct buf client_id; /* for messages and for later calls without settings */
	char identity[STATE_NAME_SIZE]; /* session_default_name() of its settings */
	int64_t minted;			/* tokens got since the state began */
	int64_t revoked;      /* tokens that the refresher took back at its end */
	int64_t next_wall;    /* when the refresher gets the next one; 0: it doesn't */
	struct buf container; /* id of the container in which it runs; else empty */
	struct buf ca_file;   /* of the step that began the state, relative to it */
	struct state_error last_error;
};

#define RECORD_INIT                                    \
	((struct record){ .token = TOKEN_INIT,         \
			  .endpoints = ENDPOINTS_INIT, \
			  .client_id = BUF_INIT(1024), \
			  .container = BUF_INIT(256),  \
			  .ca_file = BUF_INIT(BUF_URL_MAX) })
#define AUTO_RECORD __attribute__((cleanup(record_release)))

/*
 * Opens the directory @name under @base. With @create, makes what is missing, but not
 * where all may write and rename; without, a missing directory is ERR_NO_TOKEN. ERR_IO
 * when it can't be looked at, is a link, or owned by a user that is neither this one nor
 * the owner of @base.
 */
int state_open(struct state *s, const char *base, const char *name, bool create,
	       struct err *err);
void state_close(struct state *s);

/*
 * Looks through the directories under @base that hold a state.json. Returns how many
 * there are; @names gets their names, with ", " between them. -1 with ERR_IO when one
 * can't be looked into, but for those of others in a directory with the sticky bit.
 */
int state_list(const char *base, struct buf *names, struct err *err);

/*
 * Takes the lock, waiting for its holder up to @ms milliseconds (ERR_TRANSIENT); a signal
 * ends the wait. The kernel drops it when the process dies, however it dies.
 * ERR_NO_TOKEN when the state has been removed meanwhile.
 */
int state_lock(struct state *s, int64_t ms, struct err *err);

/* Takes the lock if nobody holds it. */
bool state_try_lock(struct state *s);
void state_unlock(struct state *s);

/*
 * Reads state.json into @ret; where there is none, that is empty then. One that is torn,
 * foreign, a link or of another version is left aside: a warning, once, and @ret stays as
 * it is. -1, and @ret as it is, when that could not be told. Tokens read are known to
 * redact_list() afterwards.
 */
int state_read(struct state *s, struct record *ret, struct err *err);

/*
 * Writes state.json, and `token` and `header` where they don't match. Hold the lock. What
 * state_read() left aside is kept beside it. Replaced tokens that have expired are left
 * out.
 */
int state_write(struct state *s, const struct record *r, struct err *err);

/*
 * True when state.json is another one than when @seen was last filled; fills it. Two
 * writes are two files, told apart by number and time, so one that a reader can have
 * seen a token of is never missed.
 */
struct state_seen {
	ino_t number;
	struct timespec changed;
};
bool state_changed(const struct state *s, struct state_seen *seen);

/* True when `token` and `header` hold what the record says. */
bool state_matches(const struct state *s, const struct record *r);

/* Appends the paths of `token` and `header` in the state directory @dir. */
void state_paths(const char *dir, struct buf *token, struct buf *header);

/* Removes what writers that were killed left behind. Hold the lock. */
void state_tidy(const struct state *s);

/* Removes `token` and `header`: what stands in them is not alive any more. */
void state_withdraw(const struct state *s);

/* True when `token` holds a well-formed one, which @access gets. */
bool state_stray_token(const struct state *s, struct buf *access);

/*
 * True when the directory, or state.json in it, is not there any more, or the path leads
 * to another one. False also where that can't be told.
 */
bool state_is_gone(const struct state *s);

/* Removes the directory and everything in it. Missing ones are no error. */
int state_remove(struct state *s, struct err *err);

/* Puts @t in front: the present token moves to the replaced ones. */
int record_put_token(struct record *r, const struct token *t, struct err *err);

/* Moves the present token to the replaced ones. */
int record_retire(struct record *r, struct err *err);

/* True when it holds this access token, present or replaced. */
bool record_has(const struct record *r, const char *access);

/* When the last of its tokens runs out by the wall clock; 0 without any. */
int64_t record_expires_wall(const struct record *r);

/* Takes out one that is no longer alive. @i counts the replaced ones. */
void record_forget_present(struct record *r);
void record_forget_replaced(struct record *r, size_t i);

void record_release(struct record *r);

#endif
