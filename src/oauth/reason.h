/*
 * Why a request failed, as far as the server says it: read from all the shapes in which
 * servers do. Texts are the server's own: redacted, cleaned, on one line and cut, so
 * that they can be shown, and matched by the rows of provider/hint.h.
 */
#ifndef OAUTH_REASON_H
#define OAUTH_REASON_H

#include "base/json.h"
#include "net/http.h"

struct reason {
	int status;
	bool limit;	  /* it limits how often we may ask: retry_is_limit() */
	int64_t after_ms; /* Retry-After; 0 unknown, -1 without */
	bool page;	  /* a web page came, where a program was to be answered */
	struct buf code;  /* "invalid_client", or the vendor's own; else empty */
	struct buf text;  /* for people; where no part of the body is, its beginning */
	struct buf told;  /* what a header of the vendor's adds */
	struct buf scope; /* the scope that WWW-Authenticate wants */
	struct buf link;  /* where a redirect leads, without its query */
	struct buf permissions; /* those that are missing: "a, b" */
	struct buf id;		/* by which the vendor finds the request again */
};

#define AUTO_REASON __attribute__((cleanup(reason_release)))

/* Fills @ret, which the caller releases. */
void reason_read(const struct http_resp *resp, struct reason *ret);
void reason_release(struct reason *r);

/* "HTTP 400 invalid_client (client not found) [correlation id 1-2]", with @kind. */
void reason_set(const struct reason *r, enum err_kind kind, struct err *err);

/* Appends @text redacted, blanks and line ends folded, cleaned, at most @max bytes. */
void reason_clean(const char *text, size_t max, struct buf *out);

/*
 * The parts of a body, as they stand there. @code and @text stay empty where nothing
 * of the kind is found.
 */
void reason_json(const struct json *doc, struct buf *code, struct buf *text);
void reason_form(const char *body, struct buf *code, struct buf *text);

/* True when @body is HTML; appends its title, else its first heading. */
bool reason_page(const char *body, struct buf *text);

/* Appends the text of HTML or XML, each tag a blank. */
void reason_strip(const char *body, struct buf *out);

#endif
