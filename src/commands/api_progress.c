#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "commands/api.h"

enum {
	BAR_MS = 200,	    /* between two drawings on a terminal */
	LINE_MS = 5 * 1000, /* between two lines in a log */
	BAR_WIDTH = 24,
};

/* "1234567" as "1,234,567". */
static void progress_number(int64_t n, struct buf *out)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_addc(out, ',');
		buf_addc(out, digits[i]);
	}
}

/* The number of pages; -1 when nobody knows it, or more have come. */
static int64_t progress_pages(const struct paging *g)
{
	int64_t count = g->style && g->last >= 0 ? g->last - g->style->first + 1 : -1;

	return count >= g->pages ? count : -1;
}

/* What share is done, in thousandths; -1 when nobody knows the whole. */
static int64_t progress_share(const struct pager *p)
{
	const struct paging *g = &p->paging;
	int64_t done = p->printed, all = g->total;

	if (p->opts->limit && (all < 0 || p->opts->limit < all))
		all = p->opts->limit;
	if (all < 0) {
		done = g->pages;
		all = progress_pages(g);
	}
	if (all <= 0)
		return -1;
	return done < all ? done * 1000 / all : 1000;
}

static void progress_counts(const struct pager *p, struct buf *out)
{
	const struct paging *g = &p->paging;
	int64_t pages = progress_pages(g);

	progress_number(g->pages, out);
	if (pages > 0) {
		buf_addc(out, '/');
		progress_number(pages, out);
	}
	buf_adds(out, g->pages == 1 && pages <= 0 ? " page, " : " pages, ");
	progress_number(p->printed, out);
	if (g->total > 0) {
		buf_addc(out, '/');
		progress_number(g->total, out);
	}
	buf_adds(out, p->printed == 1 ? " item" : " items");
}

static void progress_text(const struct progress *pr, const struct pager *p, int64_t now,
			  struct buf *out)
{
	int64_t share = progress_share(p), ms = now - pr->start_boot_ms;
	char span[CLOCK_TEXT_SIZE];

	progress_counts(p, out);
	if (ms <= 0 || !p->printed)
		return;
	buf_adds(out, ", ");
	progress_number(p->printed * 1000 / ms, out);
	buf_adds(out, "/s");
	if (share <= 0 || share == 1000)
		return;
	clock_format_span(ms * (1000 - share) / share / 1000, span);
	buf_addf(out, ", %s left", span);
}

static void progress_bar(const struct pager *p, struct buf *out)
{
	int64_t share = progress_share(p);

	if (share < 0)
		return;
	buf_addc(out, '[');
	for (int i = 0; i < BAR_WIDTH; i++)
		buf_addc(out, i < share * BAR_WIDTH / 1000 ? '#' : '.');
	buf_addf(out, "] %lld%% ", (long long)share / 10);
}

void progress_tick(void *arg, const struct pager *p)
{
	AUTO_BUF struct buf text = BUF_INIT(1024);
	struct progress *pr = arg;
	int64_t now = clock_boot_ms();

	if (pr->hidden || !log_enabled(LOG_INFO))
		return;
	if (now < pr->next_boot_ms)
		return;
	if (pr->next_boot_ms && pr->terminal) {
		progress_bar(p, &text);
		progress_text(pr, p, now, &text);
		log_status(buf_str(&text));
	} else if (pr->next_boot_ms) {
		progress_text(pr, p, now, &text);
		log_info("%s", buf_str(&text));
	}
	pr->next_boot_ms = now + (pr->terminal ? BAR_MS : LINE_MS);
}

void progress_begin(struct progress *pr)
{
	*pr = (struct progress){ .start_boot_ms = clock_boot_ms(),
				 .terminal = isatty(STDERR_FILENO),
				 .hidden = isatty(STDOUT_FILENO) };
}

void progress_end(const struct progress *pr, const struct pager *p)
{
	AUTO_BUF struct buf text = BUF_INIT(1024), next = BUF_INIT(3072);
	int64_t ms = clock_boot_ms() - pr->start_boot_ms, torn = pager_torn(p);
	char span[CLOCK_TEXT_SIZE];

	log_status(NULL);
	if (!p->paging.pages && !p->printed)
		return;
	progress_counts(p, &text);
	clock_format_span((ms + 500) / 1000, span);
	log_info("%s in %s", buf_str(&text), span);
	if (p->ended && !p->cut)
		return;
	pager_show_next(p, &next);
	if (next.len)
		log_info("to go on, give %s", buf_str(&next));
	if (torn)
		log_info("of that page, the first %lld item%s printed already",
			 (long long)torn, torn == 1 ? " is" : "s are");
}
