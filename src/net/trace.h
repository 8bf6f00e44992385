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
	/* OpenSSL's verdict, X509_V_OK where it is content; and on which certificate */
	int verdict;
	struct buf judged, judged_issuer;
	int64_t judged_from, judged_until;
};

#define TRACE_INIT                                       \
	((struct trace){ .peer = BUF_INIT(256),          \
			 .roots = BUF_INIT(BUF_URL_MAX), \
			 .tls = BUF_INIT(64),            \
			 .subject = BUF_INIT(1024),      \
			 .issuer = BUF_INIT(1024),       \
			 .judged = BUF_INIT(1024),       \
			 .judged_issuer = BUF_INIT(1024) })
#define AUTO_TRACE __attribute__((cleanup(trace_release)))

/* Has OpenSSL tell @t of each certificate that it checks; what it decides stays. */
void trace_install(struct trace *t, void *ssl_ctx);

/*
 * What is wrong with the certificate that was refused, behind "the server's certificate ",
 * and what to do. Where OpenSSL was content with it, it is its name that was not.
 */
void trace_explain(const struct trace *t, struct buf *says, struct buf *todo);

void trace_reset(struct trace *t);
void trace_release(struct trace *t);

#endif
