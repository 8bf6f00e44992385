#include "refresh/schedule.h"

#include <stdlib.h>

#include "base/quote.h"
#include "net/retry.h"

int64_t schedule_due_ms(int64_t lifetime_ms, int64_t buffer_ms, double jitter)
{
	int64_t half = lifetime_ms / 2;
	int64_t due = lifetime_ms / 10 * 8 + lifetime_ms % 10 * 8 / 10;
	int64_t last = lifetime_ms - buffer_ms;

	if (due > last)
		due = last;
	due -= (int64_t)((double)lifetime_ms / 20 * jitter);
	return due > half ? due : half;
}

int64_t schedule_backoff_ms(int failures, int64_t after_ms, double random)
{
	struct retry retry = { .attempt = failures,
			       .budget_ms = INT64_MAX,
			       .after_ms = -1,
			       .cap_ms = SCHEDULE_BACKOFF_MS };
	int64_t wait = retry_wait_ms(&retry, random), asked;

	retry.after_ms = after_ms < SCHEDULE_AFTER_MS ? after_ms : SCHEDULE_AFTER_MS;
	asked = retry_wait_ms(&retry, random);
	return asked > wait ? asked : wait;
}

double schedule_jitter(const char *token)
{
	char hex[QUOTE_FINGERPRINT_SIZE];

	quote_fingerprint(token, hex);
	hex[8] = '\0';
	return (double)strtoul(hex, NULL, 16) / 4294967296.0;
}
