#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "refresh/refresher.h"
#include "session/mailbox.h"

const struct arg_row refresh_options[] = {
	{ "detach", 'd', NULL, "go to the background once the first token is stored" },
	{ "from-stdin", 0, NULL,
	  "read variables from stdin, each NAME=VALUE and a NUL; say \"ready\" on stdout, "
	  "then log to refresher.log" },
	{ "await-state-dir", 0, NULL,
	  "begin when the directory CC_STATE_DIR is there, whose owner the state is "
	  "for; leave the reason of a failure in its file .failed" },
	{ NULL, 0, NULL, NULL },
};

/* What the process that starts a detached refresher hears from it through a pipe. */
struct refresh_report {
	pid_t pid;	/* first alone, at once */
	struct err err; /* then: kind ERR_NONE when it is ready */
};

/*
 * A service beside a job starts before it, and does not know as which user the job's
 * image runs. So the job makes the directory; what we put there is given to its owner.
 */
#define REFRESH_FAILED ".failed"
enum { AWAIT_MS = 100 };

static const char *refresh_awaited(const struct app *app)
{
	const char *dir = getenv(settings_row(SET_STATE_DIR)->variables[0]);

	return args_has(&app->args, "await-state-dir") && dir && *dir ? dir : NULL;
}

void refresh_failed(const struct app *app, const struct err *err, int code)
{
	const char *dir = refresh_awaited(app);
	AUTO_BUF struct buf text = BUF_INIT(4 * ERR_TEXT_MAX), clean = text;
	AUTO_CLOSE int fd = -1;
	bool asked = err->kind == ERR_REFUSED || err->kind == ERR_TRANSIENT;
	struct err ignored = ERR_INIT;

	(void)code;
	if (!dir || err->kind == ERR_INTERRUPTED)
		return;
	buf_addf(&text, "%s%s%s%s",
		 asked ? "no token is stored, and the last request failed: " : "",
		 err->text, *err->hint ? ": " : "", err->hint);
	log_clean(buf_str(&text), &clean);
	buf_addc(&clean, '\n');
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 ||
	    fs_replace(fd, REFRESH_FAILED, buf_str(&clean), clean.len, 0600, &ignored))
		log_warn("the job can't be told in %s", dir);
}

/* What another cc-token hands us through its pipe. */
static int refresh_read_variables(struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);

	if (fs_read_stdin(&text, err))
		return -1;
	for (size_t at = 0; at < text.len; at += strlen(text.ptr + at) + 1) {
		char *pair = text.ptr + at, *equals = strchr(pair, '=');

		if (!equals || equals == pair)
			return err_set(err, ERR_USAGE, "stdin holds no NAME=VALUE");
		*equals = '\0';
		if (setenv(pair, equals + 1, 1))
			return err_sys(err, ERR_INTERNAL, errno, "setenv");
		*equals = '=';
	}
	return 0;
}

int refresh_prepare(struct app *app, struct err *err)
{
	const char *dir = refresh_awaited(app);

	if (args_has(&app->args, "from-stdin") && refresh_read_variables(err))
		return -1;
	while (dir && !fs_is_dir(dir))
		if (interrupt_wait(-1, AWAIT_MS, err))
			return -1;
	return 0;
}

/* Masks go to stdout, where a runner reads those of a background step live. */
static int refresh_show(void *arg, struct err *err)
{
	struct app *app = arg;
	int fd = app->runner.fd, rc;

	app->runner.fd = STDOUT_FILENO;
	rc = app_mask(app, err);
	app->runner.fd = fd;
	return rc;
}

static void refresh_skip(void *arg)
{
	(void)arg;
	runner_masked();
}

/* From here on nobody reads what we print: stdout is closed, messages go to the log. */
static int refresh_go_dark(struct app *app, const struct refresher *r, struct err *err)
{
	AUTO_CLOSE int none = fs_open_nothing(O_CLOEXEC);

	if (none < 0 || dup2(none, STDIN_FILENO) < 0 || dup2(none, STDOUT_FILENO) < 0 ||
	    dup2(r->log_fd, STDERR_FILENO) < 0)
		return err_sys(err, ERR_IO, errno, "can't redirect to refresher.log");
	runner_mute(&app->runner);
	return 0;
}

/* A detached refresher says that all is well by an error of no kind. */
static int refresh_tell(int report, struct err *err)
{
	static const struct err ready = { .kind = ERR_NONE };

	if (fs_write_all(report, &ready, sizeof(ready)))
		return err_sys(err, ERR_IO, errno, "nobody waits for the refresher");
	close(report);
	return 0;
}

static int refresh_ready(struct app *app, const struct refresher *r, int report,
			 struct err *err)
{
	bool fed = args_has(&app->args, "from-stdin");

