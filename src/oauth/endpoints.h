/*
 * Which way to a token the settings ask for, and where its requests go: settings and rows
 * in, addresses out, without the network.
 */
#ifndef OAUTH_ENDPOINTS_H
#define OAUTH_ENDPOINTS_H

#include "settings/settings.h"

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

void endpoints_release(struct endpoints *e);
void endpoints_copy(struct endpoints *to, const struct endpoints *from);

/*
 * The row that the settings ask for. NULL with ERR_USAGE when a needed setting is
 * missing; with @need_secrets false, missing secrets are none of its business.
 */
const struct flow *flow_choose(const struct settings *s, bool need_secrets,
			       struct err *err);

/*
 * The client authentication in force: by the setting, else the row, where the server
 * takes that; else another that it takes. At the revocation endpoint the server goes
 * before the setting, which is meant for the token endpoint first of all.
 */
enum client_auth flow_auth(const struct flow *f, const struct endpoints *e,
			   const struct settings *s);
enum client_auth flow_revoke_auth(const struct flow *f, const struct endpoints *e,
				  const struct settings *s);

/*
 * Fills what settings, region and row tell without the network. -1: ERR_USAGE. An
 * unknown region is refused with the nearest known names.
 */
int endpoints_find(const struct flow *f, const struct settings *s, struct endpoints *ret,
		   struct err *err);

/* Appends @pattern with @key for its "{}"; nothing where it has a hole and no key. */
void endpoints_expand(const char *pattern, const char *key, struct buf *out);

/*
 * Appends what "{}" stands for to @key, and to @name what the vendor's tools call the
 * region. -1: ERR_USAGE.
 */
int endpoints_region(const struct provider *p, const struct settings *s, struct buf *key,
		     struct buf *name, struct err *err);

#endif
