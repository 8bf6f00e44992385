#include "runner/workflow_command.h"

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

static const char *const files[] = {
	[RUNNER_OUTPUT] = "GITHUB_OUTPUT",
	[RUNNER_ENV] = "GITHUB_ENV",
	[RUNNER_PATH] = "GITHUB_PATH",
	[RUNNER_STATE] = "GITHUB_STATE",
	[RUNNER_SUMMARY] = "GITHUB_STEP_SUMMARY",
};

int command_add(const struct runner *r, enum runner_file file, const char *text,
		struct err *err)
{
	const char *path = runner_env(files[file]);

	(void)r;
	if (!path)
		return 0;
	if (fs_append(path, text, strlen(text), err))
		return err_wrap(err, "the runner's %s", files[file]);
	return 0;
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
