/*
 * The list of values that must not be seen, with the forms in which they surface.
 *
 * A value enters twice at most in the whole program: where a secret setting is read and
 * where a token arrives. From then on the log replaces it, the runner masks it and
 * `exec --redact` filters it, all from this one list.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
	REDACT_MIN = 4,		    /* bytes; shorter values would garble every line */
	REDACT_COUNT_MAX = 1 << 16, /* forms in one list: those of 3,000 tokens */
};

struct redact_form {
	struct buf text;
	bool value;   /* the value itself; its other forms follow */
	bool derived; /* not one of the forms that a runner is told */
	bool told;    /* the runner knows it; set by its user */
};

struct match;

struct redact {
	struct redact_form
		*forms; /* those of a value distinct; in the order of arrival */
	size_t count, room;
	struct match *match; /* made of them at the first need */
	bool full, starved;  /* a form is missing: see redact_check() */
};

/*
 * Adds @value as it is, percent-encoded (with %20 and with '+', and by encoders that keep
 * more or fewer of the marks), and in base64. Derived forms are: percent-encoded in lower
 * case, within JSON and within a quoted shell word;
 * base64 without padding, base64url, and what is sure of the base64 of a text in which
 * the value stands somewhere. Derived forms shorter than 8 bytes, and values shorter
 * than REDACT_MIN are left out.
 */
void redact_add(struct redact *r, const char *value);

/* The same for a value that is no longer handed out: of it no runner is told a form. */
void redact_add_past(struct redact *r, const char *value);

/*
 * Adding never fails on the spot. A list that lacks a form, for want of memory or room,
 * replaces nothing: what is to go through it fails, and here is why. 0, or -1 with
 * ERR_INTERNAL or ERR_IO.
 */
int redact_check(const struct redact *r, struct err *err);

/*
 * Forgets all but the first @count forms: those of tokens that are no longer there. What
 * was missing may be added again.
 */
void redact_cut(struct redact *r, size_t count);

/*
 * Appends @text to @out with every form replaced by "***", the longest match first. Forms
 * that overlap are replaced as one. Line breaks within base64 don't count: see fold.h.
 */
void redact_text(struct redact *r, const char *text, size_t len, struct buf *out);

/* True when a form stands anywhere in @text, or that can't be told. */
bool redact_finds(struct redact *r, const char *text, size_t len);

/* What a stream has not passed on yet: it may be the beginning of a form. */
struct redact_stream {
	struct buf held;
	size_t hidden; /* bytes of it that belong to a form that was replaced already */
	size_t run;    /* characters of base64 right before it: see fold_run() */
};

#define REDACT_STREAM_INIT ((struct redact_stream){ .held = BUF_INIT(BUF_STATE_MAX) })

/*
 * The same piece by piece, in whatever pieces the text comes: appends to @out all that
 * can be told by now. What is held back is the longest end of the text that begins a
 * form. The list may grow between two calls. With @last nothing is held back.
 */
void redact_feed(struct redact *r, struct redact_stream *s, const char *data, size_t len,
		 bool last, struct buf *out);

void redact_release(struct redact *r);

#endif