	if (fed && report < 0 && fs_write_all(STDOUT_FILENO, "ready\n", 6))
		return err_sys(err, ERR_IO, errno, "can't write to stdout");
	if (report < 0 && !fed)
		return 0;
	if (refresh_go_dark(app, r, err))
		return -1;
	return report < 0 ? 0 : refresh_tell(report, err);
}

/* The id of our container is in the record when `action` has started it. */
static int refresh_open(struct app *app, struct session *s, struct refresher *r,
			struct err *err)
{
	if (app_session(app, s, SESSION_CREATE, err))
		return -1;
	if (!s->who.can_login) {
		*err = s->who.login_err;
		return -1;
	}
	s->masks = (struct session_masks){ refresh_show, refresh_skip, app };
	return refresher_open(r, s, err);
}

/* Where it was asked for: a service beside a job has the only copy of the program. */
static int refresh_install(const struct app *app, const struct session *s,
			   struct err *err)
{
	const struct setting *asked = &app->settings.v[SET_INSTALL_CLI];

	if (asked->from == FROM_DEFAULT || asked->from == FROM_NONE ||
	    !settings_bool(&app->settings, SET_INSTALL_CLI))
		return 0;
	return install_cli(app, s, err);
}

/* What a detached refresher is asked for is there when another one does it. */
static int refresh_leave(struct app *app, struct session *s, int report, struct err *err)
{
	struct session_want want = { 0 };

	*err = ERR_INIT;
	if (app_token(app, s, &want, err))
		return -1;
	log_info("a refresher keeps %s already", buf_str(&s->state.path));
	return refresh_tell(report, err);
}

/* 0 when it ended as it should. @report is a pipe, or -1 in the foreground. */
static int refresh_keep(struct app *app, int report, bool *ret_ready, struct err *err)
{
	AUTO_SESSION struct session s = { .state = STATE_INIT };
	AUTO_REFRESHER struct refresher r = REFRESHER_INIT;
	enum refresher_end end;

	if (refresh_open(app, &s, &r, err) || refresh_install(app, &s, err))
		return r.taken && report >= 0 ? refresh_leave(app, &s, report, err) : -1;
	if (refresh_show(app, err) || refresher_first(&r, err) ||
	    refresh_ready(app, &r, report, err))
		return -1;
	*ret_ready = true;
	end = refresher_run(&r, err);
	return end == REFRESHER_REFUSED || end == REFRESHER_BROKEN ? -1 : 0;
}

static int refresh_foreground(struct app *app, struct err *err)
{
	bool ready = false;

	if (refresh_keep(app, -1, &ready, err) == 0 || err->kind == ERR_INTERRUPTED)
		return 0;
	return -1;
}

/* The refresher itself: without a terminal, a parent, or anything that others wait on. */
static int refresh_daemon(struct app *app, int report)
{
	struct err err = ERR_INIT;
	pid_t pid = getpid();
	bool ready = false;

	fs_close_others(report);
	if (fs_write_all(report, &pid, sizeof(pid)))
		return 0;
	if (refresh_keep(app, report, &ready, &err) == 0)
		return 0;
	if (ready)
		log_at(LOG_ERROR, "%s", err.text);
	else
		fs_write_all(report, &err, sizeof(err));
	return err_exit_code(&err);
}

static ssize_t refresh_read(int fd, void *data, size_t len, const pid_t *pid)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, (char *)data + have, len - have);

		if (n > 0)
			have += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
		else if (interrupt_pending() && *pid > 0)
			kill(*pid, SIGTERM);
	}
	return (ssize_t)have;
}

static int refresh_wait(int fd, struct err *err)
{
	struct err said = ERR_INIT;
	pid_t pid = 0;

	if (refresh_read(fd, &pid, sizeof(pid), &pid) == (ssize_t)sizeof(pid) &&
	    refresh_read(fd, &said, sizeof(said), &pid) == (ssize_t)sizeof(said)) {
		if (said.kind == ERR_NONE)
			return 0;
		*err = said;
		return -1;
	}
	if (interrupt_check(err))
		return -1;
	return err_set(err, ERR_INTERNAL, "the refresher ended before it was ready");
}

/* fork, setsid, fork: no terminal can come back (setsid(2)). */
static int refresh_detach(struct app *app, struct err *err)
{
	int fds[2];
	AUTO_CLOSE int hear = -1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, ERR_INTERNAL, errno, "can't make a pipe");
	hear = fds[0];
	pid = fork();
	if (pid == 0) {
		setsid();
		pid = fork();
		if (pid)
			_exit(pid < 0);
		return refresh_daemon(app, fds[1]);
	}
	close(fds[1]);
	if (pid < 0)
		return err_sys(err, ERR_INTERNAL, errno, "can't start a process");
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return refresh_wait(hear, err);
}

int cmd_refresh(struct app *app, struct err *err)
{
	return args_has(&app->args, "detach") ? refresh_detach(app, err)
					      : refresh_foreground(app, err);
}
