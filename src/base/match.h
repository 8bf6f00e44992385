/*
 * A fixed set of words, found wherever they stand in a text, fast where there are none:
 * a window slides over the text and skips by what its last four bytes allow (Wu and
 * Manber, "A fast algorithm for multi-pattern searching", 1994); where it can't skip,
 * the sorted words are walked like a trie.
 */
#ifndef BASE_MATCH_H
#define BASE_MATCH_H

#include <stdbool.h>
#include <stddef.h>

enum { MATCH_MIN = 4 }; /* bytes; the shortest word */

/* Any bytes, MATCH_MIN at least. Borrowed: they outlive the set. */
struct match_word {
	const char *ptr;
	size_t len;
};

struct match;

/* NULL when memory ended. The array is copied, the bytes are not. */
struct match *match_new(const struct match_word *words, size_t count);
void match_free(struct match *m); /* accepts NULL */

struct match_hit {
	size_t at;  /* where */
	size_t len; /* the longest word that stands there, 0: none does */
	bool open;  /* the text ends before a (longer) word that may stand there does */
};

/* The first place from @at on with a word or the beginning of one. False: none. */
bool match_next(const struct match *m, const char *text, size_t len, size_t at,
		struct match_hit *ret);

#endif
