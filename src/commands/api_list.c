#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "commands/api.h"
#include "net/url.h"

/* Where the lines of items go: as they are, or as elements of one array. */
struct list {
	struct output out;
	struct progress progress;
	int64_t lost; /* items that were to go out when a signal came */
	bool slurp, silent, begun;
};

bool api_is_list(const struct args *args)
{
	static const char *const names[] = { "paginate",   "paging",	 "items",
					     "slurp",	   "limit",	 "max-pages",
					     "page-size",  "start-page", "start-cursor",
					     "concurrency" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (args_has(args, names[i]))
			return true;
	return false;
}

/* The signal came at the end of a line; in an array the comma ends it, not the item. */
static int list_out(struct list *l, const char *data, size_t len, struct err *err)
{
	int rc = output_write(&l->out, data, len, err);
	const char *p = data + len - l->out.left;

	if (!rc)
		return 0;
	l->lost = l->slurp && l->out.left && l->out.left < len;
	for (; (p = memchr(p, '\n', (size_t)(data + len - p))); p++)
		l->lost++;
	return rc;
}

static int list_slurp(struct list *l, const char *data, size_t len, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(2 * (len + 16));

	for (const char *p = data, *end; p < data + len; p = end + 1) {
		end = memchr(p, '\n', (size_t)(data + len - p));
		buf_adds(&text, l->begun ? ",\n" : "[\n");
		buf_add(&text, p, (size_t)(end - p));
		l->begun = true;
	}
	return list_out(l, buf_str(&text), text.len, err);
}

static int list_write(void *arg, const char *data, size_t len, struct err *err)
{
	struct list *l = arg;

	if (l->silent)
		return 0;
	return l->slurp ? list_slurp(l, data, len, err) : list_out(l, data, len, err);
}

static void list_tick(void *arg, const struct pager *p)
{
	struct list *l = arg;

	progress_tick(&l->progress, p);
}

/* A whole number from @min to @max; *ret stays where the option isn't given. */
static int list_number(const struct args *args, const char *name, int64_t min,
		       int64_t max, int64_t *ret, struct err *err)
{
	const char *text = args_value(args, name);
	size_t len = text ? strlen(text) : 0;
	int64_t n;

	if (!text)
		return 0;
	n = len && len < 16 && strspn(text, "0123456789") == len ? strtoll(text, NULL, 10)
								 : -1;
	if (n < min || n > max)
		return err_set(err, ERR_USAGE,
			       "--%s must be a whole number from %lld to %lld", name,
			       (long long)min, (long long)max);
	*ret = n;
	return 0;
}

static int list_style(const struct args *args, const struct http_req *first,
		      struct pager_options *o, struct err *err)
{
	const char *name = args_value(args, "paging");

	o->style = name ? paging_style_named(name, first->method, &o->own, err) : NULL;
	if (name && !o->style)
		return -1;
	o->items = args_value(args, "items");
	if (o->items && strlen(o->items) >= JSONSCAN_PATH_MAX)
		return err_set(err, ERR_USAGE, "--items is too long");
	return 0;
}

/* --start-page in a style that counts items: needs to know how many a page has. */
static int list_start_offset(const struct paging_style *s, int64_t page,
			     const struct http_req *first, char *text, size_t size,
			     struct err *err)
{
	AUTO_BUF struct buf asked = BUF_INIT(BUF_URL_MAX);
	long n;

	url_get_query(buf_str(&first->url), s->size_param, &asked);
	n = strtol(buf_str(&asked), NULL, 10);
	if (n < 1)
		return err_set(err, ERR_USAGE, "--start-page needs --page-size with %s",
			       s->name);
	snprintf(text, size, "%lld", (long long)((page - 1) * n + s->first));
	return 0;
}

/* Changes the first request as --page-size, --start-page and --start-cursor say. */
static int list_begin_at(const struct args *args, const struct paging_style *style,
			 struct http_req *first, struct err *err)
{
	const struct paging_style *s = style ? style : paging_style_guess(first);
	const char *cursor = args_value(args, "start-cursor");
	int64_t size = 0, page = 0;
	char text[32];

	if (list_number(args, "page-size", 1, 100000000, &size, err) ||
	    list_number(args, "start-page", 1, INT64_C(1000000000), &page, err))
		return -1;
	if (size && paging_set_size(s, size, first, err))
		return -1;
	if (cursor && !style && s->way != WAY_CURSOR)
		s = paging_style_find("G10", "GET");
	if (cursor)
		return paging_set_start(s, cursor, first, err);
	if (!page)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)page);
	if (s->way == WAY_OFFSET &&
	    list_start_offset(s, page, first, text, sizeof(text), err))
		return -1;
	if (s->way != WAY_OFFSET && s->way != WAY_NUMBER)
		return err_set(err, ERR_USAGE, "--start-page means nothing for %s",
			       s->name);
	return paging_set_start(s, text, first, err);
}

int api_list_options(const struct args *args, struct http_req *first,
		     struct pager_options *o, struct err *err)
{
	int64_t ahead = 1;

	if (args_has(args, "include"))
		return err_set(err, ERR_USAGE,
			       "--include is for one answer, not for a list");
	if (list_number(args, "limit", 1, INT64_C(1000000000000), &o->limit, err) ||
	    list_number(args, "max-pages", 1, INT64_C(1000000000), &o->max_pages, err) ||
	    list_number(args, "concurrency", 1, PAGER_AHEAD_MAX, &ahead, err) ||
	    list_style(args, first, o, err))
		return -1;
	o->ahead = (int)ahead;
	return list_begin_at(args, o->style, first, err);
}

/* An array that is not whole stays open, so that nobody takes it for whole. */
static int list_close(struct list *l, struct err *err)
{
	const char *end = l->begun ? "\n]\n" : "[]\n";

	if (!l->slurp || l->silent)
		return 0;
	return output_write(&l->out, end, strlen(end), err);
}

int api_list(struct app *app, struct caller *caller, const char *base,
	     const struct http_req *first, const struct pager_options *opts,
	     struct err *err)
{
	struct list l = { .slurp = args_has(&app->args, "slurp"),
			  .silent = args_has(&app->args, "silent") };
	struct pager_user user = { .lines = { list_write, &l },
				   .tick = list_tick,
				   .arg = &l };
	AUTO_PAGER struct pager *p = NULL;
	int rc;

	caller->queries = true;
	progress_begin(&l.progress);
	p = pager_open(caller, first, base, opts, &user);
	if (!p)
		return err_set(err, ERR_INTERNAL, "memory ended");
	rc = pager_run(p, err);
	p->printed -= l.lost;
	if (rc == 0)
		rc = list_close(&l, err);
	if (!l.out.closed)
		progress_end(&l.progress, p);
	return api_finish(&l.out, rc);
}
