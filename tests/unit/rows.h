/*
 * Tables of lists: what is asked for and answered, what comes out, and how it ends. A row
 * fails where more or less is asked for than is served.
 */
#ifndef UNIT_ROWS_H
#define UNIT_ROWS_H

#include "listing.h"

enum { PAGES_MAX = 6 };

/* What is asked for, and the answer. */
struct served {
	const char *path, *body, *headers;
	int status;
};

#define P(path, body)		       { path, body, NULL, 200 }
#define H(path, body, headers)	       { path, body, headers, 200 }
#define S(path, status, body, headers) { path, body, headers, status }

struct row {
	const char *method, *body, *paging, *items;
	struct served pages[PAGES_MAX];
	const char *lines;
	enum err_kind kind;	 /* how it ends */
	const char *said, *next; /* parts of what is said then, and of how to go on */
};

static inline const struct pager_options *row_options(const struct row *r,
						      struct http_req *req,
						      struct pager_options *ret)
{
	struct err err = ERR_INIT;

	*ret = (struct pager_options){ .ahead = 1, .items = r->items };
	req->method = r->method ? r->method : "GET";
	if (r->body)
		buf_set(&req->body, r->body);
	req->has_body = r->body != NULL;
	if (r->paging)
		ret->style = paging_style_named(r->paging, req->method, &ret->own, &err);
	if (r->paging && !ret->style)
		fail_msg("%s: %s", r->paging, err.text);
	return ret;
}

/* What is asked for must be exactly what is served. */
static inline void row_check(const struct row *r)
{
	const char *name = r->pages[0].body, *headers[PAGES_MAX + 1] = { NULL };
	struct reply replies[PAGES_MAX + 1] = { { 0, NULL } };
	AUTO_BUF struct buf asked = BUF_INIT(10000), next = BUF_INIT(1000);
	AUTO_BUF struct buf said = BUF_INIT(10000);
	AUTO_LISTING struct listing l;

	open_listing(&l, r->pages[0].path, plain);
	buf_cut(&l.first.url, strcspn(buf_str(&l.first.url), " "));
	row_options(r, &l.first, &l.opts);
	pager_free(l.pager);
	l.pager = pager_open(&l.caller, &l.first, API, &l.opts, &l.user);
	l.caller.queries = true;
	buf_set(&l.f.settings.v[SET_RETRY_FOR].value, "60");
	for (size_t i = 0; i < PAGES_MAX && r->pages[i].path; i++) {
		replies[i] = (struct reply){ r->pages[i].status, r->pages[i].body };
		headers[i] = r->pages[i].headers ? r->pages[i].headers : "";
		buf_addf(&asked, "%s " API "%s [Bearer one1]\n", l.first.method,
			 r->pages[i].path);
	}
	l.f.net.replies = replies;
	l.f.net.each = headers;
	pager_run(l.pager, &l.f.err);
	buf_addf(&said, "%s: %s", l.f.err.text, l.f.err.hint);
	if (l.f.err.kind != r->kind)
		fail_msg("%s: kind %d: %s", name, l.f.err.kind, buf_str(&said));
	same_text(name, buf_str(&l.lines), r->lines);
	recorded_check(&l.f.net, name, buf_str(&asked));
	has_text(name, buf_str(&said), r->said ? r->said : "");
	if (!l.pager->ended || l.pager->cut)
		pager_show_next(l.pager, &next);
	has_text(name, buf_str(&next), r->next ? r->next : "");
}

#define CHECK(rows)                                              \
	for (size_t row_i = 0; row_i < ARRAY_LEN(rows); row_i++) \
	row_check(&(rows)[row_i])

#endif
