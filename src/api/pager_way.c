/* How to go on with a list that did not come to its end: part of api/pager.h. */
#include "api/pager.h"

#include <string.h>

#include "base/quote.h"

int64_t pager_torn(const struct pager *p)
{
	return p->ended ? 0 : p->printed - p->delivered;
}

static void pager_show_style(const struct paging_style *s, struct buf *out)
{
	buf_adds(out, "--paging ");
	if (strchr(s->name, ':'))
		quote_shell(out, s->name);
	else
		buf_adds(out, s->name);
	buf_addc(out, ' ');
}

void pager_show_next(const struct pager *p, struct buf *out)
{
	const struct position *at = p->count ? &p->slot[0]->at : &p->next;
	const struct paging_style *s = p->paging.style, *guess;
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	struct err ignored = ERR_INIT;

	if (s && s->way == WAY_NUMBER && at->at >= 0) {
		guess = paging_style_guess(p->paging.first);
		if (strcmp(s->param, guess->param) != 0)
			pager_show_style(s, out);
		buf_addf(out, "--start-page %lld", (long long)at->at);
	} else if (s && s->way == WAY_CURSOR && at->at >= 0 && at->ref.len) {
		pager_show_style(s, out);
		buf_adds(out, "--start-cursor ");
		quote_shell(out, buf_str(&at->ref));
	} else if (paging_request(&p->paging, at, &req, &ignored) == 0) {
		size_t n = strlen(p->paging.base);

		buf_adds(out, "the path ");
		quote_shell(
			out,
			buf_str(&req.url) +
				(strncmp(buf_str(&req.url), p->paging.base, n) ? 0 : n));
	}
}
