/* One member of a JSON text replaced, every other byte left as it is. */
#ifndef API_JSONEDIT_H
#define API_JSONEDIT_H

#include "base/buf.h"

/*
 * Appends @text, whose root is an object ("" counts as an empty one), with the member at
 * @path, "pageNumber" or "paging.pageNumber", set to the JSON text @value. What is
 * missing on the way is added at the front. -1 with ERR_USAGE where that can't be.
 */
int jsonedit_set(const char *text, const char *path, const char *value, struct buf *out,
		 struct err *err);

/* Appends the raw text of the member at @path. False when there is none. */
bool jsonedit_get(const char *text, const char *path, struct buf *out);

#endif
