/*
 * An access token, what came with it, and how long it lasts.
 *
 * Lifetime is counted from the moment the request left, on the boot clock: the server
 * cannot have started counting earlier, and no jump of a wall clock matters. Where the
 * boot has changed since (a state directory that outlived it), the wall clock serves.
 */
#ifndef OAUTH_TOKEN_H
#define OAUTH_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/quote.h"

/* Ten years, in seconds: a lifetime beyond it is cut to it. */
#define TOKEN_LIFETIME_MAX (INT64_C(10) * 365 * 86400)

struct token {
	struct buf access;
	struct buf refresh;	/* empty when the flow gives none */
	struct buf id;		/* id token; kept for its claims and for masking only */
	int64_t lifetime;	/* seconds, 0 to TOKEN_LIFETIME_MAX */
	int64_t issued_boot_ms; /* when it was asked for */
	int64_t issued_wall;	/* the same for showing, seconds since 1970 */
	char boot_id[CLOCK_BOOT_ID_SIZE];
};

#define TOKEN_INIT                                            \
	((struct token){ .access = BUF_INIT(BUF_SECRET_MAX),  \
			 .refresh = BUF_INIT(BUF_SECRET_MAX), \
			 .id = BUF_INIT(BUF_SECRET_MAX) })
#define AUTO_TOKEN __attribute__((cleanup(token_release)))

void token_release(struct token *t);

/* Copies all of @from into the initialised @to. */
void token_copy(struct token *to, const struct token *from);

/* Milliseconds until it expires; 0 or less when it has. */
int64_t token_left_ms(const struct token *t);

/* When it expires by the wall clock, in seconds since 1970. */
int64_t token_expires_wall(const struct token *t);

/* What may be shown of a token, in the forms in which it is shown everywhere. */
struct token_view {
	int64_t seconds;	       /* left, whole; never negative */
	char left[CLOCK_TEXT_SIZE];    /* the same as a span, "59 min" */
	char expires[CLOCK_TEXT_SIZE]; /* RFC 3339, UTC */
	char fingerprint[QUOTE_FINGERPRINT_SIZE];
};
void token_view(const struct token *t, struct token_view *ret);

/*
 * Appends the value of an Authorization header with @access, RFC 6750 section 2.1, and
 * the whole header as `curl -H @file` takes it.
 */
void token_bearer(const char *access, struct buf *out);
void token_header(const char *access, struct buf *out);

/*
 * The first character that a token may not have; NULL when there is none, and at least
 * one. RFC 6750 section 2.1 allows letters, digits and -._~+/ with '=' at the end; with
 * @any only what would break a header, a file or a mask is refused: blanks, controls,
 * quotes, the backslash, and bytes beyond ASCII. Of "" its end is returned.
 */
const char *token_fault(const char *text, bool any);

/* Adds everything in it that must not be seen to redact_list(). */
void token_hide(const struct token *t);

/* The same for one that has been replaced: see redact_add_past(). */
void token_hide_past(const struct token *t);

/*
 * Appends the text claim @name of the JWT @jwt. False when it is no JWT or has no such
 * claim. The signature is not checked: the token came over TLS from its issuer, and
 * claims only choose among hosts that are checked again. Treat the text as untrusted.
 */
bool token_jwt_text(const char *jwt, const char *name, struct buf *out);

/* The numeric claim @name, or -1. */
int64_t token_jwt_number(const char *jwt, const char *name);

#endif
