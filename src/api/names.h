/*
 * What servers call the members of an answer that tell of its list: one table, in
 * names.c. Case, and the characters "_", "-", "@" and "$", make no difference. Pure.
 */
#ifndef API_NAMES_H
#define API_NAMES_H

#include <stdbool.h>
#include <stddef.h>

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

/*
 * The row that the member at @path belongs to, and how far down the table its name
 * stands; NULL: to none. Where it stands in an object whose name says nothing of pages,
 * @ret_within is the length of the path of that, else 0.
 */
const struct fact_key *names_find(const char *path, int *ret_rank, size_t *ret_within);

/* The part of @path that is left without objects that wrap the whole answer. */
const char *names_unwrap(const char *path);

/* True when the @len bytes at @word are one of @names, which have blanks between. */
bool names_has(const char *names, const char *word, size_t len);

/* The rows of the table, from 0; NULL behind the last. */
const struct fact_key *names_row(size_t i);

#endif
