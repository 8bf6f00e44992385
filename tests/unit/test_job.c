#include "runner/job.h"

#include "given.h"

static void suffix(const char *const *env, char ret[static JOB_SUFFIX_SIZE])
{
	given_environment(env);
	job_suffix(ret);
}

/* No two of these are one job, and each is the same job when it is looked at again. */
static void test_tells_apart(void **state)
{
	static const char *const jobs[][4] = {
		{ "BUILD_TAG=jenkins-deploy-41" },
		{ "BUILD_TAG=jenkins-deploy-42" },
		{ "BUILD_TAG=jenkins-deploy-42", "JENKINS_URL=https://ci.example/" },
		{ "BUILDKITE_JOB_ID=1" },
		{ "SYSTEM_JOBID=12f1170f", "BUILD_BUILDID=1" },
		{ "SYSTEM_JOBID=12f1170f", "BUILD_BUILDID=2" },
		{ "SYSTEM_JOBID=12f1170f", "BUILD_BUILDID=2", "SYSTEM_JOBATTEMPT=2" },
		{ "BITBUCKET_STEP_UUID={1}" },
		{ "BITBUCKET_STEP_UUID={1}", "BITBUCKET_BUILD_NUMBER=2" },
		{ "CIRCLE_WORKFLOW_JOB_ID=1" },
		{ "TEAMCITY_BUILD_PROPERTIES_FILE=/agent/temp/build1.properties" },
		{ "bamboo_buildResultKey=P-X-JOB1-1" },
		{ "GO_JOB_NAME=test", "GO_PIPELINE_COUNTER=1", "GO_STAGE_COUNTER=1" },
		{ "GO_JOB_NAME=test", "GO_PIPELINE_COUNTER=1", "GO_STAGE_COUNTER=2" },
		{ "GO_JOB_NAME=test", "GO_PIPELINE_COUNTER=2", "GO_STAGE_COUNTER=1" },
		{ "TRAVIS_JOB_ID=1" },
		{ "APPVEYOR_JOB_ID=1" },
		{ "SEMAPHORE_JOB_ID=1" },
		{ "CIRRUS_TASK_ID=1" },
		{ "DRONE_BUILD_NUMBER=1", "DRONE_REPO=a/b" },
		{ "DRONE_BUILD_NUMBER=1", "DRONE_REPO=a/c" },
		{ "CODEBUILD_BUILD_ID=1" },
		{ "BUDDY_RUN_ID=1" },
		{ "BITRISE_BUILD_SLUG=1" },
		{ "CF_BUILD_ID=1" },
		{ "CI_JOB_ID=1" },
		{ "CI_JOB_ID=1", "CI_SERVER_URL=https://gitlab.example" },
		{ "GITHUB_RUN_ID=1", "GITHUB_JOB=a" },
		{ "GITHUB_RUN_ID=1", "GITHUB_JOB=b" },
		{ "CI_PIPELINE_NUMBER=1", "CI_REPO=a/b" },
		{ "CI_PIPELINE_NUMBER=1", "CI_REPO=a/c" },
	};
	char seen[ARRAY_LEN(jobs)][JOB_SUFFIX_SIZE], again[JOB_SUFFIX_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		suffix(jobs[i], seen[i]);
		suffix(jobs[i], again);
		same_text(jobs[i][0], again, seen[i]);
		assert_int_equal(strlen(again), JOB_SUFFIX_SIZE - 1);
		assert_int_equal(strspn(again, "-0123456789abcdef"), strlen(again));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
}

/* What changes from step to step is not of the job's name, nor what stands elsewhere. */
static void test_steps(void **state)
{
	char one[JOB_SUFFIX_SIZE], other[JOB_SUFFIX_SIZE];

	(void)state;
	suffix(GIVEN("BUILD_TAG=t", "STAGE_NAME=a", "EXECUTOR_NUMBER=1"), one);
	suffix(GIVEN("BUILD_TAG=t", "STAGE_NAME=b", "EXECUTOR_NUMBER=2"), other);
	assert_string_equal(one, other);
	suffix(GIVEN("CI=true", "BUILD_NUMBER=1", "JOB_NAME=x", "BUILD_TAG="), one);
	assert_string_equal(one, "");
	suffix(GIVEN("PATH=/bin"), one);
	assert_string_equal(one, "");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tells_apart),
	cmocka_unit_test(test_steps),
};

TEST_MAIN(tests)
