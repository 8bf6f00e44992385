/* The table of paging styles, and what answers and requests say of theirs. */
#include <string.h>
#include <strings.h>

#include "api/jsonedit.h"
#include "api/paging.h"
#include "api/weblink.h"
#include "net/url.h"

#define NO_NUMBERS NUM_COUNT, NUM_COUNT, NUM_COUNT

/* In the order in which they are looked for: the first that fits is it. */
const struct paging_style paging_styles[] = {
	{ "pagination", WAY_NUMBER, IN_BODY, true, "pageNumber", "pageSize", 1,
	  TEXT_COUNT, NUM_P_NUMBER, NUM_P_PAGES, NUM_P_TOTAL, "data" },
	{ "G9", WAY_NUMBER, IN_BODY, true, "paging.pageNumber", "paging.pageSize", 1,
	  TEXT_COUNT, NUM_COUNT, NUM_COUNT, NUM_TOTAL_HITS, "conversations" },
	{ "G8", WAY_NUMBER, IN_BODY, true, "pageNumber", "pageSize", 1, TEXT_COUNT,
	  NUM_PAGE_NUMBER, NUM_PAGE_COUNT, NUM_TOTAL, "results" },
	{ "G2", WAY_LINK, IN_QUERY, true, NULL, "pageSize", 0, TEXT_NEXT_URI, NO_NUMBERS,
	  "entities" },
	{ "none", WAY_NONE, IN_BODY, true, NULL, NULL, 0, TEXT_COUNT, NO_NUMBERS, NULL },
	{ "G8", WAY_NUMBER, IN_Q64, false, "pageNumber", "pageSize", 1, TEXT_COUNT,
	  NUM_PAGE_NUMBER, NUM_PAGE_COUNT, NUM_TOTAL, "results" },
	{ "G7", WAY_OFFSET, IN_QUERY, false, "startIndex", "count", 1, TEXT_COUNT,
	  NUM_START_INDEX, NUM_COUNT, NUM_TOTAL_RESULTS, "Resources" },
	{ "N2", WAY_LINK, IN_QUERY, false, NULL, "top", 0, TEXT_LINKS_NEXT, NO_NUMBERS,
	  NULL },
	{ "G1", WAY_NUMBER, IN_QUERY, false, "pageNumber", "pageSize", 1, TEXT_NEXT_URI,
	  NUM_PAGE_NUMBER, NUM_PAGE_COUNT, NUM_TOTAL, "entities" },
	{ "G2", WAY_LINK, IN_QUERY, false, NULL, "pageSize", 0, TEXT_NEXT_URI, NO_NUMBERS,
	  "entities" },
	{ "G4", WAY_CURSOR, IN_QUERY, false, "after", "pageSize", 0, TEXT_CURSORS_AFTER,
	  NO_NUMBERS, NULL },
	{ "G3", WAY_CURSOR, IN_QUERY, false, "after", "pageSize", 0, TEXT_AFTER,
	  NO_NUMBERS, NULL },
	{ "G10", WAY_CURSOR, IN_QUERY, false, "cursor", "pageSize", 0, TEXT_CURSOR,
	  NO_NUMBERS, "conversations" },
	{ "G6", WAY_CURSOR, IN_QUERY, false, "cursor", "pageSize", 0, TEXT_CURSOR,
	  NO_NUMBERS, "entities" },
	{ "G5", WAY_CURSOR, IN_QUERY, false, "cursor", "pageSize", 0, TEXT_CURSOR,
	  NO_NUMBERS, NULL },
	{ "pagination", WAY_NUMBER, IN_QUERY, false, "pageNumber", "pageSize", 1,
	  TEXT_COUNT, NUM_P_NUMBER, NUM_P_PAGES, NUM_P_TOTAL, "data" },
	{ "link", WAY_LINK, IN_QUERY, false, NULL, "per_page", 0, TEXT_LINK_HEADER,
	  NO_NUMBERS, NULL },
	{ "N1", WAY_OFFSET, IN_QUERY, false, "skip", "top", 0, TEXT_COUNT, NUM_COUNT,
	  NUM_COUNT, NUM_TOTAL_RECORDS, NULL },
	{ "N3", WAY_NUMBER, IN_QUERY, false, "page", "size", 1, TEXT_COUNT, NUM_COUNT,
	  NUM_COUNT, NUM_HITS, "data" },
	{ "none", WAY_NONE, IN_QUERY, false, NULL, NULL, 0, TEXT_COUNT, NO_NUMBERS,
	  NULL },
};
const size_t paging_style_count = ARRAY_LEN(paging_styles);

