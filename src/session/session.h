/*
 * The one policy: is the stored token good? Else, under the lock, get another.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/locate.h"
#include "session/revoke.h"

/* What the caller asks of the token. */
struct session_want {
	bool force;	      /* a new one, not older than this call */
	int64_t min_ttl;      /* seconds that it must last at least; 0: no wish */
	const char *not_this; /* a token that was refused; NULL: none */
	bool api;	      /* the API host, too: it is handed over, or called */
};

/*
 * The valid token, in s->record.token. Of all processes that find the stored one wanting
 * at the same time one asks the provider, and all get its token or its error. Without
 * credentials the refresher is asked, where one runs.
 */
int session_token(struct session *s, const struct session_want *want, struct err *err);

/*
 * Takes the state's lock for a request, so waits for others' as long as retry-for allows,
 * or one attempt where that is 0. See state_lock().
 */
int session_lock(struct session *s, struct err *err);

/* True when the stored token meets @want: see expiry-buffer. */
bool session_is_good(const struct session *s, const struct session_want *want);

/* Seconds before expiry in which this token no longer counts as valid. */
int64_t session_buffer(const struct settings *settings, const struct token *t);

/* 0 when the credentials that a revocation takes are here; else -1 with ERR_USAGE. */
int session_check_revoker(struct session *s, struct err *err);

/*
 * Puts the token that stands in the file `token` into the record, unless that knows it:
 * as one that may live for a day.
 */
void session_find_stray(struct session *s);

/*
 * True when there is an address to revoke at, which is asked of the issuer where this
 * session has a secret and was not told.
 */
bool session_can_revoke(struct session *s);

/* Revokes all that the record holds: see revoke_record(). */
void session_revoke(struct session *s, int64_t budget_ms, struct revoked *ret);

#endif
