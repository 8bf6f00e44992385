#include "commands/command.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/json.h"
#include "base/quote.h"

const struct arg_row get_options[] = {
	{ "format", 'f', "FORMAT", "token (default), header, env or json" },
	{ "min-ttl", 0, "SECONDS", "fetch unless the stored token lasts that long" },
	{ "force", 0, NULL, "fetch in any case" },
	{ NULL, 0, NULL, NULL },
};

static void get_token(const struct session *s, struct buf *out)
{
	buf_addf(out, "%s\n", buf_str(&s->record.token.access));
}

static void get_header(const struct session *s, struct buf *out)
{
	token_header(buf_str(&s->record.token.access), out);
	buf_addc(out, '\n');
}

static void get_env(const struct session *s, struct buf *out)
{
	AUTO_HANDOVER struct handover h;
	struct err ignored = ERR_INIT;

	if (handover_fill(&h, s, buf_str(&s->state.path), &ignored))
		out->failed = true;
	for (size_t i = 0; i < h.count; i++) {
		buf_addf(out, "export %s=", h.v[i].name);
		quote_shell(out, buf_str(&h.v[i].value));
		buf_addc(out, '\n');
	}
}

static void get_json(const struct session *s, struct buf *out)
{
	const struct record *r = &s->record;
	AUTO_BUF struct buf file = BUF_INIT(BUF_URL_MAX), header = BUF_INIT(BUF_URL_MAX);
	struct json *o = json_object();
	struct token_view view;

	state_paths(buf_str(&s->state.path), &file, &header);
	out->failed = out->failed || file.failed || header.failed;
	token_view(&r->token, &view);
	json_put_str(o, "access_token", buf_str(&r->token.access));
	json_put_str(o, "token_type", "Bearer");
	json_put_num(o, "expires_in", (double)view.seconds);
	json_put_str(o, "expires_at", view.expires);
	json_put_str(o, "api_url", buf_str(&s->at.api_url));
	json_put_str(o, "fingerprint", view.fingerprint);
	json_put_str(o, "token_file", buf_str(&file));
	json_put_str(o, "header_file", buf_str(&header));
	json_print(o, out);
	json_free(o);
	buf_addc(out, '\n');
}

static const struct {
	const char *name;
	void (*print)(const struct session *s, struct buf *out);
	bool api; /* it tells the API host */
} formats[] = {
	{ "token", get_token, false },
	{ "header", get_header, false },
	{ "env", get_env, true },
	{ "json", get_json, true },
};

/*
 * eval "$(cc-token get --format env)" has no eye for our exit code: an eval of nothing is
 * a success. So there is something to run, which fails as we do (POSIX, 2.14, eval).
 */
void get_failed(const struct app *app, const struct err *err, int code)
{
	AUTO_BUF struct buf line = BUF_INIT(32);
	const char *format = args_value(&app->args, "format");

	(void)err;
	if (!format || strcmp(format, "env") != 0)
		return;
	buf_addf(&line, "(exit %d)\n", code);
	fs_write_all(STDOUT_FILENO, buf_str(&line), line.len);
}

int cmd_get(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	AUTO_BUF struct buf out = BUF_INIT(BUF_BODY_MAX);
	const char *format = args_value(&app->args, "format");
	struct session_want want = { .force = args_has(&app->args, "force") };
	size_t i = 0;

	while (format && i < ARRAY_LEN(formats) && strcmp(format, formats[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(formats))
		return err_set(err, ERR_USAGE,
			       "--format must be one of token, header, env, json");
	want.api = formats[i].api;
	if (app_seconds(app, "min-ttl", 0, &want.min_ttl, err) ||
	    app_session(app, &s, SESSION_USE, err) || app_token(app, &s, &want, err))
		return -1;
	formats[i].print(&s, &out);
	return app_print(&out, err);
}
