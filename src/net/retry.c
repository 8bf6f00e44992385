#include "net/retry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum { AFTER_MAX_S = 10 * 365 * 86400 };

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

/* The unit at @text, in seconds; 1 without one, 0 where there is another word. */
static double retry_unit(const char *text)
{
	static const struct {
		const char *words;
		double seconds;
	} units[] = {
		{ " s sec secs second seconds ", 1 },
		{ " ms msec millisecond milliseconds ", 0.001 },
		{ " m min mins minute minutes ", 60 },
		{ " h hour hours ", 3600 },
	};
	char word[24] = " ";
	size_t n;

	text += strspn(text, " \t");
	n = strcspn(text, " \t,;.");
	if (!n)
		return 1;
	if (n > sizeof(word) - 3)
		return 0;
	memcpy(word + 1, text, n);
	word[n + 1] = ' ';
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcasestr(units[i].words, word))
			return units[i].seconds;
	return 0;
}

bool retry_read_seconds(const char *text, int64_t *ret_ms)
{
	const char *digits = text + (*text == '-' || *text == '+');
	size_t len = strspn(digits, "0123456789.");
	char *end = NULL;
	double unit = retry_unit(digits + len), s = strtod(text, &end);

	if (!len || end != digits + len || unit <= 0)
		return false;
	s = ceil(s * unit);
	s = s > 0 ? s : 0;
	*ret_ms = (int64_t)(s < AFTER_MAX_S ? s : AFTER_MAX_S) * 1000;
	return true;
}

/*
 * Where a header line of @len bytes tells how many requests are left, else NULL:
 * x-ratelimit-remaining and its kin (GitHub, Okta, Azure), or the member of a RateLimit
 * header (draft-ietf-httpapi-ratelimit-headers: "remaining=0", later ";r=0").
 */
static const char *retry_remaining(const char *line, size_t len)
{
	static const char *const members[] = { "remaining=", ";r=" };
	const char *colon = memchr(line, ':', len), *at = NULL;
	size_t name = colon ? (size_t)(colon - line) : 0;

	if (!memmem(line, name, "ratelimit", 9) && !memmem(line, name, "rate-limit", 10))
		return NULL;
	if (memmem(line, name, "remaining", 9))
		return colon + 1;
	for (size_t i = 0; i < ARRAY_LEN(members) && !at; i++) {
		at = memmem(line, len, members[i], strlen(members[i]));
		at = at ? at + strlen(members[i]) : NULL;
	}
	return at;
}

static bool retry_is_used_up(const struct http_resp *resp)
{
	for (const char *p = buf_str(&resp->headers); *p;) {
		size_t len = strcspn(p, "\n");
		const char *left = retry_remaining(p, len);
		char *end = NULL;

		if (left && strtod(left, &end) <= 0 && end > left && end <= p + len)
			return true;
		p += len + (p[len] == '\n');
	}
	return false;
}

bool retry_is_limit(const struct http_resp *resp)
{
	return resp->status == 429 ||
	       (resp->status == 403 && (resp->after_ms >= 0 || retry_is_used_up(resp)));
}

bool retry_answer(const struct http_resp *resp)
{
	return resp->status == 408 || resp->status >= 500 || retry_is_limit(resp);
}

double retry_random(void)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), 0) != (long)sizeof(r))
		return 0.5;
	return (double)r / 4294967296.0;
}
