#include "refresh/watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

enum { LONG = 3600 * 1000, SOON = 30 };

static char base[] = "/tmp/test_watch.XXXXXX";

static int setup(void **state)
{
	char dir[64];

	(void)state;
	snprintf(dir, sizeof(dir), "%s/state", base);
	return mkdir(dir, 0700);
}

static int teardown(void **state)
{
	char dir[64];

	(void)state;
	snprintf(dir, sizeof(dir), "%s/state/file", base);
	unlink(dir);
	snprintf(dir, sizeof(dir), "%s/state", base);
	rmdir(dir);
	return 0;
}

static struct watch open_watch(char dir[static 64])
{
	struct watch w = WATCH_INIT;
	struct err err = ERR_INIT;

	snprintf(dir, 64, "%s/state", base);
	assert_int_equal(watch_open(&w, dir, &err), 0);
	assert_true(w.change_fd >= 0);
	return w;
}

static void test_due(void **state)
{
	char dir[64];
	struct watch w = open_watch(dir);
	struct err err = ERR_INIT;
	bool jumped = false;
	int64_t start = clock_boot_ms();

	(void)state;
	assert_int_equal(watch_wait(&w, start + SOON, &jumped, &err), 0);
	assert_true(clock_boot_ms() >= start + SOON);
	/* What has passed while the machine was suspended wakes it at once. */
	assert_int_equal(watch_wait(&w, start - LONG, &jumped, &err), 0);
	assert_int_equal(watch_wait(&w, -1, &jumped, &err), 0);
	assert_true(clock_boot_ms() < start + LONG);
	watch_close(&w);
}

/* A file by rename wakes it, one that is only read or written in place does not. */
static void test_change(void **state)
{
	char dir[64], from[64], to[80];
	struct watch w = open_watch(dir);
	struct err err = ERR_INIT;
	bool jumped = false;
	int64_t start = clock_boot_ms();
	int fd;

	(void)state;
	snprintf(from, sizeof(from), "%s/beside", base);
	snprintf(to, sizeof(to), "%s/file", dir);
	fd = open(from, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(watch_wait(&w, start + LONG, &jumped, &err), 0);
	assert_true(clock_boot_ms() < start + LONG);
	fd = open(to, O_RDWR);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	start = clock_boot_ms();
	assert_int_equal(watch_wait(&w, start + SOON, &jumped, &err), 0);
	assert_true(clock_boot_ms() >= start + SOON);
	watch_close(&w);
}

static void test_removed(void **state)
{
	char dir[64];
	struct watch w = open_watch(dir);
	struct err err = ERR_INIT;
	bool jumped = false;
	int64_t start = clock_boot_ms();
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(watch_wait(&w, start + LONG, &jumped, &err), 0);
	assert_true(clock_boot_ms() < start + LONG);
	close(fd);
	watch_close(&w);
}

static void test_moved(void **state)
{
	char dir[64], to[64];
	struct watch w = open_watch(dir);
	struct err err = ERR_INIT;
	bool jumped = false;
	int64_t start = clock_boot_ms();

	(void)state;
	snprintf(to, sizeof(to), "%s/moved", base);
	assert_int_equal(rename(dir, to), 0);
	assert_int_equal(watch_wait(&w, start + LONG, &jumped, &err), 0);
	assert_true(clock_boot_ms() < start + LONG);
	assert_int_equal(rmdir(to), 0);
	watch_close(&w);
}

/* A timer that was not cancelled is armed, and stays so. */
static void test_jump_is_armed(void **state)
{
	char dir[64];
	struct watch w = open_watch(dir);
	struct err err = ERR_INIT;
	bool jumped = false;
	struct itimerspec left;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(timerfd_gettime(w.jump_fd, &left), 0);
		assert_true(left.it_value.tv_sec > LONG / 1000);
		assert_int_equal(watch_wait(&w, clock_boot_ms(), &jumped, &err), 0);
	}
	watch_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_due, setup, teardown),
		cmocka_unit_test_setup_teardown(test_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jump_is_armed, setup, teardown),
	};
	int failed;

	if (!mkdtemp(base))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(base);
	return failed;
}
