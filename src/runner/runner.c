#include "runner/runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

static const char *runner_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool runner_env_is(const char *name, const char *value)
{
	const char *have = runner_env(name);

	return have && strcmp(have, value) == 0;
}

/* GitLab goes first: a mask line printed there would be the leak. */
static enum runner_kind runner_find(void)
{
	if (runner_env("GITLAB_CI"))
		return RUNNER_GITLAB;
	if (!runner_env_is("GITHUB_ACTIONS", "true"))
		return RUNNER_SHELL;
	return runner_env("ACT") ? RUNNER_ACT : RUNNER_GITHUB;
}

void runner_detect(struct runner *r, int fd)
{
	const char *workspace = runner_env("GITHUB_WORKSPACE");

	*r = (struct runner){ .kind = runner_find(), .fd = fd };
	r->container = r->kind == RUNNER_GITHUB && workspace &&
		       strncmp(workspace, "/github/", 8) == 0;
}

const char *runner_name(const struct runner *r)
{
	static const char *const names[] = { [RUNNER_SHELL] = "shell",
					     [RUNNER_GITHUB] = "github",
					     [RUNNER_ACT] = "act",
					     [RUNNER_GITLAB] = "gitlab" };

	return names[r->kind];
}

/*
 * The places, in order. GitHub mounts its temp directory into container actions since
 * runner 2.329, its home directory always (ContainerActionHandler.cs). act shares the
 * volume at /var/run/act among all containers of a job (pkg/runner/run_context.go). The
 * GitLab runner keeps a directory beside the project for the job's temporary files.
 */
#define RUNNER_ACT_VOLUME "/var/run/act"

static const struct {
	enum runner_kind kind;
	bool container;
	const char *env;  /* a variable with the directory, or NULL */
	const char *path; /* else the directory itself */
} places[] = {
	{ RUNNER_GITHUB, true, NULL, "/github/runner_temp" },
	{ RUNNER_GITHUB, true, NULL, "/github/home" },
	{ RUNNER_GITHUB, false, "RUNNER_TEMP", NULL },
	{ RUNNER_ACT, false, NULL, RUNNER_ACT_VOLUME },
	{ RUNNER_ACT, false, "RUNNER_TEMP", NULL },
	{ RUNNER_GITLAB, false, "RUNNER_TEMP_PROJECT_DIR", NULL },
};

/* Later steps may stand elsewhere, so the path is handed over from the root on. */
static int runner_absolute(const char *path, struct buf *out, struct err *err)
{
	AUTO_FREE char *here = *path == '/' ? NULL : getcwd(NULL, 0);

	if (here)
		buf_addf(out, "%s/", here);
	buf_adds(out, path);
	while (out->len > 1 && out->ptr[out->len - 1] == '/')
		buf_cut(out, out->len - 1);
	return buf_check(out, "state-dir", err);
}

int runner_state_base(const struct runner *r, const struct settings *s, struct buf *out,
		      struct err *err)
{
	const char *xdg = runner_env("XDG_RUNTIME_DIR");

	if (settings_has(s, SET_STATE_DIR))
		return runner_absolute(settings_str(s, SET_STATE_DIR), out, err);
	for (size_t i = 0; i < ARRAY_LEN(places) && !out->len; i++) {
		const char *dir =
			places[i].env ? runner_env(places[i].env) : places[i].path;

		if (places[i].kind != r->kind || places[i].container != r->container ||
		    !dir || !fs_is_dir(dir) || access(dir, W_OK))
			continue;
		buf_addf(out, "%s/cc-token", dir);
	}
	if (!out->len && xdg && fs_is_own_dir(xdg))
		buf_addf(out, "%s/cc-token", xdg);
	if (out->len || out->failed)
		return buf_check(out, "the path of the state directory", err);
	buf_addf(out, "/tmp/cc-token-%u", (unsigned int)geteuid());
	if (fs_make_private(buf_str(out), err) == 0)
		return 0;
	return err_hint(err, "remove it, or choose another place by state-dir "
			     "(CC_STATE_DIR)");
}

