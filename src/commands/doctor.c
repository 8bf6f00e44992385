#include "commands/doctor.h"

#include <string.h>

#include "base/fs.h"
#include "base/log.h"
#include "oauth/oauth.h"
#include "refresh/engine.h"

const struct arg_row doctor_options[] = {
	{ "json", 0, NULL, "one JSON object" },
	{ NULL, 0, NULL, NULL },
};

/* Another variable of the same setting, with another value, which is not used. */
static const char *doctor_overruled(const struct settings *s, enum setting_id id)
{
	struct setting_variable v;

	for (size_t i = 0; settings_variable(id, i, &v); i++) {
		const char *value = getenv(v.name);

		if ((!v.only || v.only == s->provider) && value && *value &&
		    strcmp(value, settings_str(s, id)) != 0)
			return v.name;
	}
	return NULL;
}

/* No secret, and nothing of a URL that may hold one. */
static void doctor_show_setting(struct doctor *d, enum setting_id id, const char *where)
{
	AUTO_BUF struct buf value = BUF_INIT(BUF_SECRET_MAX);
	enum setting_kind kind = settings_row(id)->kind;

	if (kind == SETTING_URL)
		oauth_show_url(settings_str(d->settings, id), &value);
	else if (kind != SETTING_SECRET)
		buf_adds(&value, settings_str(d->settings, id));
	report_ok(&d->report, "setting", "%s%s%s", where, value.len ? " = " : "",
		  buf_str(&value));
}

static void doctor_setting(struct doctor *d, enum setting_id id)
{
	const struct settings *s = d->settings;
	AUTO_BUF struct buf where = BUF_INIT(512), pasted = BUF_INIT(512);
	const char *other = s->v[id].from == FROM_ENV ? doctor_overruled(s, id) : NULL;

	if (s->v[id].from <= FROM_DEFAULT)
		return;
	settings_describe(s, id, &where);
	if (settings_pasted(s, id, &pasted))
		report_warn(&d->report, "setting",
			    "store the value without it, unless it belongs to it", "%s",
			    buf_str(&pasted));
	else if (other && id != SET_CA_FILE)
		report_warn(&d->report, "setting", "unset one of them",
			    "%s is used, and %s has another value", buf_str(&where),
			    other);
	else
		doctor_show_setting(d, id, buf_str(&where));
}

static void doctor_provider(struct doctor *d)
{
	AUTO_BUF struct buf api = BUF_INIT(BUF_URL_MAX);
	const struct settings *s = d->settings;
	struct err why = ERR_INIT;

	for (int id = 0; id < SETTING_COUNT; id++)
		doctor_setting(d, (enum setting_id)id);
	d->flow = flow_choose(s, true, &why);
	if (!d->flow || endpoints_find(d->flow, s, &d->endpoints, &why)) {
		report_fail(&d->report, "provider", &why);
		d->flow = NULL;
		return;
	}
	oauth_hide(s);
	oauth_show_url(buf_str(&d->endpoints.api_url), &api);
	report_ok(&d->report, "provider", "%s%s%s, API %s", d->flow->name,
		  d->endpoints.region.len ? ", region " : "",
		  buf_str(&d->endpoints.region),
		  api.len ? buf_str(&api) : "to be discovered");
}

static void doctor_cut(struct buf *path)
{
	const char *slash = strrchr(buf_str(path), '/');

	buf_cut(path, slash ? (size_t)(slash - path->ptr) : 0);
}

/* Makes the directory and a file in it, and removes again what was not there before. */
static int doctor_try_directory(const char *path, struct err *err)
{
	AUTO_BUF struct buf there = BUF_INIT(BUF_URL_MAX), made = BUF_INIT(BUF_URL_MAX);
	AUTO_CLOSE int fd = -1;
	int rc;

	for (buf_adds(&there, path); there.len && !fs_is_dir(there.ptr);)
		doctor_cut(&there);
	fd = fs_make_dir(path, err);
	rc = fd < 0 ? -1 : fs_replace(fd, "doctor", "", 0, 0600, err);
	if (!rc)
		unlinkat(fd, "doctor", 0);
	for (buf_adds(&made, path); made.len > there.len && rmdir(made.ptr) == 0;)
		doctor_cut(&made);
	return rc;
}

