/* What all harnesses share. A harness ends by a trap where a promise does not hold. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* The next piece of the input, up to a NUL or its end, as text. */
static inline void fuzz_text(const uint8_t **data, size_t *size, struct buf *out)
{
	size_t n = strnlen((const char *)*data, *size);

	buf_reset(out);
	buf_add(out, *data, n);
	n += n < *size;
	*data += n;
	*size -= n;
}

#define FUZZ_BUF BUF_INIT(1 << 22)

#endif
