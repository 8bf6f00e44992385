/*
 * What an answer says of the list that it is a page of: where the next page is, which one
 * this is, how many there are, and whether it is an error in disguise. Pure.
 *
 * Servers agree on the meaning of some names, and spell them in many ways. The names are
 * one table, in facts.c; case, and the characters "_", "-", "@" and "$", make no
 * difference. They count at the root, and in objects that wrap an answer ("data") or tell
 * of its pages ("meta", "pagination"). What is told under other names is not kept.
 */
#ifndef API_FACTS_H
#define API_FACTS_H

#include "api/jsonscan.h"
#include "net/http.h"

enum { FACTS_MAX = 48 }; /* kept of one answer; what is beyond is left out */

enum fact_role {
	FACT_LINK,   /* the next page: a link */
	FACT_NEXT,   /* the next page: a link where it looks like one, else who knows */
	FACT_CURSOR, /* the next page: a value for a parameter */
	FACT_NUMBER, /* number of this page */
	FACT_OFFSET, /* number of its first item */
	FACT_PAGES,  /* pages in all */
	FACT_TOTAL,  /* items in all */
	FACT_COUNT,  /* items in all, or on this page */
	FACT_SIZE,   /* items that a page may have */
	FACT_MORE,   /* true: there is more */
	FACT_LAST,   /* true: there is no more */
	FACT_STATUS, /* HTTP status inside the body */
	FACT_OK,     /* false: it failed */
	FACT_ERROR,  /* what failed */
	FACT_OTHER,  /* what tells one style from another */
};

struct fact_key {
	enum fact_role role;
	const char *param; /* the request's parameter that it is a value of; or NULL */
	const char *size;  /* the parameter that asks for a page's size; or NULL */
	int first;	   /* the number of the first page or item */
	const char *names; /* with blanks between; a header's ends with ":" */
};

struct fact {
	const struct fact_key *key; /* NULL: asked for by page_facts.wanted */
	int rank;		    /* of its name; the lowest is the surest */
	char path[JSONSCAN_PATH_MAX];
	enum jsonscan_type type;
	struct buf text;
};

/* Whether the array of the items was there, or null (or no content) in its place. */
enum facts_list { LIST_ABSENT, LIST_NULL, LIST_THERE };

struct page_facts {
	struct fact fact[FACTS_MAX];
	size_t count;
	const char *wanted; /* one more path to keep, borrowed; or NULL */
	bool too_long;	    /* a link or cursor was longer than a URL can be */
	enum facts_list list;
	int64_t items;
	const char *items_at; /* path of their array, borrowed; NULL: not known */
	uint64_t digest;      /* of the items */
};

/* Begins the path under which a field of the last item is kept: FACTS_LAST "id". */
#define FACTS_LAST "[-1]."

/* Empties all but `wanted`. */
void page_facts_begin(struct page_facts *f);
void page_facts_release(struct page_facts *f);

/* Takes a scalar of the answer; see struct jsonscan_events. */
void page_facts_take(struct page_facts *f, const char *path, enum jsonscan_type type,
		     const char *text);

/* Takes @field of the last item, to be found under FACTS_LAST and its name. */
void page_facts_take_last(struct page_facts *f, const char *field, const char *text);

/* Takes what headers say: Link (RFC 8288), and those of the table. */
void page_facts_take_headers(struct page_facts *f, const struct http_resp *resp);

/* The text at @path or @path.href; NULL when there is none, or it is null or a truth. */
const char *facts_text(const struct page_facts *f, const char *path);

/*
 * The whole number, from 0 to 10^15, that is told at @path; -1 without one. "3.0" and
 * "3e0" are 3; a fraction of pages or items is rounded up, and there is no page or item
 * of a number with a fraction.
 */
int64_t facts_number(const struct page_facts *f, const char *path);

/* The surest fact of the roles @from to @to that leads on or is a number; or NULL. */
const struct fact *facts_first(const struct page_facts *f, enum fact_role from,
			       enum fact_role to);

/* The number that it tells; -1 without one. */
int64_t facts_count(const struct page_facts *f, enum fact_role role);

/* The surest link to the next page; or NULL. */
const struct fact *facts_link(const struct page_facts *f);

/* What flags say: 1 there is more, 0 there is no more, -1 nothing. */
int facts_more(const struct page_facts *f);

/* True for the body of an error, whatever the status line says. */
bool facts_failed(const struct page_facts *f);

/* The rows of the table of names, from 0; NULL behind the last. */
const struct fact_key *facts_key_at(size_t i);

#endif
