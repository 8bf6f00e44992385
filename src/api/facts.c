#include "api/facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/weblink.h"

/*
 * The surest first, also within a row. Vendors' names: docs/vendors.md. Others as their
 * documentation has them: RFC 8288 (link:), HAL, JSON:API and Django REST (next), OData 4
 * (@odata.nextLink) and 2 (d.__next), Google's AIP-158 (nextPageToken), AWS (nextToken),
 * Azure (nextLink, continuation tokens), Kubernetes (metadata.continue), Slack
 * (response_metadata.next_cursor), HubSpot (paging.next.after), Relay (endCursor),
 * Bitbucket (nextPageStart), Spring Data (number, totalElements, last), Laravel
 * (current_page, next_page_url), Jira (startAt), GitLab (X-Next-Page:, X-Total:), RFC
 * 9110 section 14.4 (Content-Range:).
 */
static const struct fact_key keys[] = {
	{ FACT_LINK, NULL, NULL, 0,
	  "link: nextUri odata.nextLink nextLink nextUrl nextHref nextPageUrl nextPageUri "
	  "nextPageLink nextRecordsUrl nextResultsUrl next.href next.url next.uri "
	  "next.link next.ref nextPage.href nextPage.uri" },
	{ FACT_NEXT, NULL, NULL, 0, "next" },
	{ FACT_NEXT, "page", NULL, 0, "nextPage nextPageNumber xNextPage:" },
	{ FACT_CURSOR, "pageToken", NULL, 0, "nextPageToken" },
	{ FACT_CURSOR, "cursor", NULL, 0,
	  "nextCursor nextPageCursor xNextCursor: next.cursor" },
	{ FACT_CURSOR, "nextToken", NULL, 0, "nextToken" },
	{ FACT_CURSOR, "marker", NULL, 0, "nextMarker" },
	{ FACT_CURSOR, "offset", NULL, 0, "nextOffset" },
	{ FACT_CURSOR, "start", NULL, 0, "nextPageStart nextStart" },
	{ FACT_CURSOR, "continuationToken", NULL, 0,
	  "continuationToken nextContinuationToken xMsContinuationToken:" },
	{ FACT_CURSOR, "continue", NULL, 0, "continue" },
	{ FACT_CURSOR, "after", NULL, 0, "next.after after afterCursor endCursor" },
	{ FACT_CURSOR, "cursor", NULL, 0, "cursor" },
	{ FACT_CURSOR, "bookmark", NULL, 0, "bookmark" },
	{ FACT_NEXT, NULL, NULL, 0,
	  "nextKey nextId nextBatch nextIndex nextPageKey nextPageId lastEvaluatedKey "
	  "scrollToken scrollId" },
	{ FACT_NUMBER, "pageNumber", "pageSize", 1, "pageNumber" },
	{ FACT_NUMBER, "page", "size", 0, "number" },
	{ FACT_NUMBER, "page", "per_page", 1, "page currentPage xPage:" },
	{ FACT_NUMBER, "pageIndex", "pageSize", 0, "pageIndex" },
	{ FACT_NUMBER, "pageNo", "pageSize", 1, "pageNo" },
	{ FACT_NUMBER, "pageNum", "pageSize", 1, "pageNum" },
	{ FACT_OFFSET, "offset", "limit", 0, "offset" },
	{ FACT_OFFSET, "skip", "limit", 0, "skip" },
	{ FACT_OFFSET, "startAt", "maxResults", 0, "startAt" },
	{ FACT_OFFSET, "startIndex", "count", 1, "startIndex" },
	{ FACT_OFFSET, "start", "limit", 0, "start" },
	{ FACT_PAGES, NULL, NULL, 0,
	  "pageCount totalPages xTotalPages: lastPage numPages nbPages pages" },
	{ FACT_TOTAL, NULL, NULL, 0,
	  "total totalCount totalItems totalElements totalResults totalRecords "
	  "totalEntries totalRows totalSize totalHits hits total.value nbHits numFound "
	  "recordCount odata.count xTotalCount: xTotal: contentRange:" },
	{ FACT_COUNT, NULL, NULL, 0, "count" },
	{ FACT_SIZE, NULL, NULL, 0,
	  "limit perPage pageSize itemsPerPage maxResults size xPerPage:" },
	{ FACT_MORE, NULL, NULL, 0,
	  "hasMore hasNext hasNextPage hasMoreItems hasMoreResults xHasMore: more "
	  "moreItems moreResults isTruncated truncated" },
	{ FACT_LAST, NULL, NULL, 0, "last isLast isLastPage done" },
	{ FACT_STATUS, NULL, NULL, 0, "status statusCode httpStatus code" },
	{ FACT_OK, NULL, NULL, 0, "ok success" },
	{ FACT_ERROR, NULL, NULL, 0, "error error.* errors errors.* fault.*" },
	{ FACT_OTHER, NULL, NULL, 0, "dataAvailabilityDate object" },
};

/* Objects that hold a whole answer, list and all. */
static const char wraps[] = "resultSet data result response d body payload";

