/*
 * Calls to the API with the session's token, and all that can be mended on the way:
 *
 *	401		one renewal and one repeat; processes refused together renew once.
 *			A new token that worked before counts as expired, not as refused
 *	429, 503	waited for as Retry-After says, up to CALL_WAIT_MAX_MS; so is a
 *			403 that is a limit
 *	202, 204	where a caller only asks, and with Retry-After: likewise, for the
 *			answer is not ready
 *	other 5xx, 408	tried again, and so is a connection that fails or an answer that
 *			is torn: methods that may be repeated only
 *
 * retry-for bounds the time of all attempts of one call; the time in which an answer was
 * being received does not count. A method that is not safe to repeat (RFC 9110 section
 * 9.2.2) is repeated only where the server cannot have acted: it was never sent, or the
 * answer was 401, a limit, or 503 with Retry-After.
 *
 * Where the API tells how many requests are left (headers that the provider's row names),
 * calls are held back before the limit is hit.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "session/session.h"

enum {
	CALL_WAIT_MAX_MS = 180 * 1000,	 /* beyond it the official tools give up, too */
	CALL_BODY_MAX = 8 * 1024 * 1024, /* an answer that goes to no reader */
	CALL_TORN_MAX = 3,		 /* attempts at an answer that is no document */
};

/* What all calls of a command share. */
struct caller {
	struct session *session;
	struct http *http;
	bool queries;	       /* POSTs only ask, and may be repeated */
	int64_t gate_boot_ms;  /* no call is sent before */
	int running;	       /* calls on their way */
	int64_t left;	       /* requests that the limit allows; -1: not known */
	int64_t reset_boot_ms; /* when the limit begins anew */
	bool told;	       /* that we wait for that */
	bool plain;	       /* answers came in a content coding unasked */
	char proven[17];       /* fingerprint of the token that was last accepted */
};

/* Who reads the body of a 2xx answer. NULL functions are left out. */
struct call_reader {
	void (*begin)(void *arg); /* an attempt begins: what came before is void */
	enum http_sunk (*write)(void *arg, const struct http_resp *resp, const char *data,
				size_t len, struct err *err);
	/* The answer is there. -1 with ERR_TRANSIENT: it was torn; also from write(). */
	int (*end)(void *arg, const struct http_resp *resp, struct err *err);
	void *arg;
};

struct call {
	struct http_req req; /* all but the Authorization */
	struct http_resp resp;
	struct call_reader reader; /* no write(): the body is kept in resp */
	bool foreign;		   /* not of the API: no token goes along */
	struct http_job job;
	int64_t not_before; /* boot clock: when to send it, after CALL_AGAIN */
	/* the rest is call.c's own */
	struct http_sink sink;
	size_t headers_len;
	char used[17]; /* fingerprint of the token that went along */
	bool begun, renewed;
	int attempts, torn;
	int64_t start_boot_ms;
};

#define CALL_INIT ((struct call){ .req = HTTP_REQ_INIT, .resp = HTTP_RESP_INIT })
#define AUTO_CALL __attribute__((cleanup(call_release)))

/* Fills @ret; the session has a token. */
int caller_open(struct caller *ret, struct session *s, struct err *err);

/* Sends it, or says why it can't be sent. It ends in caller->http->wait(). */
int call_send(struct caller *c, struct call *call, struct err *err);

/* What an ended call means. */
enum call_next {
	CALL_DONE,   /* a 2xx answer, whole */
	CALL_AGAIN,  /* call_send() it again, not before call->not_before */
	CALL_FAILED, /* @err says why; the answer, if there is one, is in call->resp */
};
enum call_next call_settle(struct caller *c, struct call *call, struct err *err);

/* True for an answer that is not ready yet; what came with it is none. */
bool call_is_pending(const struct caller *c, const struct http_resp *resp);

/* Sends, waits and repeats until it is done: 0, or -1 with the error. */
int call_run(struct caller *c, struct call *call, struct err *err);

/* Milliseconds until @call may be sent; 0: now. Tells when the limit holds it back. */
int64_t call_delay_ms(struct caller *c, const struct call *call);

/* Makes @call ready for another request; bounds and reader stay. */
void call_reset(struct call *call);
void call_release(struct call *call);

#endif
