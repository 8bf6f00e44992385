/*
 * When to try again: a pure function of what happened and of the time that is left.
 */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"

enum {
	RETRY_FIRST_MS = 500,	  /* the first back-off, before jitter */
	RETRY_CAP_MS = 30 * 1000, /* the longest back-off, before jitter */
};

struct retry {
	int attempt;	    /* attempts made so far, at least 1 */
	int64_t elapsed_ms; /* since the first one began */
	int64_t budget_ms;  /* for all of them (retry-for); 0: one attempt */
	int64_t after_ms;   /* what Retry-After asks for, 0 unknown, -1 without */
	int64_t cap_ms;	    /* the longest back-off; 0: RETRY_CAP_MS */
};

/*
 * Milliseconds to wait before the next attempt, or -1 when the wait would pass the end
 * of the budget. Retry-After goes before the back-off, which doubles from RETRY_FIRST_MS
 * to its cap. Jitter keeps jobs that started together apart: the back-off is drawn
 * from its upper half, and up to a tenth (at most 1 s) is added to a Retry-After. One of
 * 0 leaves it at the back-off: else a server that never changes its mind is hammered.
 * @random is any number in [0, 1).
 */
int64_t retry_wait_ms(const struct retry *r, double random);

/*
 * Reads a Retry-After that counts (RFC 9110 section 10.2.3), in the spellings that
 * servers give it: a fraction, a sign, a unit behind it. @ret_ms is rounded up to whole
 * seconds; below zero it is 0, and no more than ten years. False when @text is no such
 * number: it may be a date.
 */
bool retry_read_seconds(const char *text, int64_t *ret_ms);

/* True for an answer that asks to come again: 408, 5xx, and a limit. */
bool retry_answer(const struct http_resp *resp);

/*
 * True for an answer that limits how often we may ask: 429, and a 403 that says when to
 * come again or that no request is left (RFC 6585 section 4 is younger than some APIs).
 */
bool retry_is_limit(const struct http_resp *resp);

/* A number in [0, 1) from the kernel's generator. */
double retry_random(void);

#endif
