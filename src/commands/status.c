#include "commands/command.h"

#include <string.h>

#include "base/json.h"
#include "base/quote.h"
#include "commands/background.h"

const struct arg_row status_options[] = {
	{ "json", 0, NULL, "one JSON object" },
	{ NULL, 0, NULL, NULL },
};

static void status_add(struct json *o, struct buf *text, const char *key,
		       const char *label, const char *value)
{
	json_put_str(o, key, value);
	if (*value)
		buf_addf(text, "%-12s %s\n", label, value);
}

static void status_token(const struct record *r, bool valid, struct json *o,
			 struct buf *text)
{
	char issued[CLOCK_TEXT_SIZE];
	struct token_view view;

	token_view(&r->token, &view);
	clock_format(r->token.issued_wall, issued);
	status_add(o, text, "fingerprint", "token", view.fingerprint);
	status_add(o, text, "issued_at", "issued", issued);
	status_add(o, text, "expires_at", "expires", view.expires);
	json_put_num(o, "expires_in", (double)view.seconds);
	json_put_bool(o, "valid", valid);
	json_put_num(o, "refreshes", (double)(r->minted > 0 ? r->minted - 1 : 0));
	buf_addf(text, "%-12s %s\n", "left", view.seconds ? view.left : "expired");
	buf_addf(text, "%-12s %lld\n", "refreshes",
		 (long long)(r->minted > 0 ? r->minted - 1 : 0));
}

/* Whether it runs is asked of the kernel, so the answer holds after a kill -9, too. */
static void status_refresher(const struct session *s, struct json *o, struct buf *text)
{
	const char *kind = background_kind(s);
	char next[CLOCK_TEXT_SIZE] = "";

	if (strcmp(kind, "none") != 0 && s->record.next_wall)
		clock_format(s->record.next_wall, next);
	status_add(o, text, "refresher", "refresher", kind);
	status_add(o, text, "next_refresh_at", "next refresh", next);
}

/* A script that asked for JSON gets some, whatever there is. */
static int status_none(struct json *o, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT(4096);
	struct err full = ERR_INIT;

	json_put_bool(o, "valid", false);
	json_print(o, &out);
	buf_addc(&out, '\n');
	if (app_print(&out, &full))
		*err = full;
	return -1;
}

int cmd_status(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	AUTO_BUF struct buf text = BUF_INIT(64 * 1024), out = BUF_INIT(64 * 1024);
	struct session_want want = { 0 };
	const struct record *r = &s.record;
	AUTO_JSON struct json *o = json_object();
	bool valid, json = args_has(&app->args, "json");

	if (app_session(app, &s, SESSION_STORED, err))
		return err->kind == ERR_NO_TOKEN && json ? status_none(o, err) : -1;
	valid = session_is_good(&s, &want);
	status_add(o, &text, "provider", "provider",
		   r->flow ? provider_name(r->flow->provider) : "");
	status_add(o, &text, "api_url", "API host", buf_str(&r->endpoints.api_url));
	status_add(o, &text, "state", "state", buf_str(&s.state.path));
	if (r->has_token)
		status_token(r, valid, o, &text);
	status_refresher(&s, o, &text);
	status_add(o, &text, "last_error", "last error", r->last_error.text);
	if (json) {
		json_print(o, &out);
		buf_addc(&out, '\n');
	}
	if (app_print(out.len ? &out : &text, err))
		return -1;
	return valid ? 0 : 1;
}
