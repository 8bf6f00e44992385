/* What ended a TLS handshake that no later attempt will bring further. */
#ifndef NET_ALERT_H
#define NET_ALERT_H

#include "base/buf.h"

struct alert {
	const char *says; /* for people */
	const char *hint; /* what to do */
};

/*
 * Looks for an error of OpenSSL's in libcurl's text, "…error:0A00045C:SSL routines::…".
 * What it means, with OpenSSL's own words for it in @ret_reason; NULL where there is
 * none, or another attempt may do better. Nothing else tells of it: the queue is empty by
 * then, and a callback of OpenSSL's knows connections, not transfers.
 */
const struct alert *alert_find(const char *detail, struct buf *ret_reason);

#endif
