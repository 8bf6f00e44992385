/* The requests that ask for the pages of a list. */
#include "api/paging.h"

#include <stdio.h>
#include <string.h>

#include "api/jsonedit.h"
#include "base/json.h"
#include "base/quote.h"
#include "net/url.h"

static int paging_set_q64(const struct paging_style *s, const char *number,
			  const char *url, struct buf *out, struct err *err)
{
	AUTO_BUF struct buf q64 = BUF_INIT(BUF_URL_MAX), query = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf changed = BUF_INIT(BUF_URL_MAX);

	url_get_query(url, "q64", &q64);
	for (char *p = q64.ptr; p && *p; p++)
		*p = *p == '+' || *p == ' ' ? '-' : *p == '/' ? '_' : *p;
	buf_cut(&q64, strcspn(buf_str(&q64), "="));
	if (!quote_base64url_decode(&query, buf_str(&q64), q64.len))
		return err_set(err, ERR_USAGE, "q64 is no base64");
	if (jsonedit_set(buf_str(&query), s->param, number, &changed, err))
		return err_wrap(err, "q64");
	buf_reset(&q64);
	quote_base64(&q64, buf_str(&changed), changed.len);
	return url_set_query(url, "q64", buf_str(&q64), out, err);
}

/* Puts a number or text where the style carries it. */
static int paging_put(const struct paging_style *s, const char *param, const char *value,
		      const struct http_req *from, struct http_req *ret, struct err *err)
{
	AUTO_BUF struct buf url = BUF_INIT(BUF_URL_MAX);
	AUTO_BUF struct buf body = BUF_INIT(from->body.max);

	buf_adds(&url, buf_str(&from->url));
	buf_adds(&body, buf_str(&from->body));
	buf_reset(s->place == IN_BODY ? &body : &url);
	if (s->place == IN_BODY) {
		if (jsonedit_set(buf_str(&from->body), param, value, &body, err))
			return -1;
	} else if (s->place == IN_Q64) {
		if (paging_set_q64(s, value, buf_str(&from->url), &url, err))
			return -1;
	} else if (url_set_query(buf_str(&from->url), param, value, &url, err)) {
		return -1;
	}
	buf_set(&ret->url, buf_str(&url));
	buf_set(&ret->body, buf_str(&body));
	ret->has_body = from->has_body || s->place == IN_BODY;
	return 0;
}

/* Some lists that answer with `cursors.after` want it as `cursor`. */
static const char *paging_param(const struct paging *p)
{
	AUTO_BUF struct buf ignored = BUF_INIT(BUF_URL_MAX);
	const char *param = p->style->param;

	if (p->style->way == WAY_CURSOR &&
	    !url_get_query(buf_str(&p->first->url), param, &ignored) &&
	    url_get_query(buf_str(&p->first->url), "cursor", &ignored))
		return "cursor";
	return param;
}

/* A cursor is a text, for a body with quotes; a number is written the same everywhere. */
static void paging_add_value(const struct paging_style *s, const char *text,
			     struct buf *out)
{
	AUTO_JSON struct json *value = json_string(text);

	if (s->way == WAY_CURSOR && s->place == IN_BODY)
		json_print(value, out);
	else
		buf_adds(out, text);
}

int paging_request(const struct paging *p, const struct position *at,
		   struct http_req *ret, struct err *err)
{
	AUTO_BUF struct buf value = BUF_INIT(2 * BUF_URL_MAX);
	const struct http_req *first = p->first;

	buf_set(&ret->url,
		at->at < 0 && at->ref.len ? buf_str(&at->ref) : buf_str(&first->url));
	buf_set(&ret->body, buf_str(&first->body));
	ret->has_body = first->has_body;
	if (at->at < 0)
		return buf_check(&ret->url, "the URL", err);
	if (at->ref.len)
		paging_add_value(p->style, buf_str(&at->ref), &value);
	else
		buf_addf(&value, "%lld", (long long)at->at);
	return paging_put(p->style, paging_param(p), buf_str(&value), first, ret, err);
}

int paging_set_size(const struct paging_style *s, int64_t size, struct http_req *req,
		    struct err *err)
{
	char number[32];

	if (!s->size_param)
		return err_set(err, ERR_USAGE, "--page-size means nothing for %s",
			       s->name);
	snprintf(number, sizeof(number), "%lld", (long long)size);
	return paging_put(s, s->size_param, number, req, req, err);
}

int paging_set_start(const struct paging_style *s, const char *value,
		     struct http_req *req, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_SECRET_MAX);

	if (!s->param)
		return err_set(err, ERR_USAGE, "%s has no numbered pages and no cursor",
			       s->name);
	paging_add_value(s, value, &text);
	return paging_put(s, s->param, buf_str(&text), req, req, err);
}
