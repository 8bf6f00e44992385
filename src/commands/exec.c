#include "commands/command.h"

#include <errno.h>

#include "base/child.h"
#include "base/log.h"
#include "commands/filter.h"

const struct arg_row exec_options[] = {
	{ "redact", 0, NULL, "replace token and secrets in the command's output by ***" },
	{ "min-ttl", 0, "SECONDS", "fetch unless the stored token lasts that long" },
	{ NULL, 0, NULL, NULL },
};

/* The token in, the long-lived secrets out: of our own environment, which the command
 * inherits. */
static int exec_environment(const struct session *s, struct err *err)
{
	AUTO_HANDOVER struct handover h;

	settings_clear_environment();
	if (handover_fill(&h, s, buf_str(&s->state.path), err))
		return -1;
	for (size_t i = 0; i < h.count; i++)
		if (setenv(h.v[i].name, buf_str(&h.v[i].value), 1))
			return err_sys(err, ERR_INTERNAL, errno, "the environment");
	return 0;
}

int cmd_exec(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	AUTO_CHILD struct child child = CHILD_INIT;
	struct session_want want = { .api = true };
	bool redact = args_has(&app->args, "redact");

	if (!app->args.rest_count) {
		err_set(err, ERR_USAGE, "no command to run");
		return err_hint(err, "cc-token exec -- CMD...");
	}
	if (app_seconds(app, "min-ttl", 0, &want.min_ttl, err) ||
	    app_session(app, &s, SESSION_USE, err) || app_token(app, &s, &want, err) ||
	    exec_environment(&s, err))
		return -1;
	transport_hang_up(&s.transport);
	if (child_start(&child, app->args.rest, redact, app->umask, err))
		return -1;
	/* The command may run for hours, and waiting for it needs no secret. */
	settings_release(&app->settings);
	if (redact)
		return filter_run(&child, &s.state, err);
	session_close(&s);
	redact_release(redact_list());
	return child_wait(&child);
}
