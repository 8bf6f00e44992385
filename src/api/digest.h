/*
 * A 64-bit digest that tells apart texts that differ by accident, fast and in pieces cut
 * anywhere. No defence against an adversary, and never for a secret: those have
 * quote_fingerprint().
 */
#ifndef API_DIGEST_H
#define API_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
	uint64_t state, word; /* word: bytes that don't make eight yet */
	uint64_t len;
};

#define DIGEST_INIT ((struct digest){ .state = 0x9e3779b97f4a7c15 })

void digest_add(struct digest *d, const void *data, size_t len);

/* The digest of all that was added; more can be added afterwards. */
uint64_t digest_value(const struct digest *d);

#endif
