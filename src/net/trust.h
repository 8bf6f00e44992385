/*
 * The certificates that a server is checked against.
 *
 * A full bundle has about 140 roots, and making OpenSSL parse all of them takes longer
 * than the whole request. So the bundle is only indexed, by the subject of each
 * certificate, and OpenSSL is given a lookup that parses a root when a chain asks for it.
 */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include "base/err.h"

struct trust;

/*
 * Indexes @file (PEM), or, when it is NULL or empty, the first system bundle found, or
 * the roots built into the program. NULL with ERR_USAGE when the file can't be read or
 * holds no certificate. The caller frees it after the last connection.
 */
struct trust *trust_open(const char *file, struct err *err);
void trust_free(struct trust *t);

/* Where the roots come from: a path, or "built in". */
const char *trust_source(const struct trust *t);

/*
 * Installs the lookup in an SSL_CTX (given as void so that no caller includes OpenSSL).
 */
int trust_install(struct trust *t, void *ssl_ctx);

#endif
