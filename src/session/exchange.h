/*
 * One request until it has an answer that settles it: attempts over net/http, waits by
 * net/retry, one budget for all of them.
 */
#ifndef SESSION_EXCHANGE_H
#define SESSION_EXCHANGE_H

#include "net/http.h"
#include "oauth/oauth.h"

/* The time that all attempts of one operation share, discovery and waits included. */
struct budget {
	int64_t start_boot_ms, total_ms;
	int64_t attempt_ms; /* for one attempt */
	int attempts;	    /* at most, a limit's answers not counted; 0: no bound */
};

struct budget budget_start(const struct settings *s);

/* Milliseconds left; 0 when it is spent. */
int64_t budget_left_ms(const struct budget *b);

/* Judges an answer; sets @err for all but OAUTH_OK. */
struct judge {
	const char *what; /* the request, for messages: "token request" */
	enum oauth_verdict (*read)(void *arg, const struct http_resp *resp,
				   struct err *err);
	void *arg;
};

/*
 * 0 with an answer that @judge calls OAUTH_OK in @resp. Else -1: the judge's own error
 * when it refused, else ERR_TRANSIENT with the last reason once the budget is spent; an
 * attempt that the budget cut short is none. Every wait is told at the info level. The
 * first attempt is always made. What comes in a content coding unasked is asked for once
 * more, without.
 */
int exchange(struct http *http, struct http_req *req, struct http_resp *resp,
	     const struct budget *budget, const struct judge *judge, struct err *err);

#endif
