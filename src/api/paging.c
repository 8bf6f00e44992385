#include "api/paging.h"

#include <stdio.h>
#include <string.h>

#include "api/digest.h"
#include "base/quote.h"
#include "api/jsonedit.h"
#include "net/url.h"

bool position_equal(const struct position *a, const struct position *b)
{
	return a->at == b->at && buf_equal(&a->ref, &b->ref);
}

void position_copy(struct position *to, const struct position *from)
{
	to->at = from->at;
	buf_set(&to->ref, buf_str(&from->ref));
}

void position_release(struct position *p)
{
	buf_release(&p->ref);
}

/*
 * True the first time that @digest is noted. The table forgets where two digests fall on
 * one place, which delays the discovery of a long loop, and never makes up one.
 */
static bool paging_note(struct paging *p, uint64_t digest)
{
	uint64_t *slot = &p->seen[digest % PAGING_SEEN];
	bool is_new = *slot != digest;

	*slot = digest;
	return is_new;
}

bool paging_is_new(struct paging *p, uint64_t digest, struct err *err)
{
	if (paging_note(p, digest))
		return true;
	err_set(err, ERR_REFUSED, "the server sent the items of an earlier page again");
	err_hint(err, "what is printed may be incomplete");
	return false;
}

static bool paging_note_text(struct paging *p, const char *text)
{
	struct digest d = DIGEST_INIT;

	digest_add(&d, "text", 4);
	digest_add(&d, text, strlen(text));
	return paging_note(p, digest_value(&d));
}

static int64_t paging_told(const struct page_facts *f, enum paging_number n)
{
	return n < NUM_COUNT ? f->num[n] : -1;
}

/* The number that the first request names by itself, else the style's first. */
static int64_t paging_first_number(const struct paging *p)
{
	const struct paging_style *s = p->style;
	AUTO_BUF struct buf text = BUF_INIT(BUF_BODY_MAX);
	char *end;
	long long n;

	if (s->place == IN_BODY)
		jsonedit_get(buf_str(&p->first->body), s->param, &text);
	else if (s->place == IN_QUERY)
		url_get_query(buf_str(&p->first->url), s->param, &text);
	n = strtoll(buf_str(&text), &end, 10);
	return text.len && !*end && n >= 0 && n < INT64_C(1000000000000) ? n : s->first;
}

static int64_t paging_here(const struct paging *p, const struct position *here,
			   const struct page_facts *f)
{
	int64_t told = paging_told(f, p->style->number);

	if (here->at >= 0)
		return here->at;
	return told >= 0 ? told : paging_first_number(p);
}

/* Notes how far the list goes, as the latest answer that tells has it. */
static void paging_learn(struct paging *p, const struct position *here,
			 const struct page_facts *f)
{
	const struct paging_style *s = p->style;
	int64_t total = paging_told(f, s->total), last = paging_told(f, s->pages);
	int64_t skipped = 0;

	if (f->items > p->page_size)
		p->page_size = f->items;
	if (p->pages == 1 && s->way == WAY_OFFSET)
		skipped = paging_here(p, here, f) - s->first;
	else if (p->pages == 1 && s->way == WAY_NUMBER)
		skipped = (paging_here(p, here, f) - s->first) * p->page_size;
	p->before += skipped;
	/* Some lists tell 0 items or 0 pages, whatever they hold. */
	p->total = total >= (f->items ? 1 : 0) ? total : p->total;
	p->last = last >= (f->items ? 1 : 0) ? last : p->last;
	if (s->pages == NUM_COUNT && p->total >= 0 && p->page_size)
		p->last = (p->total + p->page_size - 1) / p->page_size;
}

int64_t paging_missing(const struct paging *p)
{
	int64_t missing = p->total - p->before - p->items;

	return missing > 0 ? missing : 0;
}

