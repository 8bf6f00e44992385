/*
 * JSON read as it arrives, in pieces cut anywhere, without ever holding the document.
 *
 * Two things come out. Scalars near the root are reported with their path ("cursor",
 * "cursors.after"), strings decoded. Of arrays that the owner asks for, every element is
 * an item, and its bytes go out exactly as received: nothing is decoded and encoded
 * again, so big numbers, escapes, key order and duplicate keys stay. Only white space
 * between tokens is left out, which makes an item one line, since RFC 8259 allows no raw
 * line break inside a string.
 *
 * The grammar of RFC 8259 is enforced to the last byte. Bytes in strings that are no
 * UTF-8 are told (bad_utf8) and passed on: they are the sender's, and the item's.
 */
#ifndef API_JSONSCAN_H
#define API_JSONSCAN_H

#include <stdint.h>

#include "base/buf.h"

enum {
	JSONSCAN_DEPTH_MAX = 16 * 1024,
	JSONSCAN_PATH_DEPTH = 4,      /* keys in the path of a scalar that is reported */
	JSONSCAN_ARRAY_DEPTH = 3,     /* ... and of an array */
	JSONSCAN_PATH_MAX = 256,      /* bytes of such a path; longer ones aren't */
	JSONSCAN_TEXT_MAX = 16 * 1024 /* bytes of a scalar that is reported */
};

enum jsonscan_type {
	JSONSCAN_STRING,
	JSONSCAN_NUMBER,
	JSONSCAN_OTHER,	   /* true, false, null */
	JSONSCAN_TOO_LONG, /* a scalar beyond JSONSCAN_TEXT_MAX; its text is empty */
};

/* What to do with an array. */
enum jsonscan_array {
	JSONSCAN_SKIP,	/* nothing */
	JSONSCAN_ITEMS, /* its elements are items */
	JSONSCAN_WALK,	/* report scalars in it as if they stood in its place */
};

struct jsonscan_events {
	/*
	 * A scalar outside items and arrays, at most JSONSCAN_PATH_DEPTH deep; the path
	 * of the root is "". In strings, U+0000 and lone surrogates read as U+FFFD.
	 */
	void (*value)(void *arg, const char *path, enum jsonscan_type type,
		      const char *text);
	/* An array begins there, at most JSONSCAN_ARRAY_DEPTH deep. */
	enum jsonscan_array (*array)(void *arg, const char *path);
	/* One more item ends at the end of @items. -1 ends the scan with that error. */
	int (*item)(void *arg, struct err *err);
};

struct jsonscan {
	const struct jsonscan_events *events;
	void *arg;
	struct buf *items; /* where the bytes of items go; borrowed */
	bool bad_utf8;
	bool whole; /* set it after jsonscan_begin(): the document itself is the item */
	int64_t offset;	  /* bytes read */
	uint32_t element; /* of the walked array; it changes from one to the next */

	/* the rest is jsonscan.c's own */
	unsigned char state, number, hex, more, low, high;
	bool in_key, in_item, keep;
	const char *literal;
	uint32_t depth, item_depth, quiet, walked;
	uint32_t path_len[JSONSCAN_PATH_DEPTH + 1];
	char path[JSONSCAN_PATH_MAX];
	struct buf text;
	const char *run; /* bytes of an item from here on are not in @items yet */
	uint8_t objects[JSONSCAN_DEPTH_MAX / 8]; /* a bit a level: object or array */
};

/* Makes @s ready for a document. Once initialised, it can be used again and again. */
void jsonscan_begin(struct jsonscan *s, const struct jsonscan_events *events, void *arg,
		    struct buf *items);

/* Reads on. -1 with ERR_TRANSIENT where that is no JSON, or with the events' error. */
int jsonscan_feed(struct jsonscan *s, const char *data, size_t len, struct err *err);

/* 0 when the document is whole, else -1 with ERR_TRANSIENT. */
int jsonscan_end(struct jsonscan *s, struct err *err);

/*
 * After an error of jsonscan_feed(): true when what came is not the beginning of a JSON
 * document, or something stands behind one.
 */
static inline bool jsonscan_is_foreign(const struct jsonscan *s)
{
	return !s->depth;
}

void jsonscan_release(struct jsonscan *s);

#endif