/* Objects that tell of the pages. */
static const char about[] =
	"meta metadata pagination paging paginator page pages pageInfo links cursor "
	"cursors responseMetadata searchMetadata resultInfo info hits list";

/* Headers of the table but those that hold more than a value. */
static const char *const headers[] = {
	"x-next-page", "x-next-cursor", "x-ms-continuationtoken",
	"x-page",      "x-total-pages", "x-total-count",
	"x-total",     "x-per-page",	"x-has-more",
};

/* True when the @len bytes at @word are one of @names; counts those before it. */
static bool facts_has_word(const char *names, const char *word, size_t len, int *rank)
{
	size_t n;

	for (const char *p = names; *p; p += n + (p[n] == ' '), ++*rank) {
		bool below = false;

		n = strcspn(p, " ");
		below = p[n - 1] == '*' && len >= n;
		if ((n == len || below) && strncasecmp(p, word, n - below) == 0)
			return true;
	}
	return false;
}

static bool facts_is_word(const char *names, const char *word, size_t len)
{
	int ignored = 0;

	return facts_has_word(names, word, len, &ignored);
}

/* The row that @path belongs to, and how far down its name stands; NULL: to none. */
static const struct fact_key *facts_key(const char *path, int *ret_rank)
{
	char plain[JSONSCAN_PATH_MAX];
	size_t len = 0;

	for (const char *p = path; *p; p++)
		if (!strchr("_-@$", *p))
			plain[len++] = *p;
	plain[len] = '\0';
	for (const char *p = plain;; p += len + 1) {
		*ret_rank = 0;
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (facts_has_word(keys[i].names, p, strlen(p), ret_rank))
				return &keys[i];
		len = strcspn(p, ".");
		if (!p[len] ||
		    (!facts_is_word(wraps, p, len) && !facts_is_word(about, p, len)))
			return NULL;
	}
}

/* @path without what wraps the whole answer. */
static const char *facts_unwrap(const char *path)
{
	size_t len = strcspn(path, ".");

	while (path[len] && facts_is_word(wraps, path, len)) {
		path += len + 1;
		len = strcspn(path, ".");
	}
	return path;
}

/* True when @path is @name, or the address in an object of that name. */
static bool facts_is_at(const char *path, const char *name)
{
	size_t len = strlen(name);

	return strncmp(path, name, len) == 0 &&
	       (!path[len] || strcmp(path + len, ".href") == 0);
}

/* Notes what is told at @path, in place of what was told there before. */
static struct fact *facts_put(struct page_facts *f, const char *path,
			      enum jsonscan_type type, const char *text)
{
	struct fact *x = f->fact;

	while (x < f->fact + f->count && strcmp(x->path, path) != 0)
		x++;
	if (x == f->fact + FACTS_MAX)
		return NULL;
	f->count += x == f->fact + f->count;
	*x = (struct fact){ .type = type, .text = x->text };
	snprintf(x->path, sizeof(x->path), "%s", path);
	x->text.max = BUF_URL_MAX;
	buf_set(&x->text, text);
	return x;
}

void page_facts_begin(struct page_facts *f)
{
	f->count = 0;
	f->too_long = false;
	f->list = LIST_ABSENT;
	f->items = 0;
	f->items_at = NULL;
	f->digest = 0;
}

void page_facts_release(struct page_facts *f)
{
	for (size_t i = 0; i < FACTS_MAX; i++)
		buf_release(&f->fact[i].text);
}

void page_facts_take(struct page_facts *f, const char *path, enum jsonscan_type type,
		     const char *text)
{
	bool wanted = f->wanted && facts_is_at(path, f->wanted);
	int rank = 0;
	const struct fact_key *key = facts_key(path, &rank);
	struct fact *x;

	if (!key && !wanted)
		return;
	x = facts_put(f, wanted ? path : facts_unwrap(path), type, text);
	if (!x)
		return;
	x->key = key;
	x->rank = rank;
	if (wanted || key->role <= FACT_CURSOR)
		f->too_long = f->too_long || type == JSONSCAN_TOO_LONG || x->text.failed;
}

void page_facts_take_last(struct page_facts *f, const char *field, const char *text)
{
	char path[JSONSCAN_PATH_MAX];

	snprintf(path, sizeof(path), FACTS_LAST "%s", field);
	facts_put(f, path, JSONSCAN_STRING, text);
}

void page_facts_take_headers(struct page_facts *f, const struct http_resp *resp)
{
	AUTO_BUF struct buf value = BUF_INIT(64 * 1024), next = BUF_INIT(BUF_URL_MAX);
	char path[64];

	if (http_header_all(resp, "link", &value) &&
	    weblink_find(buf_str(&value), "next", &next))
		page_facts_take(f, "link:", JSONSCAN_STRING, buf_str(&next));
	f->too_long = f->too_long || value.failed || next.failed;
	buf_reset(&value);
	if (http_header(resp, "content-range", &value) && strchr(buf_str(&value), '/'))
		page_facts_take(f, "content-range:", JSONSCAN_STRING,
				strrchr(buf_str(&value), '/') + 1);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		buf_reset(&value);
		if (!http_header(resp, headers[i], &value))
			continue;
		snprintf(path, sizeof(path), "%s:", headers[i]);
		page_facts_take(f, path, JSONSCAN_STRING, buf_str(&value));
	}
}

