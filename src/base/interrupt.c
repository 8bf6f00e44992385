#include "base/interrupt.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"

static volatile sig_atomic_t pending;
static struct sigaction found_hup, found_pipe;

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
	sigaction(SIGHUP, &handle, &found_hup);
	sigaction(SIGPIPE, &ignore, &found_pipe);
}

void interrupt_restore(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };

	sigaction(SIGINT, &standard, NULL);
	sigaction(SIGTERM, &standard, NULL);
	sigaction(SIGHUP, &found_hup, NULL);
	sigaction(SIGPIPE, &found_pipe, NULL);
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

/* The signals are blocked but inside ppoll(), so none slips in before the sleep. */
int interrupt_wait(int fd, int64_t ms, struct err *err)
{
	int64_t end = clock_boot_ms() + ms;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	sigset_t block, old;
	int ret = 0;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGHUP);
	sigprocmask(SIG_BLOCK, &block, &old);
	while (!pending) {
		int64_t left = end - clock_boot_ms();
		struct timespec ts = { .tv_sec = left / 1000,
				       .tv_nsec = left % 1000 * 1000000 };

		if (left <= 0)
			break;
		ret = ppoll(&pfd, fd >= 0, &ts, &old);
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
