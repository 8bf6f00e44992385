/*
 * The list of values that must not be seen, with the forms in which they surface.
 *
 * A value enters twice at most in the whole program: where a secret setting is read and
 * where a token arrives. From then on the log replaces it, the runner masks it and
 * `exec --redact` filters it, all from this one list.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
	REDACT_MIN = 4,		 /* bytes; shorter values would garble every line */
	REDACT_COUNT_MAX = 4096, /* forms in one list */
};

struct redact {
	struct buf *forms; /* distinct, in the order of arrival */
	size_t count;
};

/*
 * Adds @value as it is, percent-encoded (with %20 and with '+'), and in base64.
 * Values shorter than REDACT_MIN are left out. A list that is full drops the oldest
 * form: it belongs to a token replaced long ago.
 */
void redact_add(struct redact *r, const char *value);

/* Forgets all but the first @count forms: those of tokens that are no longer there. */
void redact_cut(struct redact *r, size_t count);

/* Appends @text to @out with every form replaced by "***", the longest match first. */
void redact_text(const struct redact *r, const char *text, size_t len, struct buf *out);

/* True when a form stands anywhere in @text. */
bool redact_finds(const struct redact *r, const char *text, size_t len);

void redact_release(struct redact *r);

#endif
