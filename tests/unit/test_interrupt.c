#include "base/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "test.h"

static int sent; /* comes in the last moment before ppoll() */

int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *ts,
		 const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *ts,
		 const sigset_t *mask);

int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *ts,
		 const sigset_t *mask)
{
	if (sent)
		raise(sent);
	return __real_ppoll(fds, n, ts, mask);
}

static int sent_by_flock; /* comes in the last moment before a flock() that waits */

int __real_flock(int fd, int how);
int __wrap_flock(int fd, int how);

int __wrap_flock(int fd, int how)
{
	if (sent_by_flock && !(how & LOCK_NB))
		raise(sent_by_flock);
	return __real_flock(fd, how);
}

/* The flag stays up as long as the process, so each case has a process of its own. */
static int in_child(int (*run)(int arg), int arg)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		interrupt_install();
		alarm(20);
		_exit(run(arg));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_timeout(int ms)
{
	int64_t from = clock_boot_ms();
	struct err err = ERR_INIT;

	if (interrupt_wait(-1, ms, &err) != 0 || err.kind != ERR_NONE)
		return 1;
	return clock_boot_ms() - from < (ms > 0 ? ms : 0) ? 2 : 0;
}

/* Never early, and at once where there is nothing to wait for. */
static void test_timeout(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_timeout, 30), 0);
	assert_int_equal(in_child(run_timeout, 0), 0);
	assert_int_equal(in_child(run_timeout, -1000), 0);
}

static int run_readable(int filled)
{
	struct err err = ERR_INIT;
	int fds[2];

	if (pipe(fds) || (filled && write(fds[1], "x", 1) != 1))
		return 1;
	if (!filled)
		close(fds[1]); /* its end is to be read, too */
	return interrupt_wait(fds[0], 60000, &err) == 1 ? 0 : 2;
}

static void test_descriptor(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_readable, 1), 0);
	assert_int_equal(in_child(run_readable, 0), 0);
}

static int run_poll(int which)
{
	struct pollfd fds[3] = { { .fd = -1 } };
	struct err err = ERR_INIT;
	int ends[4];

	if (pipe(ends) || pipe(ends + 2) || write(ends[1 + 2 * which], "x", 1) != 1)
		return 1;
	fds[1] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = ends[2], .events = POLLIN };
	if (interrupt_poll(fds, 3, &err) != 1)
		return 2;
	return fds[1 + which].revents == POLLIN && !fds[2 - which].revents ? 0 : 3;
}

static void test_several_descriptors(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_poll, 0), 0);
	assert_int_equal(in_child(run_poll, 1), 0);
}

static int check_signal(int sig)
{
	struct err err = ERR_INIT;

	if (interrupt_pending() != sig || interrupt_check(&err) != -1)
		return 10;
	if (err.kind != ERR_INTERRUPTED || err.signal != sig)
		return 11;
	return err_exit_code(&err) == 128 + sig ? 0 : 12;
}

/* It was there before the wait began. */
static int run_before(int sig)
{
	struct err err = ERR_INIT;
	int64_t from = clock_boot_ms();

	raise(sig);
	if (interrupt_wait(-1, 60000, &err) != -1 || err.kind != ERR_INTERRUPTED)
		return 1;
	return clock_boot_ms() - from < 30000 ? check_signal(sig) : 2;
}

/* It comes while the wait lasts. */
static int run_during(int sig)
{
	struct err err = ERR_INIT;
	pid_t parent = getpid();

	if (fork() == 0) {
		struct timespec pause = { .tv_nsec = 30000000 };

		nanosleep(&pause, NULL);
		kill(parent, sig);
		_exit(0);
	}
	return interrupt_wait(-1, 60000, &err) == -1 ? check_signal(sig) : 1;
}

/* It comes after the flag was looked at: no gap in which it could be missed. */
static int run_between(int sig)
{
	struct err err = ERR_INIT;

	sent = sig;
	return interrupt_poll(NULL, 0, &err) == -1 ? check_signal(sig) : 1;
}

static void test_signals(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		assert_int_equal(in_child(run_before, signals[i]), 0);
		assert_int_equal(in_child(run_during, signals[i]), 0);
		assert_int_equal(in_child(run_between, signals[i]), 0);
	}
}

/* Others wake the sleeper, which then goes on sleeping. */
static int run_other(int ms)
{
	struct sigaction handle = { .sa_handler = SIG_DFL };
	pid_t parent = getpid();

	sigaction(SIGCHLD, &handle, NULL);
	if (fork() == 0) {
		kill(parent, SIGCONT);
		kill(parent, SIGPIPE);
		_exit(0);
	}
	return run_timeout(ms);
}

static void test_other_signals(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_other, 50), 0);
}

static int run_mask(int sig)
{
	struct err err = ERR_INIT;
	sigset_t mask;

	interrupt_wait(-1, 1, &err);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, sig);
}

static int run_quiet(int unused)
{
	struct err err = ERR_INIT;

	(void)unused;
	return interrupt_pending() || interrupt_check(&err) || err.kind != ERR_NONE;
}

static void test_no_trace(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_quiet, 0), 0);
	assert_int_equal(in_child(run_mask, SIGTERM), 0);
	assert_int_equal(in_child(run_mask, SIGINT), 0);
}

/* A file that is locked already; a second descriptor that isn't. */
static int held_lock(void)
{
	char path[] = "/tmp/cc-token-unit.XXXXXX";
	int first = mkstemp(path), second = open(path, O_RDWR | O_CLOEXEC);

	unlink(path);
	return first < 0 || __real_flock(first, LOCK_EX | LOCK_NB) ? -1 : second;
}

static int run_flock_in_time(int ms)
{
	int64_t from = clock_boot_ms();
	struct err err = ERR_INIT;
	sigset_t mask;
	int fd = held_lock();

	/* as it may be handed down to us */
	sigemptyset(&mask);
	sigaddset(&mask, SIGALRM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	if (interrupt_flock(fd, ms, &err) != 1 || err.kind != ERR_NONE)
		return 1;
	return clock_boot_ms() - from < ms ? 2 : 0;
}

static int run_flock_interrupted(int sig)
{
	struct err err = ERR_INIT;

	sent_by_flock = sig;
	if (interrupt_flock(held_lock(), 60000, &err) != -1)
		return 1;
	return err.kind == ERR_INTERRUPTED && err.signal == sig ? 0 : 2;
}

static int run_flock_free(int ms)
{
	char path[] = "/tmp/cc-token-unit.XXXXXX";
	struct err err = ERR_INIT;
	int fd = mkstemp(path);

	unlink(path);
	return interrupt_flock(fd, ms, &err) == 0 &&
			       interrupt_flock(-1, ms, &err) == -1 && err.kind == ERR_IO
		       ? 0
		       : 1;
}

static void test_flock(void **state)
{
	(void)state;
	assert_int_equal(in_child(run_flock_in_time, 0), 0);
	assert_int_equal(in_child(run_flock_in_time, 250), 0);
	assert_int_equal(in_child(run_flock_interrupted, SIGTERM), 0);
	assert_int_equal(in_child(run_flock_interrupted, SIGINT), 0);
	assert_int_equal(in_child(run_flock_free, 0), 0);
	assert_int_equal(in_child(run_flock_free, 1000), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_flock),	   cmocka_unit_test(test_timeout),
	cmocka_unit_test(test_descriptor), cmocka_unit_test(test_several_descriptors),
	cmocka_unit_test(test_signals),	   cmocka_unit_test(test_other_signals),
	cmocka_unit_test(test_no_trace),
};

TEST_MAIN(tests)
