#include "commands/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/quote.h"
#include "commands/background.h"

/* State first: the post step must find what there is, even if the rest fails. */
static int action_save(struct app *app, const struct session *s, struct err *err)
{
	AUTO_BUF struct buf saved = BUF_INIT(BUF_SECRET_MAX),
			    rest = BUF_INIT(BUF_SECRET_MAX);

	settings_save(&app->settings, &rest);
	buf_adds(&saved, buf_str(&s->state.path));
	if (rest.len || strchr(buf_str(&saved), '?'))
		buf_addf(&saved, "?%s", buf_str(&rest));
	if (buf_check(&rest, "what the post step needs", err) ||
	    buf_check(&saved, "what the post step needs", err))
		return -1;
	if (runner_put(&app->runner, RUNNER_STATE, ACTION_STATE, buf_str(&saved), err))
		return -1;
	app->saved = true;
	return 0;
}

/*
 * GitHub's runner sets what was saved over whatever another step has put into a variable
 * of that name, so something is saved always.
 */
void action_failed(const struct app *app, const struct err *err, int code)
{
	struct err ignored = ERR_INIT;

	(void)err;
	(void)code;
	if (!app->saved)
		runner_put(&app->runner, RUNNER_STATE, ACTION_STATE, "", &ignored);
}

static int action_outputs(struct app *app, const struct session *s, const char *dir,
			  const char *refresher, struct err *err)
{
	const struct token *t = &s->record.token;
	AUTO_BUF struct buf file = BUF_INIT(BUF_URL_MAX), header = BUF_INIT(BUF_URL_MAX);
	struct token_view view;
	char expires_in[32];

	token_view(t, &view);
	snprintf(expires_in, sizeof(expires_in), "%" PRId64, view.seconds);
	state_paths(dir, &file, &header);
	const struct {
		const char *name, *value;
	} outputs[] = {
		{ "access-token", buf_str(&t->access) },
		{ "token-type", "Bearer" },
		{ "expires-in", expires_in },
		{ "expires-at", view.expires },
		{ "api-url", buf_str(&s->at.api_url) },
		{ "token-file", buf_str(&file) },
		{ "header-file", buf_str(&header) },
		{ "fingerprint", view.fingerprint },
		{ "refresher", refresher },
	};

	for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
		if (runner_put(&app->runner, RUNNER_OUTPUT, outputs[i].name,
			       outputs[i].value, err))
			return -1;
	return 0;
}

/*
 * The variables have one value each, so the later action's stand. Its post step revokes
 * its own token: nothing else is lost.
 */
static void action_warn_of_other(struct app *app, const struct session *s,
				 const char *dir)
{
	const char *other = getenv("CC_TOKEN_STATE"), *state = buf_str(&s->state.path);

	if (!other || !*other || strcmp(other, dir) == 0 || strcmp(other, state) == 0)
		return;
	app_warn(app,
		 "CC_ACCESS_TOKEN and the other variables of the earlier token in %s now "
		 "hold this one; to keep them set export-env: false here, and use this "
		 "step's outputs or cc-token get --name %s",
		 other, strrchr(state, '/') + 1);
}

static int action_environment(struct app *app, const struct session *s, const char *dir,
			      struct err *err)
{
	AUTO_HANDOVER struct handover h;

	if (handover_fill(&h, s, dir, err))
		return -1;
	if (!settings_bool(&app->settings, SET_EXPORT_ENV))
		return 0;
	action_warn_of_other(app, s, dir);
	for (size_t i = 0; i < h.count; i++)
		if (runner_put(&app->runner, RUNNER_ENV, h.v[i].name,
			       buf_str(&h.v[i].value), err))
			return -1;
	return 0;
}

/*
 * Before there is a token to lose. A file that the runner does not share with us is not
 * made here: later steps would find nothing, and the job would stay green.
 */
static int action_check_files(const struct app *app, struct err *err)
{
	const struct {
		enum runner_file file;
		bool needed;
	} files[] = {
		{ RUNNER_OUTPUT, true },
		{ RUNNER_STATE, true },
		{ RUNNER_ENV, settings_bool(&app->settings, SET_EXPORT_ENV) },
		{ RUNNER_PATH, settings_bool(&app->settings, SET_INSTALL_CLI) },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i].needed &&
		    runner_check_file(&app->runner, files[i].file, err))
			return -1;
	return 0;
}

static void action_summary(const struct app *app, const struct session *s,
			   const char *refresher)
{
	const struct record *r = &s->record;
	AUTO_BUF struct buf text = BUF_INIT(16 * 1024);
	struct token_view view;

	token_view(&r->token, &view);
	buf_adds(&text,
		 "| Token of | API host | Expires | In | Fingerprint | Refresher |\n"
		 "|---|---|---|---|---|---|\n");
	buf_addf(&text, "| %s | %s | %s | %s | `%s` | %s |\n\n",
		 provider_name(r->flow->provider), buf_str(&s->at.api_url), view.expires,
		 view.left, view.fingerprint, refresher);
	app_summary(app, &text);
}

static void action_report(const struct session *s)
{
	const char *api = buf_str(&s->at.api_url);
	struct token_view view;

	token_view(&s->record.token, &view);
	log_info("%s token %s%s%s, %s left (fingerprint %s)",
		 provider_name(s->who.flow->provider),
		 s->outcome.minted ? "fetched" : "reused", *api ? " for " : "", api,
		 view.left, view.fingerprint);
}

int cmd_action(struct app *app, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	AUTO_BUF struct buf dir = BUF_INIT(BUF_URL_MAX);
	struct session_want want = { .api = true };
	const char *refresher;

	if (action_check_files(app, err) || app_session(app, &s, SESSION_CREATE, err) ||
	    action_save(app, &s, err) || app_mask(app, err) ||
	    app_token(app, &s, &want, err))
		return -1;
	if (settings_bool(&app->settings, SET_REFRESH) && background_start(app, &s, err))
		return -1;
	refresher = background_kind(&s);
	if (!runner_shown_path(&app->runner, buf_str(&s.state.path), &dir))
		app_warn(app,
			 "%s stands in this container alone, so later steps find no "
			 "files there, nor post the token to revoke: choose a state-dir "
			 "in the workspace",
			 buf_str(&s.state.path));
	if (action_outputs(app, &s, buf_str(&dir), refresher, err) ||
	    action_environment(app, &s, buf_str(&dir), err) ||
	    (settings_bool(&app->settings, SET_INSTALL_CLI) && install_cli(app, &s, err)))
		return -1;
	action_summary(app, &s, refresher);
	action_report(&s);
	return 0;
}
