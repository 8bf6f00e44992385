#include "runner/workflow_command.h"

#include <errno.h>
#include <string.h>

#include "base/fs.h"

/* ActionCommand.cs, EscapeMapping: '%' first when reading, so first when writing too. */
static void command_escape(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '%' || *p == '\r' || *p == '\n')
			buf_addf(out, "%%%02X", (unsigned int)(unsigned char)*p);
		else
			buf_addc(out, *p);
	}
}

void command_mask(const char *value, struct buf *out)
{
	buf_adds(out, "::add-mask::");
	command_escape(out, value);
	buf_addc(out, '\n');
}

void command_annotate(enum runner_level level, const char *text, struct buf *out)
{
	static const char *const names[] = { "notice", "warning", "error" };

	buf_addf(out, "::%s title=cc-token::", names[level]);
	command_escape(out, text);
	buf_addc(out, '\n');
}

static const struct {
	const char *variable;
	const char *without; /* appended to what is to be done: how to do without it */
} files[] = {
	[RUNNER_OUTPUT] = { "GITHUB_OUTPUT", "" },
	[RUNNER_ENV] = { "GITHUB_ENV", ", or set export-env: false" },
	[RUNNER_PATH] = { "GITHUB_PATH", ", or set install-cli: false" },
	[RUNNER_STATE] = { "GITHUB_STATE", "" },
	[RUNNER_SUMMARY] = { "GITHUB_STEP_SUMMARY", "" },
};

/* The runner has these files since 2.297 (release notes of actions/runner). */
static int command_add_to(enum runner_file file, const char *text, struct err *err)
{
	const char *name = files[file].variable, *without = files[file].without;
	const char *path = runner_env(name);

	if (!path) {
		err_set(err, ERR_IO, "the runner gives this step no %s", name);
		return err_hint(err,
				"update the runner to 2.297 or later, and hand the "
				"variable on to containers that you start%s",
				without);
	}
	if (fs_append(path, text, strlen(text), err) == 0)
		return 0;
	err_wrap(err, "the runner's %s", name);
	if (errno == ENOENT || errno == ENOTDIR)
		err_hint(err,
			 "a runner that is itself a container needs its work directory "
			 "mounted at the same path as on the host%s",
			 without);
	else if (errno == EACCES || errno == EROFS)
		err_hint(err,
			 "let the container run as root, with the runner's work "
			 "directory mounted for writing%s",
			 without);
	return -1;
}

int command_check_file(enum runner_file file, struct err *err)
{
	return command_add_to(file, "", err);
}

int command_add(const struct runner *r, enum runner_file file, const char *text,
		struct err *err)
{
	(void)r;
	return command_add_to(file, text, err);
}

int command_put(const struct runner *r, enum runner_file file, const char *name,
		const char *value, struct err *err)
{
	AUTO_BUF struct buf line = BUF_INIT(2 * BUF_SECRET_MAX);

	buf_addf(&line, "%s=%s\n", name, value);
	if (buf_check(&line, name, err))
		return -1;
	return command_add(r, file, buf_str(&line), err);
}
