/*
 * What an answer says of the list that it is a page of: where the next page is, which one
 * this is, how many there are, and whether it is an error in disguise. Pure.
 *
 * What has a name of api/names.h counts at the root, in objects that wrap an answer
 * ("data") or tell of its pages ("meta", "pagination"), and in the object that the items
 * stand in. What is told under other names is not kept.
 */
#ifndef API_FACTS_H
#define API_FACTS_H

#include "api/jsonscan.h"
#include "api/names.h"
#include "net/http.h"

enum { FACTS_MAX = 48 }; /* kept of one answer; what is beyond is left out */

struct fact {
	const struct fact_key *key; /* NULL: asked for by page_facts.wanted */
	int rank;		    /* of its name; the lowest is the surest */
	char path[JSONSCAN_PATH_MAX];
	size_t within; /* length of its part that names an object beside all others */
	enum jsonscan_type type;
	struct buf text;
};

/* Whether the array of the items was there, or null (or no content) in its place. */
enum facts_list { LIST_ABSENT, LIST_NULL, LIST_THERE };

struct page_facts {
	struct fact fact[FACTS_MAX];
	size_t count;
	const char *wanted; /* one more path to keep, borrowed; or NULL */
	/* A link that says what it is, in an array of such: its number there. */
	struct {
		uint32_t element;
		bool is_next;
		struct buf at;
	} relation;
	bool too_long; /* a link or cursor was longer than a URL can be */
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

/*
 * Takes a text at "links.rel" or "links.href", or as others call these, of the element of
 * that number in an array of links: FHIR, PayPal, Oracle REST Data Services.
 */
void page_facts_take_relation(struct page_facts *f, const char *path, uint32_t element,
			      const char *text);

/* Takes @field of the last item, to be found under FACTS_LAST and its name. */
void page_facts_take_last(struct page_facts *f, const char *field, const char *text);

/* Takes what headers say: Link (RFC 8288), and those of the table. */
void page_facts_take_headers(struct page_facts *f, const struct http_resp *resp);

/*
 * All is taken, and the items are found: leaves out what stands in objects of other names
 * than the table's, but the one that the items stand in.
 */
void page_facts_settle(struct page_facts *f);

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

#endif
