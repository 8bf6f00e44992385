/*
 * The way from credentials to a token over the network: discovery where the flow needs
 * it, the token request, and where a row says so the API host. Each step of it under one
 * budget.
 */
#ifndef SESSION_LOGIN_H
#define SESSION_LOGIN_H

#include "session/exchange.h"

struct login {
	const struct settings *settings;
	const struct flow *flow;
	struct endpoints *endpoints; /* what discovery finds is added */
	bool found_api;		     /* in and out: it has found the API host */
	struct http *http;
	bool once;	     /* one attempt: the caller tries again by itself */
	int64_t date_offset; /* out: the server's clock minus ours, in seconds */
	bool has_date;	     /* out: the server told its time */
	int status;	     /* out: of the last answer to a failed request, else 0 */
	int64_t after_ms;    /* out: its Retry-After, else -1 */
};

/*
 * Gets a token. With @refresh_token (not NULL, not empty) that is tried first; if it is
 * refused, the login is done again. -1 with the classed error; then @ret holds what came
 * and can't be used, which the caller takes back.
 */
int login_token(struct login *l, const char *refresh_token, struct token *ret,
		struct err *err);

/*
 * Finds the API host of @t, where the flow discovers it and nothing has said it yet. A
 * warning when there is no answer of use: then the area's own host, or none, is known.
 */
void login_find_api(struct login *l, const struct token *t, const struct budget *budget);

#endif
