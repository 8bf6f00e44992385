#include "api/page.h"

#include <stdio.h>
#include <string.h>

#include "api/jsonedit.h"
#include "api/jsontext.h"

static struct page_candidate *page_current(struct page *p)
{
	return p->candidates ? &p->candidate[p->candidates - 1] : NULL;
}

/* From now on the items are those of the candidate @c, NULL: of none so far. */
static void page_decide(struct page *p, const struct page_candidate *c, const char *path)
{
	size_t end = c && c != page_current(p) ? c[1].from : p->spool.held.len;
	size_t from = c ? c->from : end;

	p->known = true;
	snprintf(p->path, sizeof(p->path), "%s", path);
	buf_cut(&p->spool.held, end);
	buf_shift(&p->spool.held, from);
	p->line = p->line > from ? p->line - from : 0;
	p->facts.items = c ? c->items : 0;
	p->candidates = 0;
}

/* True when what stands at @path stands in place of the items, or around them. */
static bool page_is_of_items(const struct page *p, const char *path)
{
	size_t len = strlen(path);

	if (!p->known)
		return !*path || paging_is_items(path);
	return strncmp(p->path, path, len) == 0 &&
	       (!p->path[len] || (len && p->path[len] == '.'));
}

static void page_on_value(void *arg, const char *path, enum jsonscan_type type,
			  const char *text)
{
	struct page *p = arg;

	page_facts_take(&p->facts, path, type, text);
	if (type == JSONSCAN_STRING)
		page_facts_take_relation(&p->facts, path, p->scan.element, text);
	if (p->facts.list == LIST_ABSENT && type == JSONSCAN_OTHER &&
	    strcmp(text, "null") == 0 && page_is_of_items(p, path))
		p->facts.list = LIST_NULL;
}