static bool paging_is_linked(const struct paging *p, const struct page_facts *f)
{
	return f->text[TEXT_NEXT_PAGE].len ||
	       (p->style->next < TEXT_COUNT && f->text[p->style->next].len);
}

/* How much of @url stands before a relative link: RFC 3986 section 5.2.3. */
static size_t paging_link_from(const char *url, bool is_query)
{
	size_t len = strcspn(url, "?#");

	while (!is_query && len && url[len - 1] != '/')
		len--;
	return len;
}

/* The whole URL of a link to the next page; -1 when it leads away from the API. */
static int paging_check_link(const struct paging *p, const char *link, struct buf *ret,
			     struct err *err)
{
	AUTO_BUF struct buf whole = BUF_INIT(BUF_URL_MAX);

	if (*link != '/' && link[strcspn(link, ":/?#")] != ':')
		buf_add(&whole, buf_str(&p->first->url),
			paging_link_from(buf_str(&p->first->url), *link == '?'));
	buf_adds(&whole, link);
	buf_reset(ret);
	if (buf_check(&whole, "it", err) == 0 &&
	    url_join(p->base, buf_str(&whole), ret, err) == 0)
		return 0;
	if (err->kind == ERR_USAGE)
		err->kind = ERR_REFUSED;
	return err_wrap(err, "the link to the next page");
}

/*
 * Behind the end that the count of items tells, though fewer came than it says: one more
 * page tells whether they are there.
 */
static enum paging_next paging_beyond(struct paging *p, const struct page_facts *f,
				      bool was_beyond)
{
	if (!paging_missing(p) || (was_beyond && !f->items))
		return PAGING_END;
	p->probing = true;
	return PAGING_MORE;
}

/*
 * Some links never end (docs/vendors.md), so of a server that contradicts itself the
 * count of items is believed: it says whether a link beyond the count of pages leads to
 * more. Where it is not told, a page with items is believed, and the link is tried; but
 * not from a page beyond that count that has none. Where the server tells neither counts
 * nor links, the end is a page that is shorter than others.
 */
static enum paging_next paging_by_number(struct paging *p, const struct position *here,
					 const struct page_facts *f, struct position *ret,
					 struct err *err)
{
	int64_t at = paging_here(p, here, f);
	bool linked = paging_is_linked(p, f), led = p->linked;

	p->linked = linked;
	if (!p->named && p->style->next < TEXT_COUNT && f->text[p->style->next].len &&
	    paging_check_link(p, buf_str(&f->text[p->style->next]), &ret->ref, err))
		return PAGING_REFUSED;
	buf_reset(&ret->ref);
	ret->at = at + 1;
	if (at < p->last || (linked && p->last < 0))
		return PAGING_MORE;
	if (paging_missing(p) && (linked || p->last < 0))
		return PAGING_MORE;
	p->probing = linked && p->total < 0 && f->items;
	if (p->probing)
		return PAGING_MORE;
	if (p->style->pages == NUM_COUNT && p->last >= 0)
		return paging_beyond(p, f, at > p->last);
	if (p->last >= 0 || led || !f->items || f->items < p->page_size)
		return PAGING_END;
	p->probing = p->pages == 1;
	return PAGING_MORE;
}

/* The page size that the first request asks for, 0 when it doesn't. */
static int64_t paging_asked_size(const struct paging *p)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_URL_MAX);

	if (!p->style->size_param ||
	    !url_get_query(buf_str(&p->first->url), p->style->size_param, &text))
		return 0;
	return strtol(buf_str(&text), NULL, 10);
}

/*
 * A page may be short since it is the last, or since the server gives no more at once:
 * where no total is told, only the next page tells.
 */
