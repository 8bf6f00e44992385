#include "base/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>

#include "base/clock.h"

enum { FLOCK_LOOK_MS = 100 }; /* a signal that comes just before the wait is missed */

static volatile sig_atomic_t pending;
static struct sigaction found_hup, found_pipe, found_size;

static void interrupt_handle(int sig)
{
	pending = sig;
}

void interrupt_install(void)
{
	struct sigaction handle = { .sa_handler = interrupt_handle };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &handle, NULL);
	sigaction(SIGTERM, &handle, NULL);
	sigaction(SIGHUP, NULL, &found_hup);
	if (found_hup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &handle, NULL);
	sigaction(SIGPIPE, &ignore, &found_pipe);
	sigaction(SIGXFSZ, &ignore, &found_size);
}

void interrupt_restore(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };

	sigaction(SIGINT, &standard, NULL);
	sigaction(SIGTERM, &standard, NULL);
	sigaction(SIGHUP, &found_hup, NULL);
	sigaction(SIGPIPE, &found_pipe, NULL);
	sigaction(SIGXFSZ, &found_size, NULL);
}

int interrupt_pending(void)
{
	return pending;
}

int interrupt_check(struct err *err)
{
	if (!pending)
		return 0;
	err_set(err, ERR_INTERRUPTED, "interrupted by signal %d", (int)pending);
	err->signal = pending;
	return -1;
}

/*
 * ppoll() until @end on the boot clock (-1: for ever). The signals are blocked but inside
 * ppoll(), so none slips in before the sleep.
 */
static int interrupt_ppoll(struct pollfd *fds, nfds_t n, int64_t end, struct err *err)
{
	sigset_t block, old;
	int ret = 0;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGHUP);
	sigprocmask(SIG_BLOCK, &block, &old);
	while (!pending) {
		int64_t left = end < 0 ? 0 : end - clock_boot_ms();
		struct timespec ts = { .tv_sec = left / 1000,
				       .tv_nsec = left % 1000 * 1000000 };

		if (end >= 0 && left <= 0)
			break;
		ret = ppoll(fds, n, end < 0 ? NULL : &ts, &old);
		if (ret > 0)
			break;
		if (ret < 0 && errno != EINTR) {
			ret = err_sys(err, ERR_INTERNAL, errno, "ppoll");
			break;
		}
		ret = 0;
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (ret < 0)
		return -1;
	return interrupt_check(err) ? -1 : ret;
}

int interrupt_poll(struct pollfd *fds, nfds_t n, struct err *err)
{
	return interrupt_ppoll(fds, n, -1, err);
}

int interrupt_wait(int fd, int64_t ms, struct err *err)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return interrupt_ppoll(&pfd, fd >= 0, clock_boot_ms() + ms, err);
}

static void interrupt_wake(int sig)
{
	(void)sig;
}

int interrupt_flock(int fd, int64_t ms, struct err *err)
{
	const struct timeval look = { .tv_usec = FLOCK_LOOK_MS * 1000 };
	const struct itimerval on = { look, look }, off = { 0 };
	const struct sigaction wake = { .sa_handler = interrupt_wake };
	int64_t end = clock_boot_ms() + ms;
	struct sigaction found;
	sigset_t alarm, mask;
	int ret = 1;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_sys(err, ERR_IO, errno, "can't lock it");
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigaction(SIGALRM, &wake, &found);
	sigprocmask(SIG_UNBLOCK, &alarm, &mask);
	setitimer(ITIMER_REAL, &on, NULL);
	while (ret == 1 && !pending && clock_boot_ms() < end) {
		if (flock(fd, LOCK_EX) == 0)
			ret = 0;
		else if (errno != EINTR)
			ret = err_sys(err, ERR_IO, errno, "can't lock it");
	}
	setitimer(ITIMER_REAL, &off, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &found, NULL);
	return ret == 1 && interrupt_check(err) ? -1 : ret;
}
