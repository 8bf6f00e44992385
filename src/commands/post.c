#include "commands/command.h"

#include <string.h>

#include "base/log.h"

enum { POST_REVOKE_MS = 10 * 1000 };

/*
 * The state of the main step: the directory it saved, else (act gives docker post steps
 * no STATE_*, and `stop` runs anywhere) the one that the settings mean.
 */
static int post_open(struct app *app, struct session *s, struct err *err)
{
	const char *saved = app->command->to_log ? runner_saved("state") : NULL;

	if (!saved)
		return app_session(app, s, SESSION_STORED, err);
	buf_set(&app->place.stored, saved);
	return session_open(s, &app->settings, &app->place, SESSION_SAVED, err);
}

static void post_revoke(struct app *app, struct session *s)
{
	struct session_revoked done;

	if (!settings_bool(&app->settings, SET_REVOKE) || !s->record.has_token)
		return;
	if (!s->flow ||
	    (s->flow->revocation == REVOKE_NONE && !s->record.endpoints.revoke_url.len)) {
		log_info("%s has no revocation; the token runs out by itself",
			 s->flow ? provider_name(s->flow->provider) : "the provider");
		return;
	}
	session_revoke(s, POST_REVOKE_MS, &done);
	if (done.failed)
		app_warn(app,
			 "%d of %d tokens could not be revoked and will run out by "
			 "themselves: %s",
			 done.failed, done.failed + done.revoked, done.why.text);
	else
		log_info("%d token%s revoked", done.revoked,
			 done.revoked == 1 ? "" : "s");
}

/* A post step never turns a green job red: what fails is a warning. */
int cmd_post(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	struct err why = ERR_INIT;

	if (post_open(app, &s, &why)) {
		if (why.kind != ERR_NO_TOKEN)
			app_warn(app, "nothing to clean up: %s", why.text);
		return 0;
	}
	if (state_lock(&s.state, &why) == 0)
		post_revoke(app, &s);
	else
		app_warn(app, "not revoked: %s", why.text);
	why = ERR_INIT;
	if (state_remove(&s.state, &why))
		app_warn(app, "the state is left behind: %s", why.text);
	(void)err;
	return 0;
}
