#include "session/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

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
