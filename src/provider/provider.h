/*
 * Vendors as data: regions, and one row for each way to get a token. What cannot be data
 * is an enum that oauth/ handles; there are no callbacks. Sources: docs/vendors.md.
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include "provider/hint.h"
#include "settings/settings.h"

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
	REVOKE_GENESYS, /* DELETE /api/v2/tokens/me with the token itself */
	REVOKE_RFC7009,
};

enum renewal {
	RENEW_RFC6749, /* grant_type=refresh_token at the token endpoint */
	RENEW_USERHUB, /* CXone: JSON {"token": …} at /public/user/refresh */
};

struct flow {
	const char *name;
	enum provider_id provider;
	enum grant grant;
	enum client_auth auth; /* default; the setting client-auth may change it */
	bool raw_basic;	       /* what it means by "basic" is AUTH_BASIC_RAW */
	const char *token_url; /* "{}" is the region's domain, area or sub-domain */
	const char *api_url;   /* likewise; NULL: by discovery or none */
	const char *issuer;    /* default for discovery; NULL: none */
	bool discover_token;   /* token endpoint by discovery, unless token-url is set */
	bool trusts_metadata;  /* they name the issuer, and how clients authenticate */
	bool discover_api; /* API host by cxone-configuration, unless api-url is set */
	enum revocation revocation;
	enum renewal renewal;
	int64_t lifetime; /* seconds, where an answer gives none */
	bool any_token;	  /* its tokens may have more than RFC 6750's characters */
	const struct hint *hints; /* they go before those for every server */
	size_t hint_count;
};

struct region {
	enum provider_id provider;
	const char *name; /* AWS region, or CXone area */
	const char *place;
	const char *key; /* what "{}" stands for: the domain, or the area */
};

/* The regions of all providers, in the order of the vendors' lists. */
extern const struct region provider_regions[];
extern const size_t provider_region_count;

extern const struct flow provider_flows[];
extern const size_t provider_flow_count;

/* Where requests go. Empty: not known yet (by discovery), or none. */
struct endpoints {
	struct buf token_url, api_url, revoke_url, issuer;
	struct buf region; /* what the vendor's own tools call it; empty without */
	/* What the server takes of "basic|body|none"; empty: it does not tell. */
	struct buf auth, revoke_auth;
};

#define ENDPOINTS_INIT                                                     \
	((struct endpoints){ BUF_INIT(BUF_URL_MAX), BUF_INIT(BUF_URL_MAX), \
			     BUF_INIT(BUF_URL_MAX), BUF_INIT(BUF_URL_MAX), \
			     BUF_INIT(256), BUF_INIT(32), BUF_INIT(32) })
#define AUTO_ENDPOINTS __attribute__((cleanup(endpoints_release)))

/*
 * The row that the settings ask for. NULL with ERR_USAGE when a needed setting is
 * missing; with @need_secrets false, missing secrets are none of its business.
 */
const struct flow *provider_flow(const struct settings *s, bool need_secrets,
				 struct err *err);

/*
 * Fills what settings, region and row tell without the network. -1: ERR_USAGE. An
 * unknown region is refused with the nearest known names.
 */
int provider_endpoints(const struct flow *f, const struct settings *s,
		       struct endpoints *ret, struct err *err);

/*
 * The client authentication in force: by the setting, else the row, where the server
 * takes that; else another that it takes. At the revocation endpoint the server goes
 * before the setting, which is meant for the token endpoint first of all.
 */
enum client_auth provider_auth(const struct flow *f, const struct endpoints *e,
			       const struct settings *s);
enum client_auth provider_revoke_auth(const struct flow *f, const struct endpoints *e,
				      const struct settings *s);

void endpoints_release(struct endpoints *e);
void endpoints_copy(struct endpoints *to, const struct endpoints *from);

#endif
