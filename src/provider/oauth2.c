/* Any server that does RFC 6749's client credentials: docs/oauth2.md. */
#include "provider/rows.h"

static const struct flow flows[] = {
	{ .name = "oauth2",
	  .provider = &provider_oauth2,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BASIC,
	  .discover_token = true,
	  .trusts_metadata = true,
	  .revocation = REVOKE_RFC7009,
	  .lifetime = 300,
	  .any_token = true },
};

const struct provider provider_oauth2 = {
	.name = "oauth2",
	.title = "any OAuth 2 server",
	ROWS(flow, flows),
};
