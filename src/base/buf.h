/*
 * Growable text with a maximum, which wipes what it held when it grows, shrinks and is
 * freed: the only place where secrets live.
 *
 * Appending never fails on the spot. When the maximum would be passed or memory ends,
 * the buffer empties itself, remembers that, and ignores what follows; the builder asks
 * once, at the end, with buf_check(). Text is always NUL-terminated.
 *
 *	AUTO_BUF struct buf b = BUF_INIT(4096);
 *	buf_adds(&b, "a");
 *	buf_addf(&b, "%d", 1);
 *	if (buf_check(&b, "the header", err))
 *		return -1;
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *ptr;    /* NULL until the first byte; read it by buf_str() */
	size_t len;   /* bytes, without the final NUL */
	size_t cap;   /* bytes allocated */
	size_t max;   /* bytes that it may hold at most, without the final NUL */
	bool failed;  /* something did not fit, or memory ended */
	bool starved; /* and it was memory */
};

#define BUF_INIT(maximum) ((struct buf){ .max = (maximum) })
#define AUTO_BUF	  __attribute__((cleanup(buf_release)))

/* Bounds used across the program, in bytes. */
enum {
	BUF_URL_MAX = 8 * 1024,
	BUF_SECRET_MAX = 64 * 1024, /* one token or secret */
	BUF_BODY_MAX = 1024 * 1024, /* one answer of a token endpoint */
	BUF_STATE_MAX = 8 * 1024 * 1024,
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);

/* Replaces what is there by @text (NULL: nothing) and forgets an earlier failure. */
void buf_set(struct buf *b, const char *text);

/* Cuts the text to @len bytes, wiping the rest. No effect if it is shorter. */
void buf_cut(struct buf *b, size_t len);

/* Removes the first @len bytes, wiping what falls out of use. */
void buf_shift(struct buf *b, size_t len);

/* Empties and wipes, keeps the memory, forgets an earlier failure. */
void buf_reset(struct buf *b);

/* Wipes and frees; the buffer can be used again. */
void buf_release(struct buf *b);

/* The text; "" when there is none. Valid until the next change. */
const char *buf_str(const struct buf *b);

bool buf_equal(const struct buf *a, const struct buf *b);

/* What belongs into it can't be had, for lack of memory. */
void buf_starve(struct buf *b);

/*
 * 0; or -1 with ERR_USAGE "<what> is longer than N bytes", or ERR_INTERNAL where memory
 * ended. Ask before the text leaves: what failed reads as empty.
 */
int buf_check(const struct buf *b, const char *what, struct err *err);

/* Overwrites memory in a way that the compiler keeps. */
void buf_wipe(void *p, size_t len);

#endif
