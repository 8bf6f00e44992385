#include "settings/settings.h"

#define GEN	    PROVIDER_GENESYS
#define CXO	    PROVIDER_CXONE
#define SECONDS_MAX (INT64_C(366) * 86400)

/*
 * What the vendors' tools call these values, and which tools those are: docs/vendors.md,
 * "Names that the vendors' tools read".
 */
static const struct setting_row rows[SETTING_COUNT] = {
	[SET_PROVIDER] = { "provider", SETTING_CHOICE, .choices = "genesys|cxone|oauth2",
			   .decides = true,
			   .help = "whose token: `genesys`, `cxone` or `oauth2`; without it, "
				   "the one whose credentials are there",
			   .env = { { "CC_PROVIDER", 0 } } },
	[SET_CLIENT_ID] = { "client-id", SETTING_TEXT, .credential = true,
			    .help = "OAuth client id",
			    .env = { { "CC_CLIENT_ID", 0 },
				     { "GENESYSCLOUD_OAUTHCLIENT_ID", GEN },
				     { "GENESYS_CLOUD_CLIENT_ID", GEN },
				     { "GENESYS_CLIENT_ID", GEN },
				     { "CXONE_CLIENT_ID", CXO } } },
	[SET_CLIENT_SECRET] = { "client-secret", SETTING_SECRET, .credential = true,
				.help = "OAuth client secret",
				.env = { { "CC_CLIENT_SECRET", 0 },
					 { "GENESYSCLOUD_OAUTHCLIENT_SECRET", GEN },
					 { "GENESYS_CLOUD_CLIENT_SECRET", GEN },
					 { "GENESYS_CLIENT_SECRET", GEN },
					 { "CXONE_CLIENT_SECRET", CXO } } },
	[SET_ACCESS_KEY_ID] = { "access-key-id", SETTING_TEXT, CXO, .credential = true,
				.help = "CXone access key id",
				.env = { { "CC_ACCESS_KEY_ID", CXO },
					 { "CXONE_ACCESS_KEY_ID", CXO } } },
	[SET_ACCESS_KEY_SECRET] = { "access-key-secret", SETTING_SECRET, CXO,
				    .credential = true, .help = "CXone access key secret",
				    .env = { { "CC_ACCESS_KEY_SECRET", CXO },
					     { "CXONE_ACCESS_KEY_SECRET", CXO } } },
	[SET_REGION] = { "region", SETTING_WORD,
			 .help = "Genesys: AWS region name, domain or host URL, default "
				 "`us-east-1`; CXone: area such as `na1`",
			 .env = { { "CC_REGION", 0 },
				  { "GENESYSCLOUD_REGION", GEN },
				  { "GENESYS_CLOUD_ENVIRONMENT", GEN },
				  { "GENESYS_REGION", GEN },
				  { "CXONE_REGION", CXO } } },
	[SET_SUB_DOMAIN] = { "sub-domain", SETTING_WORD, GEN, .decides = true,
			     .help = "Genesys sub-domain under mypurecloud.com, instead of a "
				     "region",
			     .env = { { "CC_SUB_DOMAIN", GEN },
				      { "GENESYS_SUB_DOMAIN", GEN } } },
	[SET_TENANT_ID] = { "tenant-id", SETTING_WORD, CXO,
			    .help = "CXone tenant id; default: from the token",
			    .env = { { "CC_TENANT_ID", CXO },
				     { "CXONE_TENANT_ID", CXO },
				     { "TENANT_ID", CXO } } },
	[SET_ISSUER] = { "issuer", SETTING_URL, .decides = true,
			 .help = "issuer to discover endpoints at; CXone: default "
				 "`https://cxone.niceincontact.com`",
			 .env = { { "CC_ISSUER", 0 }, { "CXONE_ISSUER", CXO } } },
	[SET_TOKEN_URL] = { "token-url", SETTING_URL, .decides = true,
			    .help = "token endpoint; default: from the provider and region",
			    .env = { { "CC_TOKEN_URL", 0 } } },
	[SET_API_URL] = { "api-url", SETTING_URL, .decides = true,
			  .help = "API host; default: from the provider and region",
			  .env = { { "CC_API_URL", 0 } } },
	[SET_REVOKE_URL] = { "revoke-url", SETTING_URL, .decides = true,
			     .help = "revocation endpoint; default: from the provider",
			     .env = { { "CC_REVOKE_URL", 0 } } },
	[SET_CLIENT_AUTH] = { "client-auth", SETTING_CHOICE, .choices = "basic|body",
			      .decides = true,
			      .help = "`basic` (client_secret_basic) or `body` "
				      "(client_secret_post); default: by the flow, or as "
				      "discovery tells",
			      .env = { { "CC_CLIENT_AUTH", 0 } } },
	[SET_SCOPE] = { "scope", SETTING_TEXT,
			.help = "scopes to ask for, space-separated",
			.env = { { "CC_SCOPE", 0 } } },
	[SET_AUDIENCE] = { "audience", SETTING_TEXT, .help = "audience to ask for",
			   .env = { { "CC_AUDIENCE", 0 } } },
	[SET_EXPIRY_BUFFER] = { "expiry-buffer", SETTING_SECONDS, .fallback = "60",
				.max = SECONDS_MAX,
				.help = "seconds before expiry in which a token no longer "
					"counts as valid; the default is at most half of "
					"the token's lifetime",
				.env = { { "CC_EXPIRY_BUFFER", 0 } } },
	[SET_TIMEOUT] = { "timeout", SETTING_SECONDS, .fallback = "30", .min = 1,
			  .max = 3600, .help = "seconds for one attempt",
			  .env = { { "CC_TIMEOUT", 0 } } },
	[SET_RETRY_FOR] = { "retry-for", SETTING_SECONDS, .fallback = "120", .max = 86400,
			    .help = "seconds for all attempts of one operation",
			    .env = { { "CC_RETRY_FOR", 0 } } },
	[SET_CA_FILE] = { "ca-file", SETTING_TEXT, .decides = true,
			  .help = "PEM file of trusted roots; default: the system's, else "
				  "those built in",
			  .env = { { "CC_CA_FILE", 0 }, { "SSL_CERT_FILE", 0 } } },
	[SET_NAME] = { "name", SETTING_NAME,
		       .help = "tells two tokens in one job apart; default: from provider, "
			       "endpoint, client and scope",
		       .env = { { "CC_NAME", 0 } } },
	[SET_STATE_DIR] = { "state-dir", SETTING_TEXT,
			    .help = "directory in which the tokens' directories stand; "
				    "default: the first that fits, see State",
			    .env = { { "CC_STATE_DIR", 0 } } },
	[SET_EXPORT_ENV] = { "export-env", SETTING_BOOL, .fallback = "true",
			     .help = "set the variables for later steps",
			     .env = { { "CC_EXPORT_ENV", 0 } } },
	[SET_INSTALL_CLI] = { "install-cli", SETTING_BOOL, .fallback = "true",
			      .help = "later steps find `cc-token` on PATH",
			      .env = { { "CC_INSTALL_CLI", 0 } } },
	[SET_REFRESH] = { "refresh", SETTING_BOOL, .fallback = "false",
			  .help = "keep the token fresh in the background for the job",
			  .env = { { "CC_REFRESH", 0 } } },
	[SET_MAX_LIFETIME] = { "max-lifetime", SETTING_SECONDS, .fallback = "6h",
			       .min = 1, .max = SECONDS_MAX,
			       .help = "the refresher ends then, whatever happens",
			       .env = { { "CC_MAX_LIFETIME", 0 } } },
	[SET_REVOKE] = { "revoke", SETTING_BOOL, .fallback = "true",
			 .help = "revoke every token of the job at its end",
			 .env = { { "CC_REVOKE", 0 } } },
	[SET_LOG_LEVEL] = { "log-level", SETTING_CHOICE, .fallback = "info",
			    .choices = "error|warn|info|debug",
			    .help = "`error`, `warn`, `info` or `debug`; `-q` is `error`, "
				    "`-v` is `debug`",
			    .env = { { "CC_LOG", 0 } } },
	[SET_ALLOW_ENVIRONMENT] = { "allow-environment", SETTING_BOOL,
				    .fallback = "false",
				    .help = "variables may say where a secret goes that "
					    "comes by an input; no variable sets this" },
};

const struct setting_row *settings_row(enum setting_id id)
{
	return &rows[id];
}
