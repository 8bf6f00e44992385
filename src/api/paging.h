/*
 * How lists go on: from one page to the next, in every style that the vendors have, and
 * where to stop a server that leads astray. Pure: facts of an answer in, position out.
 *
 * The styles and their letters are those of docs/vendors.md. One is found out
 * from the first answer, or named by the user. A row says what carries the position: a
 * link, a cursor, the number of a page, or the number of an item.
 */
#ifndef API_PAGING_H
#define API_PAGING_H

#include "net/http.h"
#include "api/jsonscan.h"

enum {
	PAGING_EMPTY_MAX = 3,	   /* empty pages in a row */
	PAGING_PAGES_MAX = 100000, /* pages, where the user names no other number */
	PAGING_SEEN = 8 * 1024,	   /* digests kept of pages, links and cursors */
};

/* Texts and numbers of an answer that can tell where the next page is. */
enum paging_text {
	TEXT_NEXT_URI,
	TEXT_LINKS_NEXT,
	TEXT_LINK_HEADER,
	TEXT_CURSOR,
	TEXT_AFTER,
	TEXT_CURSORS_AFTER,
	TEXT_NEXT_PAGE,
	TEXT_DATA_DATE,
	TEXT_COUNT
};

enum paging_number {
	NUM_PAGE_NUMBER,
	NUM_PAGE_COUNT,
	NUM_TOTAL,
	NUM_TOTAL_HITS,
	NUM_TOTAL_RECORDS,
	NUM_HITS,
	NUM_TOTAL_RESULTS,
	NUM_START_INDEX,
	NUM_P_NUMBER, /* those of a "pagination" object */
	NUM_P_PAGES,
	NUM_P_TOTAL,
	NUM_COUNT
};

struct page_facts {
	struct buf text[TEXT_COUNT]; /* empty: not told */
	int64_t num[NUM_COUNT];	     /* -1: not told */
	bool too_long;		     /* a text was longer than a URL can be */
	int64_t items;
	const char *items_at; /* path of their array, borrowed; NULL: not known */
	uint64_t digest;      /* of the items */
};

void page_facts_begin(struct page_facts *f);
void page_facts_release(struct page_facts *f);

/* Takes a scalar of the answer; see struct jsonscan_events. */
void page_facts_take(struct page_facts *f, const char *path, enum jsonscan_type type,
		     const char *text);

/* Takes the Link header (RFC 8288), if there is one. */
void page_facts_take_headers(struct page_facts *f, const struct http_resp *resp);

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
	enum paging_text next;	/* link or cursor; TEXT_COUNT: none */
	enum paging_number number, pages, total; /* NUM_COUNT: never told */
	const char *items; /* where they usually are; NULL: anywhere */
};

extern const struct paging_style paging_styles[];
extern const size_t paging_style_count;

/* The row of that name for that method; NULL when there is none. */
const struct paging_style *paging_style_find(const char *name, const char *method);

/* The row that a request by itself looks like. */
const struct paging_style *paging_style_guess(const struct http_req *req);

/* The row that an answer, or else its request, tells. Never NULL: "none" is a row. */
const struct paging_style *paging_style_detect(const struct http_req *req,
					       const struct page_facts *f);

/* True for paths of arrays that hold the items in some style. */
bool paging_is_items(const char *path);

/* Where a page stands. */
struct position {
	int64_t at;	/* page or item number; -1: where the first request leads */
	struct buf ref; /* link (a whole URL) or cursor */
};

#define POSITION_INIT ((struct position){ .at = -1, .ref = BUF_INIT(BUF_URL_MAX) })

bool position_equal(const struct position *a, const struct position *b);
void position_copy(struct position *to, const struct position *from);
void position_release(struct position *p);

struct paging {
	const struct paging_style *style; /* NULL: found out from the first answer */
	bool named;			  /* the user named it: its links don't matter */
	const struct http_req *first;	  /* borrowed: the request as the user gave it */
	const char *base;		  /* borrowed: the API's base URL */
	int64_t pages, items;		  /* done so far */
	int64_t before;	   /* items before the first page that was asked for */
	int64_t page_size; /* the most items that one had */
	int64_t last;	   /* number of the last page; -1: not known */
	int64_t total;	   /* items in all; -1: not known */
	int empty;	   /* empty pages in a row */
	bool linked;	   /* the last page had a link to another one */
	bool probing;	   /* nobody tells whether there is another one; it is tried */
	uint64_t seen[PAGING_SEEN];
};

enum paging_next {
	PAGING_MORE,
	PAGING_END,
	PAGING_BEYOND, /* the end was before this page, which was a try: don't print it */
	PAGING_REFUSED,	 /* the page is good, what it leads to is not; error set */
	PAGING_REPEATED, /* the page was there before: don't print it; error set */
};

/*
 * What follows the page at @here, of which @f tells. @ret is set at PAGING_MORE. Keeps
 * count, so call it once a page, in order.
 */
enum paging_next paging_next(struct paging *p, const struct position *here,
			     const struct page_facts *f, struct position *ret,
			     struct err *err);

/*
 * Notes the items of a page by their digest. False, with an error, when the same ones
 * were there before. paging_next() does it for pages with f->digest set.
 */
bool paging_is_new(struct paging *p, uint64_t digest, struct err *err);

/* How many items fewer came than the server told; to be asked at the end. */
int64_t paging_missing(const struct paging *p);

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