static enum paging_next paging_by_offset(struct paging *p, const struct position *here,
					 const struct page_facts *f, struct position *ret)
{
	int64_t at = paging_here(p, here, f);
	int64_t full = paging_asked_size(p);

	full = p->page_size > full ? p->page_size : full;
	ret->at = at + (f->items ? f->items : p->page_size ? p->page_size : full);
	if (ret->at == at)
		return PAGING_END;
	if (p->total >= 0)
		return ret->at - p->style->first < p->total
			       ? PAGING_MORE
			       : paging_beyond(p, f, at - p->style->first >= p->total);
	if (!f->items)
		return PAGING_END;
	p->probing = f->items < full || p->pages == 1;
	return PAGING_MORE;
}

static enum paging_next paging_by_link(struct paging *p, const char *link,
				       struct position *ret, struct err *err)
{
	ret->at = -1;
	if (paging_check_link(p, link, &ret->ref, err))
		return PAGING_REFUSED;
	if (paging_note_text(p, buf_str(&ret->ref)))
		return PAGING_MORE;
	err_set(err, ERR_REFUSED, "the server links back to an earlier page");
	err_hint(err, "what is printed may be incomplete");
	return PAGING_REFUSED;
}

static enum paging_next paging_by_cursor(struct paging *p, const struct page_facts *f,
					 struct position *ret, struct err *err)
{
	const struct buf *cursor = &f->text[p->style->next];

	if (f->text[TEXT_NEXT_URI].len)
		return paging_by_link(p, buf_str(&f->text[TEXT_NEXT_URI]), ret, err);
	if (!cursor->len)
		return PAGING_END;
	ret->at = 0;
	buf_set(&ret->ref, buf_str(cursor));
	if (paging_note_text(p, buf_str(cursor)))
		return PAGING_MORE;
	err_set(err, ERR_REFUSED, "the server gave the cursor of an earlier page again");
	err_hint(err, "what is printed may be incomplete");
	return PAGING_REFUSED;
}

static enum paging_next paging_by_style(struct paging *p, const struct position *here,
					const struct page_facts *f, struct position *ret,
					struct err *err)
{
	const struct paging_style *s = p->style;

	switch (s->way) {
	case WAY_LINK:
		return f->text[s->next].len
			       ? paging_by_link(p, buf_str(&f->text[s->next]), ret, err)
			       : PAGING_END;
	case WAY_CURSOR:
		return paging_by_cursor(p, f, ret, err);
	case WAY_NUMBER:
		return paging_by_number(p, here, f, ret, err);
	case WAY_OFFSET:
		return paging_by_offset(p, here, f, ret);
	default:
		return PAGING_END;
	}
}

enum paging_next paging_next(struct paging *p, const struct position *here,
			     const struct page_facts *f, struct position *ret,
			     struct err *err)
{
	bool probing = p->probing;
	enum paging_next next;

	if (!p->style)
		p->style = paging_style_detect(p->first, f);
	if (f->items && f->digest && !paging_is_new(p, f->digest, err)) {
		if (!probing)
			return PAGING_REPEATED;
		*err = ERR_INIT;
		return PAGING_BEYOND;
	}
	p->probing = false;
	p->pages++;
	p->items += f->items;
	p->empty = f->items ? 0 : p->empty + 1;
	paging_learn(p, here, f);
	if (f->too_long) {
		err_set(err, ERR_REFUSED,
			"the link or cursor of the next page is longer "
			"than any URL can be");
		return PAGING_REFUSED;
	}
	next = paging_by_style(p, here, f, ret, err);
	if (next != PAGING_MORE || p->empty < PAGING_EMPTY_MAX)
		return next;
	err_set(err, ERR_REFUSED, "%d empty pages in a row", p->empty);
	err_hint(err, "what is printed may be incomplete");
	return PAGING_REFUSED;
}

bool paging_ahead(const struct paging *p, const struct position *here, int64_t k,
		  struct position *ret)
{
	const struct paging_style *s = p->style;

	buf_reset(&ret->ref);
	if (!s || here->at < 0)
		return false;
	if (s->way == WAY_NUMBER) {
		ret->at = here->at + k;
		return ret->at <= p->last;
	}
	ret->at = here->at + k * p->page_size;
	return s->way == WAY_OFFSET && p->page_size > 0 && ret->at - s->first < p->total;
}

