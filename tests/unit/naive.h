/*
 * What redact_text() must give, written the slow way: every form is tried at every byte.
 * Shared by the unit tests and the fuzz harness.
 */
#ifndef UNIT_NAIVE_H
#define UNIT_NAIVE_H

#include <string.h>

#include "base/redact.h"

static inline bool naive_stands(const struct buf *form, const char *text, size_t len)
{
	return form->len <= len && memcmp(form->ptr, text, form->len) == 0;
}

static inline void naive_text(const struct redact *r, const char *text, size_t len,
			      struct buf *out)
{
	size_t end = 0;

	for (size_t at = 0; at < len; at++) {
		size_t longest = 0;

		for (size_t i = 0; i < r->count; i++)
			if (naive_stands(&r->forms[i].text, text + at, len - at) &&
			    r->forms[i].text.len > longest)
				longest = r->forms[i].text.len;
		if (longest && at >= end)
			buf_adds(out, "***");
		if (longest && at + longest > end)
			end = at + longest;
		if (at >= end)
			buf_addc(out, text[at]);
	}
}

/* Where the longest end of @text begins that begins a form, but is not all of it. */
static inline size_t naive_held(const struct redact *r, const char *text, size_t len)
{
	for (size_t at = 0; at < len; at++)
		for (size_t i = 0; i < r->count; i++)
			if (r->forms[i].text.len > len - at &&
			    memcmp(r->forms[i].text.ptr, text + at, len - at) == 0)
				return at;
	return len;
}

#endif
