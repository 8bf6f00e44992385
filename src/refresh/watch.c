#include "refresh/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"

enum { WATCH_LOOK_MS = 5000 };

/* Armed for a moment that never comes: only its cancellation counts. */
static int watch_arm_jump(int fd)
{
	struct itimerspec far = { .it_value = { .tv_sec = clock_wall() + 365 * 86400 } };

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far,
			       NULL);
}

static int watch_changes(const char *path)
{
	AUTO_CLOSE int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	AUTO_BUF struct buf above = BUF_INIT(BUF_URL_MAX);
	const char *slash = strrchr(path, '/');

	buf_add(&above, path, slash > path ? (size_t)(slash - path) : 1);
	if (fd < 0 ||
	    inotify_add_watch(fd, path,
			      IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR) <
		    0 ||
	    inotify_add_watch(fd, buf_str(&above),
			      IN_DELETE | IN_MOVED_FROM | IN_MOVE_SELF | IN_DELETE_SELF |
				      IN_ONLYDIR) < 0)
		return -1;
	return STEAL(fd, -1);
}

int watch_open(struct watch *w, const char *path, struct err *err)
{
	w->due_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	w->jump_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->due_fd < 0 || w->jump_fd < 0 || watch_arm_jump(w->jump_fd)) {
		watch_close(w);
		return err_sys(err, ERR_INTERNAL, errno, "can't make a timer");
	}
	w->change_fd = watch_changes(path);
	if (w->change_fd < 0)
		log_warn("can't watch %s (%s); looking every %d s", path, strerror(errno),
			 WATCH_LOOK_MS / 1000);
	return 0;
}

void watch_close(struct watch *w)
{
	cleanup_close_fd(&w->due_fd);
	cleanup_close_fd(&w->jump_fd);
	cleanup_close_fd(&w->change_fd);
	*w = WATCH_INIT;
}

static void watch_drain(struct watch *w, bool *ret_jumped)
{
	char events[4096];
	uint64_t expirations;

	while (w->change_fd >= 0 && read(w->change_fd, events, sizeof(events)) > 0)
		;
	if (read(w->due_fd, &expirations, sizeof(expirations)) > 0)
		log_debug("the time has come");
	if (read(w->jump_fd, &expirations, sizeof(expirations)) < 0 &&
	    errno == ECANCELED) {
		log_debug("the clock was set, or the machine was suspended");
		watch_arm_jump(w->jump_fd);
		*ret_jumped = true;
	}
}

int watch_wait(struct watch *w, int64_t due_boot_ms, bool *ret_jumped, struct err *err)
{
	struct pollfd fds[] = { { .fd = w->due_fd, .events = POLLIN },
				{ .fd = w->jump_fd, .events = POLLIN },
				{ .fd = w->change_fd, .events = POLLIN } };
	int64_t soonest = clock_boot_ms() + WATCH_LOOK_MS;
	int64_t due = w->change_fd < 0 && due_boot_ms > soonest ? soonest : due_boot_ms;
	struct itimerspec at = { .it_value = { .tv_sec = due / 1000,
					       .tv_nsec = due % 1000 * 1000000 } };

	if (due <= 0)
		at.it_value = (struct timespec){ .tv_nsec = 1 };
	if (timerfd_settime(w->due_fd, TFD_TIMER_ABSTIME, &at, NULL))
		return err_sys(err, ERR_INTERNAL, errno, "can't set a timer");
	if (interrupt_poll(fds, ARRAY_LEN(fds), err) < 0)
		return -1;
	watch_drain(w, ret_jumped);
	return 0;
}
