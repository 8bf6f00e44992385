#include "net/http.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "net/transfer.h"

enum {
	POLL_MS = 250,	     /* the longest that a signal may go unnoticed */
	SLOWEST = 10 * 1024, /* bytes a second; a body that comes faster is awaited */
};

struct http_curl {
	struct http http;
	struct transfer_env env;
	struct transfer *single; /* of http_perform() */
	CURLM *multi;		 /* of the others; NULL before the first */
	struct transfer *running, *spare;
};

static int http_perform(struct http *base, const struct http_req *req,
			struct http_resp *resp, struct err *err)
{
	struct http_curl *h = (struct http_curl *)base;

	h->single->req = req;
	h->single->resp = resp;
	if (transfer_prepare(h->single, err))
		return -1;
	return transfer_finish(h->single, curl_easy_perform(h->single->curl), err);
}

static struct transfer *http_take_spare(struct http_curl *h)
{
	struct transfer *t = h->spare;

	if (!h->multi)
		h->multi = curl_multi_init();
	if (!h->multi)
		return NULL;
	if (!t)
		return transfer_open(&h->env);
	h->spare = t->next;
	return t;
}

static int http_start(struct http *base, struct http_job *job, struct err *err)
{
	struct http_curl *h = (struct http_curl *)base;
	struct transfer *t = http_take_spare(h);

	if (!t)
		return err_set(err, ERR_INTERNAL, "libcurl can't be started");
	t->req = job->req;
	t->resp = job->resp;
	t->job = job;
	if (transfer_prepare(t, err) || curl_multi_add_handle(h->multi, t->curl)) {
		t->next = h->spare;
		h->spare = t;
		return -1;
	}
	t->next = h->running;
	h->running = t;
	job->transfer = t;
	return 0;
}

/* Takes a transfer off; what it had to say is in its job. */
static struct http_job *http_end(struct http_curl *h, struct transfer *t, CURLcode rc)
{
	struct http_job *job = t->job;
	struct transfer **at = &h->running;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	curl_multi_remove_handle(h->multi, t->curl);
	job->error = ERR_INIT;
	job->result = transfer_finish(t, rc, &job->error);
	job->transfer = NULL;
	t->next = h->spare;
	h->spare = t;
	return job;
}

static struct http_job *http_ended(struct http_curl *h)
{
	struct transfer *t;
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(h->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		return http_end(h, t, msg->data.result);
	}
	return NULL;
}

/*
 * The time for one attempt bounds the wait for an answer. A body that comes at a fair
 * speed may take longer: pages of hundreds of megabytes exist.
 */
static struct http_job *http_overdue(struct http_curl *h)
{
	int64_t now = clock_boot_ms();

	for (struct transfer *t = h->running; t; t = t->next) {
		int64_t due = t->resp->sent_boot_ms + transfer_timeout(t) + t->idle_ms +
			      t->received * 1000 / SLOWEST;

		if (!t->paused_boot_ms && now > due)
			return http_end(h, t, CURLE_OPERATION_TIMEDOUT);
	}
	return NULL;
}

static struct http_job *http_wait(struct http *base, int64_t ms, struct err *err)
{
	struct http_curl *h = (struct http_curl *)base;
	int64_t end = clock_boot_ms() + ms, left = ms;
	struct http_job *job;
	int running;

	while (h->running) {
		if (curl_multi_perform(h->multi, &running)) {
			err_set(err, ERR_INTERNAL, "libcurl failed");
			return NULL;
		}
		job = http_ended(h);
		if (!job)
			job = http_overdue(h);
		if (job || left <= 0 || interrupt_check(err))
			return job;
		curl_multi_poll(h->multi, NULL, 0, (int)(left < POLL_MS ? left : POLL_MS),
				NULL);
		left = end - clock_boot_ms();
	}
	return NULL;
}

static void http_resume(struct http *base, struct http_job *job)
{
	struct transfer *t = job->transfer;

	(void)base;
	if (!t || !t->paused_boot_ms)
		return;
	t->idle_ms += clock_boot_ms() - t->paused_boot_ms;
	t->paused_boot_ms = 0;
	curl_easy_pause(t->curl, CURLPAUSE_CONT);
}

static void http_idle(struct http *base, int64_t ms)
{
	struct http_curl *h = (struct http_curl *)base;

	for (struct transfer *t = h->running; t; t = t->next)
		if (!t->paused_boot_ms)
			t->idle_ms += ms;
}

static void http_drop(struct http *base, struct http_job *job)
{
	if (job->transfer)
		http_end((struct http_curl *)base, job->transfer,
			 CURLE_ABORTED_BY_CALLBACK);
}

static void http_close(struct http *base)
{
	struct http_curl *h = (struct http_curl *)base;

	while (h->running)
		http_drop(base, h->running->job);
	while (h->spare) {
		struct transfer *next = h->spare->next;

		transfer_free(h->spare);
		h->spare = next;
	}
	if (h->multi)
		curl_multi_cleanup(h->multi);
	transfer_free(h->single);
	trust_free(h->env.trust);
	trace_release(&h->env.trace);
	free(h);
}

struct http *http_open(const struct http_options *opts, struct err *err)
{
	struct http_curl *h = mem_zero(1, sizeof(*h));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (h)
		h->single = transfer_open(&h->env);
	if (!h || !h->single) {
		free(h);
		err_set(err, ERR_INTERNAL, "libcurl can't be started");
		return NULL;
	}
	h->http = (struct http){ .perform = http_perform,
				 .start = http_start,
				 .wait = http_wait,
				 .resume = http_resume,
				 .idle = http_idle,
				 .drop = http_drop,
				 .close = http_close };
	h->env.opts = *opts;
	h->env.trace = TRACE_INIT;
	if (!opts->trace)
		h->env.opts.trace = &h->env.trace;
	return (struct http *)h;
}

void http_free(struct http *h)
{
	if (h && h->close)
		h->close(h);
}

const char *http_library(void)
{
	return curl_version();
}
