/* A list over recorded answers. */
#ifndef UNIT_LISTING_H
#define UNIT_LISTING_H

#include "api/pager.h"
#include "fixture.h"

#define API "https://api.example"

static const char *const listing_settings[] = {
	"CC_PROVIDER=oauth2", CLIENT,	   AT,	"CC_API_URL=" API,
	"CC_RETRY_FOR=0",     "CC_NAME=n", NULL
};

/* A list of /l, and what came out of it. */
struct listing {
	struct fixture f;
	struct caller caller;
	struct http_req first;
	struct pager_options opts;
	struct pager_user user;
	struct buf lines;
	struct pager *pager;
};

static inline int take_lines(void *arg, const char *data, size_t len, struct err *err)
{
	(void)err;
	buf_add(arg, data, len);
	return 0;
}

static inline void close_listing(struct listing *l)
{
	pager_free(l->pager);
	http_req_release(&l->first);
	buf_release(&l->lines);
	fixture_close(&l->f);
}
#define AUTO_LISTING __attribute__((cleanup(close_listing)))

static inline void open_listing(struct listing *l, const char *path,
				struct pager_options opts)
{
	fixture_make(&l->f, listing_settings);
	get(&l->f, &force, REPLIES(TOKEN("one1")), "one1", LOGIN);
	well("caller", caller_open(&l->caller, &l->f.session, &l->f.err), &l->f.err);
	l->caller.http = &l->f.net.http;
	l->first = HTTP_REQ_INIT;
	buf_addf(&l->first.url, API "%s", path);
	l->lines = BUF_INIT(1024 * 1024);
	l->opts = opts;
	l->user = (struct pager_user){ .lines = { take_lines, &l->lines } };
	l->pager = pager_open(&l->caller, &l->first, API, &l->opts, &l->user);
	assert_non_null(l->pager);
}

#define ASKED(path) "GET " API path " [Bearer one1]\n"

static const struct pager_options plain = { .ahead = 1 };

#endif
