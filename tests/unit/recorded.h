/*
 * A transport in place of libcurl that plays recorded answers in order, and writes down
 * what was asked: "POST https://x.example/t grant_type=… [Basic …]", one line each. The
 * body is left out where there is none, and the bracket without credentials. One request
 * more than there are answers fails the test.
 */
#ifndef UNIT_RECORDED_H
#define UNIT_RECORDED_H

#include "base/clock.h"
#include "net/http.h"
#include "test.h"

struct reply {
	int status; /* or FAILS(failure); 0: there are no more */
	const char *body;
};

#define FAILS(failure) (-(int)(failure))

struct recorded {
	struct http http;
	const struct reply *replies; /* up to one of status 0 */
	struct buf asked;
};

#define RECORDED_INIT                                                \
	((struct recorded){ .http = { .perform = recorded_perform }, \
			    .asked = BUF_INIT(1024 * 1024) })
#define REPLIES(...) ((const struct reply[]){ __VA_ARGS__, { 0, NULL } })

static inline void recorded_note(struct recorded *t, const struct http_req *req)
{
	const char *name = "Authorization: ";
	const char *at = strstr(buf_str(&req->headers), name);

	buf_addf(&t->asked, "%s %s", req->method, buf_str(&req->url));
	if (req->has_body)
		buf_addf(&t->asked, " %s", buf_str(&req->body));
	if (at)
		buf_addf(&t->asked, " [%.*s]", (int)strcspn(at + strlen(name), "\n"),
			 at + strlen(name));
	buf_addc(&t->asked, '\n');
}

static inline int recorded_perform(struct http *h, const struct http_req *req,
				   struct http_resp *resp, struct err *err)
{
	struct recorded *t = (struct recorded *)(void *)h;
	const struct reply *r = t->replies;

	recorded_note(t, req);
	if (!r || !r->status)
		fail_msg("one request too many:\n%s", buf_str(&t->asked));
	t->replies++;
	http_resp_reset(resp);
	resp->sent_boot_ms = clock_boot_ms();
	resp->failure = r->status < 0 ? (enum http_failure) - r->status : HTTP_OK;
	if (r->status < 0 && http_failure_retry(resp->failure))
		return err_set(err, ERR_TRANSIENT, "no answer");
	if (r->status < 0)
		return err_set(err, ERR_REFUSED, "no answer");
	resp->status = r->status;
	buf_adds(&resp->body, r->body ? r->body : "");
	return 0;
}

/* All answers were played, and exactly these lines were asked; starts anew. */
static inline void recorded_check(struct recorded *t, const char *row, const char *want)
{
	same_text(row, buf_str(&t->asked), want);
	if (t->replies && t->replies->status)
		fail_msg("%s: an answer is left", row);
	buf_reset(&t->asked);
}

#endif
