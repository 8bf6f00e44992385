#include "base/log.h"

#include <fcntl.h>

#include "test.h"
#include "watch_free.h"

/* What log_at() writes for @text. */
static void logged(const char *text, char *ret, size_t size)
{
	int fds[2], own = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	dup2(fds[1], STDERR_FILENO);
	log_at(LOG_WARN, "text %s", text);
	dup2(own, STDERR_FILENO);
	n = read(fds[0], ret, size - 1);
	ret[n > 0 ? n : 0] = '\0';
	close(own);
	close(fds[0]);
	close(fds[1]);
}

static void test_line(void **state)
{
	char line[256];

	(void)state;
	redact_add(redact_list(), "s3cr3t-value");
	logged("a s3cr3t-value and\na control", line, sizeof(line));
	assert_string_equal(line, "cc-token: warning: text a *** and?a control\n");
	redact_release(redact_list());
}

/* A path as long as paths get does not push the reason out. */
static void test_long(void **state)
{
	static char text[9000], line[20000];

	(void)state;
	memset(text, 'p', sizeof(text));
	snprintf(text + 8192, sizeof(text) - 8192, ": the reason");
	logged(text, line, sizeof(line));
	assert_non_null(strstr(line, "pp: the reason\n"));
}

/* Memory ends at every allocation in turn: the whole line comes, or why it doesn't. */
static void test_without_memory(void **state)
{
	bool whole = false;
	char line[256];

	(void)state;
	redact_add(redact_list(), "s3cr3t-value");
	for (int n = 1; !whole && n < 1000; n++) {
		watch_memory(n);
		logged("a s3cr3t-value", line, sizeof(line));
		whole = watch_memory(0);
		assert_string_equal(line,
				    whole ? "cc-token: warning: text a ***\n"
					  : "cc-token: warning: text out of memory\n");
	}
	assert_true(whole);
	redact_release(redact_list());
}

static void test_full_list(void **state)
{
	char line[256], value[32];

	(void)state;
	for (int i = 0; !redact_list()->full; i++) {
		snprintf(value, sizeof(value), "token-number-%d", i);
		redact_add(redact_list(), value);
	}
	logged("whatever", line, sizeof(line));
	assert_non_null(strstr(line, "more tokens than can be hidden"));
	assert_null(strstr(line, "whatever"));
	redact_release(redact_list());
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_line),
	cmocka_unit_test(test_long),
	cmocka_unit_test(test_without_memory),
	cmocka_unit_test(test_full_list),
};

TEST_MAIN(tests)
