#include "net/retry.h"

#include <sys/random.h>

int64_t retry_wait_ms(const struct retry *r, double random)
{
	int64_t cap = r->cap_ms ? r->cap_ms : RETRY_CAP_MS;
	int64_t wait = RETRY_FIRST_MS;

	if (!r->budget_ms)
		return -1;
	if (r->after_ms > 0) {
		int64_t spread = r->after_ms / 10 < 1000 ? r->after_ms / 10 : 1000;

		wait = r->after_ms + (int64_t)((double)spread * random);
		if (r->after_ms <= r->budget_ms - r->elapsed_ms &&
		    wait > r->budget_ms - r->elapsed_ms)
			wait = r->after_ms;
	} else {
		for (int i = 1; i < r->attempt && wait < cap; i++)
			wait *= 2;
		if (wait > cap)
			wait = cap;
		wait = wait / 2 + (int64_t)((double)(wait / 2) * random);
	}
	return r->elapsed_ms + wait > r->budget_ms ? -1 : wait;
}

bool retry_status(int status)
{
	return status == 408 || status == 429 || status >= 500;
}

double retry_random(void)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), 0) != (long)sizeof(r))
		return 0.5;
	return (double)r / 4294967296.0;
}
