/* What a connection met on its way, for people who look for a fault. */
#ifndef NET_TRACE_H
#define NET_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Texts of the server's are cleaned. Empty: not known, or there was none. */
struct trace {
	struct buf peer;    /* the address connected to: the server's, or the proxy's */
	bool proxied;	    /* through the tunnel of a proxy */
	struct buf roots;   /* where the trusted roots come from */
	struct buf tls;	    /* "TLSv1.3" */
	struct buf subject; /* of the server's certificate: whose */
	struct buf issuer;  /* and by whom */
	int64_t expires;    /* seconds since 1970 */
	struct buf problem; /* the certificate that is not trusted */
	bool outdated;	    /* and that is by its dates, or by our clock */
};

#define TRACE_INIT                                       \
	((struct trace){ .peer = BUF_INIT(256),          \
			 .roots = BUF_INIT(BUF_URL_MAX), \
			 .tls = BUF_INIT(64),            \
			 .subject = BUF_INIT(1024),      \
			 .issuer = BUF_INIT(1024),       \
			 .problem = BUF_INIT(4096) })
#define AUTO_TRACE __attribute__((cleanup(trace_release)))

/* Has OpenSSL tell @t of each certificate that it checks; what it decides stays. */
void trace_install(struct trace *t, void *ssl_ctx);

void trace_reset(struct trace *t);
void trace_release(struct trace *t);

#endif