int runner_give_base(const struct runner *r, const char *base, struct err *err)
{
	const char *theirs = runner_env("GITHUB_EVENT_PATH");
	struct stat st;
	int fd;

	if (r->kind != RUNNER_ACT || strcmp(base, RUNNER_ACT_VOLUME "/cc-token") != 0 ||
	    geteuid() != 0 || !theirs || stat(theirs, &st))
		return 0;
	fd = fs_make_dir(base, err);
	if (fd < 0)
		return -1;
	close(fd);
	if (lchown(base, st.st_uid, st.st_gid))
		return err_sys(err, ERR_IO, errno, "can't give %s to the job's user",
			       base);
	return 0;
}

/*
 * RUNNER_WORKSPACE is the one host path that reaches a container action untranslated
 * (ContainerInfo.cs maps its children only): <work>/<repository>; the temp directory is
 * its sibling, the workspace its child named like the repository.
 */
bool runner_shown_path(const struct runner *r, const char *path, struct buf *out)
{
	static const struct {
		const char *inside, *outside;
		bool below; /* below RUNNER_WORKSPACE, else beside it */
	} mounts[] = {
		{ "/github/runner_temp", "_temp", false },
		{ "/github/home", "_temp/_github_home", false },
		{ "/github/workspace", NULL, true },
	};
	const char *workspace = r->container ? runner_env("RUNNER_WORKSPACE") : NULL;
	const char *slash = workspace ? strrchr(workspace, '/') : NULL;
	bool shown = !r->container;

	for (size_t i = 0; i < ARRAY_LEN(mounts) && !shown; i++) {
		size_t n = strlen(mounts[i].inside);

		if (strncmp(path, mounts[i].inside, n) != 0 ||
		    (path[n] && path[n] != '/'))
			continue;
		shown = true;
		if (!slash)
			break;
		if (mounts[i].below)
			buf_addf(out, "%s/%s", workspace, slash + 1);
		else
			buf_addf(out, "%.*s/%s", (int)(slash - workspace), workspace,
				 mounts[i].outside);
		path += n;
	}
	buf_adds(out, path);
	return shown;
}

static const char *const files[] = {
	[RUNNER_OUTPUT] = "GITHUB_OUTPUT",
	[RUNNER_ENV] = "GITHUB_ENV",
	[RUNNER_PATH] = "GITHUB_PATH",
	[RUNNER_STATE] = "GITHUB_STATE",
	[RUNNER_SUMMARY] = "GITHUB_STEP_SUMMARY",
};

static const char *runner_file_path(const struct runner *r, enum runner_file file)
{
	if (r->kind != RUNNER_GITHUB && r->kind != RUNNER_ACT)
		return NULL;
	return runner_env(files[file]);
}

bool runner_has_file(const struct runner *r, enum runner_file file)
{
	return runner_file_path(r, file) != NULL;
}

int runner_add(const struct runner *r, enum runner_file file, const char *text,
	       struct err *err)
{
	const char *path = runner_file_path(r, file);

	if (!path)
		return 0;
	if (fs_append(path, text, strlen(text), err))
		return err_wrap(err, "the runner's %s", files[file]);
	return 0;
}

int runner_put(const struct runner *r, enum runner_file file, const char *name,
	       const char *value, struct err *err)
{
	AUTO_BUF struct buf line = BUF_INIT(2 * BUF_SECRET_MAX);

	if (strpbrk(value, "\r\n"))
		return err_set(err, ERR_INTERNAL, "%s holds a line break", name);
	buf_addf(&line, "%s=%s\n", name, value);
	if (buf_check(&line, name, err))
		return -1;
	return runner_add(r, file, buf_str(&line), err);
}

const char *runner_saved(const char *name)
{
	char env[64];

	snprintf(env, sizeof(env), "STATE_%s", name);
	return runner_env(env);
}
