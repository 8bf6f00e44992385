/* GitLab's runner hides what its own settings say; no line of ours adds to that. */
#include "runner/row.h"

static bool gitlab_here(void)
{
	return runner_env("GITLAB_CI");
}

/* Services get variables with dashes, shells can't make them. */
static const char *gitlab_input(const char *name)
{
	const char *value = runner_input_variable(name, '-');
	const char *other = runner_input_variable(name, '_');

	return other && !(value && *value) ? other : value;
}

/* Kept beside the project for the temporary files of a job. */
static const struct runner_place gitlab_places[] = {
	{ false, "RUNNER_TEMP_PROJECT_DIR", NULL },
	{ 0 },
};

const struct runner_row runner_gitlab = {
	.name = "gitlab",
	.here = gitlab_here,
	.input = gitlab_input,
	.emptied = "does the CI/CD variable exist? Is it protected, on an unprotected "
		   "branch?",
	.places = gitlab_places,
};