/* Arrays that stand beside the items in answers of the vendors. */
static bool page_is_aside(const char *path)
{
	static const char *const names[] = { "aggregations", "facets", "schemas", "types",
					     "warnings" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

/* What stands among errors says that there are some; among links may be the next page. */
static bool page_is_told(const char *path)
{
	const char *dot = strrchr(path, '.'), *name = dot ? dot + 1 : path;

	return strcmp(name, "links") == 0 || strcmp(name, "link") == 0 ||
	       strcmp(name, "_links") == 0 || strcmp(path, "errors") == 0 ||
	       strncmp(path, "errors.", 7) == 0;
}

static enum jsonscan_array page_on_array(void *arg, const char *path)
{
	struct page *p = arg;
	struct page_candidate *c = &p->candidate[p->candidates];

	if (p->known ? strcmp(path, p->path) != 0
		     : p->candidates == PAGE_CANDIDATES || page_is_aside(path) ||
			       page_is_told(path))
		return page_is_told(path) ? JSONSCAN_WALK : JSONSCAN_SKIP;
	p->facts.list = LIST_THERE;
	if (p->known)
		return JSONSCAN_ITEMS;
	p->line = p->spool.held.len;
	if (paging_is_items(path) || !*path) {
		page_decide(p, NULL, path);
		return JSONSCAN_ITEMS;
	}
	*c = (struct page_candidate){ .from = p->spool.held.len };
	snprintf(c->path, sizeof(c->path), "%s", path);
	p->candidates++;
	return JSONSCAN_ITEMS;
}

static int page_on_item(void *arg, struct err *err)
{
	struct page *p = arg;
	struct page_candidate *c = page_current(p);

	(void)err;
	p->begun = true;
	buf_release(&p->whole);
	if (c) {
		c->items++;
		c->objects += buf_str(&p->spool.held)[p->line] == '{';
	} else {
		p->facts.items++;
	}
	buf_addc(&p->spool.held, '\n');
	p->line = p->spool.held.len;
	return 0;
}

static const struct jsonscan_events page_events = { page_on_value, page_on_array,
						    page_on_item };

static void page_reset(struct page *p)
{
	page_facts_begin(&p->facts);
	jsonscan_begin(&p->scan, &page_events, p, &p->spool.held);
	p->begun = false;
	p->line = 0;
	p->candidates = 0;
	buf_reset(&p->whole);
	p->whole.max = PAGE_WHOLE_MAX;
}

void page_begin(struct page *p, const char *path, size_t hold, size_t item_max)
{
	p->spool.hold = hold;
	p->spool.held.max = hold + item_max;
	p->known = path != NULL;
	snprintf(p->path, sizeof(p->path), "%s", path ? path : "");
	spool_begin(&p->spool);
	page_reset(p);
}

void page_again(struct page *p)
{
	spool_again(&p->spool);
	page_reset(p);
}

/* A page is known again by its first bytes, as many as are held back. */
static void page_identify(struct page *p)
{
	const struct spool *s = &p->spool;
	struct digest d = DIGEST_INIT;

	if (p->facts.digest || !p->known)
		return;
	digest_add(&d, buf_str(&s->held), s->held.len < s->hold ? s->held.len : s->hold);
	p->facts.digest = digest_value(&d);
}

bool page_is_other_type(const struct page *p, const struct http_resp *resp)
{
	static const char *const types[] = { "ndjson",	 "jsonl", "json-lines",
					     "json-seq", "csv",	  "event-stream" };
	AUTO_BUF struct buf type = BUF_INIT(1024);

	if (p->scan.offset || !http_header(resp, "content-type", &type))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcasestr(buf_str(&type), types[i]))
			return true;
	return false;
}

int page_feed(struct page *p, const char *data, size_t len, struct err *err)
{
	if (!p->begun)
		buf_add(&p->whole, data, len);
	if (jsonscan_feed(&p->scan, data, len, err))
		return -1;
	if (p->spool.held.len < p->spool.hold)
		return 0;
	if (!p->known && p->candidates)
		page_decide(p, page_current(p), page_current(p)->path);
	page_identify(p);
	return 0;
}

/* A field of the last whole item can be the cursor of the page behind. */
static void page_note_last(struct page *p)
{
	const char *wanted = p->facts.wanted;
	bool named = wanted && strncmp(wanted, FACTS_LAST, strlen(FACTS_LAST)) == 0;
	const char *field = named ? wanted + strlen(FACTS_LAST) : "id";
	const char *held = buf_str(&p->spool.held);
	size_t from = p->line ? p->line - 1 : 0;
	AUTO_BUF struct buf item = BUF_INIT(PAGE_WHOLE_MAX);
	AUTO_BUF struct buf raw = BUF_INIT(BUF_URL_MAX), text = BUF_INIT(BUF_URL_MAX);

	while (from && held[from - 1] != '\n')
		from--;
	buf_add(&item, held + from, p->line - from);
	if (!jsonedit_get(buf_str(&item), field, &raw) || strchr("{[", *buf_str(&raw)))
		return;
	if (*buf_str(&raw) != '"') {
		buf_adds(&text, buf_str(&raw));
	} else {
		buf_cut(&raw, raw.len - 1);
		jsontext_unescape(buf_str(&raw) + 1, &text);
	}
	page_facts_take_last(&p->facts, field, buf_str(&text));
}

bool page_is_full(const struct page *p)
{
	return p->facts.digest && p->known && p->line;
}

int page_flush(struct page *p, const struct spool_sink *sink, struct err *err)
{
	size_t lines = p->line;

	page_note_last(p);
	p->line = 0;
	return spool_flush(&p->spool, lines, sink, err);
}

/* Objects before scalars, then the larger before the smaller. */
static void page_choose(struct page *p)
{
	const struct page_candidate *best = NULL;
	size_t best_size = 0;

	for (size_t i = 0; i < p->candidates; i++) {
		const struct page_candidate *c = &p->candidate[i];
		size_t end = i + 1 < p->candidates ? c[1].from : p->spool.held.len;
		size_t size = end - c->from;

		if (best && !best->objects == !c->objects ? size <= best_size
							  : best && best->objects)
			continue;
		best = c;
		best_size = size;
	}
	if (best)
		page_decide(p, best, best->path);
}

int page_end(struct page *p, const struct http_resp *resp, struct err *err)
{
	page_facts_take_headers(&p->facts, resp);
	if (!p->scan.offset && (resp->status == 204 || resp->status == 205)) {
		p->known = true;
		p->facts.list = LIST_NULL;
		return 0;
	}
	if (jsonscan_end(&p->scan, err))
		return -1;
	if (!p->known)
		page_choose(p);
	page_note_last(p);
	p->facts.items_at = p->known ? p->path : NULL;
	page_facts_settle(&p->facts);
	page_identify(p);
	return 0;
}

int page_take_whole(struct page *p, struct err *err)
{
	struct buf whole = p->whole;
	int rc;

	p->whole = BUF_INIT(0);
	if (whole.failed || !whole.len) {
		buf_release(&whole);
		return err_set(err, ERR_REFUSED,
			       "the answer holds no list; call without --paginate");
	}
	jsonscan_begin(&p->scan, &page_events, p, &p->spool.held);
	p->scan.whole = true;
	rc = jsonscan_feed(&p->scan, buf_str(&whole), whole.len, err);
	if (!rc)
		rc = jsonscan_end(&p->scan, err);
	buf_release(&whole);
	return rc;
}

void page_release(struct page *p)
{
	spool_release(&p->spool);
	page_facts_release(&p->facts);
	jsonscan_release(&p->scan);
	buf_release(&p->whole);
}
