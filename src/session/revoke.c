#include "session/revoke.h"

#include <string.h>

#include "base/log.h"
#include "session/exchange.h"

bool revoke_is_known(const struct flow *flow, const struct endpoints *endpoints)
{
	return flow && (flow->revocation == REVOKE_ITSELF || endpoints->revoke_url.len);
}

struct revoke_answer {
	const struct revoker *v;
	bool kept;
};

static enum oauth_verdict revoke_judge(void *arg, const struct http_resp *resp,
				       struct err *err)
{
	struct revoke_answer *a = arg;

	return oauth_revoke_answer(a->v->flow, a->v->endpoints, a->v->settings, resp,
				   &a->kept, err);
}

/*
 * Tokens go to no other server than theirs, a secret to none but its own. RFC 7009
 * section 2.1 wants the client's credentials.
 */
int revoke_check_client(const struct revoker *v, struct err *err)
{
	if (v->armed && v->elsewhere) {
		err_set(err, ERR_USAGE, "the credentials of the client are not given");
		return err_hint(err, "those that are here are of another server");
	}
	if (v->flow->revocation == REVOKE_ITSELF)
		return 0;
	if (v->armed &&
	    strcmp(settings_str(v->settings, SET_CLIENT_ID), v->client_id) == 0)
		return 0;
	err_set(err, ERR_USAGE, "the credentials of the client are not given");
	return err_hint(err, "set client-id and client-secret as for the token");
}

/* 1 when the server does not revoke such a token. */
static int revoke_one(const struct revoker *v, const char *token, bool is_refresh,
		      const struct budget *budget, struct err *err)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	struct revoke_answer answer = { .v = v };
	struct judge judge = { "revocation", revoke_judge, &answer };

	if (revoke_check_client(v, err) || !transport_http(v->transport, err))
		return -1;
	if (oauth_revoke_request(v->flow, v->endpoints, v->settings, token, is_refresh,
				 &req, err))
		return -1;
	if (exchange(v->transport->http, &req, &resp, budget, &judge, err))
		return -1;
	return answer.kept;
}

static void revoke_count(const struct revoker *v, const struct buf *token,
			 bool is_refresh, const struct budget *budget,
			 struct revoked *ret)
{
	struct err why = ERR_INIT;
	int rc;

	if (!token->len)
		return;
	rc = revoke_one(v, buf_str(token), is_refresh, budget, &why);
	ret->revoked += rc == 0;
	ret->kept += rc > 0;
	ret->failed += rc < 0;
	if (rc < 0)
		ret->why = why;
}

/*
 * A refresh token outlives its access token, so it is taken back in any case. True when
 * nothing of @t is alive any more.
 */
static bool revoke_both(const struct revoker *v, const struct token *t,
			const struct budget *budget, struct revoked *ret)
{
	int failed = ret->failed;

	if (v->flow->revocation == REVOKE_RFC7009)
		revoke_count(v, &t->refresh, true, budget, ret);
	if (token_left_ms(t) > 0)
		revoke_count(v, &t->access, false, budget, ret);
	return ret->failed == failed;
}

static struct budget revoke_budget(const struct revoker *v, int64_t total_ms)
{
	int64_t timeout_ms = settings_seconds(v->settings, SET_TIMEOUT) * 1000;

	return (struct budget){ .start_boot_ms = clock_boot_ms(),
				.total_ms = total_ms,
				.attempt_ms =
					timeout_ms < total_ms ? timeout_ms : total_ms };
}

void revoke_token(const struct revoker *v, const struct token *t, int64_t budget_ms,
		  struct revoked *ret)
{
	struct budget budget = revoke_budget(v, budget_ms);

	revoke_both(v, t, &budget, ret);
}

void revoke_record(const struct revoker *v, struct record *r, int64_t budget_ms,
		   struct revoked *ret)
{
	struct budget budget = revoke_budget(v, budget_ms);

	*ret = (struct revoked){ .why = ERR_INIT };
	if (r->has_token && revoke_both(v, &r->token, &budget, ret))
		record_forget_present(r);
	for (size_t i = r->replaced_count; i-- > 0;)
		if (revoke_both(v, &r->replaced[i], &budget, ret))
			record_forget_replaced(r, i);
	if (ret->kept)
		log_info("the server does not revoke %s; the rest runs out by itself",
			 ret->revoked ? "all kinds of tokens" : "such tokens");
}
