/*
 * URLs, by libcurl's own parser, so that what is checked is what is connected to.
 * This file and net/http.c are the only ones that include libcurl.
 */
#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * 0 when a request with credentials may go to @url: https, or http to a loopback address
 * (127.0.0.0/8, ::1, localhost), with no user or password in it, and no control
 * character. Else -1 with ERR_USAGE; the text names neither user nor query.
 */
int url_check(const char *url, struct err *err);

/* Appends "scheme://host[:port]", the port only when it isn't the scheme's own. */
int url_origin(const char *url, struct buf *out, struct err *err);

bool url_same_origin(const char *a, const char *b);

/* Appends the host name, lower case. */
int url_host(const char *url, struct buf *out, struct err *err);

/* Appends the path, at least "/". */
int url_path(const char *url, struct buf *out, struct err *err);

/* Appends @ref as seen from @base (RFC 3986 section 5). */
int url_resolve(const char *base, const char *ref, struct buf *out, struct err *err);

/*
 * Appends @url with the query parameter @name set to @value, replacing it where it
 * stands; the value is percent-encoded here.
 */
int url_set_query(const char *url, const char *name, const char *value, struct buf *out,
		  struct err *err);

#endif
