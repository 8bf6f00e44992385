#include "runner/runner.h"

#include "base/log.h"
#include "given.h"

static char base[64];

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	test_directory(base);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	test_remove(base);
	redact_release(redact_list());
	return 0;
}

/* What the runner was told: the file that stands for its stream. */
static int open_log(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/log", base);
	return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void same_log(const char *row, int fd, const char *want)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	same_text(row, text, want);
	close(fd);
}

/* Takes the damage where a line stands open, and holds nothing. */
#define FIRST "::add-mask::cc-token-begins-a-line\n"

/* Each value once, in every form; nothing where the line itself would be the leak. */
static void test_masks(void **state)
{
	static const struct runner_row *const kinds[] = { &runner_github, &runner_act,
							  &runner_shell, &runner_gitlab };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct runner r = { .row = kinds[i], .fd = open_log() };

		redact_add(redact_list(), "a%b+c d");
		runner_mask(&r);
		runner_mask(&r);
		redact_add(redact_list(), "later");
		runner_mask(&r);
		redact_add(redact_list(), "told elsewhere");
		runner_masked();
		runner_mask(&r);
		same_log("masks", r.fd,
			 i < 2 ? FIRST "::add-mask::a%25b+c d\n"
				       "::add-mask::a%2525b%252Bc%2520d\n"
				       "::add-mask::a%2525b%252Bc+d\n"
				       "::add-mask::YSViK2MgZA==\n" FIRST
				       "::add-mask::later\n"
				       "::add-mask::bGF0ZXI=\n"
			       : "");
		redact_release(redact_list());
	}
}

