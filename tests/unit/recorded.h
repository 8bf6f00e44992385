/*
 * A transport in place of libcurl that plays recorded answers in order, and writes down
 * what was asked: "POST https://x.example/t grant_type=… [Basic …]", one line each. The
 * body is left out where there is none, and the bracket without credentials. One request
 * more than there are answers fails the test. Of several requests at once the one that
 * was started first ends first; a sink gets the body in pieces of RECORDED_PIECE bytes.
 */
#ifndef UNIT_RECORDED_H
#define UNIT_RECORDED_H

#include <stdlib.h>

#include "base/clock.h"
#include "net/http.h"
#include "test.h"

struct reply {
	int status; /* or FAILS(failure); 0: there are no more */
	const char *body;
};

enum { RECORDED_PIECE = 7, RECORDED_JOBS = 32 };

#define FAILS(failure) (-(int)(failure))

struct recorded {
	struct http http;
	const struct reply *replies; /* up to one of status 0 */
	const char *headers;	     /* of all answers, "name: value\n"; NULL: none */
	const char *const *each;     /* of one answer each, in their place; or NULL */
	struct buf asked;
	struct http_job *jobs[RECORDED_JOBS]; /* on their way, in order */
	size_t count;
};

#define RECORDED_INIT                                              \
	((struct recorded){ .http = { .perform = recorded_perform, \
				      .start = recorded_start,     \
				      .wait = recorded_wait,       \
				      .resume = recorded_resume,   \
				      .drop = recorded_drop,       \
				      .idle = recorded_idle },     \
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
	const char *headers = t->each && *t->each ? *t->each : t->headers, *after;

	recorded_note(t, req);
	if (!r || !r->status)
		fail_msg("one request too many:\n%s", buf_str(&t->asked));
	t->replies++;
	t->each += t->each ? 1 : 0;
	http_resp_reset(resp);
	resp->sent_boot_ms = clock_boot_ms();
	resp->failure = r->status < 0 ? (enum http_failure) - r->status : HTTP_OK;
	if (r->status < 0 && http_failure_retry(resp->failure))
		return err_set(err, ERR_TRANSIENT, "no answer");
	if (r->status < 0)
		return err_set(err, ERR_REFUSED, "no answer");
	resp->status = r->status;
	resp->after_ms = -1;
	buf_adds(&resp->headers, headers ? headers : "");
	after = headers ? strstr(headers, "retry-after: ") : NULL;
	if (after)
		resp->after_ms = strtol(after + strlen("retry-after: "), NULL, 10) * 1000;
	buf_adds(&resp->body, r->body ? r->body : "");
	return 0;
}

static inline int recorded_start(struct http *h, struct http_job *job, struct err *err)
{
	struct recorded *t = (struct recorded *)(void *)h;

	(void)err;
	assert_true(t->count < RECORDED_JOBS);
	t->jobs[t->count++] = job;
	return 0;
}

static inline void recorded_drop(struct http *h, struct http_job *job)
{
	struct recorded *t = (struct recorded *)(void *)h;

	for (size_t i = 0; i < t->count; i++)
		if (t->jobs[i] == job) {
			t->count--;
			memmove(t->jobs + i, t->jobs + i + 1,
				(t->count - i) * sizeof(*t->jobs));
		}
}

/* The body of a 2xx answer goes to the sink, as in the real one. */
static inline void recorded_pour(struct http_job *job)
{
	AUTO_BUF struct buf body = BUF_INIT(64 * 1024 * 1024);
	const struct http_sink *sink = job->req->sink;

	buf_set(&body, buf_str(&job->resp->body));
	buf_reset(&job->resp->body);
	for (size_t at = 0; at < body.len && !job->result; at += RECORDED_PIECE) {
		size_t left = body.len - at;
		size_t n = left < RECORDED_PIECE ? left : RECORDED_PIECE;

		if (sink->write(sink->arg, job->resp, body.ptr + at, n, &job->error) ==
		    HTTP_SUNK)
			continue;
		job->resp->failure = HTTP_SINK;
		job->result = -1;
	}
}

static inline struct http_job *recorded_wait(struct http *h, int64_t ms, struct err *err)
{
	struct recorded *t = (struct recorded *)(void *)h;
	struct http_job *job = t->count ? t->jobs[0] : NULL;

	(void)ms, (void)err;
	if (!job)
		return NULL;
	recorded_drop(h, job);
	job->error = ERR_INIT;
	job->result = recorded_perform(h, job->req, job->resp, &job->error);
	if (!job->result && job->req->sink && job->resp->status / 100 == 2)
		recorded_pour(job);
	return job;
}

static inline void recorded_resume(struct http *h, struct http_job *job)
{
	(void)h, (void)job;
}

static inline void recorded_idle(struct http *h, int64_t ms)
{
	(void)h, (void)ms;
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
