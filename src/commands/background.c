#include "commands/background.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fs.h"
#include "base/log.h"
#include "refresh/engine.h"
#include "refresh/container.h"
#include "session/mailbox.h"

enum { STOP_MS = 10 * 1000 }; /* for the refresher to end, a request included */

const char *background_kind(const struct session *s)
{
	struct err ignored = ERR_INIT;

	if (mailbox_alive(&s->state, NULL, &ignored) <= 0)
		return "none";
	return s->record.container.len ? "container" : "process";
}

/* The directory and the name of a state, from its path made absolute. */
static int background_place(const struct session *s, struct buf *base, struct buf *name,
			    struct err *err)
{
	AUTO_FREE char *path = realpath(buf_str(&s->state.path), NULL);
	char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash || slash == path)
		return err_sys(err, ERR_IO, errno, "%s", buf_str(&s->state.path));
	buf_add(base, path, (size_t)(slash - path));
	buf_adds(name, slash + 1);
	return 0;
}

/* What the refresher is to know, and where the state stands. */
static int background_variables(const struct app *app, const char *base, const char *name,
				const char *ca_file, struct buf *out, struct err *err)
{
	settings_export(&app->settings, out);
	settings_export_one(SET_STATE_DIR, base, out);
	settings_export_one(SET_NAME, name, out);
	if (ca_file)
		settings_export_one(SET_CA_FILE, ca_file, out);
	if (log_enabled(LOG_DEBUG))
		settings_export_one(SET_LOG_LEVEL, "debug", out);
	return buf_check(out, "the settings", err);
}

/* The container's id stands in the record before it can run, so that post finds it. */
static int background_note(struct session *s, const char *id, struct err *err)
{
	int rc;

	if (session_lock(s, err))
		return -1;
	rc = session_reload(s, err);
	if (!rc) {
		buf_set(&s->record.container, id);
		rc = state_write(&s->state, &s->record, err);
	}
	state_unlock(&s->state);
	return rc;
}

static int background_container(struct app *app, struct session *s, struct err *err)
{
	static const char *const command[] = { "refresh", "--from-stdin", NULL };
	const char *ca = settings_str(&app->settings, SET_CA_FILE);
	AUTO_FREE char *ca_file = *ca ? realpath(ca, NULL) : NULL;
	AUTO_BUF struct buf base = BUF_INIT(BUF_URL_MAX), name = BUF_INIT(256);
	AUTO_BUF struct buf variables = BUF_INIT(BUF_STATE_MAX), id = BUF_INIT(256);
	struct container sibling = { .ca_file = ca_file, .command = command };
	struct err ignored = ERR_INIT;

	if (background_place(s, &base, &name, err) ||
	    background_variables(app, buf_str(&base), buf_str(&name), ca_file, &variables,
				 err))
		return -1;
	sibling.base = buf_str(&base);
	sibling.name = buf_str(&name);
	if (container_create(&sibling, &id, err))
		return -1;
	if (background_note(s, buf_str(&id), err) == 0 &&
	    container_start(buf_str(&id), &variables, err) == 0)
		return 0;
	if (container_remove(buf_str(&id), true, &ignored))
		log_warn("the container %.12s is left behind: %s", buf_str(&id),
			 ignored.text);
	background_note(s, "", &ignored);
	return -1;
}

/* The child: the same program, with nothing in its environment that can be read there. */
static void background_exec(int in, int err_fd)
{
	const char *tracking = getenv("RUNNER_TRACKING_ID");
	AUTO_BUF struct buf tracked = BUF_INIT(BUF_URL_MAX);
	char *argv[] = { (char[]){ "cc-token" }, (char[]){ "refresh" },
			 (char[]){ "--detach" }, (char[]){ "--from-stdin" }, NULL };
	char *envp[] = { NULL, NULL };
	int none = fs_open_nothing(O_CLOEXEC);

	/* By this name a runner ends what a job leaves running. */
	buf_addf(&tracked, "RUNNER_TRACKING_ID=%s", tracking ? tracking : "");
	if (tracking)
		envp[0] = tracked.ptr;
	if (none >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(none, STDOUT_FILENO) >= 0 &&
	    dup2(err_fd, STDERR_FILENO) >= 0)
		execve("/proc/self/exe", argv, envp);
	_exit(127);
}

