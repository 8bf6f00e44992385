/*
 * What all unit tests share: cmocka, checks that name the row of a table, and a
 * temporary directory. Every program prints one result for each of its tests.
 */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

#define TEST_MAIN(tests)                                       \
	int main(void)                                         \
	{                                                      \
		return cmocka_run_group_tests(tests, 0, NULL); \
	}

/* @row says which row of the table failed. */
static inline void same_text(const char *row, const char *have, const char *want)
{
	if (!have || strcmp(have, want) != 0)
		fail_msg("%s: have \"%s\", want \"%s\"", row, have ? have : "(null)",
			 want);
}

static inline void same_number(const char *row, int64_t have, int64_t want)
{
	if (have != want)
		fail_msg("%s: have %" PRId64 ", want %" PRId64, row, have, want);
}

static inline void has_text(const char *row, const char *have, const char *part)
{
	if (!have || !strstr(have, part))
		fail_msg("%s: \"%s\" lacks \"%s\"", row, have ? have : "(null)", part);
}

static inline void lacks_text(const char *row, const char *have, const char *part)
{
	if (have && strstr(have, part))
		fail_msg("%s: \"%s\" holds \"%s\"", row, have, part);
}

/* For calls that must succeed: shows the error when they don't. */
static inline void well(const char *row, int rc, const struct err *err)
{
	if (rc)
		fail_msg("%s: %s (%s)", row, err->text, err->hint);
}

/* A fresh directory, which the caller removes by test_remove(). */
static inline void test_directory(char path[static 64])
{
	snprintf(path, 64, "/tmp/cc-token-unit.XXXXXX");
	assert_non_null(mkdtemp(path));
}

static inline void test_remove(const char *path)
{
	DIR *dir = opendir(path);

	for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
		char name[512];

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%.250s/%.250s", path, e->d_name);
		if (e->d_type == DT_DIR)
			test_remove(name);
		else
			unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

/* Writes a file of the test's own, with that mode. */
static inline void test_write(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len = strlen(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

#endif
