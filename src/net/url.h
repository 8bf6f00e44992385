/*
 * URLs, by libcurl's own parser, so that what is checked is what is connected to.
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

/* True for a URL, or a host with a port as proxies are given, on a loopback address. */
bool url_is_loopback(const char *url);

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
 * Appends the URL that @ref means at the API whose base is @base, "https://host" or
 * "https://host/prefix". A path stands on the base, also where it names the prefix
 * itself already; a URL must be of the base's origin, else -1 with ERR_REFUSED. What
 * can't stand in a URL (blanks, ", <, >, \, ^, `, {, |, }, a % without two digits, bytes
 * beyond ASCII) is percent-encoded, and a fragment left out.
 */
int url_join(const char *base, const char *ref, struct buf *out, struct err *err);

/* Appends "name=value" to the query at the end of @url, both percent-encoded. */
void url_add_query(struct buf *url, const char *name, const char *value);

/* Appends the query parameter @name of @url, percent-decoded. False without one. */
bool url_get_query(const char *url, const char *name, struct buf *out);

/*
 * Appends @url, which may be a mere path, with the query parameter @name set to @value,
 * replacing it where it stands; the value is percent-encoded here, a fragment left out.
 */
int url_set_query(const char *url, const char *name, const char *value, struct buf *out,
		  struct err *err);

#endif
