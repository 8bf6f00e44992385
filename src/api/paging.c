#include "api/paging.h"

#include <stdlib.h>
#include <string.h>

#include "api/digest.h"
#include "api/jsonedit.h"
#include "base/quote.h"
#include "net/url.h"

void position_reset(struct position *p)
{
	p->at = -1;
	buf_reset(&p->ref);
}

bool position_is_set(const struct position *p)
{
	return p->at >= 0 || p->ref.len;
}

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
	if (p->style == &p->own.style)
		err_hint(err,
			 "what is printed may be incomplete; if the list does not "
			 "go on by %s, say how by --paging",
			 p->style->name);
	return false;
}

static bool paging_note_text(struct paging *p, const char *text)
{
	struct digest d = DIGEST_INIT;

	digest_add(&d, "text", 4);
	digest_add(&d, text, strlen(text));
	return paging_note(p, digest_value(&d));
}

/* The number at @path, or where the style has no path for it, by the names of others. */
static int64_t paging_told(const struct page_facts *f, const char *path,
			   enum fact_role role)
{
	int64_t n = facts_number(f, path);

	return n >= 0 ? n : facts_count(f, role);
}

/* A "count" may be of the page alone: it is of the list where it is above its items. */
static int64_t paging_total(const struct paging *p, const struct page_facts *f)
{
	int64_t total = paging_told(f, p->style->total, FACT_TOTAL);
	int64_t count = facts_count(f, FACT_COUNT);

	if (total >= 0 || p->style->way == WAY_NUMBER || p->style->way == WAY_OFFSET)
		return total;
	return count > f->items ? count : -1;
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
	int64_t told =
		paging_told(f, p->style->number,
			    p->style->way == WAY_OFFSET ? FACT_OFFSET : FACT_NUMBER);

	if (here->at >= 0)
		return here->at;
	return told >= 0 ? told : paging_first_number(p);
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

/* Notes how far the list goes, as the latest answer that tells has it. */
static void paging_learn(struct paging *p, const struct position *here,
			 const struct page_facts *f)
{
	const struct paging_style *s = p->style;
	int64_t total = paging_total(p, f), pages = paging_told(f, s->pages, FACT_PAGES);
	int64_t size, asked = paging_asked_size(p), told = facts_count(f, FACT_SIZE);

	if (s->way == WAY_NONE && f->list == LIST_ABSENT)
		return; /* a document, whatever its members are called */
	if (f->items > p->page_size)
		p->page_size = f->items;
	if (p->pages == 1 && (s->way == WAY_OFFSET || s->way == WAY_NUMBER))
		p->before = paging_here(p, here, f) - s->first;
	if (p->pages == 1 && s->way == WAY_NUMBER)
		p->before *= asked > p->page_size ? asked : p->page_size;
	size = told > p->page_size ? told : p->page_size;
	/* Some lists tell 0 items or 0 pages, whatever they hold. */
	p->total = total >= (p->items ? 1 : 0) ? total : p->total;
	if (pages >= (f->items ? 1 : 0))
		p->last = pages + s->first - 1;
	else if (!s->pages && pages < 0 && p->total >= 0 && size)
		p->last = (p->total + size - 1) / size + s->first - 1;
}

int64_t paging_missing(const struct paging *p)
{
	return p->total < 0 ? 0 : p->total - p->before - p->items;
}

/*
 * Behind the end that the count of items tells, though fewer came than it says: one more
 * page tells whether they are there.
 */
static enum paging_next paging_beyond(struct paging *p, const struct page_facts *f,
				      bool was_beyond)
{
	if (paging_missing(p) <= 0 || (was_beyond && !f->items))
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
	bool linked = facts_first(f, FACT_LINK, FACT_CURSOR) != NULL, led = p->linked;
	const char *link = p->named ? NULL : facts_text(f, p->style->next);
	int64_t at = paging_here(p, here, f);

	p->linked = linked;
	if (link && paging_check_link(p, link, &ret->ref, err))
		return PAGING_REFUSED;
	buf_reset(&ret->ref);
	ret->at = at + 1;
	if (at < p->last || (linked && p->last < 0))
		return PAGING_MORE;
	if (paging_missing(p) > 0 && (linked || p->last < 0))
		return PAGING_MORE;
	p->probing = linked && p->total < 0 && f->items;
	if (p->probing)
		return PAGING_MORE;
	if (!p->style->pages && facts_count(f, FACT_PAGES) < 0 && p->last >= 0)
		return paging_beyond(p, f, at > p->last);
	if (p->last >= 0 || led || !f->items || f->items < p->page_size)
		return PAGING_END;
	p->probing = p->pages == 1;
	return PAGING_MORE;
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
	if (ret->at == at) {
		position_reset(ret);
		return PAGING_END;
	}
	if (p->total >= 0)
		return ret->at - p->style->first < p->total
			       ? PAGING_MORE
			       : paging_beyond(p, f, at - p->style->first >= p->total);
	if (!f->items)
		return PAGING_END;
	p->probing = f->items < full || p->pages == 1;
	return PAGING_MORE;
}

/* It was there before: what it leads to was, too. */
static enum paging_next paging_repeats(struct position *ret, const char *what,
				       struct err *err)
{
	position_reset(ret);
	err_set(err, ERR_REFUSED, "the server %s", what);
	err_hint(err, "what is printed may be incomplete");
	return PAGING_REFUSED;
}

static enum paging_next paging_by_link(struct paging *p, const char *link,
				       struct position *ret, struct err *err)
{
	if (!link)
		return PAGING_END;
	if (paging_check_link(p, link, &ret->ref, err))
		return PAGING_REFUSED;
	if (paging_note_text(p, buf_str(&ret->ref)))
		return PAGING_MORE;
	return paging_repeats(ret, "links back to an earlier page", err);
}

/* A flag ends it, too: some give a cursor with the last page, for a later call. */
static enum paging_next paging_by_cursor(struct paging *p, const struct page_facts *f,
					 struct position *ret, struct err *err)
{
	const char *link = p->named ? NULL : facts_text(f, "nextUri");
	const char *cursor = facts_text(f, p->style->next);

	if (link)
		return paging_by_link(p, link, ret, err);
	if (!cursor || strcmp(cursor, "0") == 0 || facts_more(f) == 0)
		return PAGING_END;
	ret->at = 0;
	buf_set(&ret->ref, cursor);
	if (paging_note_text(p, cursor))
		return PAGING_MORE;
	return paging_repeats(ret, "gave the cursor of an earlier page again", err);
}

/* What flags say counts where nothing else tells the end, and against the end. */
static enum paging_next paging_heed_flags(struct paging *p, const struct page_facts *f,
					  const struct position *ret,
					  enum paging_next next)
{
	int more = facts_more(f);

	if (next == PAGING_END && more == 1 && position_is_set(ret))
		return PAGING_MORE;
	if (next != PAGING_MORE || more != 0)
		return next;
	if (!p->probing && (p->last >= 0 || p->total >= 0))
		return next;
	p->probing = false;
	return PAGING_END;
}

static enum paging_next paging_by_style(struct paging *p, const struct position *here,
					const struct page_facts *f, struct position *ret,
					struct err *err)
{
	const struct paging_style *s = p->style;
	const struct fact *link = facts_link(f);
	enum paging_next next;

	switch (s->way) {
	case WAY_LINK:
		return paging_by_link(p,
				      s->next ? facts_text(f, s->next)
				      : link  ? buf_str(&link->text)
					      : NULL,
				      ret, err);
	case WAY_CURSOR:
		return paging_by_cursor(p, f, ret, err);
	case WAY_NUMBER:
		next = paging_by_number(p, here, f, ret, err);
		return paging_heed_flags(p, f, ret, next);
	case WAY_OFFSET:
		next = paging_by_offset(p, here, f, ret);
		return paging_heed_flags(p, f, ret, next);
	default:
		return PAGING_END;
	}
}

/*
 * What is asked for as a page is one where it has items, or their array is there, empty
 * or null. Else it is an error in disguise, or something else: who knows what is lost.
 */
static bool paging_is_page(const struct paging *p, const struct page_facts *f,
			   struct err *err)
{
	AUTO_BUF struct buf at = BUF_INIT(4 * JSONSCAN_PATH_MAX);

	if (f->items || (f->list != LIST_ABSENT && !facts_failed(f)))
		return true;
	if (!facts_failed(f) &&
	    (p->pages ? p->style->bare : !f->items_at || !facts_count(f, FACT_TOTAL)))
		return true;
	if (f->items_at && *f->items_at)
		quote_clean(&at, f->items_at, JSONSCAN_PATH_MAX);
	err_set(err, ERR_REFUSED, "page %lld holds no list%s%s", (long long)p->pages + 1,
		at.len ? " at " : "", buf_str(&at));
	if (p->pages)
		err_hint(err, "what is printed may be incomplete");
	else
		err_hint(err, "call without --paginate to see the answer as it is");
	return false;
}

static enum paging_next paging_lacks(struct err *err, const char *why)
{
	err_set(err, ERR_REFUSED, "%s", why);
	err_hint(err, "say how the list goes on, by --paging link:KEY, cursor:KEY=PARAM, "
		      "offset:PARAM,LIMIT or page:PARAM,SIZE, or that this is all, by "
		      "--paging none");
	return PAGING_REFUSED;
}

/*
 * Nothing leads on. That is the end, unless the answer says otherwise. Fewer items than
 * were told count where the list was not walked to an end: how it goes on is not known,
 * or what stood at its end was no page.
 */
static enum paging_next paging_finish(const struct paging *p, const struct page_facts *f,
				      struct err *err)
{
	const struct fact *next = facts_first(f, FACT_LINK, FACT_CURSOR);
	bool lone = p->style->way == WAY_NONE, missing = paging_missing(p) > 0;
	bool walked = p->pages > 1 ||
		      (p->style->way != WAY_LINK && !lone && p->style->way != WAY_CURSOR);
	AUTO_BUF struct buf why = BUF_INIT(ERR_TEXT_MAX);

	if (lone && (p->named || f->list == LIST_ABSENT))
		return PAGING_END;
	if (missing && (!walked || f->list != LIST_THERE))
		buf_addf(&why, "the server told of %lld items and gave %lld fewer",
			 (long long)p->total, (long long)paging_missing(p));
	else if (facts_more(f) == 1)
		buf_adds(&why, "the answer says that there is more, but not where");
	else if (lone && p->total < 0 && (next || facts_count(f, FACT_PAGES) > 1))
		buf_addf(&why,
			 "the answer tells of more (%s), but how to get it is not "
			 "known",
			 next ? next->path : "pages");
	return why.len ? paging_lacks(err, buf_str(&why)) : PAGING_END;
}

/* Counts the page, and says what follows it. */
static enum paging_next paging_step(struct paging *p, const struct position *here,
				    const struct page_facts *f, struct position *ret,
				    struct err *err)
{
	enum paging_next next;

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
	if (next == PAGING_END) {
		position_reset(ret);
		return paging_finish(p, f, err);
	}
	if (next != PAGING_MORE || p->empty < PAGING_EMPTY_MAX)
		return next;
	err_set(err, ERR_REFUSED, "%d empty pages in a row", p->empty);
	err_hint(err, "what is printed may be incomplete");
	return PAGING_REFUSED;
}

enum paging_next paging_next(struct paging *p, const struct position *here,
			     const struct page_facts *f, struct position *ret,
			     struct err *err)
{
	position_reset(ret);
	if (!p->style)
		p->style = paging_style_detect(p->first, f, &p->own);
	if (!paging_is_page(p, f, err))
		return PAGING_ALIEN;
	if (!f->items || !f->digest || paging_is_new(p, f->digest, err))
		return paging_step(p, here, f, ret, err);
	if (!p->probing)
		return PAGING_REPEATED;
	*err = ERR_INIT;
	return PAGING_BEYOND;
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
