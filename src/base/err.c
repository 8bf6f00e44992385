#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
	LONG_MAX_BYTES =
		32 * 1024, /* a text before it is cut: a few paths and a reason */
	HEAD_MAX = 400,	   /* bytes that a cut text keeps of its beginning */
	GAP = 3,
};

static size_t err_boundary(const char *text, size_t at)
{
	while (at && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/*
 * Of a text that is too long the middle goes, between characters: what failed stands at
 * its beginning, and why at its end.
 */
static void err_fit(char text[static ERR_TEXT_MAX], const char *whole, size_t len)
{
	size_t head = err_boundary(whole, HEAD_MAX), tail;

	if (len < ERR_TEXT_MAX) {
		memcpy(text, whole, len + 1);
		return;
	}
	tail = len - (ERR_TEXT_MAX - 1 - HEAD_MAX - GAP);
	while (((unsigned char)whole[tail] & 0xc0) == 0x80)
		tail++;
	memcpy(text, whole, head);
	memset(text + head, '.', GAP);
	memcpy(text + head + GAP, whole + tail, len - tail + 1);
}

/* The formatted text, with ": " and @why behind it when there is one; all may be @text. */
static void err_format(char text[static ERR_TEXT_MAX], const char *why, const char *fmt,
		       va_list ap)
{
	char whole[LONG_MAX_BYTES + ERR_TEXT_MAX + 2];
	size_t len, last;

	vsnprintf(whole, LONG_MAX_BYTES, fmt, ap);
	len = strlen(whole);
	last = err_boundary(whole, len ? len - 1 : 0);
	if (len == LONG_MAX_BYTES - 1 && !utf8_length(whole + last, len - last))
		whole[len = last] = '\0';
	if (why) {
		snprintf(whole + len, sizeof(whole) - len, ": %s", why);
		len += strlen(whole + len);
	}
	err_fit(text, whole, len);
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	err_format(err->text, NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	err_format(err->text, strerror(errnum), fmt, ap);
	va_end(ap);
	return -1;
}

int err_memory(struct err *err, const char *what)
{
	return err_set(err, ERR_INTERNAL, "%s: out of memory", what);
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_format(err->text, err->text, fmt, ap);
	va_end(ap);
	return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_format(err->hint, NULL, fmt, ap);
	va_end(ap);
	return -1;
}

int err_exit_code(const struct err *err)
{
	switch (err->kind) {
	case ERR_NO_TOKEN:
	case ERR_API:
		return 1;
	case ERR_USAGE:
		return 2;
	case ERR_REFUSED:
		return 3;
	case ERR_TRANSIENT:
		return 4;
	case ERR_IO:
		return 5;
	case ERR_NOT_EXECUTABLE:
		return 126;
	case ERR_NO_COMMAND:
		return 127;
	case ERR_INTERRUPTED:
		return 128 + err->signal;
	case ERR_NONE: /* a failure that gave no reason */
	case ERR_INTERNAL:
		break;
	}
	return 70;
}
