/*
 * Any answer of a token endpoint, for every flow: the first byte chooses the status, then
 * come the headers up to a NUL, then the body. A token is one that may stand in a header;
 * an error is fit to be printed.
 */
#include "oauth/oauth.h"

#include "base/log.h"
#include "base/utf8.h"
#include "fuzz.h"

static const int statuses[] = { 200, 201, 302, 400, 401, 403, 429, 500, 503 };

static void fuzz_check_text(const char *text)
{
	must(utf8_valid(text, strlen(text)) && !strstr(text, "the-client-secret"));
	for (; *text; text++)
		must((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void fuzz_check_token(const struct token *t)
{
	must(!token_fault(buf_str(&t->access), true));
	must(t->lifetime >= 0 && t->lifetime <= TOKEN_LIFETIME_MAX);
	must(redact_finds(redact_list(), buf_str(&t->access), t->access.len) ||
	     t->access.len < REDACT_MIN);
	for (const char *p = buf_str(&t->refresh); *p; p++)
		must(*p > 0x20 && *p < 0x7f);
}

static void fuzz_answer(const struct flow *f, const struct http_resp *resp)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	AUTO_ENDPOINTS struct endpoints e = ENDPOINTS_INIT;
	struct settings s;
	struct err err = ERR_INIT;
	enum oauth_verdict verdict;
	bool kept = false;

	settings_init(&s);
	s.provider = f->provider;
	buf_set(&s.v[SET_CLIENT_ID].value, "client");
	buf_set(&s.v[SET_CLIENT_SECRET].value, "the-client-secret");
	redact_add(redact_list(), "the-client-secret");
	verdict = oauth_token_answer(f, &e, &s, resp, &t, &err);
	if (verdict == OAUTH_OK) {
		fuzz_check_token(&t);
	} else {
		must(err.kind == (verdict == OAUTH_RETRY ? ERR_TRANSIENT : ERR_REFUSED));
		must(*err.text && *err.hint);
		fuzz_check_text(err.text);
		fuzz_check_text(err.hint);
	}
	verdict = oauth_revoke_answer(f, &e, &s, resp, &kept, &err);
	must(verdict == OAUTH_OK || *err.text);
	settings_release(&s);
	redact_release(redact_list());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;

	if (!size)
		return 0;
	resp.status = statuses[*data % ARRAY_LEN(statuses)];
	data++;
	size--;
	fuzz_text(&data, &size, &resp.headers);
	buf_add(&resp.body, data, size);
	for (const struct provider *const *p = providers; *p; p++)
		for (size_t i = 0; i < (*p)->flow_count; i++)
			fuzz_answer(&(*p)->flows[i], &resp);
	return 0;
}
