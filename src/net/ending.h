/*
 * Which TLS connections their peers have ended by a close_notify (RFC 8446 section 6.1).
 *
 * Where a body has no length, all that tells its end from a cut is that alert: anyone on
 * the way can end a TCP connection. libcurl takes either for the end: its BIO knows no
 * end of input, so OpenSSL has no error to tell (lib/vtls/openssl.c, ossl_recv).
 */
#ifndef NET_ENDING_H
#define NET_ENDING_H

#include <stdbool.h>
#include <stddef.h>

enum { ENDING_MAX = 32 }; /* connections; as many are read from at a time, at most */

/* By OpenSSL's SSL, which is a name here: nothing is done with it. */
struct ending {
	const void *ended[ENDING_MAX];
	size_t next;
};

/* Has OpenSSL tell @e of the alerts on connections of @ssl_ctx; @e outlives them. */
void ending_install(struct ending *e, void *ssl_ctx);

/* An answer begins to come on @ssl, or on what has got the place of one that is gone. */
void ending_forget(struct ending *e, const void *ssl);

bool ending_is_told(const struct ending *e, const void *ssl);

#endif
