/* What somebody may have put where our files stand, or ought to. */
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>

#include "test.h"

static char dir[64];
static int at = -1;

static int setup(void **state)
{
	(void)state;
	test_directory(dir);
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return at < 0;
}

static int teardown(void **state)
{
	(void)state;
	close(at);
	test_remove(dir);
	return 0;
}

static size_t entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

/* Nobody has to read from a pipe, and what a link leads to is not the runner's. */
static void test_append_refuses(void **state)
{
	static const char *const names[] = { "fifo", "read", "link", "twice" };
	AUTO_BUF struct buf out = BUF_INIT(100);
	struct err err = ERR_INIT;
	char path[128];
	int reader;

	(void)state;
	snprintf(path, sizeof(path), "%s/victim", dir);
	test_write(path, "precious", 0600);
	assert_int_equal(mkfifoat(at, "fifo", 0600) || mkfifoat(at, "read", 0600), 0);
	assert_int_equal(symlinkat("victim", at, "link"), 0);
	assert_int_equal(linkat(at, "victim", at, "twice", 0), 0);
	reader = openat(at, "read", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		same_number(names[i], fs_append(path, "x", 1, &err), -1);
		same_number(names[i], err.kind, ERR_IO);
		has_text(names[i], err.text, path);
	}
	close(reader);
	snprintf(path, sizeof(path), "%s/victim", dir);
	well("read", fs_read_path(path, &out, &err), &err);
	assert_string_equal(buf_str(&out), "precious");
}

static void test_set_aside(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(100);
	char kept[FS_FRESH_SIZE], path[300];
	struct err err = ERR_INIT;

	(void)state;
	well("none", fs_set_aside(at, "f", kept, &err), &err);
	assert_int_equal(entries(), 0);
	snprintf(path, sizeof(path), "%s/f", dir);
	test_write(path, "old", 0600);
	well("f", fs_set_aside(at, "f", kept, &err), &err);
	assert_int_equal(faccessat(at, "f", F_OK, 0), 0); /* it is there all the time */
	well("new", fs_replace(at, "f", "new", 3, 0600, &err), &err);
	well("kept", fs_read(at, kept, &out, &err), &err);
	assert_string_equal(buf_str(&out), "old");
	assert_int_equal(mkdirat(at, "d", 0700), 0);
	well("d", fs_set_aside(at, "d", kept, &err), &err);
	assert_int_equal(faccessat(at, "d", F_OK, 0), -1);
	assert_int_equal(faccessat(at, kept, F_OK, 0), 0);
}

/* Nothing that somebody planted keeps the rest, and nothing outside goes. */
static void test_empty(void **state)
{
	struct err err = ERR_INIT;
	char path[300], outside[64];
	struct stat st;
	int fd;

	(void)state;
	test_directory(outside);
	snprintf(path, sizeof(path), "%s/precious", outside);
	test_write(path, "precious", 0600);
	for (const char *const *name = (const char *const[]){ ".x", "a", "zz", NULL };
	     *name; name++) {
		assert_int_equal(mkdirat(at, *name, 0700), 0);
		fd = openat(at, *name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(mkdirat(fd, ".deep", 0700), 0);
		assert_int_equal(mkfifoat(fd, ".deep/fifo", 0600), 0);
		assert_int_equal(symlinkat(outside, fd, "link"), 0);
		assert_int_equal(symlinkat(outside, fd, ".deep/link"), 0);
		assert_int_equal(fchmodat(fd, ".deep", 0, 0), 0);
		close(fd);
	}
	assert_int_equal(symlinkat(outside, at, "link"), 0);
	snprintf(path, sizeof(path), "%s/lock", dir);
	test_write(path, "", 0600);
	well("but", fs_empty(at, dir, "lock", &err), &err);
	assert_int_equal(entries(), 1);
	well("all", fs_empty(at, dir, NULL, &err), &err);
	assert_int_equal(entries(), 0);
	snprintf(path, sizeof(path), "%s/precious", outside);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(fs_remove(at, "none"), 0);
	test_remove(outside);
}

/* Deeper than it goes down: told, and all that lies beside is gone. */
static void test_empty_is_bounded(void **state)
{
	struct err err = ERR_INIT;
	char path[300];
	int fd = dup(at);

	(void)state;
	for (int i = 0; i < 100; i++) {
		int next;

		assert_int_equal(mkdirat(fd, "d", 0700), 0);
		next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
	}
	close(fd);
	for (const char *const *name = (const char *const[]){ "c", "e", NULL }; *name;
	     name++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *name);
		test_write(path, "", 0600);
	}
	assert_int_equal(fs_empty(at, dir, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	snprintf(path, sizeof(path), "can't remove %s/d", dir);
	has_text("error", err.text, path);
	assert_int_equal(entries(), 1);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	IN_DIRECTORY(test_append_refuses),
	IN_DIRECTORY(test_set_aside),
	IN_DIRECTORY(test_empty),
	IN_DIRECTORY(test_empty_is_bounded),
};

TEST_MAIN(tests)
