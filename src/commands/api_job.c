#include <string.h>
#include <strings.h>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "commands/api.h"
#include "net/url.h"

enum {
	POLL_FIRST_MS = 1000, /* where the kind is not known */
	POLL_LONGEST_MS = 30 * 1000,
};

/* An asynchronous job of the API. */
struct job {
	struct app *app;
	struct caller *caller;
	const struct http_req *first; /* its headers go along with every request */
	struct buf url;		      /* of the job */
	struct buf state;	      /* as last told */
	struct buf result;	      /* where its result is, once it is done */
	bool is_signed;		      /* ... which is a link that the job told */
	const struct job_kind *kind;  /* as its answers tell; NULL: not known yet */
	const struct job_options *opts;
	int64_t next_ms; /* until the next look */
	int64_t deadline_boot_ms;
};

static int job_get(struct job *j, struct call *call, struct err *err)
{
	call->req.method = "GET";
	buf_set(&call->req.url, buf_str(&j->url));
	http_req_header(&call->req, "Accept", "application/json");
	return call_run(j->caller, call, err);
}

/* The id in the answer to a submission of that kind; NULL: it is of another. */
static const char *job_id(const struct job_kind *kind, const struct json *doc)
{
	return kind->id ? json_str(doc, kind->id) : json_text(doc);
}

static bool job_is_kind(const struct job_kind *kind, const struct json *doc,
			bool submitted)
{
	const struct json *at = kind->holder ? json_get(doc, kind->holder) : doc;

	return submitted ? job_id(kind, doc) != NULL : json_str(at, kind->state) != NULL;
}

/* The kind of all providers' rows that an answer is of; NULL: of none. */
static const struct job_kind *job_find_kind(const struct json *doc, bool submitted)
{
	for (const struct provider *const *p = providers; *p; p++)
		for (size_t i = 0; i < (*p)->job_count; i++)
			if (job_is_kind(&(*p)->jobs[i], doc, submitted))
				return &(*p)->jobs[i];
	return NULL;
}

static void job_take_kind(struct job *j, const struct job_kind *kind)
{
	if (!kind || j->kind == kind)
		return;
	j->kind = kind;
	j->next_ms = kind->poll_ms;
}

static int job_submit(struct job *j, const struct http_req *req, struct err *err)
{
	AUTO_CALL struct call call = CALL_INIT;
	AUTO_JSON struct json *doc = NULL;
	const struct job_kind *kind;
	const char *id;

	call.req.method = req->method;
	call.req.has_body = req->has_body;
	buf_adds(&call.req.url, buf_str(&req->url));
	buf_adds(&call.req.headers, buf_str(&req->headers));
	buf_adds(&call.req.body, buf_str(&req->body));
	if (call_run(j->caller, &call, err))
		return -1;
	doc = json_parse(buf_str(&call.resp.body), call.resp.body.len, err);
	if (!doc)
		return err_wrap(err, "the job's id");
	kind = job_find_kind(doc, true);
	id = kind ? job_id(kind, doc) : json_str(doc, "id");
	if (!id || !*id)
		return err_set(err, ERR_REFUSED,
			       "the answer names no job; call without --wait");
	job_take_kind(j, kind);
	buf_add(&j->url, buf_str(&req->url), strcspn(buf_str(&req->url), "?"));
	buf_addc(&j->url, '/');
	quote_percent(&j->url, id);
	return buf_check(&j->url, "the job's URL", err);
}

static bool job_is(const struct job *j, const char *words)
{
	const char *state = buf_str(&j->state), *at = strcasestr(words, state);
	size_t len = j->state.len;

	return len && at && (at == words || at[-1] == ' ') &&
	       (!at[len] || at[len] == ' ');
}

/* Where its result is, as far as it is told. */
static void job_read_result(struct job *j, const struct json *result)
{
	const char *link = j->kind->link ? json_str(result, j->kind->link) : NULL;

	j->is_signed = link != NULL;
	if (link)
		buf_set(&j->result, link);
	else if (j->kind->result)
		buf_addf(&j->result, "%s%s", buf_str(&j->url), j->kind->result);
}

/* What the job says of itself. */
static int job_read(struct job *j, const struct http_resp *resp, struct err *err)
{
	AUTO_JSON struct json *doc =
		json_parse(buf_str(&resp->body), resp->body.len, err);
	const struct job_kind *kind = job_find_kind(doc, false);
	const struct json *at = kind && kind->holder ? json_get(doc, kind->holder) : doc;
	const char *why = json_str(json_get(at, "result"), "errorMessage");
	AUTO_BUF struct buf clean = BUF_INIT(2048);

	if (!doc)
		return err_wrap(err, "the job");
	if (!kind)
		return err_set(err, ERR_REFUSED, "the answer tells no state of a job");
	job_take_kind(j, kind);
	buf_set(&j->state, json_str(at, kind->state));
	job_read_result(j, json_get(at, "result"));
	if (!job_is(j, "FAILED CANCELLED CANCELED EXPIRED"))
		return 0;
	why = why ? why : json_str(doc, "errorMessage");
	log_clean(why ? why : "no reason is told", &clean);
	buf_cut(&clean, 500);
	return err_set(err, ERR_REFUSED, "the job is %s: %s", buf_str(&j->state),
		       buf_str(&clean));
}

