/* Finding out at an issuer where its endpoints are, over the network. */
#ifndef SESSION_DISCOVERY_H
#define SESSION_DISCOVERY_H

#include "base/json.h"
#include "session/login.h"

/*
 * Finds the token and revocation endpoints at the issuer: its OpenID configuration, and
 * for what that lacks RFC 8414 metadata. Fills only what is empty. For rows that
 * discover; else does nothing. Where the token endpoint is known, revocation alone is
 * looked for: tried once, and no answer of use is no failure.
 */
int discover(struct login *l, const struct budget *budget, struct err *err);

/*
 * A JSON document by GET, without credentials; NULL with the error. The caller frees it.
 * Its status and Retry-After are in @l.
 */
struct json *discover_document(struct login *l, const char *url,
			       const struct budget *budget, struct err *err);

#endif
