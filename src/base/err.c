#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* A text that was cut ends with a whole character. */
static void err_trim(char text[static ERR_TEXT_MAX])
{
	size_t len = strlen(text), at = len;

	while (at && ((unsigned char)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (len == ERR_TEXT_MAX - 1 && at && !utf8_length(text + at - 1, len - at + 1))
		text[at - 1] = '\0';
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	err_trim(err->text);
	return -1;
}

int err_sys(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	err->kind = kind;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(errnum));
	err_trim(err->text);
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char inner[ERR_TEXT_MAX];
	va_list ap;
	size_t len;

	memcpy(inner, err->text, sizeof(inner));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	len = strlen(err->text);
	snprintf(err->text + len, sizeof(err->text) - len, ": %s", inner);
	err_trim(err->text);
	return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	err_trim(err->hint);
	return -1;
}

int err_exit_code(const struct err *err)
{
	switch (err->kind) {
	case ERR_NONE:
		return 0;
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
	case ERR_INTERNAL:
		break;
	}
	return 70;
}
