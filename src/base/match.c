#include "base/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	BLOCK = MATCH_MIN, /* bytes that decide how far the window may skip */
	HASH_BITS = 16,	   /* a table of 64 KiB, in the second level of any cache */
	WINDOW_MAX = 32,   /* longer ones skip hardly faster, and fill the table */
	FULL = 1 << 13,	   /* blocks, an eighth of the table: as many as may be in it */
};

struct match {
	struct match_word *words; /* sorted by their bytes, each once */
	size_t count;
	size_t window;		      /* bytes, no longer than the shortest word */
	uint8_t skip[1 << HASH_BITS]; /* 0: a word may begin where the window does */
};

static size_t match_hash(const char *block)
{
	uint32_t v;

	memcpy(&v, block, BLOCK);
	return v * UINT32_C(2654435761) >> (32 - HASH_BITS);
}

static int match_compare(const void *a, const void *b)
{
	const struct match_word *x = a, *y = b;
	int order = memcmp(x->ptr, y->ptr, x->len < y->len ? x->len : y->len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static void match_sort(struct match *m)
{
	size_t n = 0;

	qsort(m->words, m->count, sizeof(*m->words), match_compare);
	for (size_t i = 0; i < m->count; i++)
		if (!i || match_compare(&m->words[n - 1], &m->words[i]) != 0)
			m->words[n++] = m->words[i];
	m->count = n;
}

/* Many words get a short window: else any block of a text may be one of theirs. */
static void match_choose_window(struct match *m)
{
	size_t blocks = m->count ? FULL / m->count : 0;

	m->window = WINDOW_MAX;
	if (m->window > blocks + BLOCK - 1)
		m->window = blocks + BLOCK - 1;
	if (m->window < BLOCK)
		m->window = BLOCK;
	for (size_t i = 0; i < m->count; i++)
		if (m->words[i].len < m->window)
			m->window = m->words[i].len;
}

static void match_fill(struct match *m)
{
	size_t last = m->window - BLOCK;

	memset(m->skip, (int)(last + 1), sizeof(m->skip));
	for (size_t i = 0; i < m->count; i++) {
		for (size_t at = 0; at <= last; at++) {
			uint8_t *skip = &m->skip[match_hash(m->words[i].ptr + at)];

			if (last - at < *skip)
				*skip = (uint8_t)(last - at);
		}
	}
}

struct match *match_new(const struct match_word *words, size_t count)
{
	struct match *m = mem_alloc(sizeof(*m));

	if (!m)
		return NULL;
	m->count = count;
	m->words = mem_grow(NULL, count + 1, sizeof(*words));
	if (!m->words) {
		free(m);
		return NULL;
	}
	if (count)
		memcpy(m->words, words, count * sizeof(*words));
	match_sort(m);
	match_choose_window(m);
	match_fill(m);
	return m;
}

void match_free(struct match *m)
{
	if (m)
		free(m->words);
	free(m);
}

/* The first word of [lo, hi) whose byte @k is not below @c; all are longer than @k. */
static size_t match_bound(const struct match *m, size_t lo, size_t hi, size_t k,
			  unsigned int c)
{
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((unsigned char)m->words[mid].ptr[k] < c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The same for a single word, which begins as the text does up to @k. */
static void match_rest(const struct match_word *word, const char *text, size_t len,
		       size_t k, struct match_hit *ret)
{
	size_t n = word->len < len ? word->len : len;

	ret->open = false;
	if (memcmp(text + k, word->ptr + k, n - k) != 0)
		return;
	if (word->len <= len)
		ret->len = word->len;
	else
		ret->open = true;
}

/* The words that begin as the text does are a range of the sorted ones, which narrows. */
static void match_walk(const struct match *m, const char *text, size_t len,
		       struct match_hit *ret)
{
	size_t lo = 0, hi = m->count;

	ret->len = 0;
	for (size_t k = 0;; k++) {
		if (lo < hi && m->words[lo].len == k) {
			ret->len = k;
			lo++;
		}
		if (hi - lo == 1) {
			match_rest(&m->words[lo], text, len, k, ret);
			return;
		}
		ret->open = lo < hi && k == len;
		if (lo == hi || k == len)
			return;
		lo = match_bound(m, lo, hi, k, (unsigned char)text[k]);
		hi = match_bound(m, lo, hi, k, (unsigned char)text[k] + 1u);
	}
}

bool match_next(const struct match *m, const char *text, size_t len, size_t at,
		struct match_hit *ret)
{
	while (at < len) {
		size_t skip = 0;

		if (len - at >= m->window)
			skip = m->skip[match_hash(text + at + m->window - BLOCK)];
		if (skip) {
			at += skip;
			continue;
		}
		match_walk(m, text + at, len - at, ret);
		ret->at = at++;
		if (ret->len || ret->open)
			return true;
	}
	return false;
}
