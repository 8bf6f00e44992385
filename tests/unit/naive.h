/*
 * What redact_text() must give, written the slow way: every form is tried at every byte,
 * and the bytes that naive_breaks() tells are passed over. Shared by the unit tests and
 * the fuzz harness.
 */
#ifndef UNIT_NAIVE_H
#define UNIT_NAIVE_H

#include <string.h>

#include "base/fold.h"
#include "base/redact.h"

static inline bool naive_is_base64(char c)
{
	return c && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789+/-_",
			   c);
}

/* The length of the break in wrapped base64 that begins at @at, 0: none does. */
static inline size_t naive_breaks(const char *text, size_t len, size_t at)
{
	size_t n = at, end = at;

	while (n > 0 && naive_is_base64(text[n - 1]))
		n--;
	if (at - n < FOLD_MIN)
		return 0;
	if (end < len && text[end] == '\r')
		end++;
	if (end < len && text[end] != '\n')
		return 0;
	return end + (end < len) - at;
}

/* The length of @form as it stands at @at, breaks included; 0: it does not. */
static inline size_t naive_stands(const struct buf *form, const char *text, size_t len,
				  size_t at, bool *ret_open)
{
	size_t to = at;

	*ret_open = false;
	for (size_t i = 0; i < form->len; i++, to++) {
		to += i ? naive_breaks(text, len, to) : 0;
		if (to >= len) {
			*ret_open = true;
			return 0;
		}
		if (text[to] != form->ptr[i])
			return 0;
	}
	return to - at;
}

static inline void naive_text(const struct redact *r, const char *text, size_t len,
			      struct buf *out)
{
	size_t end = 0;

	for (size_t at = 0; at < len; at++) {
		size_t longest = 0;
		bool open;

		for (size_t i = 0; i < r->count; i++) {
			size_t n = naive_stands(&r->forms[i].text, text, len, at, &open);

			longest = n > longest ? n : longest;
		}
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
	bool open;

	for (size_t at = 0; at < len; at++)
		for (size_t i = 0; i < r->count; i++) {
			naive_stands(&r->forms[i].text, text, len, at, &open);
			if (open)
				return at;
		}
	return len;
}

#endif
