/*
 * What people are told to do about an answer that failed: rows that are matched on what
 * the server said. The first row that fits is told.
 */
#ifndef PROVIDER_HINT_H
#define PROVIDER_HINT_H

#include <stdbool.h>

/* The kinds of request that a row is for; several are added up. */
enum {
	ASK_TOKEN = 1,
	ASK_REVOCATION = 2,
	ASK_METADATA = 4, /* discovery */
	ASK_API = 8,
	ASK_ANY = 15,
};

/*
 * What is not set fits all. Texts are matched in any case, "a|b" is one or the other;
 * a code is matched whole, what was said by a part of the server's code or text.
 */
struct hint {
	unsigned int ask;
	int status; /* 401, or a class: 5 is 500 to 599 */
	const char *code;
	const char *said;
	bool page;  /* a web page came */
	bool limit; /* we ask too often */
	bool retry; /* the same request may go well later: it is tried again */
	/*
	 * "{client-id}" is "client-id (from CC_CLIENT_ID)", and so for each setting; more
	 * names are in oauth/hint.c. Where one has nothing to name, the row does not fit.
	 */
	const char *todo;
};

#endif
