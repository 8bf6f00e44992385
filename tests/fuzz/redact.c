/*
 * The filter against its slow twin. The input: words and pieces of the text, a byte for
 * the length before each; words first, as many as the first byte says. No value that is
 * hidden holds a line break.
 */
#include "base/redact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/naive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t fuzz_take(const uint8_t **data, size_t *size, size_t max)
{
	size_t n = *size ? **data % (max + 1) : 0;

	if (!*size)
		return 0;
	++*data;
	--*size;
	return n < *size ? n : *size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf text = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20),
			    wanted = BUF_INIT(1 << 20), whole = BUF_INIT(1 << 20);
	struct redact_stream s = REDACT_STREAM_INIT;
	struct redact r = { 0 };
	size_t words = fuzz_take(&data, &size, 15);

	for (size_t i = 0; i < words && size; i++) {
		size_t n = fuzz_take(&data, &size, 255);
		char *word = strndup((const char *)data, n);

		for (char *p = word; (p = strpbrk(p, "\r\n"));)
			*p = '+';
		redact_add(&r, word);
		free(word);
		data += n;
		size -= n;
	}
	while (size) {
		size_t n = fuzz_take(&data, &size, 255);

		buf_add(&text, data, n);
		redact_feed(&r, &s, (const char *)data, n, false, &out);
		if (s.held.len != text.len - naive_held(&r, buf_str(&text), text.len))
			__builtin_trap();
		data += n;
		size -= n;
	}
	redact_feed(&r, &s, "", 0, true, &out);
	naive_text(&r, buf_str(&text), text.len, &wanted);
	redact_text(&r, buf_str(&text), text.len, &whole);
	if (!buf_equal(&out, &wanted) || !buf_equal(&whole, &wanted))
		__builtin_trap();
	redact_release(&r);
	buf_release(&s.held);
	return 0;
}
