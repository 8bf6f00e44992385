/*
 * The proxy of a request, by the variables that libcurl reads: libcurl-env(3). Of their
 * values nothing is ever shown: what is wrong with one may be that its password reads
 * like a host.
 */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "base/err.h"

/*
 * The variable that names the proxy for @url, be it that NO_PROXY exempts its host; a
 * literal. NULL where none is set.
 */
const char *proxy_variable(const char *url);

/*
 * 0 when @address is [SCHEME://][USER[:PASSWORD]@]HOST[:PORT] with a scheme that libcurl
 * knows for proxies, and what RFC 3986 section 3.2.1 has encoded in user and password is.
 * libcurl takes more, and then asks the DNS for a part of a password, or goes without the
 * proxy. Else -1 with ERR_USAGE, which says what to do.
 */
int proxy_check(const char *address, struct err *err);

/* Takes users and passwords of all proxy variables into the list of values to hide. */
void proxy_hide(void);

#endif
