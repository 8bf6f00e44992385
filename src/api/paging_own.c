/* Styles that are no row of the table: a user names them, or the answer's own names. */
#include "api/paging.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/jsonedit.h"
#include "net/url.h"

static const char *const own_names[] = { [WAY_LINK] = "link",
					 [WAY_CURSOR] = "cursor",
					 [WAY_NUMBER] = "page",
					 [WAY_OFFSET] = "offset" };

static bool own_is_post(const struct http_req *req)
{
	return strcmp(req->method, "POST") == 0;
}

/* @name as the key that the answer has is written: "pageToken" as "page_token". */
static void own_spell(const char *name, const struct fact *like, char *out, size_t size)
{
	const char *dot = strrchr(like->path, '.');
	bool snake = strchr(dot ? dot : like->path, '_') != NULL;
	size_t len = 0;

	for (; *name && len + 2 < size; name++) {
		if (snake && isupper((unsigned char)*name))
			out[len++] = '_';
		out[len++] = snake ? (char)tolower((unsigned char)*name) : *name;
	}
	out[len] = '\0';
}

/* Fills what rows of the table have as literals, and the name that says the same. */
static void own_make(struct paging_own *own, enum paging_way way, int first, bool post)
{
	bool by_key = way == WAY_LINK || way == WAY_CURSOR;

	if (way == WAY_LINK)
		snprintf(own->name, sizeof(own->name), "link:%s", own->next);
	else if (way == WAY_CURSOR)
		snprintf(own->name, sizeof(own->name), "cursor:%s=%s", own->next,
			 own->param);
	else
		snprintf(own->name, sizeof(own->name), "%s:%s,%s", own_names[way],
			 own->param, own->size_param);
	own->style = (struct paging_style){
		.name = own->name,
		.way = way,
		.place = post ? IN_BODY : IN_QUERY,
		.post = post,
		.param = way == WAY_LINK ? NULL : own->param,
		.size_param = *own->size_param ? own->size_param : NULL,
		.first = first,
		.next = by_key ? own->next : NULL,
		.number = *own->number ? own->number : NULL,
	};
}

/* The style that the name of the fact @x stands for. False where a POST can't ask so. */
static bool own_by_fact(struct paging_own *own, const struct fact *x, enum paging_way way,
			const struct http_req *req)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_BODY_MAX);
	bool post = own_is_post(req);

	*own = (struct paging_own){ .name = "" };
	own_spell(x->key->param, x, own->param, sizeof(own->param));
	own_spell(x->key->size ? x->key->size : "", x, own->size_param,
		  sizeof(own->size_param));
	if (way == WAY_CURSOR)
		snprintf(own->next, sizeof(own->next), "%s", x->path);
	else
		snprintf(own->number, sizeof(own->number), "%s", x->path);
	if (post && !jsonedit_get(buf_str(&req->body), own->param, &ignored))
		return false;
	own_make(own, way, x->key->first, post);
	return true;
}

/* The cursor whose parameter is known, or the number of the next page. */
static const struct fact *own_cursor(const struct page_facts *f)
{
	const struct fact *x = facts_first(f, FACT_CURSOR, FACT_CURSOR);
	const struct fact *next = facts_first(f, FACT_NEXT, FACT_NEXT);

	if (x || !next || !next->key->param)
		return x;
	return facts_number(f, next->path) > 0 ? next : NULL;
}

/* Stripe: has_more, and the last item's id. */
static bool own_by_last(struct paging_own *own, const struct http_req *req,
			const struct page_facts *f)
{
	const char *object = facts_text(f, "object");
	bool is_list = (object && strcmp(object, "list") == 0) ||
		       (f->items_at && strcmp(f->items_at, "data") == 0);

	if (!is_list || facts_more(f) != 1 || !facts_text(f, FACTS_LAST "id") ||
	    own_is_post(req))
		return false;
	*own = (struct paging_own){ .next = FACTS_LAST "id",
				    .param = "starting_after",
				    .size_param = "limit" };
	own_make(own, WAY_CURSOR, 0, false);
	return true;
}

