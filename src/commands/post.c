#include "commands/command.h"

#include "base/log.h"
#include "commands/background.h"

enum { POST_LOCK_MS = 10 * 1000, POST_REVOKE_MS = 10 * 1000 };

/*
 * The state of the main step: the directory it saved, else (act gives docker post steps
 * no STATE_*, and `stop` runs anywhere) the one that the settings mean.
 */
static int post_open(struct app *app, struct session *s, struct err *err)
{
	const char *saved =
		app->command->runner_step ? runner_saved(&app->runner, "state") : NULL;

	if (!saved)
		return app_session(app, s, SESSION_STORED, err);
	buf_set(&app->place.stored, saved);
	return session_open(s, &app->settings, &app->place, SESSION_SAVED, err);
}

static void post_revoke(struct app *app, struct session *s, struct revoked *ret)
{
	const struct record *r = &s->record;

	if (!settings_bool(&app->settings, SET_REVOKE) ||
	    (!r->has_token && !r->replaced_count))
		return;
	if (!revoke_is_known(s->who.flow, &s->record.endpoints)) {
		log_info("%s has no revocation%s; the token runs out by itself",
			 s->who.flow ? provider_name(s->who.flow->provider)
				     : "the provider",
			 s->who.flow && s->who.flow->revocation == REVOKE_RFC7009
				 ? " endpoint that is known (set revoke-url)"
				 : "");
		return;
	}
	session_revoke(s, POST_REVOKE_MS, ret);
	if (ret->failed)
		app_warn(app,
			 "%d of %d tokens could not be revoked and will run out by "
			 "themselves: %s",
			 ret->failed, ret->failed + ret->revoked, ret->why.text);
	else
		log_info("%d token%s revoked", ret->revoked,
			 ret->revoked == 1 ? "" : "s");
}

static void post_summary(struct app *app, const struct session *s,
			 const struct revoked *done)
{
	AUTO_BUF struct buf text = BUF_INIT(4096);
	struct err why = ERR_INIT;
	long long refreshes = s->record.minted > 0 ? s->record.minted - 1 : 0;

	buf_addf(&text, "cc-token: %lld refresh%s, %d token%s revoked", refreshes,
		 refreshes == 1 ? "" : "es", done->revoked,
		 done->revoked == 1 ? "" : "s");
	if (done->failed)
		buf_addf(&text, ", %d not", done->failed);
	buf_adds(&text, ".\n\n");
	if (runner_add(&app->runner, RUNNER_SUMMARY, buf_str(&text), &why))
		app_warn(app, "%s", why.text);
}

/* Nothing stored is fine. What is in the way is the post step's warning, stop's error. */
static int post_not_found(struct app *app, const struct err *why, struct err *err)
{
	if (why->kind == ERR_NO_TOKEN)
		return 0;
	if (app->command->runner_step) {
		app_warn(app, "the token is not revoked: %s", why->text);
		return 0;
	}
	*err = *why;
	return -1;
}

/* A post step never turns a green job red: what fails is a warning. */
int cmd_post(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	struct revoked done = { .why = ERR_INIT };
	struct err why = ERR_INIT;

	if (post_open(app, &s, &why))
		return post_not_found(app, &why, err);
	/* First, so that no token is minted after the others were revoked. */
	background_stop(app, &s, false);
	if (state_lock(&s.state, POST_LOCK_MS, &why) || session_reload(&s, &why))
		app_warn(app, "not revoked: %s", why.text);
	else
		post_revoke(app, &s, &done);
	post_summary(app, &s, &done);
	why = ERR_INIT;
	if (state_remove(&s.state, &why))
		app_warn(app, "the state is left behind: %s", why.text);
	install_remove(&s.state.path);
	return 0;
}
