#include "api/names.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"

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

/* True when @word, of @len bytes, is the name; an asterisk at its end is anything. */
static bool name_is(const char *name, size_t name_len, const char *word, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (strchr("_-@$", word[i]))
			continue;
		if (n < name_len && name[n] == '*')
			return true;
		if (n == name_len ||
		    tolower((unsigned char)name[n]) != tolower((unsigned char)word[i]))
			return false;
		n++;
	}
	return n == name_len;
}

/* True when the @len bytes at @word are one of @names; counts those before it. */
static bool names_rank(const char *names, const char *word, size_t len, int *rank)
{
	size_t n;

	for (const char *p = names; *p; p += n + (p[n] == ' '), ++*rank) {
		n = strcspn(p, " ");
		if (name_is(p, n, word, len))
			return true;
	}
	return false;
}

bool names_has(const char *names, const char *word, size_t len)
{
	int ignored = 0;

	return names_rank(names, word, len, &ignored);
}

const struct fact_key *names_find(const char *path, int *ret_rank, size_t *ret_within)
{
	size_t len;

	*ret_within = 0;
	for (const char *p = path;; p += len + 1) {
		*ret_rank = 0;
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (names_rank(keys[i].names, p, strlen(p), ret_rank))
				return &keys[i];
		len = strcspn(p, ".");
		if (!p[len])
			return NULL;
		if (!names_has(wraps, p, len) && !names_has(about, p, len))
			*ret_within = (size_t)(p + len - path);
	}
}

const char *names_unwrap(const char *path)
{
	size_t len = strcspn(path, ".");

	while (path[len] && names_has(wraps, path, len)) {
		path += len + 1;
		len = strcspn(path, ".");
	}
	return path;
}

const struct fact_key *names_row(size_t i)
{
	return i < ARRAY_LEN(keys) ? &keys[i] : NULL;
}
