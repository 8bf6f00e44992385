/*
 * What to do about an answer that failed, by what the server said: the rows of the
 * provider, and those that hold for every server.
 */
#ifndef OAUTH_HINT_H
#define OAUTH_HINT_H

#include "oauth/endpoints.h"
#include "oauth/reason.h"

/* A request that was answered. What is not known is NULL. */
struct asked {
	unsigned int ask; /* one of ASK_TOKEN to ASK_API; 0: no row fits */
	const struct flow *flow;
	const struct endpoints *endpoints;
	const struct settings *settings;
};

/* The row that fits, with its text in @out; NULL where none does. */
const struct hint *hint_find(const struct asked *a, const struct reason *r,
			     struct buf *out);

/*
 * The error of a failed answer: status, code and text of the server's, and what to do.
 * True when the same request may go well later.
 */
bool hint_set(const struct asked *a, const struct http_resp *resp, enum err_kind kind,
	      struct err *err);

#endif
