/*
 * Taking tokens back: RFC 7009 where the server has it, what the vendor has else.
 */
#ifndef SESSION_REVOKE_H
#define SESSION_REVOKE_H

#include "session/state.h"
#include "session/transport.h"

/* Whose tokens they are, and the way to their server. All of it is borrowed. */
struct revoker {
	struct transport *transport;
	const struct settings *settings;
	const struct flow *flow;
	const struct endpoints *endpoints;
	const char *client_id; /* of the client that got the tokens */
	bool armed;	       /* the settings' secret may go along */
	bool elsewhere;	       /* and the tokens are of another server than it */
};

struct revoked {
	int revoked;	/* taken back */
	int kept;	/* the server does not revoke such tokens; they run out */
	int failed;	/* perhaps still alive */
	struct err why; /* the last failure */
};

/*
 * True when there is something to call. RFC 7009 knows no place of its own: without an
 * address there is nothing.
 */
bool revoke_is_known(const struct flow *flow, const struct endpoints *endpoints);

/* 0 when the credentials that it takes are there; else -1 with ERR_USAGE. */
int revoke_check_client(const struct revoker *v, struct err *err);

/* Revokes @t, and its refresh token, where they may still be alive; adds to @ret. */
void revoke_token(const struct revoker *v, const struct token *t, int64_t budget_ms,
		  struct revoked *ret);

/*
 * Revokes every token of @r that may still be alive, refresh tokens included, within
 * @budget_ms. Gone already is success. Those that failed stay in the record.
 */
void revoke_record(const struct revoker *v, struct record *r, int64_t budget_ms,
		   struct revoked *ret);

#endif
