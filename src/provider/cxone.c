/* NICE CXone. Facts: docs/vendors.md. */
#include "provider/rows.h"

#define ISSUER	     "https://cxone.niceincontact.com"
#define API_DOCUMENT "/.well-known/cxone-configuration?tenantId={}"

/* Areas of the UserHub documentation. */
static const struct region regions[] = {
	{ "na1", "North America", "na1" }, { "na2", "North America (FedRAMP)", "na2" },
	{ "eu1", "Europe", "eu1" },	   { "uk1", "United Kingdom", "uk1" },
	{ "au1", "Australia", "au1" },	   { "ca1", "Canada", "ca1" },
	{ "jp1", "Japan", "jp1" },
};

static const struct flow flows[] = {
	{ .name = "cxone, client credentials",
	  .provider = &provider_cxone,
	  .grant = GRANT_CLIENT_CREDENTIALS,
	  .auth = AUTH_BODY,
	  .token_url = "https://api.cxone.com/oauth/token",
	  .api_url = "https://api.cxone.com",
	  .lifetime = 3600 },
	{ .name = "cxone, password grant",
	  .provider = &provider_cxone,
	  .wants = { "access-key-id|access-key-secret", "client-id" },
	  .grant = GRANT_PASSWORD,
	  .auth = AUTH_BASIC,
	  .issuer = ISSUER,
	  .discover_token = true,
	  .api_document = API_DOCUMENT,
	  .api_member = "api_endpoint",
	  .tenant_claim = "tenantId",
	  .lifetime = 3600 },
	{ .name = "cxone, access key",
	  .provider = &provider_cxone,
	  .wants = { "access-key-id|access-key-secret" },
	  .grant = GRANT_ACCESS_KEY,
	  .auth = AUTH_NONE,
	  .token_url = "https://{}.nice-incontact.com/authentication/v1/token/access-key",
	  .api_url = "https://api-{}.niceincontact.com",
	  .issuer = ISSUER,
	  .api_document = API_DOCUMENT,
	  .api_member = "api_endpoint",
	  .tenant_claim = "tenantId",
	  .login_path = "/authentication/v1/token/access-key",
	  .renewal_path = "/public/user/refresh",
	  .lifetime = 3600 },
};

static const struct variable variables[] = {
	{ "client-id", "CXONE_CLIENT_ID" },
	{ "client-secret", "CXONE_CLIENT_SECRET" },
	{ "access-key-id", "CXONE_ACCESS_KEY_ID" },
	{ "access-key-secret", "CXONE_ACCESS_KEY_SECRET" },
	{ "region", "CXONE_REGION" },
	{ "tenant-id", "CXONE_TENANT_ID" },
	{ "tenant-id", "TENANT_ID" },
	{ "issuer", "CXONE_ISSUER" },
};

static const struct handed handed[] = {
	{ "CXONE_ACCESS_TOKEN", HANDED_TOKEN },
	{ "CXONE_API_URL", HANDED_API_URL },
};

static const struct job_kind jobs[] = {
	/* A data extraction, of which no more than one request in 30 s is wanted. */
	{ .holder = "jobStatus", .state = "status", .link = "url", .poll_ms = 30 * 1000 },
};

/* The access key is the user of the password grant. */
static const struct hint hints[] = {
	{ ASK_METADATA, 4, .todo = "check {issuer} and {tenant-id}" },
	{ ASK_TOKEN, .code = "invalid_grant",
	  .todo = "check {access-key-secret}, and that it belongs to {access-key-id}" },
};

const struct provider provider_cxone = {
	.name = "cxone",
	.title = "CXone",
	ROWS(flow, flows),
	ROWS(variable, variables),
	.own = { "access-key-id", "access-key-secret", "tenant-id" },
	ROWS(region, regions),
	.region_kind = REGION_AREA,
	.region_help = "area such as `na1`",
	.region_example = "the area, such as na1",
	.region_hint = "other tools use CXONE_REGION too: CC_REGION goes first",
	.handed = handed,
	.handed_count = ARRAY_LEN(handed),
	.header_error = "icstatusdescription",
	ROWS(job, jobs),
	ROWS(hint, hints),
};
