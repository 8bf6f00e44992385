#include "runner/job.h"

#include "runner/row.h"

enum { JOB_VARIABLES = 6 };

/*
 * The first variable tells that it is this CI, the others are those that may be needed to
 * tell its jobs apart. All are from the vendors' lists of predefined variables. Where a
 * step is done again it is another job: a rerun has a token of its own.
 */
static const char *const jobs[][JOB_VARIABLES] = {
	{ "BUILD_TAG", "JENKINS_URL" }, /* Jenkins */
	{ "BUILDKITE_JOB_ID" },
	/* Azure Pipelines: the id is unique within one pipeline alone */
	{ "SYSTEM_JOBID", "SYSTEM_COLLECTIONID", "BUILD_BUILDID", "SYSTEM_JOBATTEMPT" },
	{ "BITBUCKET_STEP_UUID", "BITBUCKET_REPO_UUID", "BITBUCKET_BUILD_NUMBER" },
	{ "CIRCLE_WORKFLOW_JOB_ID" },
	{ "TEAMCITY_BUILD_PROPERTIES_FILE" }, /* a file of its own for each build */
	{ "bamboo_buildResultKey" },
	{ "GO_JOB_NAME", "GO_PIPELINE_NAME", "GO_PIPELINE_COUNTER", "GO_STAGE_NAME",
	  "GO_STAGE_COUNTER", "GO_JOB_RUN_INDEX" },
	{ "TRAVIS_JOB_ID" },
	{ "APPVEYOR_JOB_ID" },
	{ "SEMAPHORE_JOB_ID" },
	{ "CIRRUS_TASK_ID" },
	{ "DRONE_BUILD_NUMBER", "DRONE_REPO", "DRONE_STAGE_NUMBER" },
	{ "CODEBUILD_BUILD_ID" },
	{ "BUDDY_RUN_ID" },
	{ "BITRISE_BUILD_SLUG" },
	{ "CF_BUILD_ID" },		  /* Codefresh */
	{ "CI_JOB_ID", "CI_SERVER_URL" }, /* GitLab */
	{ "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "RUNNER_NAME" },
	{ "CI_PIPELINE_NUMBER", "CI_REPO", "CI_WORKFLOW_NUMBER" }, /* Woodpecker */
};

void job_suffix(char ret[static JOB_SUFFIX_SIZE])
{
	AUTO_BUF struct buf name = BUF_INIT(BUF_STATE_MAX);
	size_t row = 0;

	ret[0] = '\0';
	while (row < ARRAY_LEN(jobs) && !runner_env(jobs[row][0]))
		row++;
	if (row == ARRAY_LEN(jobs))
		return;
	for (size_t i = 0; i < JOB_VARIABLES && jobs[row][i]; i++) {
		const char *value = runner_env(jobs[row][i]);

		buf_addf(&name, "%s=%s\n", jobs[row][i], value ? value : "");
	}
	ret[0] = '-';
	quote_fingerprint(buf_str(&name), ret + 1);
}