/* Where the vendors put what the enums name; docs/vendors.md. */
static const struct {
	const char *path;
	enum paging_text text;
} texts[] = {
	{ "nextUri", TEXT_NEXT_URI },
	{ "_links.next", TEXT_LINKS_NEXT },
	{ "_links.next.href", TEXT_LINKS_NEXT },
	{ "cursor", TEXT_CURSOR },
	{ "after", TEXT_AFTER },
	{ "cursors.after", TEXT_CURSORS_AFTER },
	{ "nextPage", TEXT_NEXT_PAGE },
	{ "dataAvailabilityDate", TEXT_DATA_DATE },
};

static const char *const numbers[NUM_COUNT] = {
	[NUM_PAGE_NUMBER] = "pageNumber",
	[NUM_PAGE_COUNT] = "pageCount",
	[NUM_TOTAL] = "total",
	[NUM_TOTAL_HITS] = "totalHits",
	[NUM_TOTAL_RECORDS] = "totalRecords",
	[NUM_HITS] = "hits",
	[NUM_TOTAL_RESULTS] = "totalResults",
	[NUM_START_INDEX] = "startIndex",
	[NUM_P_NUMBER] = "pagination.pageNumber",
	[NUM_P_PAGES] = "pagination.totalPages",
	[NUM_P_TOTAL] = "pagination.totalItems",
};

void page_facts_begin(struct page_facts *f)
{
	for (int i = 0; i < TEXT_COUNT; i++) {
		buf_reset(&f->text[i]);
		f->text[i].max = BUF_URL_MAX;
	}
	for (int i = 0; i < NUM_COUNT; i++)
		f->num[i] = -1;
	f->too_long = false;
	f->items = 0;
	f->items_at = NULL;
	f->digest = 0;
}

void page_facts_release(struct page_facts *f)
{
	for (int i = 0; i < TEXT_COUNT; i++)
		buf_release(&f->text[i]);
}

/* A count: 15 digits at most, so that no sum of them overflows. */
static int64_t facts_number(const char *text)
{
	size_t len = strlen(text);

	if (!len || len > 15 || strspn(text, "0123456789") != len)
		return -1;
	return strtoll(text, NULL, 10);
}

/* Some answers of CXone stand in a "resultSet" as a whole. */
static const char *facts_path(const char *path)
{
	return strncmp(path, "resultSet.", 10) == 0 ? path + 10 : path;
}

void page_facts_take(struct page_facts *f, const char *path, enum jsonscan_type type,
		     const char *text)
{
	path = facts_path(path);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(path, texts[i].path) != 0)
			continue;
		buf_set(&f->text[texts[i].text], type == JSONSCAN_OTHER ? NULL : text);
		f->too_long = f->too_long || type == JSONSCAN_TOO_LONG ||
			      f->text[texts[i].text].failed;
		return;
	}
	for (int i = 0; i < NUM_COUNT; i++)
		if (strcmp(path, numbers[i]) == 0) {
			f->num[i] = type == JSONSCAN_OTHER ? -1 : facts_number(text);
			return;
		}
}

void page_facts_take_headers(struct page_facts *f, const struct http_resp *resp)
{
	AUTO_BUF struct buf value = BUF_INIT(64 * 1024);

	if (!http_header_all(resp, "link", &value))
		return;
	buf_reset(&f->text[TEXT_LINK_HEADER]);
	weblink_find(buf_str(&value), "next", &f->text[TEXT_LINK_HEADER]);
	f->too_long = f->too_long || value.failed || f->text[TEXT_LINK_HEADER].failed;
}

static bool style_is_for(const struct paging_style *s, const char *method)
{
	return s->post == (strcmp(method, "POST") == 0);
}

