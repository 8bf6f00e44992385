/* The insides of JSON strings and numbers, RFC 8259 sections 6 and 7. Pure. */
#ifndef API_JSONTEXT_H
#define API_JSONTEXT_H

#include <stdbool.h>

#include "base/buf.h"

/* How far a number has come. */
enum jsontext_number {
	JSONTEXT_MINUS,
	JSONTEXT_ZERO,
	JSONTEXT_INTEGER,
	JSONTEXT_POINT,
	JSONTEXT_FRACTION,
	JSONTEXT_EXP,
	JSONTEXT_EXP_SIGN,
	JSONTEXT_EXPONENT,
};

/* The state behind @c in a number, -1 where it can't stand. */
int jsontext_number_next(int state, char c);

/* True where a number may end. */
bool jsontext_number_whole(int state);

/*
 * Appends what @raw, the inside of a string whose grammar has been checked, stands for.
 * U+0000 and lone surrogates become U+FFFD.
 */
void jsontext_unescape(const char *raw, struct buf *out);

#endif
