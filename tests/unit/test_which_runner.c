/* Which runner it is, and what it gives to the steps that are ours. */
#include "runner/row.h"

#include "given.h"

static void test_detection(void **state)
{
	static const struct {
		const char *env[5];
		const char *name;
		bool container;
	} rows[] = {
		{ { "PATH=/" }, "shell", false },
		{ { "CI=true" }, "shell", false },
		{ { "GITHUB_ACTIONS=true" }, "github", false },
		{ { "GITHUB_ACTIONS=1" }, "shell", false },
		{ { "GITHUB_ACTIONS=" }, "shell", false },
		{ { "GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=/home/r/work/a/a" },
		  "github",
		  false },
		{ { "GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=/github/workspace" },
		  "github",
		  true },
		{ { "GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=/githubber/x" },
		  "github",
		  false },
		{ { "GITHUB_ACTIONS=true", "ACT=true" }, "act", false },
		/* a step can set ACT, but no workspace */
		{ { "GITHUB_ACTIONS=true", "ACT=true",
		    "GITHUB_WORKSPACE=/github/workspace" },
		  "github",
		  true },
		{ { "ACT=true" }, "shell", false },
		{ { "TF_BUILD=True" }, "azure", false },
		{ { "TF_BUILD=1" }, "shell", false },
		{ { "GITLAB_CI=true" }, "gitlab", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct runner r;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		given_environment(rows[i].env);
		well(row, runner_by_environment(&r, &err), &err);
		same_text(row, runner_name(&r), rows[i].name);
		same_number(row, r.container, rows[i].container);
		same_number(row, r.fd, 2);
	}
}

/* The step of an action, whatever another step sets beside what the runner sets. */
static void test_step(void **state)
{
	static const struct {
		const char *env[5];
		const char *name;
	} rows[] = {
		{ { "GITHUB_ACTIONS=true", "GITLAB_CI=1" }, "github" },
		{ { "GITHUB_ACTIONS=true", "TF_BUILD=True" }, "github" },
		{ { "GITHUB_ACTIONS=true", "GITLAB_CI=1", "ACT=true" }, "act" },
		{ { "GITHUB_WORKSPACE=/github/workspace", "GITLAB_CI=1",
		    "GITHUB_ACTIONS=" },
		  "github" },
		{ { "GITHUB_WORKSPACE=/github/workspace", "GITHUB_ACTIONS=true",
		    "ACT=true" },
		  "github" },
		{ { "GITLAB_CI=true" }, "gitlab" },
		{ { "TF_BUILD=True" }, "azure" },
		{ { "PATH=/" }, "shell" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct runner r;

		given_environment(rows[i].env);
		runner_of_step(&r);
		same_text(rows[i].env[0], runner_name(&r), rows[i].name);
		same_number(rows[i].env[0], r.fd, 1);
		assert_non_null(r.input);
		assert_true(r.handed);
	}
}

/* One of the two would show what the other hides. */
static void test_unclear(void **state)
{
	static const char *const rows[][4] = {
		{ "GITHUB_ACTIONS=true", "GITLAB_CI=true" },
		{ "GITHUB_ACTIONS=true", "ACT=true", "GITLAB_CI=true" },
		{ "GITHUB_ACTIONS=true", "TF_BUILD=True" },
		{ "GITLAB_CI=1", "TF_BUILD=True" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;
		struct runner r;

		given_environment(rows[i]);
		same_number(rows[i][0], runner_by_environment(&r, &err), -1);
		same_number(rows[i][0], err.kind, ERR_USAGE);
		has_text(rows[i][0], err.hint, "--runner");
		same_text(rows[i][0], runner_name(&r), "shell");
	}
}

static void test_by_name(void **state)
{
	struct err err = ERR_INIT;
	struct runner r;

	(void)state;
	given_environment(GIVEN("GITHUB_ACTIONS=true", "GITLAB_CI="));
	for (const struct runner_row *const *row = runner_rows; *row; row++) {
		well((*row)->name, runner_by_name(&r, (*row)->name, 2, &err), &err);
		assert_ptr_equal(r.row, *row);
		/* where actions are steps, a command in another has no inputs */
		assert_int_equal(r.input != NULL,
				 *row == &runner_gitlab || *row == &runner_shell);
		assert_int_equal(r.handed, *row != &runner_shell);
	}
	assert_int_equal(runner_by_name(&r, "github ", 2, &err), -1);
	has_text("names", err.text, "act, github, gitlab, azure, shell");
}

static void test_inputs(void **state)
{
	(void)state;
	given_environment(
		GIVEN("INPUT_TOKEN-URL=dash", "INPUT_API_URL=under", "INPUT_NAME="));
	assert_string_equal(runner_github.input("token-url"), "dash");
	assert_null(runner_github.input("api-url"));
	assert_string_equal(runner_github.input("name"), "");
	assert_string_equal(runner_gitlab.input("token-url"), "dash");
	assert_string_equal(runner_gitlab.input("api-url"), "under");
	assert_string_equal(runner_act.input("token-url"), "dash");
	/* act names what the workflow gives; the rest another step has planted */
	given_environment(GIVEN("INPUT_TOKEN-URL=planted", "token-url=",
				"client-secret=x", "INPUT_CLIENT-SECRET=x"));
	assert_string_equal(runner_act.input("token-url"), "");
	assert_string_equal(runner_act.input("client-secret"), "x");
}

static void test_saved(void **state)
{
	(void)state;
	given_environment(GIVEN("STATE_dir=/x", "STATE_empty="));
	for (const struct runner_row *const *row = runner_rows; *row; row++) {
		struct runner r = { .row = *row };

		assert_int_equal(runner_saved(&r, "dir") != NULL, *row == &runner_github);
		assert_int_equal(runner_saved(&r, "empty") != NULL,
				 *row == &runner_github);
		assert_null(runner_saved(&r, "other"));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_detection), cmocka_unit_test(test_step),
	cmocka_unit_test(test_unclear),	  cmocka_unit_test(test_by_name),
	cmocka_unit_test(test_inputs),	  cmocka_unit_test(test_saved),
};

TEST_MAIN(tests)
