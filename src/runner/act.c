/* act (nektos/act), which speaks GitHub's commands with rules of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/redact.h"
#include "runner/workflow_command.h"

/* Shared among all containers of a job (pkg/runner/run_context.go). */
#define ACT_VOLUME "/var/run/act"

/*
 * A step can set ACT on GitHub's runner, but there it can't mount a volume into the
 * container of an action, nor change the workspace that such a container gets. act always
 * mounts its volume.
 */
static bool act_step_here(void)
{
	const char *workspace = runner_env("GITHUB_WORKSPACE");

	if (fs_is_dir(ACT_VOLUME))
		return true;
	return runner_env_is("GITHUB_ACTIONS", "true") && runner_env("ACT") &&
	       (!workspace || strncmp(workspace, "/github/", 8) != 0);
}

static bool act_here(void)
{
	return runner_env_is("GITHUB_ACTIONS", "true") && act_step_here();
}

/*
 * A step can set INPUT_<NAME> of an input that the workflow leaves out, and act keeps it
 * (populateEnvsFromInput() in pkg/runner/action.go). But act sets variables with the
 * inputs' own names, too, of all that the action declares, and over what is there
 * (evalDockerArgs()): these hold what the workflow gives, or nothing.
 */
static const char *act_input(const char *name)
{
	return getenv("client-secret") ? getenv(name) : runner_input_variable(name, '-');
}

/*
 * act takes everything up to the last "::" as the command's name, and would print the
 * line in clear (pkg/runner/command.go). A value with "::" is masked by its parts, and
 * colons in front, which would join those of the command, are left out.
 */
static void act_mask(const char *value, struct buf *out)
{
	AUTO_BUF struct buf part = BUF_INIT(4 * BUF_SECRET_MAX);

	for (const char *p = value, *end; p; p = end ? end + 2 : NULL) {
		p += strspn(p, ":");
		end = strstr(p, "::");
		buf_reset(&part);
		buf_add(&part, p, end ? (size_t)(end - p) : strlen(p));
		if (part.len >= REDACT_MIN)
			command_mask(buf_str(&part), out);
	}
}

static const struct runner_place act_places[] = {
	{ false, NULL, ACT_VOLUME },
	{ false, "RUNNER_TEMP", NULL },
	{ 0 },
};

static int act_give_base(const char *base, struct err *err)
{
	const char *theirs = runner_env("GITHUB_EVENT_PATH");
	struct stat st;
	int fd;

	if (strcmp(base, ACT_VOLUME "/cc-token") != 0 || geteuid() != 0 || !theirs ||
	    stat(theirs, &st))
		return 0;
	fd = fs_make_dir(base, err);
	if (fd < 0)
		return -1;
	close(fd);
	if (lchown(base, st.st_uid, st.st_gid) == 0)
		return 0;
	err_sys(err, ERR_IO, errno, "can't give %s to the job's user, uid %u", base,
		(unsigned int)st.st_uid);
	return err_hint(err, "let the container keep the capability CHOWN, or choose "
			     "another place by state-dir");
}

const struct runner_row runner_act = {
	.name = "act",
	.here = act_here,
	.step_here = act_step_here,
	.input = act_input,
	.emptied = "does the secret exist? act takes it from --secret-file or -s",
	.isolates = true,
	.mask = act_mask,
	.mask_first = COMMAND_FIRST,
	.check_file = command_check_file,
	.put = command_put,
	.add = command_add,
	.annotate = command_annotate,
	.places = act_places,
	.give_base = act_give_base,
};