/* The number of a page, or that there are some: Spring Data begins at 0. */
static bool own_by_page(struct paging_own *own, const struct http_req *req,
			const struct page_facts *f, bool told)
{
	static const struct fact_key spring = { FACT_NUMBER, "page", "size", 0, "" };
	static const struct fact nowhere = { .key = &spring };
	const struct fact *x = facts_first(f, FACT_NUMBER, FACT_NUMBER);
	const struct fact *next = facts_first(f, FACT_NEXT, FACT_NEXT);
	bool counted = facts_count(f, FACT_PAGES) >= 0 ||
		       (next && facts_number(f, next->path) > 0);

	if (!x && facts_count(f, FACT_PAGES) >= 0 && facts_more(f) >= 0)
		x = &nowhere;
	return x && (told || counted) && own_by_fact(own, x, WAY_NUMBER, req);
}

/* The number of an item. */
static bool own_by_item(struct paging_own *own, const struct http_req *req,
			const struct page_facts *f, bool told)
{
	const struct fact *x = facts_first(f, FACT_OFFSET, FACT_OFFSET);
	int64_t total = facts_count(f, FACT_TOTAL);

	if (!x || !told || (total >= 0 && total < facts_number(f, x->path)))
		return false;
	return own_by_fact(own, x, WAY_OFFSET, req);
}

/* A list that the request asks for by the number of an item, whatever it answers. */
static bool own_by_request(struct paging_own *own, const struct http_req *req)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_URL_MAX);
	const char *url = buf_str(&req->url);
	const struct fact_key *key;

	for (size_t i = 0; (key = names_row(i)); i++) {
		struct fact x = { .key = key };

		if (key->role == FACT_OFFSET && !own_is_post(req) &&
		    url_get_query(url, key->param, &ignored) &&
		    url_get_query(url, key->size, &ignored))
			return own_by_fact(own, &x, WAY_OFFSET, req);
	}
	return false;
}

bool paging_own_detect(struct paging_own *own, const struct http_req *req,
		       const struct page_facts *f)
{
	const struct fact *cursor = own_cursor(f);
	bool told = facts_count(f, FACT_TOTAL) >= 0 || facts_count(f, FACT_SIZE) >= 0 ||
		    facts_more(f) >= 0;

	return (cursor && own_by_fact(own, cursor, WAY_CURSOR, req)) ||
	       own_by_page(own, req, f, told) || own_by_item(own, req, f, told) ||
	       own_by_last(own, req, f) ||
	       (f->list == LIST_THERE && own_by_request(own, req));
}

/* Takes the text to the first of @stops, or its end, into @out. Returns what follows. */
static const char *own_take(const char *p, const char *stops, char *out, size_t size)
{
	size_t len = strcspn(p, stops);

	if (!len || len >= size || strpbrk(p, "&?#\"\\ \t"))
		return NULL;
	memcpy(out, p, len);
	out[len] = '\0';
	return p + len;
}

/* Reads "KEY", "KEY=PARAM" or "PARAM,SIZE" behind the colon. */
static bool own_read(struct paging_own *own, enum paging_way way, const char *p)
{
	bool by_key = way == WAY_LINK || way == WAY_CURSOR;
	const char *between = way == WAY_CURSOR ? "=" : by_key ? "" : ",";

	p = by_key ? own_take(p, between, own->next, sizeof(own->next))
		   : own_take(p, between, own->param, sizeof(own->param));
	if (!p || way == WAY_LINK)
		return p != NULL;
	if (!*p)
		return false;
	p = by_key ? own_take(p + 1, "", own->param, sizeof(own->param))
		   : own_take(p + 1, ",", own->size_param, sizeof(own->size_param));
	return p && !*p;
}

const struct paging_style *paging_style_named(const char *text, const char *method,
					      struct paging_own *own, struct err *err)
{
	const struct paging_style *s = paging_style_find(text, method);
	size_t len = strcspn(text, ":");

	*own = (struct paging_own){ .name = "" };
	for (size_t i = 0; !s && text[len] && i < ARRAY_LEN(own_names); i++) {
		if (strlen(own_names[i]) != len || strncmp(text, own_names[i], len) != 0)
			continue;
		if (!own_read(own, (enum paging_way)i, text + len + 1))
			break;
		own_make(own, (enum paging_way)i, i == WAY_NUMBER,
			 strcmp(method, "POST") == 0);
		s = &own->style;
	}
	if (s)
		return s;
	err_set(err, ERR_USAGE, "--paging: no such style for %s", method);
	err_hint(err, "give G1 to G10, N1 to N3, pagination, link or none, or else "
		      "link:KEY, cursor:KEY=PARAM, offset:PARAM,LIMIT, page:PARAM,SIZE");
	return NULL;
}
