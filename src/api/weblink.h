/* Links in the header of an answer: RFC 8288 section 3. Pure. */
#ifndef API_WEBLINK_H
#define API_WEBLINK_H

#include "base/buf.h"

/*
 * Appends the target of the first link in @header, the joined values of all Link lines,
 * whose relation is @rel, perhaps among others. False when there is none.
 */
bool weblink_find(const char *header, const char *rel, struct buf *out);

#endif