static int paging_set_q64(const struct paging_style *s, const char *number,
			  const char *url, struct buf *out, struct err *err)
{
	AUTO_BUF struct buf q64 = BUF_INIT(BUF_URL_MAX), query = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf changed = BUF_INIT(BUF_URL_MAX);

	url_get_query(url, "q64", &q64);
	for (char *p = q64.ptr; p && *p; p++)
		*p = *p == '+' || *p == ' ' ? '-' : *p == '/' ? '_' : *p;
	buf_cut(&q64, strcspn(buf_str(&q64), "="));
	if (!quote_base64url_decode(&query, buf_str(&q64), q64.len))
		return err_set(err, ERR_USAGE, "q64 is no base64");
	if (jsonedit_set(buf_str(&query), s->param, number, &changed, err))
		return err_wrap(err, "q64");
	buf_reset(&q64);
	quote_base64(&q64, buf_str(&changed), changed.len);
	return url_set_query(url, "q64", buf_str(&q64), out, err);
}

/* Puts a number or text where the style carries it. */
static int paging_put(const struct paging_style *s, const char *param, const char *value,
		      const struct http_req *from, struct http_req *ret, struct err *err)
{
	AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf body = BUF_INIT(from->body.max);

	buf_adds(&url, buf_str(&from->url));
	buf_adds(&body, buf_str(&from->body));
	buf_reset(s->place == IN_BODY ? &body : &url);
	if (s->place == IN_BODY) {
		if (jsonedit_set(buf_str(&from->body), param, value, &body, err))
			return -1;
	} else if (s->place == IN_Q64) {
		if (paging_set_q64(s, value, buf_str(&from->url), &url, err))
			return -1;
	} else if (url_set_query(buf_str(&from->url), param, value, &url, err)) {
		return -1;
	}
	buf_set(&ret->url, buf_str(&url));
	buf_set(&ret->body, buf_str(&body));
	ret->has_body = from->has_body || s->place == IN_BODY;
	return 0;
}

/* Some lists that answer with `cursors.after` want it as `cursor`. */
static const char *paging_param(const struct paging *p)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_URL_MAX);
	const char *param = p->style->param;

	if (p->style->way == WAY_CURSOR &&
	    !url_get_query(buf_str(&p->first->url), param, &ignored) &&
	    url_get_query(buf_str(&p->first->url), "cursor", &ignored))
		return "cursor";
	return param;
}

int paging_request(const struct paging *p, const struct position *at,
		   struct http_req *ret, struct err *err)
{
	const struct http_req *first = p->first;
	char number[32];

	buf_set(&ret->url,
		at->at < 0 && at->ref.len ? buf_str(&at->ref) : buf_str(&first->url));
	buf_set(&ret->body, buf_str(&first->body));
	ret->has_body = first->has_body;
	if (at->at < 0)
		return buf_check(&ret->url, "the URL", err);
	snprintf(number, sizeof(number), "%lld", (long long)at->at);
	return paging_put(p->style, paging_param(p),
			  at->ref.len ? buf_str(&at->ref) : number, first, ret, err);
}

int paging_set_size(const struct paging_style *s, int64_t size, struct http_req *req,
		    struct err *err)
{
	char number[32];

	if (!s->size_param)
		return err_set(err, ERR_USAGE, "--page-size means nothing for %s",
			       s->name);
	snprintf(number, sizeof(number), "%lld", (long long)size);
	return paging_put(s, s->size_param, number, req, req, err);
}

int paging_set_start(const struct paging_style *s, const char *value,
		     struct http_req *req, struct err *err)
{
	if (!s->param)
		return err_set(err, ERR_USAGE, "%s has no numbered pages and no cursor",
			       s->name);
	return paging_put(s, s->param, value, req, req, err);
}
