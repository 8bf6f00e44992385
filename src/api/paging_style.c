/* The table of paging styles, and what answers and requests say of theirs. */
#include "api/paging.h"

#include <string.h>
#include <strings.h>

#include "api/jsonedit.h"
#include "net/url.h"

/* In the order in which they are looked for: the first that fits is it. */
const struct paging_style paging_styles[] = {
	{ "pagination", WAY_NUMBER, IN_BODY, true, "pageNumber", "pageSize", 1, NULL,
	  "pagination.pageNumber", "pagination.totalPages", "pagination.totalItems",
	  "data", false },
	{ "G9", WAY_NUMBER, IN_BODY, true, "paging.pageNumber", "paging.pageSize", 1,
	  NULL, NULL, NULL, "totalHits", "conversations", true },
	{ "G8", WAY_NUMBER, IN_BODY, true, "pageNumber", "pageSize", 1, NULL,
	  "pageNumber", "pageCount", "total", "results", false },
	{ "G2", WAY_LINK, IN_QUERY, true, NULL, "pageSize", 0, "nextUri", NULL, NULL,
	  NULL, "entities", false },
	{ "link", WAY_LINK, IN_QUERY, true, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL,
	  false },
	{ "none", WAY_NONE, IN_BODY, true, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL,
	  false },
	{ "G8", WAY_NUMBER, IN_Q64, false, "pageNumber", "pageSize", 1, NULL,
	  "pageNumber", "pageCount", "total", "results", false },
	{ "G7", WAY_OFFSET, IN_QUERY, false, "startIndex", "count", 1, NULL, "startIndex",
	  NULL, "totalResults", "Resources", false },
	{ "N2", WAY_LINK, IN_QUERY, false, NULL, "top", 0, "_links.next", NULL, NULL,
	  NULL, NULL, false },
	{ "G1", WAY_NUMBER, IN_QUERY, false, "pageNumber", "pageSize", 1, "nextUri",
	  "pageNumber", "pageCount", "total", "entities", false },
	{ "G2", WAY_LINK, IN_QUERY, false, NULL, "pageSize", 0, "nextUri", NULL, NULL,
	  NULL, "entities", false },
	{ "G4", WAY_CURSOR, IN_QUERY, false, "after", "pageSize", 0, "cursors.after",
	  NULL, NULL, NULL, NULL, false },
	{ "G3", WAY_CURSOR, IN_QUERY, false, "after", "pageSize", 0, "after", NULL, NULL,
	  NULL, NULL, false },
	{ "G10", WAY_CURSOR, IN_QUERY, false, "cursor", "pageSize", 0, "cursor", NULL,
	  NULL, NULL, "conversations", false },
	{ "G6", WAY_CURSOR, IN_QUERY, false, "cursor", "pageSize", 0, "cursor", NULL,
	  NULL, NULL, "entities", false },
	{ "G5", WAY_CURSOR, IN_QUERY, false, "cursor", "pageSize", 0, "cursor", NULL,
	  NULL, NULL, NULL, false },
	{ "pagination", WAY_NUMBER, IN_QUERY, false, "pageNumber", "pageSize", 1, NULL,
	  "pagination.pageNumber", "pagination.totalPages", "pagination.totalItems",
	  "data", false },
	{ "link", WAY_LINK, IN_QUERY, false, NULL, "per_page", 0, NULL, NULL, NULL, NULL,
	  NULL, false },
	{ "N1", WAY_OFFSET, IN_QUERY, false, "skip", "top", 0, NULL, NULL, NULL,
	  "totalRecords", NULL, false },
	{ "N3", WAY_NUMBER, IN_QUERY, false, "page", "size", 1, NULL, NULL, NULL, "hits",
	  "data", false },
	{ "none", WAY_NONE, IN_QUERY, false, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL,
	  false },
};
const size_t paging_style_count = ARRAY_LEN(paging_styles);

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

static bool style_has_query(const char *url, const char *name)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_URL_MAX);

	return url_get_query(url, name, &ignored);
}

/* A list whose links count pages can be asked for by number. */
static bool style_link_counts(const struct paging_style *s, const struct page_facts *f)
{
	const char *link = facts_text(f, s->next);

	return !link || style_has_query(link, s->param);
}

static bool style_is_items(const struct paging_style *s, const struct page_facts *f)
{
	return s->items && f->items_at && strcmp(s->items, f->items_at) == 0;
}

static bool style_fits_answer(const struct paging_style *s, const struct http_req *req,
			      const struct page_facts *f)
{
	if (s->place == IN_Q64 && !style_has_query(buf_str(&req->url), "q64"))
		return false;
	switch (s->way) {
	case WAY_LINK:
		return s->next ? facts_text(f, s->next) != NULL : facts_link(f) != NULL;
	case WAY_CURSOR:
		if (facts_text(f, "dataAvailabilityDate"))
			return s->items && strcmp(s->items, "conversations") == 0;
		return facts_text(f, s->next) && (!s->items || style_is_items(s, f));
	case WAY_NUMBER:
		if (!style_link_counts(s, f))
			return false;
		return facts_number(f, s->number) >= 0 ||
		       facts_number(f, s->pages) >= 0 ||
		       (!s->number && facts_number(f, s->total) >= 0);
	case WAY_OFFSET:
		return facts_number(f, s->total) >= 0 &&
		       (!s->number || style_is_items(s, f));
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
		return style_has_query(buf_str(&req->url), s->param) ||
		       (!s->number && style_has_query(buf_str(&req->url), s->size_param));
	if (s->place == IN_Q64)
		return style_has_query(buf_str(&req->url), "q64");
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
					       const struct page_facts *f,
					       struct paging_own *own)
{
	const struct paging_style *s, *end = paging_styles + paging_style_count;

	for (s = paging_styles; s < end; s++)
		if (style_is_for(s, req->method) && style_fits_answer(s, req, f))
			return s;
	if (paging_own_detect(own, req, f))
		return &own->style;
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
