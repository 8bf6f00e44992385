#include "provider/provider.h"

/*
 * Genesys Cloud: the 18 public regions, as the JavaScript SDK (PureCloudRegionHosts.js)
 * and CX as Code (getRegionMap) list them. CXone: areas of the UserHub documentation.
 */
const struct region provider_regions[] = {
	{ PROVIDER_GENESYS, "us-east-1", "US East (N. Virginia)", "mypurecloud.com" },
	{ PROVIDER_GENESYS, "us-east-2", "US gov (FedRAMP)", "use2.us-gov-pure.cloud" },
	{ PROVIDER_GENESYS, "us-west-2", "US West (Oregon)", "usw2.pure.cloud" },
	{ PROVIDER_GENESYS, "ca-central-1", "Canada", "cac1.pure.cloud" },
	{ PROVIDER_GENESYS, "mx-central-1", "Mexico", "mxc1.pure.cloud" },
	{ PROVIDER_GENESYS, "sa-east-1", "Sao Paulo", "sae1.pure.cloud" },
	{ PROVIDER_GENESYS, "eu-west-1", "Dublin", "mypurecloud.ie" },
	{ PROVIDER_GENESYS, "eu-west-2", "London", "euw2.pure.cloud" },
	{ PROVIDER_GENESYS, "eu-central-1", "Frankfurt", "mypurecloud.de" },
	{ PROVIDER_GENESYS, "eu-central-2", "Zurich", "euc2.pure.cloud" },
	{ PROVIDER_GENESYS, "me-central-1", "UAE", "mec1.pure.cloud" },
	{ PROVIDER_GENESYS, "ap-south-1", "Mumbai", "aps1.pure.cloud" },
	{ PROVIDER_GENESYS, "ap-southeast-1", "Singapore", "apse1.pure.cloud" },
	{ PROVIDER_GENESYS, "ap-southeast-2", "Sydney", "mypurecloud.com.au" },
	{ PROVIDER_GENESYS, "ap-northeast-1", "Tokyo", "mypurecloud.jp" },
	{ PROVIDER_GENESYS, "ap-northeast-2", "Seoul", "apne2.pure.cloud" },
	{ PROVIDER_GENESYS, "ap-northeast-3", "Osaka", "apne3.pure.cloud" },
	{ PROVIDER_GENESYS, "eusc-de-east-1", "EU sovereign", "edee1.eusc-pure.cloud" },
	{ PROVIDER_CXONE, "na1", "North America", "na1" },
	{ PROVIDER_CXONE, "na2", "North America (FedRAMP)", "na2" },
	{ PROVIDER_CXONE, "eu1", "Europe", "eu1" },
	{ PROVIDER_CXONE, "uk1", "United Kingdom", "uk1" },
	{ PROVIDER_CXONE, "au1", "Australia", "au1" },
	{ PROVIDER_CXONE, "ca1", "Canada", "ca1" },
	{ PROVIDER_CXONE, "jp1", "Japan", "jp1" },
};
const size_t provider_region_count = ARRAY_LEN(provider_regions);

#define CXONE_ISSUER "https://cxone.niceincontact.com"

/*
 * Genesys (docs/vendors.md): a client that its region does not know is a 400, a wrong
 * secret a 401, and the limit of the token endpoint a 400, too. Changes of roles and
 * divisions are cached for some minutes.
 */
static const struct hint genesys_hints[] = {
	{ ASK_TOKEN, 400, "invalid_request", "rate limit exceeded", .retry = true,
	  .todo = "the server asks to wait {wait}; raise retry-for (CC_RETRY_FOR) above "
		  "that, or try later" },
	{ ASK_TOKEN, 400, "invalid_request", "rate limit exceeded", .retry = true,
	  .todo = "the token endpoint limits requests; share one token per job, and try "
		  "again in a minute" },
	{ ASK_TOKEN, 401, "invalid_client",
	  .todo = "check {secret}, and that it belongs to {id} and to {place}" },
	{ ASK_TOKEN, .code = "invalid_client",
	  .todo = "check {id} and {place}: a client is known in its own region only" },
	{ ASK_TOKEN, 403,
	  .todo = "check the client's scopes and roles; changes can take 15 "
		  "minutes to apply" },
	{ ASK_API, 403, "missing.any.permissions",
	  .todo = "give the client's role one of: {permissions}; changes can take 15 minutes "
		  "to apply" },
	{ ASK_API, 403,
	  .todo = "give the client's role {permissions}; changes can take 15 "
		  "minutes to apply" },
	{ ASK_API, 403,
	  .todo = "give the client a role that allows this; changes can take "
		  "15 minutes to apply" },
};

/* docs/vendors.md: the access key is the user of the password grant. */
static const struct hint cxone_hints[] = {
	{ ASK_METADATA, 4, .todo = "check {issuer} and {tenant-id}" },
	{ ASK_TOKEN, .code = "invalid_grant",
	  .todo = "check {access-key-secret}, and that it belongs to {access-key-id}" },
};

#define HINTS(rows) .hints = (rows), .hint_count = ARRAY_LEN(rows)

const struct flow provider_flows[] = {
	{ .name = "genesys, by region",
	  .provider = PROVIDER_GENESYS,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BASIC_RAW,
	  .raw_basic = true,
	  .token_url = "https://login.{}/oauth/token",
	  .api_url = "https://api.{}",
	  .revocation = REVOKE_GENESYS,
	  .lifetime = 86400,
	  HINTS(genesys_hints) },
	{ .name = "genesys, by sub-domain",
	  .provider = PROVIDER_GENESYS,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BODY,
	  .raw_basic = true,
	  .token_url = "https://api.{}.mypurecloud.com/oauth/token",
	  .api_url = "https://api.{}.mypurecloud.com",
	  .revocation = REVOKE_GENESYS,
	  .lifetime = 86400,
	  HINTS(genesys_hints) },
	{ .name = "cxone, client credentials",
	  .provider = PROVIDER_CXONE,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BODY,
	  .token_url = "https://api.cxone.com/oauth/token",
	  .api_url = "https://api.cxone.com",
	  .lifetime = 3600,
	  HINTS(cxone_hints) },
	{ .name = "cxone, password grant",
	  .provider = PROVIDER_CXONE,
	  .grant = GRANT_PASSWORD,
	  .auth = AUTH_BASIC,
	  .issuer = CXONE_ISSUER,
	  .discover_token = true,
	  .discover_api = true,
	  .lifetime = 3600,
	  HINTS(cxone_hints) },
	{ .name = "cxone, access key",
	  .provider = PROVIDER_CXONE,
	  .grant = GRANT_ACCESS_KEY,
	  .auth = AUTH_NONE,
	  .token_url = "https://{}.nice-incontact.com/authentication/v1/token/access-key",
	  .api_url = "https://api-{}.niceincontact.com",
	  .issuer = CXONE_ISSUER,
	  .discover_api = true,
	  .renewal = RENEW_USERHUB,
	  .lifetime = 3600,
	  HINTS(cxone_hints) },
	{ .name = "oauth2",
	  .provider = PROVIDER_OAUTH2,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BASIC,
	  .discover_token = true,
	  .trusts_metadata = true,
	  .revocation = REVOKE_RFC7009,
	  .lifetime = 300,
	  .any_token = true },
};
const size_t provider_flow_count = ARRAY_LEN(provider_flows);