/* Something else than nothing, null or a truth. */
static bool fact_has_text(const struct fact *x)
{
	return (x->type == JSONSCAN_STRING || x->type == JSONSCAN_NUMBER) && x->text.len;
}

/* A list that is at its end may give 0, or a text of it, instead of no cursor. */
static bool fact_leads_on(const struct fact *x)
{
	return fact_has_text(x) && strcmp(buf_str(&x->text), "0") != 0;
}

static const struct fact *facts_at(const struct page_facts *f, const char *path)
{
	for (size_t i = 0; path && i < f->count; i++)
		if (facts_is_at(f->fact[i].path, path) && fact_has_text(&f->fact[i]))
			return &f->fact[i];
	return NULL;
}

const char *facts_text(const struct page_facts *f, const char *path)
{
	const struct fact *x = facts_at(f, path);

	return x ? buf_str(&x->text) : NULL;
}

static int64_t fact_number(const struct fact *x)
{
	const char *text = x ? buf_str(&x->text) : "";
	bool is_place = x && x->key &&
			(x->key->role == FACT_NUMBER || x->key->role == FACT_OFFSET);
	int64_t whole;
	char *end;
	double n;

	if (!isdigit((unsigned char)*text) ||
	    strspn(text, "0123456789.+-eE") != strlen(text))
		return -1;
	n = strtod(text, &end);
	if (*end || n > 1e15)
		return -1;
	whole = (int64_t)n;
	if ((double)whole == n)
		return whole;
	return is_place ? -1 : whole + 1;
}

int64_t facts_number(const struct page_facts *f, const char *path)
{
	return fact_number(facts_at(f, path));
}

/* Some servers call a cursor an offset (Airtable): it is no number then. */
static enum fact_role fact_role(const struct fact *x)
{
	if (!x->key)
		return FACT_OTHER;
	if (x->key->role == FACT_OFFSET && x->type == JSONSCAN_STRING &&
	    fact_leads_on(x) && fact_number(x) < 0)
		return FACT_CURSOR;
	return x->key->role;
}

/* True when @x tells what its role is for. */
static bool fact_is_told(const struct fact *x)
{
	return fact_role(x) <= FACT_CURSOR ? fact_leads_on(x) : fact_number(x) >= 0;
}

const struct fact *facts_first(const struct page_facts *f, enum fact_role from,
			       enum fact_role to)
{
	const struct fact *best = NULL;

	for (size_t i = 0; i < f->count; i++) {
		const struct fact *x = &f->fact[i];

		if (fact_role(x) >= from && fact_role(x) <= to && fact_is_told(x) &&
		    (!best || x->rank < best->rank))
			best = x;
	}
	return best;
}

int64_t facts_count(const struct page_facts *f, enum fact_role role)
{
	return fact_number(facts_first(f, role, role));
}

/* A name that may be that of a link or of anything else: the value's looks tell. */
static bool fact_is_link(const struct fact *x)
{
	const char *text = buf_str(&x->text);

	if (x->type != JSONSCAN_STRING || fact_role(x) > FACT_NEXT)
		return false;
	return fact_role(x) == FACT_LINK || *text == '/' || *text == '.' ||
	       strchr(text, '?') || strstr(text, "://");
}

const struct fact *facts_link(const struct page_facts *f)
{
	const struct fact *best = NULL;

	for (size_t i = 0; i < f->count; i++) {
		const struct fact *x = &f->fact[i];

		if (fact_is_link(x) && fact_is_told(x) && (!best || x->rank < best->rank))
			best = x;
	}
	return best;
}

/* 1: true, 0: false, -1: neither. */
static int fact_flag(const struct fact *x)
{
	const char *text = buf_str(&x->text);

	return strcasecmp(text, "true") == 0	? 1
	       : strcasecmp(text, "false") == 0 ? 0
						: -1;
}

int facts_more(const struct page_facts *f)
{
	int more = -1;

	for (size_t i = 0; i < f->count; i++) {
		const struct fact *x = &f->fact[i];
		enum fact_role role = fact_role(x);
		int flag = fact_flag(x);

		/* A lastPage that is no number is a flag. */
		if (flag >= 0 && (role == FACT_LAST || role == FACT_PAGES))
			flag = !flag;
		else if (role != FACT_MORE)
			continue;
		more = flag > more ? flag : more;
	}
	return more;
}

static bool fact_is_failure(const struct fact *x)
{
	int64_t n = fact_number(x);

	switch (fact_role(x)) {
	case FACT_STATUS:
		return n >= 400 && n <= 999;
	case FACT_OK:
		return fact_flag(x) == 0;
	case FACT_ERROR:
		return fact_leads_on(x) || fact_flag(x) == 1;
	default:
		return false;
	}
}

bool facts_failed(const struct page_facts *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (fact_is_failure(&f->fact[i]))
			return true;
	return false;
}

const struct fact_key *facts_key_at(size_t i)
{
	return i < ARRAY_LEN(keys) ? &keys[i] : NULL;
}
