/*
 * Vendors as data: a provider is one row, whole, in a file of its own, and stands in the
 * list of provider.c. Settings are named as in settings/table.c, by their option. What
 * can't be data is an enum that oauth/ handles; there are no callbacks. Where the facts
 * were read: docs/vendors.md.
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "provider/hint.h"

enum grant {
	GRANT_CLIENT_CREDENTIALS, /* RFC 6749 section 4.4 */
	GRANT_PASSWORD,		  /* RFC 6749 section 4.3, with the access key as user */
	GRANT_ACCESS_KEY,	  /* CXone UserHub: JSON accessKeyId, accessKeySecret */
};

enum client_auth {
	AUTH_NONE,	/* no client, or one without a secret: client_id alone */
	AUTH_BASIC_RAW, /* id and secret as they are, as all Genesys SDKs send them */
	AUTH_BASIC,	/* form-encoded first, RFC 6749 section 2.3.1 */
	AUTH_BODY,	/* client_secret_post */
};

enum revocation {
	REVOKE_NONE,
	REVOKE_ITSELF, /* DELETE of flow.token_path on the API, by the token itself */
	REVOKE_RFC7009,
};

struct provider;

/* One way to get a token. */
struct flow {
	const char *name; /* in state.json */
	const struct provider *provider;
	/* Taken where these settings are given, "a|b" one of them; the most wins. */
	const char *wants[2];
	enum grant grant;
	enum client_auth auth; /* default; the setting client-auth may change it */
	bool raw_basic;	       /* what it means by "basic" is AUTH_BASIC_RAW */
	const char *token_url; /* "{}" is the region's key, or the setting @key */
	const char *api_url;   /* likewise; NULL: by discovery or none */
	const char *key;       /* a setting that is one label of a host; NULL: region */
	const char *issuer;    /* default for discovery; NULL: none */
	bool discover_token;   /* token endpoint by discovery, unless token-url is set */
	bool trusts_metadata;  /* they name the issuer, and how clients authenticate */
	/* The API host by a document below the issuer, "{}" is the tenant; NULL: no. */
	const char *api_document, *api_member;
	const char *tenant_claim; /* of the id or access token, where no setting tells */
	enum revocation revocation;
	const char
		*token_path; /* on the API host: HEAD tells whether the token is good */
	/*
	 * Refresh tokens go as JSON {"token": …} to this path, in place of the login's
	 * own; NULL: RFC 6749, grant_type=refresh_token at the token endpoint.
	 */
	const char *renewal_path, *login_path;
	int64_t lifetime; /* seconds, where an answer gives none */
	bool any_token;	  /* its tokens may have more than RFC 6750's characters */
};

struct region {
	const char *name; /* AWS region, or CXone area */
	const char *place;
	const char *key; /* what "{}" stands for: the domain, or the area */
};

/* What a region may be beside the rows: new ones arrive before any tool knows them. */
enum region_kind {
	REGION_NONE,   /* the provider has no regions */
	REGION_DOMAIN, /* a domain */
	REGION_AREA,   /* two letters and a digit */
};

/* What the vendor's own tools call a setting, in the order in which they are read. */
struct variable {
	const char *setting, *name;
};

/* What the vendor's own tools find in the environment of later steps. */
struct handed {
	const char *name;
	enum { HANDED_TOKEN, HANDED_API_URL, HANDED_REGION } what;
};

/* An asynchronous job of the API: how it is submitted, looked at and fetched. */
struct job_kind {
	const char *id; /* member of the answer to the submission; NULL: a bare string */
	const char *holder; /* member that holds the rest; NULL: the document itself */
	const char *state;  /* member */
	const char
		*result;  /* path below the job's, of a list; NULL: a signed link, ... */
	const char *link; /* ... which is this member of the member "result" */
	int64_t poll_ms;  /* before the first look; twice that before the next, and on */
};

struct provider {
	const char *name;  /* the setting provider */
	const char *title; /* for people */
	const struct flow *flows;
	size_t flow_count;
	const struct variable *variables;
	size_t variable_count;
	const char *own[4]; /* settings that are for providers which list them alone */

	const struct region *regions; /* in the order of the vendor's list */
	size_t region_count;
	enum region_kind region_kind;
	const char *default_region;  /* NULL: it must be given */
	const char *region_help;     /* for the table of settings */
	const char *region_example;  /* "set region to …" */
	const char *region_hint;     /* beside the nearest names of an unknown one */
	const char *region_hosts[4]; /* prefixes that a host of a region has */
	/*
	 * A token endpoint that knows a client answers a wrong secret by @known, one that
	 * does not by @unknown, both with this code; 0: it does not tell them apart.
	 */
	struct {
		int known, unknown;
		const char *code;
	} probe;

	const struct handed *handed;
	size_t handed_count;

	/* Headers of the API; NULL: none. Numbers, the last one in seconds. */
	const char *rate_used, *rate_allowed, *rate_reset;
	const char *header_id;	    /* by which the vendor finds a request again */
	const char *header_error;   /* that says why it failed */
	const char *permissions[2]; /* member of a member: those that are missing */
	const struct job_kind *jobs;
	size_t job_count;

	const struct hint *hints; /* they go before those for every server */
	size_t hint_count;
};

/* All of them, in the order in which they are shown; a NULL ends the list. */
extern const struct provider *const providers[];

/* The provider of that name in any case, NULL when there is none. */
const struct provider *provider_by_name(const char *name);

/* "" for NULL. */
const char *provider_name(const struct provider *p);

/* True unless the setting is listed as another's own. */
bool provider_takes(const struct provider *p, const char *setting);

/* The first that lists the setting as its own; NULL: it is for all. */
const struct provider *provider_owner(const char *setting);

/* The row of that name, NULL when there is none. */
const struct flow *provider_flow_by_name(const char *name);

/* "genesys, cxone or oauth2", each with @quote around it. */
void provider_list(const char *quote, struct buf *out);

#endif
