/*
 * What an issuer says of itself, without the network: where its documents stand, and
 * what in them counts. OpenID Connect Discovery 1.0, RFC 8414.
 */
#ifndef OAUTH_METADATA_H
#define OAUTH_METADATA_H

#include "base/json.h"
#include "oauth/endpoints.h"

enum { METADATA_PLACES = 3 };

/*
 * Appends the URL of the document at @place, 0 to METADATA_PLACES - 1: OpenID's, RFC
 * 8414's, and RFC 8414's where servers put it as OpenID does. None where it is the same
 * as an earlier one. -1 when @issuer is no URL.
 */
int metadata_url(const char *issuer, int place, struct buf *out, struct err *err);

/*
 * Fills what @e lacks from @doc. -1 when it names another issuer than @e does, or a token
 * or revocation endpoint to which no credentials may go; the error shows what it names.
 */
int metadata_take(const struct flow *f, const struct json *doc, struct endpoints *e,
		  struct err *err);

/* The same for one endpoint by its name in @doc; none is no error. */
int metadata_endpoint(const struct json *doc, const char *name, struct buf *out,
		      struct err *err);

#endif