/* act reads a command's name up to the last "::", and prints what it does not know. */
static void test_masks_for_act(void **state)
{
	static const char *const rows[][2] = {
		{ "abcd::efgh", FIRST "::add-mask::abcd\n::add-mask::efgh\n" },
		{ "::efgh", FIRST "::add-mask::efgh\n" },
		{ "abcd::", FIRST "::add-mask::abcd\n" },
		{ "abcd:::efgh", FIRST "::add-mask::abcd\n::add-mask::efgh\n" },
		{ "abcd::::efgh", FIRST "::add-mask::abcd\n::add-mask::efgh\n" },
		{ ":abcd", FIRST "::add-mask::abcd\n" },
		{ ":::abcd:e", FIRST "::add-mask::abcd:e\n" },
		{ "abcd:", FIRST "::add-mask::abcd:\n" },
		{ "ab::cd::efgh", FIRST "::add-mask::efgh\n" },
		{ "a::b::c", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct runner r = { .row = &runner_act, .fd = open_log() };

		redact_add(redact_list(), rows[i][0]);
		for (size_t k = 1; k < redact_list()->count; k++)
			redact_list()->forms[k].told = true;
		runner_mask(&r);
		same_log(rows[i][0], r.fd, rows[i][1]);
		redact_release(redact_list());
	}
}

/* Command.cs: what the agent decodes is escaped, and then no whole value stands there. */
static void test_masks_for_azure(void **state)
{
	static const char *const rows[][2] = {
		{ "plain-value", "##vso[task.setsecret]plain-value\n" },
		{ "%;]a", "##vso[task.setsecret]%AZP25%3B%5Da\n" },
		{ "12345678%1234567", "##vso[task.setsecret]12345678\n"
				      "##vso[task.setsecret]12345678%AZP251234567\n" },
		{ "1;12345678\r", "##vso[task.setsecret]12345678\n"
				  "##vso[task.setsecret]1%3B12345678%0D\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct runner r = { .row = &runner_azure, .fd = open_log() };

		redact_add(redact_list(), rows[i][0]);
		for (size_t k = 1; k < redact_list()->count; k++)
			redact_list()->forms[k].told = true;
		runner_mask(&r);
		same_log(rows[i][0], r.fd, rows[i][1]);
		redact_release(redact_list());
	}
}

/* Variables and the path; a value that holds something to hide is a secret variable. */
static void test_azure_hands_over(void **state)
{
	struct runner r = { .row = &runner_azure, .fd = open_log() };
	struct err err = ERR_INIT;

	(void)state;
	redact_add(redact_list(), "tokentoken");
	well("env", runner_put(&r, RUNNER_ENV, "A", "Bearer tokentoken", &err), &err);
	well("env", runner_put(&r, RUNNER_ENV, "B", "/x;y", &err), &err);
	well("env", runner_put(&r, RUNNER_ENV, "C", "", &err), &err);
	well("output", runner_put(&r, RUNNER_OUTPUT, "o", "v", &err), &err);
	well("path", runner_add(&r, RUNNER_PATH, "/a\n/b]\n", &err), &err);
	well("summary", runner_add(&r, RUNNER_SUMMARY, "text\n", &err), &err);
	same_log("azure", r.fd,
		 "##vso[task.setvariable variable=A;issecret=true]Bearer tokentoken\n"
		 "##vso[task.setvariable variable=B]/x%3By\n"
		 "##vso[task.setvariable variable=C]\n"
		 "##vso[task.prependpath]/a\n##vso[task.prependpath]/b%5D\n");
}

static void test_line_break_in_a_mask(void **state)
{
	struct runner r = { .row = &runner_github, .fd = open_log() };

	(void)state;
	redact_add(redact_list(), "ab\r\ncd::e");
	for (size_t k = 1; k < redact_list()->count; k++)
		redact_list()->forms[k].told = true;
	runner_mask(&r);
	same_log("mask", r.fd, FIRST "::add-mask::ab%0D%0Acd::e\n");
}

static void test_annotations(void **state)
{
	static const struct {
		const struct runner_row *kind;
		enum runner_level level;
		const char *text, *want;
	} rows[] = {
		{ &runner_github, RUNNER_ERROR, "a: b, c",
		  "::error title=cc-token::a: b, c\n" },
		{ &runner_act, RUNNER_WARNING, "100%",
		  "::warning title=cc-token::100%25\n" },
		{ &runner_github, RUNNER_NOTICE, "a\n::add-mask::x\r\x1b[1m",
		  "::notice title=cc-token::a?::add-mask::x??[1m\n" },
		{ &runner_github, RUNNER_ERROR, "the secret-value",
		  "::error title=cc-token::the ***\n" },
		{ &runner_shell, RUNNER_ERROR, "x", "" },
		{ &runner_gitlab, RUNNER_ERROR, "x", "" },
		{ &runner_azure, RUNNER_ERROR, "50%; [a]\nb",
		  "##vso[task.logissue type=error]50%AZP25%3B [a%5D?b\n" },
		{ &runner_azure, RUNNER_NOTICE, "x", "" },
	};

	(void)state;
	redact_add(redact_list(), "secret-value");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct runner r = { .row = rows[i].kind, .fd = open_log() };

		runner_annotate(&r, rows[i].level, rows[i].text);
		same_log(rows[i].text, r.fd, rows[i].want);
	}
}

/* ContainerInfo.cs: what a container action sees, and where it is on the host. */
static void test_shown_path(void **state)
{
	static const struct {
		bool container;
		const char *workspace, *path, *want;
		bool shown;
	} rows[] = {
		{ true, "/h/work/repo", "/github/runner_temp/cc-token/x",
		  "/h/work/_temp/cc-token/x", true },
		{ true, "/h/work/repo", "/github/runner_temp", "/h/work/_temp", true },
		{ true, "/h/work/repo", "/github/home/cc-token",
		  "/h/work/_temp/_github_home/cc-token", true },
		{ true, "/h/work/repo", "/github/workspace/s", "/h/work/repo/repo/s",
		  true },
		{ true, "/h/work/repo", "/github/homes/x", "/github/homes/x", false },
		{ true, "/h/work/repo", "/github/workflow/e", "/github/workflow/e",
		  false },
		{ true, "/h/work/repo", "/tmp/x", "/tmp/x", false },
		{ true, "/h/work/repo", "x/github/home", "x/github/home", false },
		{ true, "", "/github/home/x", "/github/home/x", true },
		{ true, "relative", "/github/home/x", "/github/home/x", true },
		{ false, "/h/work/repo", "/github/home/x", "/github/home/x", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(1000);
		struct runner r = { .row = &runner_github,
				    .container = rows[i].container };
		char env[128];

		snprintf(env, sizeof(env), "RUNNER_WORKSPACE=%s", rows[i].workspace);
		given_environment(GIVEN(env));
		same_number(rows[i].path, runner_shown_path(&r, rows[i].path, &out),
			    rows[i].shown);
		same_text(rows[i].path, buf_str(&out), rows[i].want);
	}
}

/* Variables name directories below the test's own: "%" stands for it. */
static void test_state_base(void **state)
{
	static const struct {
		const struct runner_row *kind;
		const char *env[4];
		const char *want;
	} rows[] = {
		{ &runner_shell, { "CC_STATE_DIR=/x/y", "BUILD_TAG=x" }, "/x/y" },
		{ &runner_shell, { "CC_STATE_DIR=/x/y//" }, "/x/y" },
		{ &runner_shell, { "CC_STATE_DIR=/" }, "/" },
		{ &runner_shell, { "CC_STATE_DIR=x/y" }, "%/x/y" },
		{ &runner_github, { "CC_STATE_DIR=/x", "RUNNER_TEMP=%" }, "/x" },
		{ &runner_github, { "RUNNER_TEMP=%" }, "%/cc-token" },
		{ &runner_github,
		  { "RUNNER_TEMP=%", "XDG_RUNTIME_DIR=/" },
		  "%/cc-token" },
		{ &runner_github,
		  { "RUNNER_TEMP=%/none", "XDG_RUNTIME_DIR=%" },
		  "%/cc-token" },
		{ &runner_gitlab, { "RUNNER_TEMP_PROJECT_DIR=%" }, "%/cc-token" },
		{ &runner_gitlab,
		  { "RUNNER_TEMP=/", "XDG_RUNTIME_DIR=%" },
		  "%/cc-token" },
		{ &runner_azure, { "AGENT_TEMPDIRECTORY=%" }, "%/cc-token" },
		{ &runner_shell, { "RUNNER_TEMP=/", "XDG_RUNTIME_DIR=%" }, "%/cc-token" },
		{ &runner_shell,
		  { "BUILD_TAG=x", "XDG_RUNTIME_DIR=%" },
		  "%/cc-token-97ef14324d2f04d7" },
		{ &runner_github, { "GITHUB_RUN_ID=1", "RUNNER_TEMP=%" }, "%/cc-token" },
	};

	(void)state;
	assert_int_equal(chdir(base), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(1000);
		struct runner r = { .row = rows[i].kind };
		const char *env[4] = { NULL };
		char texts[3][128], want[128], row[16];
		struct err err = ERR_INIT;
		struct settings s;

		for (size_t k = 0; k < 3 && rows[i].env[k]; k++) {
			size_t n = strcspn(rows[i].env[k], "%");
			bool hole = rows[i].env[k][n];

			snprintf(texts[k], sizeof(texts[k]), "%.*s%s%s", (int)n,
				 rows[i].env[k], hole ? base : "",
				 hole ? rows[i].env[k] + n + 1 : "");
			env[k] = texts[k];
		}
		snprintf(want, sizeof(want), "%s%s", *rows[i].want == '%' ? base : "",
			 rows[i].want + (*rows[i].want == '%'));
		snprintf(row, sizeof(row), "row %zu", i);
		given(&s, env);
		well(row, runner_state_base(&r, &s, &out, &err), &err);
		same_text(row, buf_str(&out), want);
		settings_release(&s);
	}
}

static void test_files(void **state)
{
	static const char *const names[] = {
		[RUNNER_OUTPUT] = "GITHUB_OUTPUT",
		[RUNNER_ENV] = "GITHUB_ENV",
		[RUNNER_PATH] = "GITHUB_PATH",
		[RUNNER_STATE] = "GITHUB_STATE",
		[RUNNER_SUMMARY] = "GITHUB_STEP_SUMMARY",
	};
	AUTO_CLOSE int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct runner r = { .fd = null };
	struct err err = ERR_INIT;
	char env[256], path[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		enum runner_file file = (enum runner_file)i;

		snprintf(path, sizeof(path), "%s/%zu", base, i);
		snprintf(env, sizeof(env), "%s=%s", names[i], path);
		given_environment(GIVEN(env));
		/* One that is not there is no file of the runner's, and not made. */
		r.row = &runner_github;
		assert_int_equal(runner_check_file(&r, file, &err), -1);
		assert_int_equal(access(path, F_OK), -1);
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
		for (const struct runner_row *const *row = runner_rows; *row; row++) {
			r.row = *row;
			well(names[i], runner_check_file(&r, file, &err), &err);
			well(names[i], runner_put(&r, file, "n", "v=1 2", &err), &err);
			well(names[i], runner_add(&r, file, "more\n", &err), &err);
		}
		same_log(names[i], open(path, O_RDONLY | O_CLOEXEC),
			 "n=v=1 2\nmore\nn=v=1 2\nmore\n");
	}
}

/* A value with a line break would be another variable: refused, and nothing written. */
static void test_line_breaks(void **state)
{
	static const char *const values[] = { "a\nPATH=/evil", "a\r", "\n", "a\r\nb" };
	struct runner r = { .row = &runner_github };
	char env[256];

	(void)state;
	snprintf(env, sizeof(env), "GITHUB_ENV=%s/env", base);
	given_environment(GIVEN(env));
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(runner_put(&r, RUNNER_ENV, "NAME", values[i], &err), -1);
		assert_int_equal(err.kind, ERR_INTERNAL);
		assert_string_equal(err.text, "NAME holds a line break");
	}
	assert_int_equal(access(env + strlen("GITHUB_ENV="), F_OK), -1);
}

static void test_unwritable(void **state)
{
	struct runner r = { .row = &runner_github };
	struct err err = ERR_INIT;

	(void)state;
	given_environment(GIVEN("GITHUB_OUTPUT=/dev/full", "GITHUB_ENV=/nowhere/env"));
	assert_int_equal(runner_put(&r, RUNNER_OUTPUT, "n", "v", &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	has_text("full", err.text, "the runner's GITHUB_OUTPUT: ");
	assert_int_equal(runner_put(&r, RUNNER_ENV, "n", "v", &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	has_text("nowhere", err.hint, "or set export-env: false");
	assert_int_equal(runner_put(&r, RUNNER_STATE, "n", "v", &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	has_text("no variable", err.text, "GITHUB_STATE");
}

#define IN_BASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	IN_BASE(test_masks),
	IN_BASE(test_masks_for_act),
	IN_BASE(test_masks_for_azure),
	IN_BASE(test_azure_hands_over),
	IN_BASE(test_line_break_in_a_mask),
	IN_BASE(test_annotations),
	IN_BASE(test_shown_path),
	IN_BASE(test_state_base),
	IN_BASE(test_files),
	IN_BASE(test_line_breaks),
	IN_BASE(test_unwritable),
};

TEST_MAIN(tests)
