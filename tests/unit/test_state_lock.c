#include <signal.h>
#include <sys/wait.h>

#include "stored.h"

/* Another process waits until the lock is given up, or until its holder is killed. */
static void test_lock(void **state)
{
	AUTO_STATE struct state s, other;
	struct err err = ERR_INIT;
	int fds[2], status;
	char byte;
	pid_t pid;

	(void)state;
	open_state(&s);
	open_state(&other);
	well("lock", state_lock(&s, PATIENCE_MS, &err), &err);
	assert_false(state_try_lock(&other));
	state_unlock(&s);
	state_unlock(&s);
	assert_true(state_try_lock(&other));
	assert_false(state_try_lock(&s));
	state_close(&other);

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		if (state_lock(&s, PATIENCE_MS, &err) || write(fds[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_false(state_try_lock(&s));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(state_try_lock(&s));
	close(fds[0]);
	close(fds[1]);
}

/* A lock that is never given up is not waited for for ever. */
static void test_lock_is_bounded(void **state)
{
	AUTO_STATE struct state s, other;
	struct err err = ERR_INIT;
	char path[256];

	(void)state;
	open_state(&s);
	open_state(&other);
	well("lock", state_lock(&s, PATIENCE_MS, &err), &err);
	for (int ms = 0; ms <= 300; ms += 150) {
		assert_int_equal(state_lock(&other, ms, &err), -1);
		assert_int_equal(err.kind, ERR_TRANSIENT);
		has_text("error", err.text, "/t/lock");
	}
	/* What is locked is the file that others find, not one that was put aside. */
	in_base("t/lock", path);
	assert_int_equal(unlink(path), 0);
	well("new", state_lock(&other, PATIENCE_MS, &err), &err);
}

/* Nothing that somebody puts in the place of the lock is waited for or given away. */
static void test_planted_lock(void **state)
{
	AUTO_STATE struct state s;
	struct err err = ERR_INIT;
	char path[256], victim[256];
	struct stat st;

	(void)state;
	open_state(&s);
	in_base("t/lock", path);
	in_base("victim", victim);
	test_write(victim, "precious", 0600);
	if (geteuid() == 0)
		assert_int_equal(fchown(s.fd, 12345, 12345), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(i == 0	  ? mkfifo(path, 0600)
				 : i == 1 ? mkdir(path, 0700)
				 : i == 2 ? symlink("../victim", path)
					  : link(victim, path),
				 0);
		assert_int_equal(state_lock(&s, PATIENCE_MS, &err), -1);
		assert_int_equal(err.kind, ERR_IO);
		has_text("error", err.text, "lock");
		assert_int_equal(remove(path), 0);
	}
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_uid, geteuid());
	same_file("victim", "precious");
}

/* True once that process has a file open whose path ends so. */
static bool has_open(pid_t pid, const char *end)
{
	for (int fd = 0; fd < 64; fd++) {
		char link[64], path[512] = "";
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(link, path, sizeof(path) - 1);
		if (n > (ssize_t)strlen(end) && strcmp(path + n - strlen(end), end) == 0)
			return true;
	}
	return false;
}

/* Who waits for the lock of a state that is removed meanwhile gets no state. */
static void test_removal_while_waiting(void **state)
{
	AUTO_STATE struct state s, other;
	struct err err = ERR_INIT;
	int fds[2], status;
	char byte = 'x';
	pid_t pid;

	(void)state;
	open_state(&s);
	open_state(&other);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		_exit(read(fds[0], &byte, 1) == 1 &&
				      state_lock(&other, PATIENCE_MS, &err) == -1 &&
				      err.kind == ERR_NO_TOKEN
			      ? 0
			      : 1);
	well("lock", state_lock(&s, PATIENCE_MS, &err), &err);
	assert_int_equal(write(fds[1], &byte, 1), 1);
	while (!has_open(pid, "/t/lock"))
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	well("remove", state_remove(&s, &err), &err);
	state_unlock(&s);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fds[0]);
	close(fds[1]);
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_lock),
	IN_BASE(test_lock_is_bounded),
	IN_BASE(test_planted_lock),
	IN_BASE(test_removal_while_waiting),
};

TEST_MAIN(tests)
