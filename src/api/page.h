/*
 * One page of a list while it arrives: its items as lines, held back in a spool, and the
 * facts that tell how to go on.
 *
 * Which array holds the items is known beforehand, or by its name (see
 * paging_is_items()), or else found out at the end of the page: of all arrays near the
 * root the largest that holds objects, else the largest. Without any, and without a sign
 * of paging, the document itself is the one item.
 */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/spool.h"
#include "api/paging.h"

enum { PAGE_CANDIDATES = 8, PAGE_WHOLE_MAX = 1024 * 1024 };

struct page_candidate {
	char path[JSONSCAN_PATH_MAX];
	size_t from; /* where its items begin in the spool */
	int64_t items, objects;
};

struct page {
	struct spool spool; /* whole lines, but for the item that is being read */
	struct page_facts facts;
	bool known; /* `path` is where the items are */
	char path[JSONSCAN_PATH_MAX];
	struct buf whole; /* the document, as long as no item has come */

	/* the rest is page.c's own */
	struct jsonscan scan;
	bool begun;  /* an item has come */
	size_t line; /* where the present item begins in the spool */
	struct page_candidate candidate[PAGE_CANDIDATES];
	size_t candidates;
};

/* Makes @p ready for a page. With @path not NULL the items are there and nowhere else. */
void page_begin(struct page *p, const char *path, size_t hold, size_t item_max);

/* The same page from its start. */
void page_again(struct page *p);

/* True before the first byte of an answer whose type is not that of one JSON document. */
bool page_is_other_type(const struct page *p, const struct http_resp *resp);

/* Reads on. -1 with ERR_TRANSIENT where that is no JSON. */
int page_feed(struct page *p, const char *data, size_t len, struct err *err);

/* The page is larger than what is held back: whole items of it may go out. */
bool page_is_full(const struct page *p);
int page_flush(struct page *p, const struct spool_sink *sink, struct err *err);

/*
 * The answer has ended: 0 when it is a whole document, or no content at all. The facts
 * are complete then.
 */
int page_end(struct page *p, const struct http_resp *resp, struct err *err);

/* The document itself becomes the one item; for a page that is no list. */
int page_take_whole(struct page *p, struct err *err);

void page_release(struct page *p);

#endif