static void doctor_state(struct doctor *d)
{
	AUTO_BUF struct buf base = BUF_INIT(BUF_URL_MAX);
	struct err why = ERR_INIT;

	report_ok(&d->report, "runner", "%s%s", runner_name(&d->app->runner),
		  d->app->runner.container ? ", in a container action" : "");
	if (runner_state_base(&d->app->runner, d->settings, &base, &why) == 0 &&
	    doctor_try_directory(buf_str(&base), &why) == 0) {
		report_ok(&d->report, "state", "tokens are kept in %s", buf_str(&base));
		return;
	}
	err_hint(&why, "choose another place by state-dir (CC_STATE_DIR)");
	report_fail(&d->report, "state", &why);
}

static void doctor_refresher(struct doctor *d)
{
	AUTO_ENGINE struct engine engine = ENGINE_INIT;
	bool wanted = settings_bool(d->settings, SET_REFRESH);
	struct err why = ERR_INIT;

	if (!runner_isolates(&d->app->runner))
		report_ok(&d->report, "refresher",
			  "cc-token refresh --detach keeps a token fresh here");
	else if (engine_open(&engine, ENGINE_SOCKET, &why) == 0)
		report_ok(&d->report, "refresher",
			  "%s answers: refresh: true can start a container",
			  ENGINE_SOCKET);
	else if (wanted)
		report_warn(&d->report, "refresher",
			    "run a step with background: true, or cc-token get where a "
			    "token is needed",
			    "no container can be started: %s", why.text);
	else
		report_ok(&d->report, "refresher", "no container can be started: %s",
			  why.text);
}

static void doctor_network(struct doctor *d)
{
	const struct endpoints *e = &d->endpoints;

	if (!d->flow || !doctor_way(d, e->token_url.len ? buf_str(&e->token_url)
							: buf_str(&e->issuer)))
		return;
	doctor_token(d);
}

static void doctor_open(struct doctor *d, struct app *app)
{
	*d = (struct doctor){ .app = app,
			      .settings = &app->settings,
			      .endpoints = ENDPOINTS_INIT,
			      .token = TOKEN_INIT,
			      .trace = TRACE_INIT };
	report_init(&d->report);
}

static void doctor_close(struct doctor *d)
{
	endpoints_release(&d->endpoints);
	token_release(&d->token);
	transport_close(&d->transport);
	trace_release(&d->trace);
	report_release(&d->report);
}

/* The transport; a CA file that can't be read shows at the first request. */
static void doctor_ready(struct doctor *d)
{
	int64_t timeout = settings_seconds(d->settings, SET_TIMEOUT) * 1000;

	transport_init(&d->transport, d->settings);
	d->transport.opts.trace = &d->trace;
	if (timeout > DOCTOR_ATTEMPT_MS)
		d->transport.opts.timeout_ms = DOCTOR_ATTEMPT_MS;
}

static void doctor_examine(struct doctor *d, struct app *app)
{
	struct err why = ERR_INIT;

	if (app_settings(app, &why)) {
		report_fail(&d->report, "setting", &why);
		return;
	}
	doctor_ready(d);
	doctor_provider(d);
	doctor_state(d);
	doctor_refresher(d);
	doctor_network(d);
}

/* The report is on stdout in any case; the first failure decides the exit code. */
int cmd_doctor(struct app *app, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT(512 * 1024);
	struct doctor d;
	int rc;

	doctor_open(&d, app);
	doctor_examine(&d, app);
	report_print(&d.report, args_has(&app->args, "json"), &out);
	rc = app_print(&out, err);
	if (!rc && d.report.first.kind != ERR_NONE) {
		*err = d.report.first;
		rc = -1;
	}
	doctor_close(&d);
	return rc;
}
