#include "api/pager.h"

#include <stdio.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/quote.h"
#include "oauth/reason.h"

enum { TICK_MS = 1000 };

struct pager *pager_open(struct caller *c, const struct http_req *first, const char *base,
			 const struct pager_options *opts, const struct pager_user *user)
{
	struct pager *p = mem_zero(1, sizeof(*p));

	if (!p)
		return NULL;
	p->caller = c;
	p->opts = opts;
	p->user = user;
	p->paging.style = opts->style;
	p->paging.named = opts->style != NULL;
	p->paging.first = first;
	p->paging.base = base;
	p->paging.last = p->paging.total = -1;
	p->next = POSITION_INIT;
	p->items_known = opts->items != NULL;
	if (opts->items)
		snprintf(p->items, sizeof(p->items), "%s", opts->items);
	return p;
}

static void pager_slot_free(struct pager_slot *s)
{
	if (!s)
		return;
	call_release(&s->call);
	page_release(&s->page);
	position_release(&s->at);
	free(s);
}

void pager_free(struct pager *p)
{
	if (!p)
		return;
	for (int i = 0; i < PAGER_AHEAD_MAX; i++) {
		if (p->slot[i])
			p->caller->http->drop(p->caller->http, &p->slot[i]->call.job);
		pager_slot_free(p->slot[i]);
	}
	position_release(&p->next);
	free(p);
}

void pager_cleanup(struct pager **p)
{
	pager_free(*p);
}

/* The reader may be slow; that is not to be held against pages on their way. */
static int pager_emit(void *arg, const char *data, size_t len, struct err *err)
{
	struct pager *p = arg;
	int64_t left = p->opts->limit ? p->opts->limit - p->printed : INT64_MAX;
	int64_t start = clock_boot_ms();
	const char *end = data;
	int rc;

	while (left > 0 && end < data + len) {
		end = (const char *)memchr(end, '\n', (size_t)(data + len - end)) + 1;
		left--;
		p->printed++;
	}
	rc = end > data ? p->user->lines.write(p->user->lines.arg, data,
					       (size_t)(end - data), err)
			: 0;
	p->caller->http->idle(p->caller->http, clock_boot_ms() - start);
	return rc;
}

static struct spool_sink pager_sink(struct pager *p)
{
	return (struct spool_sink){ pager_emit, p };
}

static void slot_begin(void *arg)
{
	struct pager_slot *s = arg;

	page_again(&s->page);
}

/* Lets out a part of a page that is too large to be held, unless it was there before. */
static enum http_sunk slot_flush(struct pager_slot *s, struct err *err)
{
	struct spool_sink sink = pager_sink(s->pager);

	if (!s->noted && !paging_is_new(&s->pager->paging, s->page.facts.digest, err))
		return HTTP_STOP;
	s->noted = true;
	return page_flush(&s->page, &sink, err) ? HTTP_STOP : HTTP_SUNK;
}

/*
 * A first answer that is something else than JSON is that the next time, too. Behind a
 * page that was JSON it may be a mishap on the way.
 */
static int slot_feed(struct pager_slot *s, const struct http_resp *resp, const char *data,
		     size_t len, struct err *err)
{
	AUTO_BUF struct buf type = BUF_INIT(1024), clean = BUF_INIT(1024);
	bool other = page_is_other_type(&s->page, resp);

	if (!other && page_feed(&s->page, data, len, err) == 0)
		return 0;
	if (other)
		err_set(err, ERR_TRANSIENT, "the answer is no JSON document");
	else if (err->kind != ERR_TRANSIENT || !jsonscan_is_foreign(&s->page.scan))
		return -1;
	if (s->pager->paging.pages)
		return -1;
	http_header(resp, "content-type", &type);
	quote_clean(&clean, type.len ? buf_str(&type) : "not told", 100);
	err->kind = ERR_REFUSED;
	err_wrap(err, "--paginate reads JSON alone (the Content-Type is %s)",
		 buf_str(&clean));
	return err_hint(err, "call without --paginate to see the answer as it is");
}

static enum http_sunk slot_write(void *arg, const struct http_resp *resp,
				 const char *data, size_t len, struct err *err)
{
	struct pager_slot *s = arg;
	bool first = s == s->pager->slot[0];

	if (call_is_pending(s->pager->caller, resp))
		return HTTP_SUNK;
	if (!first && spool_is_full(&s->page.spool))
		return HTTP_PAUSE;
	if (slot_feed(s, resp, data, len, err))
		return HTTP_STOP;
	return first && page_is_full(&s->page) ? slot_flush(s, err) : HTTP_SUNK;
}

static int slot_end(void *arg, const struct http_resp *resp, struct err *err)
{
	struct pager_slot *s = arg;

	return page_end(&s->page, resp, err);
}

