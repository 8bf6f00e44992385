#include "session/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/quote.h"

enum {
	STOP_LOOK_MS = 20, /* between two looks whether it has ended */
	STOP_TERM_MS = 2000,
	STOP_KILL_MS = 2000,
};

bool mailbox_alive(const struct state *s, pid_t *ret_pid)
{
	AUTO_CLOSE int fd = openat(s->fd, MAILBOX_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK)
		return false;
	if (ret_pid)
		*ret_pid = lock.l_pid;
	return true;
}

int mailbox_renewal(const struct state *s, const struct record *r, struct err *err)
{
	char hex[QUOTE_FINGERPRINT_SIZE];

	if (!mailbox_alive(s, NULL))
		return err_set(err, ERR_NO_TOKEN, "no refresher runs");
	quote_fingerprint(buf_str(&r->token.access), hex);
	return fs_replace(s->fd, MAILBOX_RENEW, hex, strlen(hex), 0600, err);
}

/* 1 when the wait is over, with the result or an error; 0 to go on. */
static int mailbox_look(struct session *s, const struct session_want *want, int64_t since,
			struct err *err)
{
	const struct state_error *last = &s->record.last_error;
	/* Before the record is read: the last thing that one does is to write it. */
	bool alive = mailbox_alive(&s->state, NULL);

	if (session_reload(s, err))
		return -1;
	if (session_is_news(s, want, since) || session_is_good(s, want))
		return 1;
	if (last->kind != ERR_NONE && last->kind != ERR_TRANSIENT &&
	    (!alive || last->boot_ms >= since)) {
		err_set(err, last->kind, "%s", last->text);
		return err_hint(err, "%s", last->hint);
	}
	if (alive)
		return 0;
	return session_no_login(s, err);
}

static void mailbox_drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

int mailbox_wait(struct session *s, const struct session_want *want, int64_t since,
		 struct err *err)
{
	AUTO_CLOSE int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct budget budget = budget_start(s->settings);
	int64_t left;
	int rc;

	if (fd < 0 || inotify_add_watch(fd, buf_str(&s->state.path),
					IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE) < 0)
		return err_sys(err, ERR_IO, errno, "can't watch %s",
			       buf_str(&s->state.path));
	do {
		mailbox_drain(fd);
		rc = mailbox_look(s, want, since, err);
		if (rc)
			return rc < 0 ? err_wrap(err, "the refresher") : 0;
		left = budget_left_ms(&budget);
	} while (left && interrupt_wait(fd, left, err) > 0);
	if (interrupt_check(err))
		return -1;
	err_set(err, ERR_TRANSIENT, "the refresher brought no new token in time%s%s",
		*s->record.last_error.text ? ": " : "", s->record.last_error.text);
	return err_hint(err, "see cc-token status");
}

/* True when it has ended within @ms. Asks again when the request was missed. */
static bool mailbox_ended(const struct state *s, int64_t ms, bool ask, struct err *err)
{
	int64_t end = clock_boot_ms() + ms;

	while (mailbox_alive(s, NULL)) {
		if (ask && faccessat(s->fd, MAILBOX_STOP, F_OK, 0))
			fs_replace(s->fd, MAILBOX_STOP, "", 0, 0600, err);
		if (clock_boot_ms() >= end || interrupt_wait(-1, STOP_LOOK_MS, err) < 0)
			return false;
	}
	return true;
}

/* The lock is free a moment before the process is gone. */
static void mailbox_await_exit(pid_t pid)
{
	struct err ignored = ERR_INIT;

	for (int i = 0; pid > 0 && i < 20 && kill(pid, 0) == 0; i++)
		if (interrupt_wait(-1, 5, &ignored) < 0)
			return;
}

int mailbox_stop(const struct state *s, int64_t ms, struct err *err)
{
	struct err why = ERR_INIT;
	pid_t first = 0, pid = 0;
	bool ended;

	if (!mailbox_alive(s, &first))
		return 0;
	ended = mailbox_ended(s, ms, true, &why);
	if (!ended && mailbox_alive(s, &pid) && pid > 0) {
		log_debug("the refresher (process %d) does not end: signal", (int)pid);
		kill(pid, SIGTERM);
		ended = mailbox_ended(s, STOP_TERM_MS, false, &why);
		if (!ended && mailbox_alive(s, &pid) && pid > 0) {
			kill(pid, SIGKILL);
			ended = mailbox_ended(s, STOP_KILL_MS, false, &why);
		}
	}
	unlinkat(s->fd, MAILBOX_STOP, 0);
	mailbox_await_exit(first);
	if (ended)
		return 0;
	return err_set(err, ERR_IO, "the refresher does not end%s%s",
		       *why.text ? ": " : "", why.text);
}
