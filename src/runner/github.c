/* GitHub's own runner. */
#include <string.h>

#include "runner/workflow_command.h"

static bool github_here(void)
{
	return runner_env_is("GITHUB_ACTIONS", "true");
}

/* Names as the runner makes them: upper case, dashes kept (Handler.cs). */
static const char *github_input(const char *name)
{
	return runner_input_variable(name, '-');
}

static bool github_in_container(void)
{
	const char *workspace = runner_env("GITHUB_WORKSPACE");

	return workspace && strncmp(workspace, "/github/", 8) == 0;
}

/* Whatever steps set: a container's workspace, and outside of one GITHUB_ACTIONS, are set
 * by the runner last (ContainerActionHandler.cs, ProcessInvoker.cs). */
static bool github_step_here(void)
{
	return github_in_container() || github_here();
}

/*
 * The temp directory is mounted into container actions since runner 2.329, the home
 * directory always (ContainerActionHandler.cs).
 */
static const struct runner_place github_places[] = {
	{ true, NULL, "/github/runner_temp" },
	{ true, NULL, "/github/home" },
	{ false, "RUNNER_TEMP", NULL },
	{ 0 },
};

/*
 * RUNNER_WORKSPACE is the one host path that reaches a container action untranslated
 * (ContainerInfo.cs maps its children only): <work>/<repository>; the temp directory is
 * beside it, the workspace its child named like the repository.
 */
static bool github_shown_path(const char *path, struct buf *out)
{
	static const struct {
		const char *inside, *outside;
		bool below; /* below RUNNER_WORKSPACE, else beside it */
	} mounts[] = {
		{ "/github/runner_temp", "_temp", false },
		{ "/github/home", "_temp/_github_home", false },
		{ "/github/workspace", NULL, true },
	};
	const char *workspace = runner_env("RUNNER_WORKSPACE");
	const char *slash = workspace ? strrchr(workspace, '/') : NULL;
	bool shown = false;

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

const struct runner_row runner_github = {
	.name = "github",
	.here = github_here,
	.step_here = github_step_here,
	.input = github_input,
	.emptied = "does the secret exist? Pull requests from forks and by Dependabot "
		   "get none",
	.keeps_state = true,
	.in_container = github_in_container,
	.mask = command_mask,
	.mask_first = COMMAND_FIRST,
	.check_file = command_check_file,
	.put = command_put,
	.add = command_add,
	.annotate = command_annotate,
	.places = github_places,
	.shown_path = github_shown_path,
};
