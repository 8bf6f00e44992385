/*
 * The OAuth exchange without the network: settings and row in, request out; answer in,
 * token or classed error out.
 */
#ifndef OAUTH_OAUTH_H
#define OAUTH_OAUTH_H

#include "net/http.h"
#include "oauth/hint.h"
#include "oauth/token.h"
#include "oauth/endpoints.h"

/*
 * What an answer means for the next step. All but OAUTH_OK come with an error that is
 * complete: what, why with status, vendor code and correlation id, and what to do.
 */
enum oauth_verdict {
	OAUTH_OK,
	OAUTH_RETRY,   /* 429, 5xx, the vendor's own "rate limit exceeded" */
	OAUTH_REFUSED, /* the same request will not succeed */
};

/* The login, or with @refresh_token (not NULL, not empty) the renewal of it. */
int oauth_token_request(const struct flow *f, const struct endpoints *e,
			const struct settings *s, const char *refresh_token,
			struct http_req *ret, struct err *err);

/* What a failed answer means, with its error: ERR_TRANSIENT where it may pass. */
enum oauth_verdict oauth_failure(const struct asked *a, const struct http_resp *resp,
				 struct err *err);

/*
 * Reads a token endpoint's answer. @ret_token is set at OAUTH_OK; at OAUTH_REFUSED it has
 * an access token where one came that can't be used, and should be taken back.
 */
enum oauth_verdict oauth_token_answer(const struct flow *f, const struct endpoints *e,
				      const struct settings *s,
				      const struct http_resp *resp,
				      struct token *ret_token, struct err *err);

/*
 * The revocation of @token, which is an access token unless @is_refresh. -1 with
 * ERR_REFUSED when this provider has none.
 */
int oauth_revoke_request(const struct flow *f, const struct endpoints *e,
			 const struct settings *s, const char *token, bool is_refresh,
			 struct http_req *ret, struct err *err);

/*
 * Reads its answer. A token that is gone already counts as revoked; a 2xx does not when
 * its body is a page of HTML, or JSON that tells of an error. OAUTH_OK with @ret_kept set
 * where the server does not revoke such tokens at all (RFC 7009 section 2.2.1): then it
 * runs out by itself, and nothing is wrong.
 */
enum oauth_verdict oauth_revoke_answer(const struct flow *f, const struct endpoints *e,
				       const struct settings *s,
				       const struct http_resp *resp, bool *ret_kept,
				       struct err *err);

/* The request's URL without its query, for messages. */
void oauth_show_url(const char *url, struct buf *out);

/* The whole Basic value (id:secret in base64) of these settings; empty without. */
void oauth_basic(enum client_auth auth, const struct settings *s, struct buf *out);

/* Adds the header that carries @access. */
void oauth_authorize(struct http_req *req, const char *access);

/* Adds the Basic values of these settings, raw and form-encoded, to redact_list(). */
void oauth_hide(const struct settings *s);

#endif
