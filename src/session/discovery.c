#include "session/discovery.h"

#include "base/log.h"
#include "net/url.h"
#include "oauth/metadata.h"

static enum oauth_verdict discover_judge(void *arg, const struct http_resp *resp,
					 struct err *err)
{
	const struct login *l = arg;
	const struct asked a = { ASK_METADATA, l->flow, l->endpoints, l->settings };

	if (resp->status == 200)
		return OAUTH_OK;
	return oauth_failure(&a, resp, err);
}

/* A 200 that holds no JSON: often the page of something in between. */
static void discover_refuse(const struct login *l, const char *url,
			    const struct http_resp *resp, struct err *err)
{
	const struct asked a = { ASK_METADATA, l->flow, l->endpoints, l->settings };
	AUTO_BUF struct buf todo = BUF_INIT(8 * ERR_TEXT_MAX);
	AUTO_REASON struct reason r;

	reason_read(resp, &r);
	if (r.page)
		err_set(err, ERR_REFUSED, "a web page (%s)", buf_str(&r.text));
	if (hint_find(&a, &r, &todo))
		err_hint(err, "%s", buf_str(&todo));
	err_wrap(err, "discovery, %s", url);
}

struct json *discover_document(struct login *l, const char *url,
			       const struct budget *budget, struct err *err)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	struct judge judge = { "discovery", discover_judge, l };
	struct json *doc;
	int rc;

	if (url_check(url, err))
		return NULL;
	buf_set(&req.url, url);
	http_req_header(&req, "Accept", "application/json");
	rc = exchange(l->http, &req, &resp, budget, &judge, err);
	l->status = resp.status;
	l->after_ms = resp.after_ms;
	if (rc)
		return NULL;
	doc = json_parse(buf_str(&resp.body), resp.body.len, err);
	if (!doc)
		discover_refuse(l, url, &resp, err);
	return doc;
}

/* Of several documents that could not be had, each is told; what to do, by the first. */
static void discover_note(struct err *all, const struct err *why)
{
	struct err first = *all;

	if (first.kind == ERR_NONE) {
		*all = *why;
		return;
	}
	err_set(all, first.kind, "%s; %s", first.text, why->text);
	err_hint(all, "%s", first.hint);
}

static bool discover_is_done(const struct login *l)
{
	const struct endpoints *e = l->endpoints;

	return e->token_url.len &&
	       (e->revoke_url.len || l->flow->revocation == REVOKE_NONE);
}

/* What one document tells. 0 also when it can't be had, which is noted in @lost. */
static int discover_at(struct login *l, int place, const struct budget *budget,
		       struct err *lost, struct err *err)
{
	AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
	AUTO_JSON struct json *doc = NULL;
	struct err why = ERR_INIT;

	if (metadata_url(buf_str(&l->endpoints->issuer), place, &url, err))
		return -1;
	if (!url.len)
		return 0;
	doc = discover_document(l, buf_str(&url), budget, &why);
	if (doc)
		return metadata_take(l->flow, doc, l->endpoints, err);
	if (why.kind != ERR_REFUSED) {
		*err = why;
		return -1;
	}
	discover_note(lost, &why);
	return 0;
}

/* What is missing yet is looked for at each place, the first time with all patience. */
static int discover_all(struct login *l, const struct budget *budget, struct err *lost,
			struct err *err)
{
	for (int place = 0; place < METADATA_PLACES && !discover_is_done(l); place++) {
		bool needed = !l->endpoints->token_url.len;
		struct budget own = *budget;

		own.total_ms = needed ? budget->total_ms : 0;
		if (discover_at(l, place, &own, lost, err) == 0)
			continue;
		if (needed || err->kind == ERR_INTERRUPTED)
			return -1;
		log_warn("no revocation endpoint was found: %s", err->text);
		*err = ERR_INIT;
		return 0;
	}
	return 0;
}

int discover(struct login *l, const struct budget *budget, struct err *err)
{
	struct err lost = ERR_INIT;

	if (!l->flow->discover_token || !l->endpoints->issuer.len)
		return 0;
	if (discover_all(l, budget, &lost, err))
		return -1;
	if (l->endpoints->token_url.len)
		return 0;
	if (lost.kind != ERR_NONE) {
		*err = lost;
		return -1;
	}
	err_set(err, ERR_REFUSED, "discovery: the issuer names no token_endpoint");
	return err_hint(err, "set token-url (CC_TOKEN_URL)");
}
