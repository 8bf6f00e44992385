/*
 * INT, TERM and HUP as a flag. As PID 1 of a container a process ignores these signals
 * unless it installs handlers (signal(7), pid_namespaces(7)), so main does at once.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <poll.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Installs the handlers and ignores PIPE and XFSZ, which write(2) reports as errors. HUP
 * stays ignored where it is: nohup(1). Call once, before anything blocks.
 */
void interrupt_install(void);

/*
 * For a command that takes our place, before its exec(): HUP and PIPE are ignored where
 * they were when we started (nohup), the others do what they do by default.
 */
void interrupt_restore(void);

/* The signal that asked for the end, 0 when none did. */
int interrupt_pending(void);

/*
 * poll(2) without a time limit. The number of ready descriptors, or -1 with
 * ERR_INTERRUPTED. There is no gap in which a signal could be missed.
 */
int interrupt_poll(struct pollfd *fds, nfds_t n, struct err *err);

/*
 * Sleeps for @ms milliseconds, at most until @fd (or -1) is readable.
 * Returns 0 when the time is over, 1 when @fd is readable, -1 with ERR_INTERRUPTED.
 */
int interrupt_wait(int fd, int64_t ms, struct err *err);

/*
 * flock(2), exclusive, that waits for at most @ms milliseconds. Returns 0 with the lock,
 * 1 when the time is over, -1 with ERR_INTERRUPTED or ERR_IO. Uses ITIMER_REAL.
 */
int interrupt_flock(int fd, int64_t ms, struct err *err);

/* 0, or -1 with ERR_INTERRUPTED when a signal came. */
int interrupt_check(struct err *err);

#endif
