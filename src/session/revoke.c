#include "session/session.h"

#include <string.h>

#include "base/log.h"

enum { TAKE_BACK_MS = 5 * 1000 };

struct revoke_answer {
	const struct flow *flow;
};

static enum oauth_verdict revoke_judge(void *arg, const struct http_resp *resp,
				       struct err *err)
{
	struct revoke_answer *a = arg;

	return oauth_revoke_answer(a->flow, resp, err);
}

/* RFC 7009 section 2.1 wants the client's credentials; no others go to this server. */
static int revoke_check_client(const struct session *s, struct err *err)
{
	if (s->flow->revocation == REVOKE_GENESYS)
		return 0;
	if (!s->elsewhere && settings_has(s->settings, SET_CLIENT_SECRET) &&
	    strcmp(settings_str(s->settings, SET_CLIENT_ID),
		   buf_str(&s->record.client_id)) == 0)
		return 0;
	err_set(err, ERR_USAGE, "the credentials of the client are not given");
	return err_hint(err, "set client-id and client-secret as for the token");
}

static int revoke_one(struct session *s, const char *token, bool is_refresh,
		      const struct budget *budget, struct err *err)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	struct revoke_answer answer = { s->flow };
	struct judge judge = { "revocation", revoke_judge, &answer };

	if (revoke_check_client(s, err) || !session_http(s, err))
		return -1;
	if (oauth_revoke_request(s->flow, &s->record.endpoints, s->settings, token,
				 is_refresh, &req, err))
		return -1;
	return exchange(s->http, &req, &resp, budget, &judge, err);
}

static void revoke_count(struct session *s, const struct buf *token, bool is_refresh,
			 const struct budget *budget, struct session_revoked *ret)
{
	struct err why = ERR_INIT;

	if (!token->len)
		return;
	if (revoke_one(s, buf_str(token), is_refresh, budget, &why) == 0) {
		ret->revoked++;
		return;
	}
	ret->failed++;
	ret->why = why;
}

/* A refresh token outlives its access token, so it is taken back in any case. */
static void revoke_token(struct session *s, const struct token *t,
			 const struct budget *budget, struct session_revoked *ret)
{
	if (s->flow->revocation == REVOKE_RFC7009)
		revoke_count(s, &t->refresh, true, budget, ret);
	if (token_left_ms(t) > 0)
		revoke_count(s, &t->access, false, budget, ret);
}

static struct budget revoke_budget(const struct session *s, int64_t total_ms)
{
	int64_t timeout_ms = settings_seconds(s->settings, SET_TIMEOUT) * 1000;

	return (struct budget){ .start_boot_ms = clock_boot_ms(),
				.total_ms = total_ms,
				.attempt_ms =
					timeout_ms < total_ms ? timeout_ms : total_ms };
}

void session_revoke(struct session *s, int64_t budget_ms, struct session_revoked *ret)
{
	struct budget budget = revoke_budget(s, budget_ms);

	*ret = (struct session_revoked){ .why = ERR_INIT };
	if (s->record.has_token)
		revoke_token(s, &s->record.token, &budget, ret);
	for (size_t i = s->record.replaced_count; i > 0; i--)
		revoke_token(s, &s->record.replaced[i - 1], &budget, ret);
}

void session_take_back(struct session *s)
{
	AUTO_RECORD struct record stored = RECORD_INIT;
	struct budget budget = revoke_budget(s, TAKE_BACK_MS);
	struct session_revoked done = { .why = ERR_INIT };

	state_read(&s->state, &stored);
	if ((stored.has_token &&
	     buf_equal(&stored.token.access, &s->record.token.access)) ||
	    (s->flow->revocation == REVOKE_NONE && !s->record.endpoints.revoke_url.len))
		return;
	revoke_token(s, &s->record.token, &budget, &done);
	if (done.failed)
		log_warn("a new token could neither be stored nor revoked: %s",
			 done.why.text);
}