static struct pager_slot *pager_slot_new(struct pager *p)
{
	struct pager_slot *s = mem_zero(1, sizeof(*s));

	if (!s)
		return NULL;
	s->pager = p;
	s->call = CALL_INIT;
	s->at = POSITION_INIT;
	s->call.reader = (struct call_reader){ slot_begin, slot_write, slot_end, s };
	s->call.job.tag = s;
	return s;
}

/* Puts the page at @at behind those that are on their way. */
static int pager_add(struct pager *p, const struct position *at, struct err *err)
{
	const struct http_req *first = p->paging.first;
	struct pager_slot *s = p->slot[p->count];

	if (!s)
		s = p->slot[p->count] = pager_slot_new(p);
	if (!s)
		return err_set(err, ERR_INTERNAL, "memory ended");
	call_reset(&s->call);
	s->call.req.method = first->method;
	buf_adds(&s->call.req.headers, buf_str(&first->headers));
	if (paging_request(&p->paging, at, &s->call.req, err))
		return -1;
	s->page.facts.wanted = p->paging.style ? p->paging.style->next : NULL;
	page_begin(&s->page, p->items_known ? p->items : NULL, PAGER_HOLD,
		   PAGER_ITEM_MAX);
	position_copy(&s->at, at);
	s->noted = false;
	s->state = SLOT_DUE;
	p->count++;
	return 0;
}

/* True when one more page ahead of the @count on their way would be wanted. */
static bool pager_wants(const struct pager *p)
{
	const struct paging *g = &p->paging;

	if (p->count >= p->opts->ahead)
		return false;
	if (p->opts->max_pages && g->pages + p->count >= p->opts->max_pages)
		return false;
	return !p->opts->limit || p->printed + p->count * g->page_size < p->opts->limit;
}

static int pager_fill(struct pager *p, struct err *err)
{
	struct position at = POSITION_INIT;
	int rc = 0;

	if (!p->count && !p->ended)
		rc = pager_add(p, &p->next, err);
	while (!rc && p->count && pager_wants(p) &&
	       paging_ahead(&p->paging, &p->slot[0]->at, p->count, &at))
		rc = pager_add(p, &at, err);
	position_release(&at);
	return rc;
}

static int pager_send(struct pager *p, struct err *err)
{
	for (int i = 0; i < p->count; i++) {
		struct pager_slot *s = p->slot[i];

		if (s->state != SLOT_DUE || call_delay_ms(p->caller, &s->call))
			continue;
		if (call_send(p->caller, &s->call, err))
			return -1;
		s->state = SLOT_SENT;
	}
	return 0;
}

/* Drops the pages from the @from-th on; their slots stay for others. */
static void pager_drop(struct pager *p, int from)
{
	for (int i = from; i < p->count; i++) {
		if (p->slot[i]->state == SLOT_SENT) {
			p->caller->http->drop(p->caller->http, &p->slot[i]->call.job);
			p->caller->running--;
		}
	}
	p->count = from;
}

/* The first page is done with: those behind it move up. */
static void pager_advance(struct pager *p)
{
	struct pager_slot *done = p->slot[0];
	bool right =
		!p->ended && p->count > 1 && position_equal(&p->slot[1]->at, &p->next);

	if (!right)
		pager_drop(p, 1);
	p->count--;
	memmove(p->slot, p->slot + 1, (PAGER_AHEAD_MAX - 1) * sizeof(p->slot[0]));
	p->slot[PAGER_AHEAD_MAX - 1] = NULL;
	for (int i = 0; i < PAGER_AHEAD_MAX && done; i++)
		if (!p->slot[i])
			p->slot[i] = STEAL(done, NULL);
	if (right)
		p->caller->http->resume(p->caller->http, &p->slot[0]->call.job);
}

static void pager_warn_missing(const struct pager *p)
{
	int64_t missing = paging_missing(&p->paging);

	if (missing)
		log_warn("the server told of %lld items and gave %lld %s",
			 (long long)p->paging.total,
			 (long long)(missing < 0 ? -missing : missing),
			 missing < 0 ? "more" : "fewer");
}

static void pager_warn(struct pager *p, const struct page *page)
{
	if (page->facts.items && facts_failed(&page->facts))
		log_warn("page %lld has items, and tells of an error, too",
			 (long long)p->paging.pages);
	if (!page->scan.bad_utf8 || p->warned)
		return;
	p->warned = true;
	log_warn(
		"page %lld holds bytes that are not UTF-8; they are passed on as they are",
		(long long)p->paging.pages);
}

/* A document that is no list at all is one item. */
static int pager_take_whole(struct pager *p, struct page *page, struct err *err)
{
	if (p->paging.style->way != WAY_NONE || page->facts.list != LIST_ABSENT ||
	    !facts_count(&page->facts, FACT_TOTAL))
		return 0;
	return page_take_whole(page, err);
}

