/*
 * Wrapped base64 as one line. What encodes in lines (openssl: 64 columns, MIME and
 * coreutils: 76, RFC 2045 section 6.8 and RFC 7468 section 2) puts a break into a value
 * wherever its column ends. Here such breaks are taken out, so that a value is found by
 * its one form, and each place in what is left leads back to the text.
 *
 * A break is LF or CRLF behind FOLD_MIN characters of base64 or base64url in a row;
 * others stay. No form holds one, so what stands in one line is found as before.
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { FOLD_MIN = 60 }; /* characters; uuencode -m has the shortest lines, of 60 */

struct fold_break;

struct fold {
	const char *text; /* without the breaks; the caller's own where there are none */
	size_t len;
	struct buf joined;
	struct fold_break *breaks;
	size_t count;
};

#define AUTO_FOLD __attribute__((cleanup(fold_release)))

/*
 * Takes the breaks out of @text, which is borrowed. @run is how many characters of base64
 * stood right before it, see fold_run(). -1 when memory ended; release it in any case.
 */
int fold_text(struct fold *ret, const char *text, size_t len, size_t run);
void fold_release(struct fold *f);

/* Where the byte @at of f->text stands in the text; f->len leads to its end. */
size_t fold_place(const struct fold *f, size_t at);

/* The characters of base64 at the end of @text, before which there were @run of them. */
size_t fold_run(const char *text, size_t len, size_t run);

#endif
