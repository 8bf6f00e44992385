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

#define STOP_AND_REVOKE "revoke"

int mailbox_alive(const struct state *s, pid_t *ret_pid, struct err *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct err why = ERR_INIT;
	AUTO_CLOSE int fd = fs_open(s->fd, MAILBOX_LOG, O_RDONLY, &why);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		*err = why;
		return err_wrap(err, "%s", buf_str(&s->path));
	}
	if (fcntl(fd, F_GETLK, &lock))
		return err_sys(err, ERR_IO, errno, "%s/" MAILBOX_LOG, buf_str(&s->path));
	if (ret_pid)
		*ret_pid = lock.l_type == F_UNLCK ? 0 : lock.l_pid;
	return lock.l_type != F_UNLCK;
}

int mailbox_renewal(const struct state *s, const struct record *r, struct err *err)
{
	char hex[QUOTE_FINGERPRINT_SIZE];
	int alive = mailbox_alive(s, NULL, err);

	if (alive < 0)
		return -1;
	if (!alive)
		return err_set(err, ERR_NO_TOKEN, "no refresher runs");
	quote_fingerprint(buf_str(&r->token.access), hex);
	return fs_replace(s->fd, MAILBOX_RENEW, hex, strlen(hex), 0600, err);
}

bool mailbox_is_stopped(const struct state *s, bool *ret_revoke)
{
	AUTO_BUF struct buf text = BUF_INIT(sizeof(STOP_AND_REVOKE));
	struct err ignored = ERR_INIT;

	if (fs_read(s->fd, MAILBOX_STOP, &text, &ignored) && errno == ENOENT)
		return false;
	*ret_revoke = strcmp(buf_str(&text), STOP_AND_REVOKE) == 0;
	return true;
}

/*
 * 1 when it has ended within @ms; 0 when not, with the reason in @err where it could not
 * be asked; -1 when that can't be told. Asks again when the request was missed.
 */
static int mailbox_ended(const struct state *s, int64_t ms, const char *request,
			 struct err *err)
{
	int64_t end = clock_boot_ms() + ms;
	int alive;

	while ((alive = mailbox_alive(s, NULL, err)) > 0) {
		if (request && faccessat(s->fd, MAILBOX_STOP, F_OK, 0))
			fs_replace(s->fd, MAILBOX_STOP, request, strlen(request), 0600,
				   err);
		if (clock_boot_ms() >= end)
			return 0;
		if (interrupt_wait(-1, STOP_LOOK_MS, err) < 0)
			return -1;
	}
	return alive < 0 ? -1 : 1;
}

/* The lock is free a moment before the process is gone. */
static void mailbox_await_exit(pid_t pid)
{
	struct err ignored = ERR_INIT;

	for (int i = 0; pid > 0 && i < 20 && kill(pid, 0) == 0; i++)
		if (interrupt_wait(-1, 5, &ignored) < 0)
			return;
}

/* The same by that signal, where its process can be seen. */
static int mailbox_signal(const struct state *s, int sig, int64_t ms, struct err *err)
{
	pid_t pid = 0;
	int alive = mailbox_alive(s, &pid, err);

	if (alive <= 0)
		return alive ? -1 : 1;
	if (!pid)
		return 0;
	log_debug("the refresher (process %d) does not end: signal %d", (int)pid, sig);
	kill(pid, sig);
	return mailbox_ended(s, ms, NULL, err);
}

int mailbox_stop(const struct state *s, bool revoke, int64_t ms, struct err *err)
{
	struct err why = ERR_INIT;
	pid_t pid = 0;
	int ended = mailbox_alive(s, &pid, err);

	if (ended <= 0)
		return ended;
	ended = mailbox_ended(s, ms, revoke ? STOP_AND_REVOKE : "", &why);
	if (!ended)
		ended = mailbox_signal(s, SIGTERM, STOP_TERM_MS, &why);
	if (!ended)
		ended = mailbox_signal(s, SIGKILL, STOP_KILL_MS, &why);
	fs_remove(s->fd, MAILBOX_STOP);
	if (ended > 0) {
		mailbox_await_exit(pid);
		return 0;
	}
	*err = why;
	if (ended < 0)
		return -1;
	return err_set(err, ERR_IO, "the refresher does not end%s%s",
		       *why.text ? ": " : "", why.text);
}