/* Puts what the server says behind what is wrong with its answer. */
static int pager_alien(const struct pager_slot *s, const struct err *why, struct err *err)
{
	struct http_resp resp = s->call.resp;
	AUTO_REASON struct reason said = { 0 };

	resp.body = s->page.whole;
	reason_read(&resp, &said);
	reason_set(&said, ERR_REFUSED, err);
	err_wrap(err, "%s", why->text);
	return err_hint(err, "%s", why->hint);
}

static int pager_stop_at_maximum(struct pager *p, struct err *err)
{
	int64_t max = p->opts->max_pages ? p->opts->max_pages : PAGING_PAGES_MAX;

	if (p->ended || p->paging.pages < max)
		return 0;
	p->ended = p->cut = true;
	if (p->opts->max_pages)
		return 0;
	err_set(err, ERR_REFUSED, "no end after %lld pages", (long long)max);
	return err_hint(err, "name a higher --max-pages if the list is that long");
}

static bool pager_is_limited(const struct pager *p)
{
	return p->opts->limit && p->printed >= p->opts->limit;
}

/* What the last page that came means for the list. */
static int pager_conclude(struct pager *p, enum paging_next next, const struct err *why,
			  struct err *err)
{
	int64_t max = p->opts->max_pages;

	if (pager_is_limited(p) ||
	    (next == PAGING_REFUSED && max && p->paging.pages >= max))
		return 0;
	if (next == PAGING_REFUSED) {
		*err = *why;
		return -1;
	}
	if (p->ended)
		pager_warn_missing(p);
	return pager_stop_at_maximum(p, err);
}

/* The first page is whole: its items go out, and what follows is found out. */
static int pager_deliver(struct pager *p, struct err *err)
{
	struct pager_slot *s = p->slot[0];
	struct spool_sink sink = pager_sink(p);
	struct err why = ERR_INIT;
	enum paging_next next;

	if (s->noted)
		s->page.facts.digest = 0;
	next = paging_next(&p->paging, &s->at, &s->page.facts, &p->next, &why);
	if (next == PAGING_ALIEN)
		return pager_alien(s, &why, err);
	if (next == PAGING_REPEATED) {
		*err = why;
		return -1;
	}
	pager_warn(p, &s->page);
	if (next != PAGING_BEYOND &&
	    (pager_take_whole(p, &s->page, err) || spool_end(&s->page.spool, &sink, err)))
		return -1;
	p->delivered = p->paging.items;
	if (s->page.known && s->page.facts.items && !p->items_known) {
		p->items_known = true;
		snprintf(p->items, sizeof(p->items), "%s", s->page.path);
	}
	p->ended = next != PAGING_MORE || pager_is_limited(p);
	p->cut = next == PAGING_REFUSED && position_is_set(&p->next);
	pager_advance(p);
	return pager_conclude(p, next, &why, err);
}

static int pager_settle(struct pager *p, struct pager_slot *s, struct err *err)
{
	s->err = ERR_INIT;
	switch (call_settle(p->caller, &s->call, &s->err)) {
	case CALL_DONE:
		s->state = SLOT_READY;
		break;
	case CALL_AGAIN:
		s->state = SLOT_DUE;
		break;
	case CALL_FAILED:
		s->state = SLOT_FAILED;
		break;
	}
	while (p->count && p->slot[0]->state == SLOT_READY)
		if (pager_deliver(p, err))
			return -1;
	if (!p->count || p->slot[0]->state != SLOT_FAILED)
		return 0;
	*err = p->slot[0]->err;
	return -1;
}

/* Milliseconds until something is due, at most until the next tick. */
static int64_t pager_delay(struct pager *p)
{
	int64_t delay = TICK_MS;

	for (int i = 0; i < p->count; i++) {
		int64_t own = p->slot[i]->state == SLOT_DUE
				      ? call_delay_ms(p->caller, &p->slot[i]->call)
				      : TICK_MS;

		delay = own < delay ? own : delay;
	}
	return delay;
}

int pager_run(struct pager *p, struct err *err)
{
	struct http *http = p->caller->http;

	for (;;) {
		struct http_job *job = NULL;

		if (pager_fill(p, err))
			return -1;
		if (!p->count)
			return 0;
		if (pager_send(p, err))
			return -1;
		if (p->caller->running)
			job = http->wait(http, pager_delay(p), err);
		else
			interrupt_wait(-1, pager_delay(p), err);
		if (err->kind != ERR_NONE)
			return -1;
		if (job && pager_settle(p, job->tag, err))
			return -1;
		if (p->user->tick)
			p->user->tick(p->user->arg, p);
	}
}
