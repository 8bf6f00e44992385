/*
 * Text made safe for where it goes. All functions append to @out, which holds the
 * result until its owner releases it; a result that does not fit shows in buf_check().
 */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { QUOTE_FINGERPRINT_SIZE = 17 };

/* Percent-encoding: all but the unreserved characters of RFC 3986 section 2.3. */
void quote_percent(struct buf *out, const char *text);

/* application/x-www-form-urlencoded: as above, a space becomes '+'. */
void quote_form(struct buf *out, const char *text);

/* As other encoders do it: all but letters, digits and @keep; @space for a space. */
void quote_percent_but(struct buf *out, const char *text, const char *keep,
		       const char *space);

/* Appends "name=value" to a form body, with '&' where needed, both encoded. */
void quote_form_pair(struct buf *out, const char *name, const char *value);

/* Base64 with padding, RFC 4648 section 4, on one line. */
void quote_base64(struct buf *out, const void *data, size_t len);

/* Reads base64url without padding (RFC 4648 section 5, as in a JWT). Else false. */
bool quote_base64url_decode(struct buf *out, const char *text, size_t len);

/* A single-quoted POSIX shell word that yields @text whatever it holds. */
void quote_shell(struct buf *out, const char *text);

/*
 * Server text for people: control characters, those that break a line or turn its
 * direction, what is no UTF-8 and the beginning of a runner's command within a line
 * become '?'; cut between characters after @max bytes at most. The result is valid
 * UTF-8, so that it can stand in state.json.
 */
void quote_clean(struct buf *out, const char *text, size_t max);

/* The first 16 hex digits of the SHA-256 of @text. */
void quote_fingerprint(const char *text, char hex[static QUOTE_FINGERPRINT_SIZE]);

#endif
