/* Genesys Cloud. Facts: docs/vendors.md. */
#include "provider/rows.h"

/* The 18 public regions, as the JavaScript SDK and CX as Code list them. */
static const struct region regions[] = {
	{ "us-east-1", "US East (N. Virginia)", "mypurecloud.com" },
	{ "us-east-2", "US gov (FedRAMP)", "use2.us-gov-pure.cloud" },
	{ "us-west-2", "US West (Oregon)", "usw2.pure.cloud" },
	{ "ca-central-1", "Canada", "cac1.pure.cloud" },
	{ "mx-central-1", "Mexico", "mxc1.pure.cloud" },
	{ "sa-east-1", "Sao Paulo", "sae1.pure.cloud" },
	{ "eu-west-1", "Dublin", "mypurecloud.ie" },
	{ "eu-west-2", "London", "euw2.pure.cloud" },
	{ "eu-central-1", "Frankfurt", "mypurecloud.de" },
	{ "eu-central-2", "Zurich", "euc2.pure.cloud" },
	{ "me-central-1", "UAE", "mec1.pure.cloud" },
	{ "ap-south-1", "Mumbai", "aps1.pure.cloud" },
	{ "ap-southeast-1", "Singapore", "apse1.pure.cloud" },
	{ "ap-southeast-2", "Sydney", "mypurecloud.com.au" },
	{ "ap-northeast-1", "Tokyo", "mypurecloud.jp" },
	{ "ap-northeast-2", "Seoul", "apne2.pure.cloud" },
	{ "ap-northeast-3", "Osaka", "apne3.pure.cloud" },
	{ "eusc-de-east-1", "EU sovereign", "edee1.eusc-pure.cloud" },
};

static const struct flow flows[] = {
	{ .name = "genesys, by region",
	  .provider = &provider_genesys,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BASIC_RAW,
	  .raw_basic = true,
	  .token_url = "https://login.{}/oauth/token",
	  .api_url = "https://api.{}",
	  .revocation = REVOKE_ITSELF,
	  .token_path = "/api/v2/tokens/me",
	  .lifetime = 86400 },
	{ .name = "genesys, by sub-domain",
	  .provider = &provider_genesys,
	  .wants = { "sub-domain" },
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BODY,
	  .raw_basic = true,
	  .token_url = "https://api.{}.mypurecloud.com/oauth/token",
	  .api_url = "https://api.{}.mypurecloud.com",
	  .key = "sub-domain",
	  .revocation = REVOKE_ITSELF,
	  .token_path = "/api/v2/tokens/me",
	  .lifetime = 86400 },
};

static const struct variable variables[] = {
	{ "client-id", "GENESYSCLOUD_OAUTHCLIENT_ID" },
	{ "client-id", "GENESYS_CLOUD_CLIENT_ID" },
	{ "client-id", "GENESYS_CLIENT_ID" },
	{ "client-secret", "GENESYSCLOUD_OAUTHCLIENT_SECRET" },
	{ "client-secret", "GENESYS_CLOUD_CLIENT_SECRET" },
	{ "client-secret", "GENESYS_CLIENT_SECRET" },
	{ "region", "GENESYSCLOUD_REGION" },
	{ "region", "GENESYS_CLOUD_ENVIRONMENT" },
	{ "region", "GENESYS_REGION" },
	{ "sub-domain", "GENESYS_SUB_DOMAIN" },
};

static const struct handed handed[] = {
	{ "GENESYSCLOUD_ACCESS_TOKEN", HANDED_TOKEN },
	{ "GENESYSCLOUD_REGION", HANDED_REGION },
};

static const struct job_kind jobs[] = {
	/* It names no pace. */
	{ .id = "jobId", .state = "state", .result = "/results", .poll_ms = 1000 },
};

/*
 * A client that its region does not know is a 400, a wrong secret a 401, and the limit of
 * the token endpoint a 400, too. Changes of roles and divisions are cached for some
 * minutes.
 */
static const struct hint hints[] = {
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

const struct provider provider_genesys = {
	.name = "genesys",
	.title = "Genesys",
	ROWS(flow, flows),
	ROWS(variable, variables),
	.own = { "sub-domain" },
	ROWS(region, regions),
	.region_kind = REGION_DOMAIN,
	.default_region = "us-east-1",
	.region_help = "AWS region name, domain or host URL, default `us-east-1`",
	.region_example =
		"an AWS region name, a domain such as mypurecloud.ie, or a host URL",
	.region_hint = "a domain such as mypurecloud.ie is taken as it is",
	.region_hosts = { "login.", "api.", "apps." },
	.probe = { .known = 401, .unknown = 400, .code = "invalid_client" },
	.handed = handed,
	.handed_count = ARRAY_LEN(handed),
	.rate_used = "inin-ratelimit-count",
	.rate_allowed = "inin-ratelimit-allowed",
	.rate_reset = "inin-ratelimit-reset",
	.header_id = "inin-correlation-id",
	.permissions = { "messageParams", "permissions" },
	ROWS(job, jobs),
	ROWS(hint, hints),
};