const struct paging_style *paging_style_find(const char *name, const char *method)
{
	for (size_t i = 0; i < paging_style_count; i++)
		if (strcasecmp(paging_styles[i].name, name) == 0 &&
		    style_is_for(&paging_styles[i], method))
			return &paging_styles[i];
	return NULL;
}

static bool style_told(const struct page_facts *f, enum paging_number n)
{
	return n < NUM_COUNT && f->num[n] >= 0;
}

static bool style_has_query(const struct buf *url, const char *name)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_URL_MAX);

	return url_get_query(buf_str(url), name, &ignored);
}

/* A list whose links count pages can be asked for by number. */
static bool style_link_counts(const struct paging_style *s, const struct page_facts *f)
{
	const struct buf *link = s->next < TEXT_COUNT ? &f->text[s->next] : NULL;

	return !link || !link->len || style_has_query(link, s->param);
}

static bool style_fits_answer(const struct paging_style *s, const struct http_req *req,
			      const struct page_facts *f)
{
	if (s->place == IN_Q64 && !style_has_query(&req->url, "q64"))
		return false;
	switch (s->way) {
	case WAY_LINK:
		return f->text[s->next].len > 0;
	case WAY_CURSOR:
		if (f->text[TEXT_DATA_DATE].len)
			return s->items && strcmp(s->items, "conversations") == 0;
		return f->text[s->next].len > 0 &&
		       (!s->items || (f->items_at && strcmp(s->items, f->items_at) == 0));
	case WAY_NUMBER:
		if (!style_link_counts(s, f))
			return false;
		return style_told(f, s->number) || style_told(f, s->pages) ||
		       (s->number == NUM_COUNT && style_told(f, s->total));
	case WAY_OFFSET:
		return style_told(f, s->total);
	default:
		return false;
	}
}

static bool style_fits_request(const struct paging_style *s, const struct http_req *req)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_BODY_MAX), key = BUF_INIT(64);

	if (s->way != WAY_NUMBER && s->way != WAY_OFFSET)
		return s->way == WAY_NONE;
	if (s->place == IN_QUERY)
		return style_has_query(&req->url, s->param) ||
		       (s->number == NUM_COUNT &&
			style_has_query(&req->url, s->size_param));
	if (s->place == IN_Q64)
		return style_has_query(&req->url, "q64");
	buf_add(&key, s->param, strcspn(s->param, "."));
	return jsonedit_get(buf_str(&req->body), buf_str(&key), &ignored) ||
	       (strchr(s->param, '.') && strstr(buf_str(&req->url), "/details/query"));
}

/* Never NULL: "none" fits every request. */
static const struct paging_style *style_by_request(const struct http_req *req)
{
	const struct paging_style *s = paging_styles;

	while (!style_is_for(s, req->method) || !style_fits_request(s, req))
		s++;
	return s;
}

const struct paging_style *paging_style_detect(const struct http_req *req,
					       const struct page_facts *f)
{
	const struct paging_style *s, *end = paging_styles + paging_style_count;

	for (s = paging_styles; s < end; s++)
		if (style_is_for(s, req->method) && style_fits_answer(s, req, f))
			return s;
	return style_by_request(req);
}

const struct paging_style *paging_style_guess(const struct http_req *req)
{
	static const struct {
		const char *in_path, *name;
		bool post;
	} rows[] = {
		{ "/details/query", "G9", true },
		{ "/api/v2/", "G8", true },
		{ "", "pagination", true },
		{ "q64=", "G8", false },
		{ "/scim/", "G7", false },
		{ "/incontactapi/", "N1", false },
		{ "/dfo/", "N3", false },
		{ "/jobs/", "G10", false },
		{ "", "G1", false },
	};
	const struct paging_style *own = style_by_request(req);
	bool post = strcmp(req->method, "POST") == 0;
	size_t i = 0;

	if (own->way != WAY_NONE)
		return own;
	while (rows[i].post != post || !strcasestr(buf_str(&req->url), rows[i].in_path))
		i++;
	return paging_style_find(rows[i].name, req->method);
}

bool paging_is_items(const char *path)
{
	for (size_t i = 0; i < paging_style_count; i++)
		if (paging_styles[i].items && strcmp(paging_styles[i].items, path) == 0)
			return true;
	return false;
}
