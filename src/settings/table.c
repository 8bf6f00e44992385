#include "settings/settings.h"

#define SECONDS_MAX (INT64_C(366) * 86400)

/*
 * Names that the vendors' tools read, and which settings are for one provider alone, are
 * in the providers' rows.
 */
static const struct setting_row rows[SETTING_COUNT] = {
	[SET_PROVIDER] = { "provider", SETTING_PROVIDER, .decides = true,
			   .help = "whose token: {providers}; without it, the one whose "
				   "credentials are there",
			   .variables = { "CC_PROVIDER" } },
	[SET_CLIENT_ID] = { "client-id", SETTING_TEXT, .credential = true,
			    .help = "OAuth client id", .variables = { "CC_CLIENT_ID" } },
	[SET_CLIENT_SECRET] = { "client-secret", SETTING_SECRET, .credential = true,
				.help = "OAuth client secret",
				.variables = { "CC_CLIENT_SECRET" } },
	[SET_ACCESS_KEY_ID] = { "access-key-id", SETTING_TEXT, .credential = true,
				.help = "CXone access key id",
				.variables = { "CC_ACCESS_KEY_ID" } },
	[SET_ACCESS_KEY_SECRET] = { "access-key-secret", SETTING_SECRET,
				    .credential = true, .help = "CXone access key secret",
				    .variables = { "CC_ACCESS_KEY_SECRET" } },
	[SET_REGION] = { "region", SETTING_WORD, .help = "{regions}",
			 .variables = { "CC_REGION" } },
	[SET_SUB_DOMAIN] = { "sub-domain", SETTING_WORD, .decides = true,
			     .help = "Genesys sub-domain under mypurecloud.com, instead of a "
				     "region",
			     .variables = { "CC_SUB_DOMAIN" } },
	[SET_TENANT_ID] = { "tenant-id", SETTING_WORD,
			    .help = "CXone tenant id; default: from the token",
			    .variables = { "CC_TENANT_ID" } },
	[SET_ISSUER] = { "issuer", SETTING_URL, .decides = true,
			 .help = "issuer to discover endpoints at{issuers}",
			 .variables = { "CC_ISSUER" } },
	[SET_TOKEN_URL] = { "token-url", SETTING_URL, .decides = true,
			    .help = "token endpoint; default: from the provider and region",
			    .variables = { "CC_TOKEN_URL" } },
	[SET_API_URL] = { "api-url", SETTING_URL, .decides = true,
			  .help = "API host; default: from the provider and region",
			  .variables = { "CC_API_URL" } },
	[SET_REVOKE_URL] = { "revoke-url", SETTING_URL, .decides = true,
			     .help = "revocation endpoint; default: from the provider",
			     .variables = { "CC_REVOKE_URL" } },
	[SET_CLIENT_AUTH] = { "client-auth", SETTING_CHOICE, .choices = "basic|body",
			      .decides = true,
			      .help = "`basic` (client_secret_basic) or `body` "
				      "(client_secret_post); default: by the flow, or as "
				      "discovery tells",
			      .variables = { "CC_CLIENT_AUTH" } },
	[SET_SCOPE] = { "scope", SETTING_TEXT,
			.help = "scopes to ask for, space-separated",
			.variables = { "CC_SCOPE" } },
	[SET_AUDIENCE] = { "audience", SETTING_TEXT, .help = "audience to ask for",
			   .variables = { "CC_AUDIENCE" } },
	[SET_EXPIRY_BUFFER] = { "expiry-buffer", SETTING_SECONDS, .fallback = "60",
				.max = SECONDS_MAX,
				.help = "seconds before expiry in which a token no longer "
					"counts as valid; the default is at most half of "
					"the token's lifetime",
				.variables = { "CC_EXPIRY_BUFFER" } },
	[SET_TIMEOUT] = { "timeout", SETTING_SECONDS, .fallback = "30", .min = 1,
			  .max = 3600, .help = "seconds for one attempt",
			  .variables = { "CC_TIMEOUT" } },
	[SET_RETRY_FOR] = { "retry-for", SETTING_SECONDS, .fallback = "120", .max = 86400,
			    .help = "seconds for all attempts of one operation",
			    .variables = { "CC_RETRY_FOR" } },
	[SET_CA_FILE] = { "ca-file", SETTING_TEXT, .decides = true,
			  .help = "PEM file of trusted roots; default: the system's, else "
				  "those built in",
			  .variables = { "CC_CA_FILE", "SSL_CERT_FILE" } },
	[SET_NAME] = { "name", SETTING_NAME,
		       .help = "tells two tokens in one job apart; default: from provider, "
			       "endpoint, client and scope",
		       .variables = { "CC_NAME" } },
	[SET_STATE_DIR] = { "state-dir", SETTING_TEXT,
			    .help = "directory in which the tokens' directories stand; "
				    "default: the first that fits, see State",
			    .variables = { "CC_STATE_DIR" } },
	[SET_EXPORT_ENV] = { "export-env", SETTING_BOOL, .fallback = "true",
			     .help = "set the variables for later steps",
			     .variables = { "CC_EXPORT_ENV" } },
	[SET_INSTALL_CLI] = { "install-cli", SETTING_BOOL, .fallback = "true",
			      .help = "later steps find `cc-token` on PATH",
			      .variables = { "CC_INSTALL_CLI" } },
	[SET_REFRESH] = { "refresh", SETTING_BOOL, .fallback = "false",
			  .help = "keep the token fresh in the background for the job",
			  .variables = { "CC_REFRESH" } },
	[SET_MAX_LIFETIME] = { "max-lifetime", SETTING_SECONDS, .fallback = "6h",
			       .min = 1, .max = SECONDS_MAX,
			       .help = "the refresher ends then, whatever happens",
			       .variables = { "CC_MAX_LIFETIME" } },
	[SET_REVOKE] = { "revoke", SETTING_BOOL, .fallback = "true",
			 .help = "revoke every token of the job at its end",
			 .variables = { "CC_REVOKE" } },
	[SET_LOG_LEVEL] = { "log-level", SETTING_CHOICE, .fallback = "info",
			    .choices = "error|warn|info|debug",
			    .help = "`error`, `warn`, `info` or `debug`; `-q` is `error`, "
				    "`-v` is `debug`",
			    .variables = { "CC_LOG" } },
	[SET_ALLOW_ENVIRONMENT] = { "allow-environment", SETTING_BOOL,
				    .fallback = "false",
				    .help = "variables may say where a secret goes that "
					    "comes by an input; no variable sets this" },
};

const struct setting_row *settings_row(enum setting_id id)
{
	return &rows[id];
}
