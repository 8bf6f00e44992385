/* When the refresher acts: pure functions. */
#ifndef REFRESH_SCHEDULE_H
#define REFRESH_SCHEDULE_H

#include <stdint.h>

enum {
	SCHEDULE_MIN_MS = 500,		 /* between two token requests at least */
	SCHEDULE_BACKOFF_MS = 60 * 1000, /* after a failure at most, before jitter */
	SCHEDULE_AFTER_MS = 3600 * 1000, /* of a Retry-After no more than this is kept */
};

/*
 * Milliseconds of a token's life after which it is replaced: 80 % of the lifetime, never
 * later than @buffer_ms before its end, less up to 5 % of the lifetime by @jitter in
 * [0, 1), so that jobs that started together do not ask together. Never before half of
 * its life, which is also the answer for a token too short for the buffer.
 */
int64_t schedule_due_ms(int64_t lifetime_ms, int64_t buffer_ms, double jitter);

/*
 * Milliseconds to wait after so many failures in a row (at least 1): net/retry's back-off
 * up to SCHEDULE_BACKOFF_MS, or longer where Retry-After asks for it (@after_ms; -1
 * without): unlike a command that somebody waits for, it has no budget to end it.
 */
int64_t schedule_backoff_ms(int failures, int64_t after_ms, double random);

/* A number in [0, 1) that is the same for the same token, and spread over tokens. */
double schedule_jitter(const char *token);

#endif
