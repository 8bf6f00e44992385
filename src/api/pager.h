/*
 * A whole list: page after page by api/paging, each by api/call, its items in order
 * and every one of them once. Pages whose place is known beforehand can be fetched ahead;
 * what each answer says still decides whether they are the right ones.
 *
 * A page goes out when it is whole, so that one that broke off can be asked for again. A
 * page larger than PAGER_HOLD goes out as it comes; see api/spool.h for what happens
 * when it breaks off then. Memory is bounded by that and one item, times the pages that
 * are fetched at the same time.
 */
#ifndef API_PAGER_H
#define API_PAGER_H

#include "api/page.h"
#include "api/call.h"

enum {
	PAGER_HOLD = 4 * 1024 * 1024,
	PAGER_ITEM_MAX = 256 * 1024 * 1024,
	PAGER_AHEAD_MAX = 32, /* pages on their way at the same time */
};

struct pager_options {
	const struct paging_style *style; /* NULL: found out */
	struct paging_own own;		  /* what `style` may point to */
	const char *items;		  /* path of the array; NULL: found out */
	int64_t limit;			  /* items; 0: all */
	int64_t max_pages;		  /* 0: PAGING_PAGES_MAX, and then an error */
	int ahead; /* pages on their way at the same time, from 1 */
};

struct pager;

struct pager_user {
	/* Takes whole lines, an item each. */
	struct spool_sink lines;
	/* Something may have changed; called at least every second. */
	void (*tick)(void *arg, const struct pager *p);
	void *arg;
};

/* One page on its way, or come and waiting for its turn. */
struct pager_slot {
	struct pager *pager;
	struct call call;
	struct page page;
	struct position at;
	enum { SLOT_DUE, SLOT_SENT, SLOT_READY, SLOT_FAILED } state;
	bool noted; /* the digest of a page that went out in parts is noted */
	struct err err;
};

struct pager {
	struct caller *caller;
	const struct pager_options *opts;
	const struct pager_user *user;
	struct paging paging;
	struct pager_slot
		*slot[PAGER_AHEAD_MAX]; /* the first `count` are in use, in order */
	int count;
	struct position next; /* of the page behind the last that went out */
	bool ended;	      /* there is no such page, or nobody wants it */
	bool cut;	      /* ended by max_pages, though there is more */
	bool warned;
	int64_t printed;   /* items that went out */
	int64_t delivered; /* items of the pages that went out as a whole */
	char items[JSONSCAN_PATH_MAX];
	bool items_known;
};

/* A pager for the list that @first (borrowed) asks for; NULL when memory ended. */
struct pager *pager_open(struct caller *c, const struct http_req *first, const char *base,
			 const struct pager_options *opts, const struct pager_user *user);

/* Fetches and hands over all of it. -1 with the error; what went out is whole lines. */
int pager_run(struct pager *p, struct err *err);

/* Appends how to ask for what did not go out, as options or a path. */
void pager_show_next(const struct pager *p, struct buf *out);

/* Items of the page that comes next which went out before a signal or an error came. */
int64_t pager_torn(const struct pager *p);

void pager_free(struct pager *p);
void pager_cleanup(struct pager **p);
#define AUTO_PAGER __attribute__((cleanup(pager_cleanup)))

#endif
