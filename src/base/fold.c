#include "base/fold.h"

#include <string.h>

#include "base/mem.h"

/* One that was taken out. */
struct fold_break {
	size_t at;   /* where it stood in what is left */
	size_t gone; /* bytes, those of the breaks before included */
};

/* Those of base64 and of base64url. */
static const bool alphabet[256] = {
	['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['+'] = true,
	['/'] = true,	      ['-'] = true,	    ['_'] = true,
};

size_t fold_run(const char *text, size_t len, size_t run)
{
	size_t n = 0;

	while (n < len && n < FOLD_MIN && alphabet[(unsigned char)text[len - 1 - n]])
		n++;
	return n == len && n < FOLD_MIN ? n + run : n;
}

/* The break at or after @at: where it begins, and its end. A CR may be half of one. */
static size_t fold_next(const char *text, size_t len, size_t at, size_t *ret_end)
{
	const char *lf = len > at ? memchr(text + at, '\n', len - at) : NULL;
	size_t begin = lf ? (size_t)(lf - text) : len, end = lf ? begin + 1 : len;

	if (begin > at && text[begin - 1] == '\r')
		begin--;
	*ret_end = end;
	return begin;
}

static int fold_take_out(struct fold *f, size_t gone)
{
	size_t before = f->count ? f->breaks[f->count - 1].gone : 0;
	struct fold_break *grown;

	/* Grown in steps that double. */
	if (!(f->count & (f->count - 1))) {
		grown = mem_grow(f->breaks, f->count ? 2 * f->count : 1, sizeof(*grown));
		if (!grown)
			return -1;
		f->breaks = grown;
	}
	f->breaks[f->count++] = (struct fold_break){ f->joined.len, before + gone };
	return 0;
}

int fold_text(struct fold *ret, const char *text, size_t len, size_t run)
{
	size_t done = 0, end;

	*ret = (struct fold){ .text = text, .len = len, .joined = BUF_INIT(len) };
	for (size_t at = 0; at < len; at = end) {
		size_t begin = fold_next(text, len, at, &end);

		if (begin == end || fold_run(text, begin, run) < FOLD_MIN)
			continue;
		buf_add(&ret->joined, text + done, begin - done);
		if (fold_take_out(ret, end - begin))
			return -1;
		done = end;
	}
	if (!ret->count)
		return 0;
	buf_add(&ret->joined, text + done, len - done);
	ret->text = buf_str(&ret->joined);
	ret->len = ret->joined.len;
	return ret->joined.failed ? -1 : 0;
}

void fold_release(struct fold *f)
{
	buf_release(&f->joined);
	free(f->breaks);
	*f = (struct fold){ 0 };
}

size_t fold_place(const struct fold *f, size_t at)
{
	size_t lo = 0, hi = f->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->breaks[mid].at <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return at + (lo ? f->breaks[lo - 1].gone : 0);
}
