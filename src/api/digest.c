#include "api/digest.h"

#include <string.h>

/* An odd multiplier carries every bit upwards, the shift brings the top back down. */
static uint64_t digest_mix(uint64_t state, uint64_t word)
{
	state = (state ^ word) * UINT64_C(0xd6e8feb86659fd93);
	return state ^ state >> 32;
}

void digest_add(struct digest *d, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t word;

	for (; len && d->len % 8; len--, d->len++, p++) {
		d->word |= (uint64_t)*p << d->len % 8 * 8;
		if (d->len % 8 == 7) {
			d->state = digest_mix(d->state, d->word);
			d->word = 0;
		}
	}
	for (; len >= 8; len -= 8, d->len += 8, p += 8) {
		memcpy(&word, p, sizeof(word));
		d->state = digest_mix(d->state, word);
	}
	for (; len; len--, d->len++, p++)
		d->word |= (uint64_t)*p << d->len % 8 * 8;
}

uint64_t digest_value(const struct digest *d)
{
	return digest_mix(digest_mix(d->state, d->word), d->len);
}