/* Sleeps until the next look at it. */
static int job_sleep(struct job *j, struct err *err)
{
	int64_t wait = j->opts->poll_ms ? j->opts->poll_ms : j->next_ms;
	char span[CLOCK_TEXT_SIZE];

	if (clock_boot_ms() + wait > j->deadline_boot_ms)
		return err_set(err, ERR_TRANSIENT, "the job is not done in time");
	clock_format_wait(wait, span);
	log_info("the job is %s; next look in %s",
		 j->state.len ? buf_str(&j->state) : "submitted", span);
	j->next_ms = j->next_ms * 2 < POLL_LONGEST_MS ? j->next_ms * 2 : POLL_LONGEST_MS;
	return interrupt_wait(-1, wait, err) < 0 ? -1 : 0;
}

static int job_await(struct job *j, bool submitted, struct err *err)
{
	for (bool wait = submitted;; wait = true) {
		AUTO_CALL struct call call = CALL_INIT;

		if (wait && job_sleep(j, err))
			return -1;
		buf_reset(&j->result);
		if (job_get(j, &call, err) || job_read(j, &call.resp, err))
			return -1;
		if (job_is(j, "FULFILLED SUCCEEDED COMPLETED COMPLETE"))
			return 0;
	}
}

/* The job, as the command line would name it. */
static const char *job_path(const struct job *j, const char *base)
{
	const char *url = buf_str(&j->url);
	size_t n = strlen(base);

	return url + (strncmp(url, base, n) ? 0 : n);
}

/* What storage services say to a signed link that is too old, or that they don't take. */
static bool job_is_refused(int status)
{
	return status == 400 || status == 401 || status == 403 || status == 404 ||
	       status == 410;
}

/* A signed link: wherever it leads, it needs no token, and gets none. */
static int job_download(struct job *j, const char *base, struct call *call,
			struct err *err)
{
	int rc;

	call->foreign = true;
	http_req_copy(&call->req, "Accept-Encoding", j->first);
	if (url_check(buf_str(&call->req.url), err)) {
		err->kind = ERR_REFUSED;
		return err_wrap(err, "the link to the job's result");
	}
	rc = api_plain(j->app, j->caller, call, err);
	if (rc < 0 && err->kind == ERR_API && job_is_refused(call->resp.status))
		err_hint(err,
			 "the link to the result has expired or was refused; get the "
			 "result again by another one: cc-token api --wait %s",
			 job_path(j, base));
	return rc;
}

/* A list on the API, or a signed link. */
static int job_result(struct job *j, const char *base, struct err *err)
{
	AUTO_CALL struct call call = CALL_INIT;
	struct pager_options pages = { 0 };

	if (!j->result.len)
		return 0;
	call.req.method = "GET";
	buf_adds(&call.req.url, buf_str(&j->result));
	if (j->is_signed)
		return job_download(j, base, &call, err);
	buf_adds(&call.req.headers, buf_str(&j->first->headers));
	if (api_list_options(&j->app->args, &call.req, &pages, err))
		return -1;
	return api_list(j->app, j->caller, base, &call.req, &pages, err);
}

static int job_run(struct job *j, const char *base, const struct http_req *first,
		   struct err *err)
{
	bool submit = strcmp(first->method, "GET") != 0;

	if (!submit)
		buf_add(&j->url, buf_str(&first->url),
			strcspn(buf_str(&first->url), "?"));
	else if (job_submit(j, first, err))
		return -1;
	if (job_await(j, submit, err) == 0)
		return job_result(j, base, err);
	if (err->kind != ERR_REFUSED)
		log_info("to go on waiting: cc-token api --wait %s", job_path(j, base));
	return -1;
}

/* The options about pages are tried on the result of a job whose id is yet unknown. */
int api_job_options(const struct app *app, const struct http_req *first,
		    struct job_options *ret, struct err *err)
{
	AUTO_REQ struct http_req result = HTTP_REQ_INIT;
	struct pager_options pages = { 0 };
	int64_t poll = 0, most = 0;

	if (app_seconds(app, "poll", 0, &poll, err) ||
	    app_seconds(app, "wait-for", 3600, &most, err))
		return -1;
	*ret = (struct job_options){ .poll_ms = poll * 1000, .wait_ms = most * 1000 };
	buf_add(&result.url, buf_str(&first->url), strcspn(buf_str(&first->url), "?"));
	buf_adds(&result.url, "/results");
	return api_list_options(&app->args, &result, &pages, err);
}

int api_job(struct app *app, struct caller *caller, const char *base,
	    const struct http_req *first, const struct job_options *opts, struct err *err)
{
	struct job j = { .app = app,
			 .caller = caller,
			 .first = first,
			 .opts = opts,
			 .url = BUF_INIT(BUF_URL_MAX),
			 .state = BUF_INIT(256),
			 .result = BUF_INIT(BUF_URL_MAX),
			 .next_ms = POLL_FIRST_MS,
			 .deadline_boot_ms = clock_boot_ms() + opts->wait_ms };
	int rc;

	rc = job_run(&j, base, first, err);
	buf_release(&j.url);
	buf_release(&j.state);
	buf_release(&j.result);
	return rc;
}
