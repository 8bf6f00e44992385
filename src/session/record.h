/* The text form of struct record: what stands in state.json. Pure. */
#ifndef SESSION_RECORD_H
#define SESSION_RECORD_H

#include "session/state.h"

/* -1 with the reason when the text is no record of this version. */
int record_parse(const char *text, size_t len, struct record *ret, struct err *err);

/* Appends the record; replaced tokens that have expired are left out. */
void record_print(const struct record *r, struct buf *out);

#endif
