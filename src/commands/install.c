#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

/* Beside the tokens' directories, whose names do not start with a dot. */
#define INSTALL_DIR  ".bin"
#define INSTALL_NAME "cc-token"

/* The directory in which that of the state @state stands. */
static void install_base(const struct buf *state, struct buf *out)
{
	const char *slash = strrchr(buf_str(state), '/');

	buf_add(out, buf_str(state), (size_t)(slash - buf_str(state)));
}

/* It goes on PATH: what another user may put there would be run. */
static int install_open(const char *base, struct err *err)
{
	AUTO_CLOSE int above = fs_make_dir(base, err);
	AUTO_CLOSE int fd = above < 0 ? -1 : fs_open_dir(above, INSTALL_DIR, 0755, err);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && !(st.st_mode & 022))
		return STEAL(fd, -1);
	if (fd >= 0)
		err_set(err, ERR_IO, "others may write to it");
	err_hint(err, "remove it, choose another place by state-dir, or set install-cli: "
		      "false");
	return -1;
}

static int install_copy(int dir, struct err *err)
{
	AUTO_CLOSE int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *program;
	int ret;

	if (self < 0 || fstat(self, &st))
		return err_sys(err, ERR_IO, errno, "can't read the program itself");
	program = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, self, 0);
	if (program == MAP_FAILED)
		return err_sys(err, ERR_IO, errno, "can't read the program itself");
	ret = fs_replace(dir, INSTALL_NAME, program, (size_t)st.st_size, 0755, err);
	munmap(program, (size_t)st.st_size);
	return ret;
}

/*
 * In a job with a container the runner takes the entries of GITHUB_PATH as they are,
 * though it translates all variables (StepHost.cs): there the work directory is /__w.
 */
static void install_add_path(const struct app *app, const char *shown, struct buf *out)
{
	const char *workspace = getenv("RUNNER_WORKSPACE");
	const char *slash = workspace ? strrchr(workspace, '/') : NULL;
	size_t work = slash ? (size_t)(slash - workspace) : 0;

	if (app->runner.container && work && strncmp(shown, workspace, work) == 0)
		buf_addf(out, "/__w%s\n", shown + work);
	buf_addf(out, "%s\n", shown);
}

/* access(2) knows of file systems from which nothing is run, which modes don't tell. */
static bool install_runs(const struct app *app, int dir, const char *path)
{
	if (faccessat(dir, INSTALL_NAME, X_OK, 0) == 0)
		return true;
	app_warn(app,
		 "no program can be run from %s (%s), so later steps find no cc-token "
		 "there: choose a state-dir on a file system without noexec, or have the "
		 "program on PATH and set install-cli: false",
		 path, strerror(errno));
	return false;
}

int install_cli(const struct app *app, const struct session *s, struct err *err)
{
	AUTO_BUF struct buf dir = BUF_INIT(BUF_URL_MAX), shown = BUF_INIT(BUF_URL_MAX),
			    lines = BUF_INIT(2 * BUF_URL_MAX);
	AUTO_CLOSE int fd = -1;

	install_base(&s->state.path, &dir);
	if (buf_check(&dir, "the path of the program's directory", err))
		return -1;
	fd = install_open(buf_str(&dir), err);
	buf_adds(&dir, "/" INSTALL_DIR);
	if (fd < 0 || install_copy(fd, err))
		return err_wrap(err, "can't put the program into %s", buf_str(&dir));
	if (!install_runs(app, fd, buf_str(&dir)))
		return 0;
	runner_shown_path(&app->runner, buf_str(&dir), &shown);
	install_add_path(app, buf_str(&shown), &lines);
	if (buf_check(&lines, "the path of the program's directory", err))
		return -1;
	return runner_add(&app->runner, RUNNER_PATH, buf_str(&lines), err);
}

/* Named by us, not by a setting: see runner_state_base(). */
static bool install_is_ours(const char *base)
{
	const char *slash = strrchr(base, '/');

	return strncmp(slash ? slash + 1 : base, "cc-token", 8) == 0;
}

void install_remove(const struct buf *state)
{
	AUTO_BUF struct buf base = BUF_INIT(BUF_URL_MAX), names = BUF_INIT(BUF_URL_MAX);
	AUTO_CLOSE int above = -1, dir = -1;
	struct err ignored = ERR_INIT;

	install_base(state, &base);
	above = open(buf_str(&base), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (above < 0 || state_list(buf_str(&base), &names, &ignored))
		return;
	dir = fs_open_dir(above, INSTALL_DIR, 0, &ignored);
	if (dir >= 0 && fs_remove(dir, INSTALL_NAME) == 0)
		unlinkat(above, INSTALL_DIR, AT_REMOVEDIR);
	if (install_is_ours(buf_str(&base)))
		rmdir(buf_str(&base));
}
