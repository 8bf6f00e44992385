#include "commands/api.h"

#include <string.h>

#include "base/log.h"
#include "net/url.h"

const struct arg_row api_options[] = {
	{ "method", 'X', "METHOD", "GET, or POST with a body, unless given" },
	{ "data", 'd', "JSON|@FILE|-", "the body" },
	{ "field", 'F', "KEY=VALUE",
	  "a member of the JSON body, or of the query with GET or --data; true, false, "
	  "null and numbers keep their type, @FILE is the file's text; KEY[NAME] nests, "
	  "KEY[] makes an array" },
	{ "raw-field", 'f', "KEY=VALUE", "the same, the value always a string" },
	{ "header", 'H', "NAME:VALUE", "a further header" },
	{ "include", 'i', NULL, "print status line and headers, too" },
	{ "silent", 0, NULL, "don't print the body" },
	{ "paginate", 0, NULL,
	  "all pages of a list, an item a line; a POST counts as a query then, and is "
	  "repeated where needed" },
	{ "paging", 0, "STYLE",
	  "how the list goes on, instead of finding out: G1 to G10, N1 to N3, pagination, "
	  "link, none; or link:KEY, cursor:KEY=PARAM, offset:PARAM,LIMIT, page:PARAM,SIZE" },
	{ "items", 0, "NAME", "where the items stand, such as resultSet.dispositions" },
	{ "slurp", 0, NULL, "all items as one JSON array" },
	{ "limit", 0, "N", "stop after N items" },
	{ "max-pages", 0, "N", "stop after N pages" },
	{ "page-size", 0, "N", "ask for N items a page" },
	{ "start-page", 0, "N", "begin with page N" },
	{ "start-cursor", 0, "CURSOR", "begin with the page that CURSOR means" },
	{ "concurrency", 0, "N", "fetch up to N numbered pages at the same time" },
	{ "wait", 0, NULL,
	  "submit an asynchronous job (GET: look at one), wait for it, and print its "
	  "result" },
	{ "poll", 0, "SECONDS", "between two looks at the job" },
	{ "wait-for", 0, "SECONDS", "the longest to wait for the job, default 1 h" },
	{ NULL, 0, NULL, NULL },
};

/* One plain call: its body goes to stdout as received. */
struct plain {
	struct spool spool;
	struct output out;
	struct spool_sink sink;
	bool include, silent;
};

static void plain_begin(void *arg)
{
	struct plain *p = arg;

	spool_again(&p->spool);
}

/* Status line and headers, before the first byte of the body. */
static void plain_head(const struct plain *p, const struct http_resp *resp,
		       struct buf *out)
{
	if (p->include && !p->spool.held.len && !p->spool.gone)
		buf_addf(out, "%s\n%s\n", buf_str(&resp->status_line),
			 buf_str(&resp->headers));
}

static enum http_sunk plain_write(void *arg, const struct http_resp *resp,
				  const char *data, size_t len, struct err *err)
{
	struct plain *p = arg;

	plain_head(p, resp, &p->spool.held);
	if (!p->silent)
		buf_add(&p->spool.held, data, len);
	if (spool_is_full(&p->spool) &&
	    spool_flush(&p->spool, p->spool.held.len, &p->sink, err))
		return HTTP_STOP;
	return HTTP_SUNK;
}

/*
 * Errors print their body as well, as other tools do: it may say more than our line. A
 * server that repeats the request's credentials, there or in a header, is not to publish
 * them.
 */
static int plain_end(struct plain *p, const struct http_resp *resp, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(p->spool.held.max);

	plain_head(p, resp, &text);
	if (!p->silent)
		buf_add(&text, buf_str(&resp->body), resp->body.len);
	redact_text(redact_list(), buf_str(&text), text.len, &p->spool.held);
	return spool_end(&p->spool, &p->sink, err);
}

int api_plain(struct app *app, struct caller *caller, struct call *call, struct err *err)
{
	struct plain p = { .spool = SPOOL_INIT(API_HOLD, CALL_BODY_MAX),
			   .silent = args_has(&app->args, "silent"),
			   .include = args_has(&app->args, "include") };
	struct err ignored = ERR_INIT;
	int rc;

	p.sink = (struct spool_sink){ output_write, &p.out };
	call->reader = (struct call_reader){ .begin = plain_begin,
					     .write = plain_write,
					     .arg = &p };
	spool_begin(&p.spool);
	rc = call_run(caller, call, err);
	if (rc == 0)
		rc = plain_end(&p, &call->resp, err);
	else if (err->kind == ERR_API)
		plain_end(&p, &call->resp, &ignored);
	spool_release(&p.spool);
	return api_finish(&p.out, rc);
}

/* What the command line asks for. */
struct order {
	enum { ORDER_PLAIN, ORDER_LIST, ORDER_JOB } kind;
	struct pager_options pages;
	struct job_options job;
};

static int order_read(const struct app *app, struct http_req *req, struct order *ret,
		      struct err *err)
{
	const struct args *args = &app->args;

	*ret = (struct order){ .kind = args_has(args, "wait") ? ORDER_JOB
				       : api_is_list(args)    ? ORDER_LIST
							      : ORDER_PLAIN };
	if (api_request(app, req, err))
		return -1;
	if (ret->kind == ORDER_JOB)
		return api_job_options(app, req, &ret->job, err);
	return ret->kind == ORDER_LIST ? api_list_options(args, req, &ret->pages, err)
				       : 0;
}

/* True where no login is needed to find the API host, nor can change it. */
static bool api_host_is_told(const struct session *s)
{
	return s->who.flow &&
	       (!s->who.flow->api_document || settings_has(s->settings, SET_API_URL));
}

/* Makes the path that @req asks for a URL at the session's API host. */
static int api_aim(const struct session *s, struct http_req *req, struct buf *ret_base,
		   struct err *err)
{
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);

	/* A copy: the record is read again when a token is renewed. */
	buf_adds(ret_base, buf_str(&s->at.api_url));
	if (!ret_base->len) {
		err_set(err, ERR_USAGE, "the API host is not known");
		return err_hint(err, "set api-url (CC_API_URL)");
	}
	buf_adds(&path, buf_str(&req->url));
	buf_reset(&req->url);
	if (url_join(buf_str(ret_base), buf_str(&path), &req->url, err) == 0)
		return 0;
	err->kind = ERR_USAGE;
	return -1;
}

/* All that can be wrong with the command line is told before a token is asked for. */
int cmd_api(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	AUTO_CALL struct call call = CALL_INIT;
	AUTO_BUF struct buf base = BUF_INIT(BUF_URL_MAX);
	struct session_want want = { .api = true };
	struct caller caller;
	struct order o;

	if (order_read(app, &call.req, &o, err) ||
	    app_session(app, &s, SESSION_USE, err) ||
	    (api_host_is_told(&s) && api_aim(&s, &call.req, &base, err)) ||
	    app_token(app, &s, &want, err) || caller_open(&caller, &s, err) ||
	    (!base.len && api_aim(&s, &call.req, &base, err)))
		return -1;
	if (o.kind == ORDER_JOB)
		return api_job(app, &caller, buf_str(&base), &call.req, &o.job, err);
	if (o.kind == ORDER_LIST)
		return api_list(app, &caller, buf_str(&base), &call.req, &o.pages, err);
	return api_plain(app, &caller, &call, err);
}
