#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void buf_wipe(void *p, size_t len)
{
	if (p)
		explicit_bzero(p, len);
}

static void buf_fail(struct buf *b, bool starved)
{
	buf_release(b);
	b->failed = true;
	b->starved = starved;
}

void buf_starve(struct buf *b)
{
	buf_fail(b, true);
}

/* realloc() would leave the old copy behind, so the text is moved by hand. */
static bool buf_reserve(struct buf *b, size_t extra)
{
	size_t need, cap;
	char *ptr;

	if (b->failed)
		return false;
	if (extra > b->max || b->len > b->max - extra) {
		buf_fail(b, false);
		return false;
	}
	need = b->len + extra + 1;
	if (need <= b->cap)
		return true;
	cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap *= 2;
	ptr = mem_alloc(cap);
	if (!ptr) {
		buf_fail(b, true);
		return false;
	}
	if (b->ptr) {
		memcpy(ptr, b->ptr, b->len + 1);
		buf_wipe(b->ptr, b->cap);
		free(b->ptr);
	} else {
		ptr[0] = '\0';
	}
	b->ptr = ptr;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len || !buf_reserve(b, len))
		return;
	memcpy(b->ptr + b->len, data, len);
	b->len += len;
	b->ptr[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		buf_fail(b, true);
	if (len <= 0 || !buf_reserve(b, (size_t)len))
		return;
	vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, ap);
	b->len += (size_t)len;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_set(struct buf *b, const char *text)
{
	buf_reset(b);
	if (text)
		buf_adds(b, text);
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	buf_wipe(b->ptr + len, b->len - len);
	b->len = len;
}

void buf_shift(struct buf *b, size_t len)
{
	size_t rest;

	if (!len)
		return;
	rest = len < b->len ? b->len - len : 0;
	if (rest)
		memmove(b->ptr, b->ptr + len, rest);
	buf_cut(b, rest);
}

void buf_reset(struct buf *b)
{
	buf_wipe(b->ptr, b->len);
	b->len = 0;
	b->failed = b->starved = false;
}

void buf_release(struct buf *b)
{
	buf_wipe(b->ptr, b->cap);
	free(b->ptr);
	*b = BUF_INIT(b->max);
}

const char *buf_str(const struct buf *b)
{
	return b->ptr ? b->ptr : "";
}

bool buf_equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || memcmp(a->ptr, b->ptr, a->len) == 0);
}

int buf_check(const struct buf *b, const char *what, struct err *err)
{
	if (!b->failed)
		return 0;
	if (b->starved)
		return err_memory(err, what);
	return err_set(err, ERR_USAGE, "%s is longer than %zu bytes", what, b->max);
}
