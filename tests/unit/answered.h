/* An answer of a token endpoint, and what it is taken for, for tests. */
#ifndef UNIT_ANSWERED_H
#define UNIT_ANSWERED_H

#include "flow.h"
#include "oauth/oauth.h"

static inline void answer(struct http_resp *resp, int status, const char *headers,
			  const char *body)
{
	*resp = HTTP_RESP_INIT;
	resp->status = status;
	buf_adds(&resp->headers, headers ? headers : "");
	buf_adds(&resp->body, body);
	resp->sent_boot_ms = 5000;
}

static inline enum oauth_verdict judge(const char *const *env,
				       const struct http_resp *resp, struct token *ret,
				       struct err *err)
{
	AUTO_WAY struct way w;
	enum oauth_verdict verdict;

	way_find(&w, env);
	verdict = oauth_token_answer(w.flow, &w.endpoints, &w.settings, resp, ret, err);
	return verdict;
}

#endif
