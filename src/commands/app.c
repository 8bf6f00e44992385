#include "commands/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/log.h"

const char *app_saved(const struct app *app)
{
	return app->command->after_main ? runner_saved(&app->runner, ACTION_STATE) : NULL;
}

int app_settings(struct app *app, struct err *err)
{
	const char *saved = app_saved(app);
	const struct settings_sources from = { .input = app->runner.input,
					       .emptied = runner_emptied(&app->runner),
					       .handed = app->runner.handed,
					       .saved =
						       saved ? strrchr(saved, '?') : NULL,
					       .environment = !app->command->after_main };

	return settings_load(&app->settings, &from, err);
}

static int app_show(void *arg, struct err *err)
{
	return app_mask(arg, err);
}

/* Appends the path of @name as later steps see it; false when they can't. */
static bool app_shown_path(const struct app *app, const char *name, struct buf *out)
{
	AUTO_FREE char *path = realpath(name, NULL);

	return path && runner_shown_path(&app->runner, path, out);
}

/*
 * Later steps trust the same roots. The way there from the state is the same for all of
 * them, wherever a runner mounts both.
 */
static void app_share_ca(const struct app *app, struct session *s)
{
	AUTO_BUF struct buf dir = BUF_INIT(BUF_URL_MAX), file = BUF_INIT(BUF_URL_MAX);

	if (settings_has(&app->settings, SET_CA_FILE) && !s->record.ca_file.len &&
	    app_shown_path(app, buf_str(&s->state.path), &dir) &&
	    app_shown_path(app, settings_str(&app->settings, SET_CA_FILE), &file))
		fs_relative(buf_str(&dir), buf_str(&file), &s->ca_file);
}

int app_session(struct app *app, struct session *s, enum session_open_mode mode,
		struct err *err)
{
	struct buf *stored = &app->place.stored;
	const char *slash;

	buf_set(stored, mode == SESSION_CREATE ? NULL : getenv("CC_TOKEN_STATE"));
	while (stored->len > 1 && stored->ptr[stored->len - 1] == '/')
		buf_cut(stored, stored->len - 1);
	slash = strrchr(buf_str(stored), '/');
	if (slash > buf_str(stored) && !settings_has(&app->settings, SET_STATE_DIR))
		buf_add(&app->place.base, buf_str(stored),
			(size_t)(slash - buf_str(stored)));
	else if (runner_state_base(&app->runner, &app->settings, &app->place.base, err) ||
		 (mode == SESSION_CREATE &&
		  runner_give_base(&app->runner, buf_str(&app->place.base), err)))
		return -1;
	if (session_open(s, &app->settings, &app->place, mode, err))
		return -1;
	app_share_ca(app, s);
	s->masks = (struct session_masks){ .show = app_show, .arg = app };
	return 0;
}

int app_mask(struct app *app, struct err *err)
{
	if (redact_check(redact_list(), err))
		return -1;
	if (runner_mask(&app->runner))
		return err_sys(err, ERR_IO, errno, "can't tell the runner what to mask");
	return 0;
}

int app_token(struct app *app, struct session *s, const struct session_want *want,
	      struct err *err)
{
	int rc = session_token(s, want, err);

	if (!rc && s->record.token.lifetime < want->min_ttl)
		app_warn(app,
			 "the provider's tokens last %lld s, less than the %lld s asked "
			 "for by --min-ttl",
			 (long long)s->record.token.lifetime, (long long)want->min_ttl);
	return rc;
}

void app_warn(const struct app *app, const char *fmt, ...)
{
	AUTO_BUF struct buf text = BUF_INIT(8 * 1024);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	log_warn("%s", buf_str(&text));
	runner_annotate(&app->runner, RUNNER_WARNING, buf_str(&text));
}

void app_warn_of(const struct app *app, const struct err *why)
{
	app_warn(app, "%s%s%s", why->text, *why->hint ? ": " : "", why->hint);
}

void app_summary(const struct app *app, const struct buf *text)
{
	struct err why = ERR_INIT;

	if (runner_add(&app->runner, RUNNER_SUMMARY, buf_str(text), &why))
		app_warn(app, "no summary: %s", why.text);
}

int app_print(const struct buf *text, struct err *err)
{
	if (buf_check(text, "the output", err))
		return -1;
	if (fs_write_all(STDOUT_FILENO, buf_str(text), text->len))
		return err_sys(err, ERR_IO, errno, "can't write to stdout");
	return 0;
}

int app_seconds(const struct app *app, const char *name, int64_t otherwise, int64_t *ret,
		struct err *err)
{
	const char *text = args_value(&app->args, name);
	int64_t n = text ? settings_parse_seconds(text) : otherwise;

	if (n < 0)
		return err_set(err, ERR_USAGE,
			       "--%s must be seconds, or a number with m, h or d", name);
	*ret = n;
	return 0;
}