/* Its last words, when it could not start. */
static int background_listen(pid_t pid, int fd, struct err *err)
{
	AUTO_BUF struct buf words = BUF_INIT(64 * 1024), clean = BUF_INIT(256 * 1024);
	char chunk[4096];
	ssize_t n;
	int status = 0;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(&words, chunk, (size_t)n);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	while (words.len && words.ptr[words.len - 1] == '\n')
		buf_cut(&words, words.len - 1);
	log_clean(words.len ? buf_str(&words) : "it ended without a word", &clean);
	return err_set(err, ERR_IO, "%s", buf_str(&clean));
}

static int background_process(struct app *app, struct session *s, struct err *err)
{
	AUTO_BUF struct buf base = BUF_INIT(BUF_URL_MAX), name = BUF_INIT(256);
	AUTO_BUF struct buf variables = BUF_INIT(BUF_STATE_MAX);
	AUTO_CLOSE int in = -1, words = -1;
	int to[2], from[2];
	pid_t pid;

	if (background_place(s, &base, &name, err) ||
	    background_variables(app, buf_str(&base), buf_str(&name), NULL, &variables,
				 err))
		return -1;
	if (pipe2(to, O_CLOEXEC))
		return err_sys(err, ERR_INTERNAL, errno, "can't make a pipe");
	in = to[1];
	if (pipe2(from, O_CLOEXEC)) {
		close(to[0]);
		return err_sys(err, ERR_INTERNAL, errno, "can't make a pipe");
	}
	words = from[0];
	pid = fork();
	if (pid == 0)
		background_exec(to[0], from[1]);
	close(to[0]);
	close(from[1]);
	if (pid < 0)
		return err_sys(err, ERR_INTERNAL, errno, "can't start a process");
	fs_write_all(in, buf_str(&variables), variables.len);
	close(STEAL(in, -1));
	return background_listen(pid, words, err);
}

/* With the first process of a container ends the container. */
static bool background_needs_container(const struct app *app)
{
	return app->runner.container || getpid() == 1;
}

int background_start(struct app *app, struct session *s, struct err *err)
{
	struct err why = ERR_INIT;
	int rc;

	rc = mailbox_alive(&s->state, NULL, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (!background_needs_container(app)) {
		rc = background_process(app, s, err);
	} else if (engine_offered(ENGINE_SOCKET, &why)) {
		rc = background_container(app, s, err);
	} else {
		app_warn(app,
			 "no refresher, since no container can be started here (%s); "
			 "later steps renew by `cc-token get` or `cc-token exec` where "
			 "they have the credentials, or run `cc-token refresh` as a step "
			 "with background: true",
			 why.text);
		return 0;
	}
	return rc ? err_wrap(err, "the refresher could not be started") : 0;
}

void background_stop(struct app *app, const struct session *s, bool revoke)
{
	struct err why = ERR_INIT, unknown = ERR_INIT;
	bool obeyed = mailbox_stop(&s->state, revoke, STOP_MS, &why) == 0;
	const char *id = buf_str(&s->record.container);

	if (*id && engine_offered(ENGINE_SOCKET, &why) &&
	    container_remove(id, !obeyed, &why)) {
		err_wrap(&why, "the refresher's container %.12s", id);
		app_warn_of(app, &why);
	}
	if (!obeyed && mailbox_alive(&s->state, NULL, &unknown))
		app_warn_of(app, &why);
	else if (!obeyed)
		app_warn(app, "the refresher was killed; a token that it was just "
			      "getting may live on");
}
