#include "api/facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/names.h"
#include "api/weblink.h"

/* Headers of the table but those that hold more than a value. */
static const char *const headers[] = {
	"x-next-page", "x-next-cursor", "x-ms-continuationtoken",
	"x-page",      "x-total-pages", "x-total-count",
	"x-total",     "x-per-page",	"x-has-more",
};

/* True when @path is @name, or the address in an object of that name. */
static bool facts_is_at(const char *path, const char *name)
{
	size_t len = strlen(name);

	return strncmp(path, name, len) == 0 &&
	       (!path[len] || strcmp(path + len, ".href") == 0);
}

/* Notes what is told at @path, in place of what was told there before. */
static struct fact *facts_put(struct page_facts *f, const char *path, size_t max,
			      enum jsonscan_type type, const char *text)
{
	struct fact *x = f->fact;

	while (x < f->fact + f->count && strcmp(x->path, path) != 0)
		x++;
	if (x >= f->fact + max)
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
	f->relation.element = 0;
	f->relation.is_next = false;
	buf_reset(&f->relation.at);
	f->relation.at.max = JSONSCAN_TEXT_MAX;
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
	buf_release(&f->relation.at);
}

void page_facts_take(struct page_facts *f, const char *path, enum jsonscan_type type,
		     const char *text)
{
	bool wanted = f->wanted && facts_is_at(path, f->wanted);
	const char *own = wanted ? path : names_unwrap(path);
	const struct fact_key *key;
	struct fact *x;
	size_t within;
	int rank;

	key = names_find(own, &rank, &within);
	if (!key && !wanted)
		return;
	within = wanted ? 0 : within;
	x = facts_put(f, own, within ? FACTS_MAX / 2 : FACTS_MAX, type, text);
	if (!x)
		return;
	x->key = key;
	x->rank = rank;
	x->within = within;
	if (wanted || key->role <= FACT_CURSOR)
		f->too_long = f->too_long || type == JSONSCAN_TOO_LONG || x->text.failed;
}

void page_facts_take_relation(struct page_facts *f, const char *path, uint32_t element,
			      const char *text)
{
	const char *leaf = strrchr(path, '.');
	size_t len = leaf ? (size_t)(leaf - path) : 0;
	const char *from = memrchr(path, '.', len);

	from = from ? from + 1 : path;
	if (!leaf || !names_has("links link", from, (size_t)(leaf - from)))
		return;
	if (f->relation.element != element) {
		f->relation.is_next = false;
		buf_reset(&f->relation.at);
		f->relation.element = element;
	}
	if (names_has("rel relation", leaf + 1, strlen(leaf + 1)))
		f->relation.is_next = strcasecmp(text, "next") == 0;
	else if (names_has("href url uri", leaf + 1, strlen(leaf + 1)))
		buf_set(&f->relation.at, text);
	if (f->relation.is_next && f->relation.at.len)
		page_facts_take(f, "links.next.href", JSONSCAN_STRING,
				buf_str(&f->relation.at));
}

void page_facts_take_last(struct page_facts *f, const char *field, const char *text)
{
	char path[JSONSCAN_PATH_MAX];

	snprintf(path, sizeof(path), FACTS_LAST "%s", field);
	facts_put(f, path, FACTS_MAX, JSONSCAN_STRING, text);
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

void page_facts_settle(struct page_facts *f)
{
	const char *items = f->items_at ? names_unwrap(f->items_at) : "";
	const char *dot = strrchr(items, '.');
	size_t len = dot ? (size_t)(dot - items) : 0;

	for (size_t i = 0; i < f->count; i++) {
		struct fact *x = &f->fact[i];

		if (!x->within || (x->within == len && strncmp(x->path, items, len) == 0))
			continue;
		x->key = NULL;
		buf_reset(&x->text);
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
		return fact_flag(x) < 0 ? fact_leads_on(x) : fact_flag(x) == 1;
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
