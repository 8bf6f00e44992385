/*
 * What wakes the refresher: a moment on the boot clock, a jump of the wall clock, and
 * changes in a directory. Between them it sleeps; nothing polls.
 *
 * The boot clock goes on while the machine is suspended, so a moment that has passed
 * meanwhile wakes it at once (timerfd_create(2), CLOCK_BOOTTIME). Resuming and setting
 * the clock cancel the timer on the wall clock (TFD_TIMER_CANCEL_ON_SET).
 */
#ifndef REFRESH_WATCH_H
#define REFRESH_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct watch {
	int due_fd, jump_fd;
	int change_fd; /* -1: the kernel gives no inotify; then it looks every 5 s */
};

#define WATCH_INIT ((struct watch){ -1, -1, -1 })

/*
 * Watches the directory @path: files put in place by rename, and its own removal or move,
 * or that of the directory above.
 */
int watch_open(struct watch *w, const char *path, struct err *err);
void watch_close(struct watch *w);

/*
 * Sleeps until @due_boot_ms or until something else happens. -1 with ERR_INTERRUPTED, or
 * ERR_INTERNAL. Changes from before the call wake it too; the caller looks for itself
 * what has changed, after the call. @ret_jumped is set to true when the wall clock was
 * set or the machine suspended, else left alone.
 */
int watch_wait(struct watch *w, int64_t due_boot_ms, bool *ret_jumped, struct err *err);

#endif
