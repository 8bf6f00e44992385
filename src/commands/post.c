#include "commands/command.h"

#include <string.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "commands/background.h"

enum {
	POST_LOCK_MS = 10 * 1000,
	POST_REVOKE_MS = 10 * 1000,
	POST_TRIES = 4,
	POST_AGAIN_MS = 250, /* between them */
};

/*
 * The state of the main step: the directory it saved, else (act gives docker post steps
 * no STATE_*, and `stop` runs anywhere) the one that the settings mean.
 */
static int post_open_once(struct app *app, struct session *s, struct err *err)
{
	const char *saved = app_saved(app);
	const char *rest = saved ? strrchr(saved, '?') : NULL;

	buf_reset(&app->place.base);
	buf_reset(&app->place.stored);
	if (!saved)
		return app_session(app, s, SESSION_STORED, err);
	buf_add(&app->place.stored, saved, rest ? (size_t)(rest - saved) : strlen(saved));
	return session_open(s, &app->settings, &app->place, SESSION_SAVED, err);
}

/* What is to be revoked is not given up for one call that failed: true after a moment. */
static bool post_may_pass(int tried, const struct err *why)
{
	struct err ignored = ERR_INIT;

	return tried < POST_TRIES && (why->kind == ERR_IO || why->kind == ERR_INTERNAL) &&
	       interrupt_wait(-1, POST_AGAIN_MS, &ignored) == 0;
}

static int post_open(struct app *app, struct session *s, struct err *err)
{
	struct err why = ERR_INIT;

	for (int i = 1; post_open_once(app, s, &why); i++) {
		session_close(s);
		if (!post_may_pass(i, &why)) {
			*err = why;
			return -1;
		}
	}
	return 0;
}

/* A post step never turns a green job red: what fails there is a warning. */
static int post_fail(const struct app *app, struct err *why, struct err *err)
{
	if (app->command->runner_step) {
		err_wrap(why, "not revoked");
		app_warn_of(app, why);
		return 0;
	}
	*err = *why;
	return -1;
}

/* For who does without a lock that others do not give up. -1: interrupted. */
static int post_lock(const struct app *app, struct session *s, struct err *err)
{
	struct err why = ERR_INIT;

	if (state_lock(&s->state, POST_LOCK_MS, &why) == 0 || why.kind == ERR_NO_TOKEN)
		return 0;
	if (why.kind == ERR_INTERRUPTED) {
		*err = why;
		return -1;
	}
	err_wrap(&why, "going on without the lock");
	app_warn_of(app, &why);
	return 0;
}

/* Of a state that is gone meanwhile the last record counts. */
static int post_read(struct session *s, struct err *err)
{
	struct err why = ERR_INIT;

	for (int i = 1; !state_is_gone(&s->state) && session_reload(s, &why); i++) {
		if (!post_may_pass(i, &why)) {
			*err = why;
			return -1;
		}
	}
	session_find_stray(s);
	return 0;
}

static size_t post_count(const struct session *s)
{
	return s->record.replaced_count + (s->record.has_token ? 1 : 0);
}

/* True when there is something to be revoked, and it can be; else says why not. */
static bool post_can_revoke(const struct app *app, struct session *s)
{
	const struct flow *flow = s->who.flow;
	char until[CLOCK_TEXT_SIZE];
	struct err why = ERR_INIT;

	if (!settings_bool(&app->settings, SET_REVOKE) || !post_count(s))
		return false;
	clock_format(record_expires_wall(&s->record), until);
	if (!session_can_revoke(s)) {
		log_info("%s has no revocation%s; the token runs out by itself, at %s",
			 flow ? provider_name(flow->provider) : "the provider",
			 flow && flow->revocation == REVOKE_RFC7009
				 ? " endpoint that is known (set revoke-url)"
				 : "",
			 until);
		return false;
	}
	if (session_check_revoker(s, &why) == 0)
		return true;
	err_wrap(&why, "%zu token%s not revoked, alive until %s at the latest",
		 post_count(s), post_count(s) == 1 ? "" : "s", until);
	app_warn_of(app, &why);
	return false;
}

static int post_revoke(const struct app *app, struct session *s, struct revoked *ret,
		       struct err *err)
{
	char until[CLOCK_TEXT_SIZE];

	if (!post_can_revoke(app, s))
		return 0;
	session_revoke(s, POST_REVOKE_MS, ret);
	if (!ret->failed) {
		log_info("%d token%s revoked", ret->revoked,
			 ret->revoked == 1 ? "" : "s");
		return 0;
	}
	clock_format(record_expires_wall(&s->record), until);
	*err = ret->why;
	return err_wrap(err,
			"%d of %d tokens could not be revoked and will run out by "
			"themselves, at %s at the latest",
			ret->failed, ret->failed + ret->revoked, until);
}

static void post_summary(const struct app *app, const struct session *s,
			 const struct revoked *done)
{
	AUTO_BUF struct buf text = BUF_INIT(4096);
	long long refreshes = s->record.minted > 0 ? s->record.minted - 1 : 0;
	long long revoked = s->record.revoked + done->revoked;

	buf_addf(&text, "cc-token: %lld refresh%s, %lld token%s revoked", refreshes,
		 refreshes == 1 ? "" : "es", revoked, revoked == 1 ? "" : "s");
	if (done->failed)
		buf_addf(&text, ", %d not", done->failed);
	buf_adds(&text, ".\n\n");
	app_summary(app, &text);
}

/* For another stop: what could not be revoked now stays on the list. */
static void post_keep(struct session *s)
{
	struct err why = ERR_INIT;

	if (s->state.lock_fd >= 0 && state_write(&s->state, &s->record, &why))
		log_warn("%s", why.text);
	log_info("%s is kept: run cc-token stop again", buf_str(&s->state.path));
}

/* 0 when the state may go; -1 when it stays. */
static int post_end_tokens(struct app *app, struct session *s, struct err *err)
{
	struct revoked done = { .why = ERR_INIT };
	int rc;

	if (post_lock(app, s, err) || post_read(s, err))
		return -1;
	rc = post_revoke(app, s, &done, err);
	post_summary(app, s, &done);
	if (!rc)
		return 0;
	/* A post step has no second chance, unless it was cut off in its first. */
	if (!app->command->runner_step || err->kind == ERR_INTERRUPTED) {
		post_keep(s);
		return -1;
	}
	app_warn_of(app, err);
	*err = ERR_INIT;
	return 0;
}

/* For the refresher, where it has the credentials and we have none. */
static bool post_needs_refresher(const struct app *app, struct session *s)
{
	struct err ignored = ERR_INIT;

	return settings_bool(&app->settings, SET_REVOKE) && post_count(s) &&
	       s->who.flow && session_check_revoker(s, &ignored) != 0;
}

int cmd_post(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	const char *saved = app_saved(app);
	struct err why = ERR_INIT;

	/* The main step failed before it made anything to clean up, and has said why. */
	if (saved && !*saved)
		return 0;
	if (post_open(app, &s, &why))
		return why.kind == ERR_NO_TOKEN ? 0 : post_fail(app, &why, err);
	/* First, so that no token is minted after the others were revoked. */
	background_stop(app, &s, post_needs_refresher(app, &s));
	if (post_end_tokens(app, &s, &why))
		return post_fail(app, &why, err);
	if (state_remove(&s.state, &why))
		app_warn_of(app, &why);
	install_remove(&s.state.path);
	return 0;
}
