/*
 * How lists go on: from one page to the next, in every style that the vendors have, and
 * where to stop a server that leads astray. Pure: facts of an answer in, position out.
 *
 * The styles and their letters are those of docs/vendors.md; what other APIs do is told
 * by the names that api/names.h knows. A style is found out from the first answer, or
 * named by the user. It says what carries the position: a link, a cursor, the number of
 * a page, or the number of an item.
 */
#ifndef API_PAGING_H
#define API_PAGING_H

#include "api/facts.h"
#include "net/http.h"

enum {
	PAGING_EMPTY_MAX = 3,	   /* empty pages in a row */
	PAGING_PAGES_MAX = 100000, /* pages, where the user names no other number */
	PAGING_SEEN = 8 * 1024,	   /* digests kept of pages, links and cursors */
};

enum paging_way { WAY_LINK, WAY_CURSOR, WAY_NUMBER, WAY_OFFSET, WAY_NONE };
enum paging_place { IN_QUERY, IN_BODY, IN_Q64 };

struct paging_style {
	const char *name;
	enum paging_way way;
	enum paging_place place;
	bool post;		/* POST alone; else every other method */
	const char *param;	/* carries the position */
	const char *size_param; /* asks for a page's size */
	int first;		/* the number of the first page or item */
	const char *next;	/* path of the link or cursor; NULL: any link, or none */
	const char *number, *pages, *total; /* paths; NULL: as others name them */
	const char *items;		    /* where they usually are; NULL: anywhere */
	bool bare; /* a page behind the end has no array at all */
};

extern const struct paging_style paging_styles[];
extern const size_t paging_style_count;

/* A style that is no row of the table, and what it points to; it must not be moved. */
struct paging_own {
	struct paging_style style;
	char name[2 * JSONSCAN_PATH_MAX], next[JSONSCAN_PATH_MAX];
	char param[64], size_param[64], number[JSONSCAN_PATH_MAX];
};

/* The row of that name for that method; NULL when there is none. */
const struct paging_style *paging_style_find(const char *name, const char *method);

/* The row that a request by itself looks like. */
const struct paging_style *paging_style_guess(const struct http_req *req);

/*
 * The style that @text means for @method, as a user names it: a row's name, or one of
 *
 *	link:KEY		the link at the path KEY
 *	cursor:KEY=PARAM	what stands at KEY goes into the parameter PARAM; a KEY
 *				"[-1].NAME" is the member NAME of the last item
 *	offset:PARAM,LIMIT	PARAM counts items, LIMIT asks for so many a page
 *	page:PARAM,SIZE		PARAM counts pages, SIZE asks for so many items a page
 *
 * For a POST parameters are members of its body. NULL with ERR_USAGE where it is none.
 */
const struct paging_style *paging_style_named(const char *text, const char *method,
					      struct paging_own *own, struct err *err);

/*
 * The style that an answer, or else its request, tells; a row of the table, or @own, made
 * of the names that the answer uses. Never NULL: "none" is a row.
 */
const struct paging_style *paging_style_detect(const struct http_req *req,
					       const struct page_facts *f,
					       struct paging_own *own);

/*
 * The same for answers that use none of the vendors' names: fills @own. False where they
 * don't say how to go on.
 */
bool paging_own_detect(struct paging_own *own, const struct http_req *req,
		       const struct page_facts *f);

/* True for paths of arrays that hold the items in some style. */
bool paging_is_items(const char *path);

/* Where a page stands. */
struct position {
	int64_t at;	/* page or item number; -1: where the first request leads */
	struct buf ref; /* link (a whole URL) or cursor */
};

#define POSITION_INIT ((struct position){ .at = -1, .ref = BUF_INIT(BUF_URL_MAX) })

void position_reset(struct position *p);
/* True where it leads anywhere but to the first page. */
bool position_is_set(const struct position *p);
bool position_equal(const struct position *a, const struct position *b);
void position_copy(struct position *to, const struct position *from);
void position_release(struct position *p);

struct paging {
	const struct paging_style *style; /* NULL: found out from the first answer */
	struct paging_own own;		  /* what `style` may point to */
	bool named;		      /* the user named it: other links don't matter */
	const struct http_req *first; /* borrowed: the request as the user gave it */
	const char *base;	      /* borrowed: the API's base URL */
	int64_t pages, items;	      /* done so far */
	int64_t before;		      /* items before the first page that was asked for */
	int64_t page_size;	      /* the most items that one had */
	int64_t last;		      /* number of the last page; -1: not known */
	int64_t total;		      /* items in all; -1: not known */
	int empty;		      /* empty pages in a row */
	bool linked;		      /* the last page had a link to another one */
	bool probing; /* nobody tells whether there is another one; it is tried */
	uint64_t seen[PAGING_SEEN];
};

enum paging_next {
	PAGING_MORE,
	PAGING_END,
	PAGING_BEYOND, /* the end was before this page, which was a try: don't print it */
	PAGING_REFUSED,	 /* the page is good, what it leads to is not; error set */
	PAGING_REPEATED, /* the page was there before: don't print it; error set */
	PAGING_ALIEN,	 /* it is no page of the list: don't print it; error set */
};

/*
 * What follows the page at @here, of which @f tells. @ret is set at PAGING_MORE, and at
 * PAGING_REFUSED where the user may want to go on there; else it is empty. Keeps count,
 * so call it once a page, in order.
 */
enum paging_next paging_next(struct paging *p, const struct position *here,
			     const struct page_facts *f, struct position *ret,
			     struct err *err);

/*
 * Notes the items of a page by their digest. False, with an error, when the same ones
 * were there before. paging_next() does it for pages with f->digest set.
 */
bool paging_is_new(struct paging *p, uint64_t digest, struct err *err);

/*
 * How many items fewer came than the server told, below 0: how many more; 0 where it told
 * nothing. To be asked at the end.
 */
int64_t paging_missing(const struct paging *p);

/*
 * The whole URL of a link, which may be relative to the first request. -1 with
 * ERR_REFUSED where it leads away from the API; @ret is its path at the API then, if it
 * has one.
 */
int paging_check_link(const struct paging *p, const char *link, struct buf *ret,
		      struct err *err);

/* The position @k pages after @here, if that can be told beforehand. */
bool paging_ahead(const struct paging *p, const struct position *here, int64_t k,
		  struct position *ret);

/* Makes the request for a position: @ret has method and headers, gets URL and body. */
int paging_request(const struct paging *p, const struct position *at,
		   struct http_req *ret, struct err *err);

/* Asks for pages of @size items, or for another first page, in the first request. */
int paging_set_size(const struct paging_style *style, int64_t size, struct http_req *req,
		    struct err *err);
int paging_set_start(const struct paging_style *style, const char *value,
		     struct http_req *req, struct err *err);

#endif
