/* GitLab's runner hides what its own settings say; no line of ours adds to that. */
#include "runner/row.h"

static bool gitlab_here(void)
{
	return runner_env("GITLAB_CI");
}

/* Kept beside the project for the temporary files of a job. */
static const struct runner_place gitlab_places[] = {
	{ false, "RUNNER_TEMP_PROJECT_DIR", NULL },
	{ 0 },
};

const struct runner_row runner_gitlab = {
	.name = "gitlab",
	.here = gitlab_here,
	.places = gitlab_places,
};
