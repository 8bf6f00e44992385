#include "refresh/refresher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/retry.h"
#include "session/mailbox.h"
#include "refresh/schedule.h"

enum {
	REFRESHER_GRACE_MS = 900,   /* for a renewal to finish after a signal */
	REFRESHER_REVOKE_MS = 5000, /* for its tokens at the end */
	REFRESHER_LOCK_MS = 2000,   /* for the lock at the end */
	UNREAD_MS = 1000,	    /* until the next look at what could not be read */
};

/* What the child that renews reports. Fits into one write to a pipe, which is atomic. */
struct renewed {
	bool done;   /* there is a valid token */
	bool minted; /* it is new, and its masks were shown */
	bool final;  /* no later attempt will do better */
	int64_t after_ms;
	struct err err;
};

static int refresher_lock(struct refresher *r, struct err *err)
{
	const struct state *state = &r->s->state;
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	r->log_fd = fs_open_or_make(state->fd, MAILBOX_LOG, O_RDWR | O_APPEND, err);
	if (r->log_fd < 0)
		return err_wrap(err, "%s", buf_str(&state->path));
	if (fcntl(r->log_fd, F_SETLK, &lock) == 0)
		return 0;
	if (errno != EACCES && errno != EAGAIN)
		return err_sys(err, ERR_IO, errno, "can't lock %s/" MAILBOX_LOG,
			       buf_str(&state->path));
	r->taken = true;
	err_set(err, ERR_IO, "a refresher keeps %s already", buf_str(&state->path));
	return err_hint(err, "end it by cc-token stop");
}

int refresher_open(struct refresher *r, struct session *s, struct err *err)
{
	*r = REFRESHER_INIT;
	r->s = s;
	r->end_boot_ms =
		clock_boot_ms() + settings_seconds(s->settings, SET_MAX_LIFETIME) * 1000;
	if (refresher_lock(r, err) || watch_open(&r->watch, buf_str(&s->state.path), err))
		return -1;
	r->secrets = redact_list()->count;
	if (fs_remove(s->state.fd, MAILBOX_STOP) || fs_remove(s->state.fd, MAILBOX_RENEW))
		return err_sys(err, ERR_IO, errno, "can't remove what was asked in %s",
			       buf_str(&s->state.path));
	return 0;
}

void refresher_close(struct refresher *r)
{
	watch_close(&r->watch);
	cleanup_close_fd(&r->log_fd);
	r->log_fd = -1;
}

/*
 * Reads the record. The tokens that are no longer in it need not be hidden any more. Of
 * a state that is gone the last record is kept: it tells what is to be revoked.
 */
static int refresher_reload(struct refresher *r, struct err *err)
{
	int rc;

	if (state_is_gone(&r->s->state))
		return 0;
	redact_cut(redact_list(), r->secrets);
	rc = session_reload(r->s, err);
	/* Of a record that could not be read the last one counts on. */
	token_hide(&r->s->record.token);
	if (rc)
		return -1;
	if (r->s->masks.skip)
		r->s->masks.skip(r->s->masks.arg);
	return 0;
}

/*
 * The same in the course of things: what can't be read now (r->unread) is read later, and
 * until then the last record counts. -1 for what does not pass.
 */
static int refresher_read(struct refresher *r, struct err *err)
{
	struct err why = ERR_INIT;
	bool failed = refresher_reload(r, &why) != 0;

	if (failed && why.kind == ERR_USAGE) {
		*err = why;
		return -1;
	}
	if (failed && !r->unread)
		log_warn("%s; looking again every second", why.text);
	r->unread = failed;
	return 0;
}

static void renewal_child(struct session *s, const struct session_want *want, int fd)
{
	struct renewed result = { .err = ERR_INIT };

	result.done = session_token(s, want, &result.err) == 0;
	result.minted = s->outcome.minted;
	result.final = s->outcome.final;
	result.after_ms = s->outcome.after_ms;
	fs_write_all(fd, &result, sizeof(result));
	session_close(s);
	_exit(0);
}

/* A signal ends the wait; the child gets it too, and a moment to finish its request. */
static int renewal_wait(pid_t pid, int fd, struct renewed *ret, struct err *err)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int rc = interrupt_poll(&ready, 1, err);

	if (rc < 0) {
		kill(pid, SIGTERM);
		if (poll(&ready, 1, REFRESHER_GRACE_MS) <= 0)
			kill(pid, SIGKILL);
	} else if (read(fd, ret, sizeof(*ret)) != (ssize_t)sizeof(*ret)) {
		rc = err_set(err, ERR_INTERNAL, "the renewal ended without a result");
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return rc < 0 ? -1 : 0;
}

/* Has the token renewed. -1 when that could not even be tried, or a signal came. */
static int refresher_renew(struct refresher *r, const struct session_want *want,
			   struct renewed *ret, struct err *err)
{
	int fds[2];
	AUTO_CLOSE int result = -1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, ERR_INTERNAL, errno, "can't make a pipe");
	result = fds[0];
	pid = fork();
	if (pid == 0)
		renewal_child(r->s, want, fds[1]);
	close(fds[1]);
	if (pid < 0)
		return err_sys(err, ERR_INTERNAL, errno, "can't start a process");
	return renewal_wait(pid, result, ret, err);
}

int refresher_first(struct refresher *r, struct err *err)
{
	struct session_want want = { 0 };
	struct renewed result = { .err = ERR_INIT };

	if (session_lock(r->s, err))
		return -1;
	state_tidy(&r->s->state);
	state_unlock(&r->s->state);
	if (refresher_renew(r, &want, &result, err))
		return -1;
	if (!result.done) {
		*err = result.err;
		return -1;
	}
	r->s->once = true;
	if (result.minted) {
		r->not_before_ms = clock_boot_ms() + SCHEDULE_MIN_MS;
		return refresher_reload(r, err);
	}
	if (session_reload(r->s, err))
		return -1;
	return r->s->masks.show ? r->s->masks.show(r->s->masks.arg, err) : 0;
}

/*
 * True when somebody asked for another token than the present one. What can't be read may
 * be such a wish.
 */
static bool refresher_is_asked(const struct refresher *r)
{
	AUTO_BUF struct buf text = BUF_INIT(QUOTE_FINGERPRINT_SIZE);
	const struct state *state = &r->s->state;
	char hex[QUOTE_FINGERPRINT_SIZE];
	struct err ignored = ERR_INIT;

	if (fs_read(state->fd, MAILBOX_RENEW, &text, &ignored))
		return errno != ENOENT;
	quote_fingerprint(buf_str(&r->s->record.token.access), hex);
	if (strcmp(buf_str(&text), hex) == 0)
		return true;
	fs_remove(state->fd, MAILBOX_RENEW);
	return false;
}

/*
 * Milliseconds until the token expires. A virtual machine that was halted knows of that
 * by its wall clock alone, so after a jump the less of both counts: at worst the token is
 * replaced too early, once.
 */
static int64_t refresher_left(const struct refresher *r)
{
	const struct token *t = &r->s->record.token;
	int64_t left = token_left_ms(t);
	int64_t wall = (token_expires_wall(t) - clock_wall()) * 1000;

	return r->jumped && wall < left ? wall : left;
}

/* When to get the next token, on the boot clock. */
static int64_t refresher_due(const struct refresher *r)
{
	const struct record *record = &r->s->record;
	const struct token *t = &record->token;
	int64_t now = clock_boot_ms(), life = t->lifetime * 1000, due = now;

	if (record->has_token && !refresher_is_asked(r))
		due = now + refresher_left(r) - life +
		      schedule_due_ms(life, session_buffer(r->s->settings, t) * 1000,
				      schedule_jitter(buf_str(&t->access)));
	return due > r->not_before_ms ? due : r->not_before_ms;
}

/* Tells it in state.json. Whoever holds the lock writes it anew, which wakes us again. */
static void refresher_announce(struct refresher *r, int64_t due)
{
	struct session *s = r->s;
	struct err err = ERR_INIT;
	int64_t wall = due ? clock_wall() + (due - clock_boot_ms() + 500) / 1000 : 0;
	int64_t shift = wall - s->record.next_wall;

	if (!shift || (wall && shift >= -1 && shift <= 1) || !state_try_lock(&s->state))
		return;
	if (refresher_reload(r, &err) == 0 && !state_is_gone(&s->state)) {
		s->record.next_wall = wall;
		if (state_write(&s->state, &s->record, &err))
			log_warn("%s", err.text);
	}
	state_unlock(&s->state);
}

static void refresher_report(const struct refresher *r)
{
	struct token_view view;

	token_view(&r->s->record.token, &view);
	log_info("the token is %s, %s left", view.fingerprint, view.left);
}

/* After a failure the old token stays where it is. */
static void refresher_back_off(struct refresher *r, const struct renewed *result)
{
	int64_t wait =
		schedule_backoff_ms(++r->failures, result->after_ms, retry_random());
	int64_t left = token_left_ms(&r->s->record.token);
	char next[CLOCK_TEXT_SIZE], rest[CLOCK_TEXT_SIZE];

	r->not_before_ms = clock_boot_ms() + wait;
	clock_format_wait(wait, next);
	clock_format_span(left / 1000, rest);
	log_warn("not renewed: %s; next attempt in %s; the token has %s left",
		 result->err.text, next, rest);
}

/* 0 to go on, -1 when it is over, with the error. */
static int refresher_act(struct refresher *r, bool *ret_refused, struct err *err)
{
	AUTO_BUF struct buf old = BUF_INIT(BUF_SECRET_MAX);
	struct session_want want = { 0 };
	struct renewed result = { .err = ERR_INIT };

	buf_set(&old, buf_str(&r->s->record.token.access));
	want.not_this = r->s->record.has_token ? buf_str(&old) : NULL;
	if (refresher_renew(r, &want, &result, &result.err) &&
	    result.err.kind == ERR_INTERRUPTED) {
		*err = result.err;
		return -1;
	}
	r->not_before_ms = clock_boot_ms() + SCHEDULE_MIN_MS;
	if (!result.done && result.final) {
		*err = result.err;
		*ret_refused = true;
		return -1;
	}
	if (refresher_read(r, err) || r->unread)
		return r->unread ? 0 : -1;
	if (!result.done && result.err.kind == ERR_NO_TOKEN)
		return 0; /* the state has gone: the next look tells */
	if (!result.done || token_left_ms(&r->s->record.token) <= 0) {
		if (result.done)
			err_set(&result.err, ERR_REFUSED,
				"the provider gives tokens that have expired");
		refresher_back_off(r, &result);
		return 0;
	}
	r->failures = 0;
	fs_remove(r->s->state.fd, MAILBOX_RENEW);
	refresher_report(r);
	return 0;
}

/* True when it is over. */
static bool refresher_look(struct refresher *r, enum refresher_end *ret)
{
	if (state_is_gone(&r->s->state))
		*ret = REFRESHER_GONE;
	else if (mailbox_is_stopped(&r->s->state, &r->revoke))
		*ret = REFRESHER_STOPPED;
	else if (clock_boot_ms() >= r->end_boot_ms)
		*ret = REFRESHER_OLD;
	else
		return false;
	return true;
}

static enum refresher_end refresher_loop(struct refresher *r, struct err *err)
{
	enum refresher_end end = REFRESHER_BROKEN;
	bool refused = false;

	while (!refresher_look(r, &end)) {
		int64_t due;

		if (refresher_read(r, err))
			break;
		due = r->unread ? clock_boot_ms() + UNREAD_MS : refresher_due(r);
		if (due <= clock_boot_ms()) {
			if (refresher_act(r, &refused, err))
				break;
			continue;
		}
		r->jumped = r->jumped && r->failures;
		refresher_announce(r, due);
		if (watch_wait(&r->watch, due < r->end_boot_ms ? due : r->end_boot_ms,
			       &r->jumped, err))
			break;
	}
	if (err->kind == ERR_INTERRUPTED)
		end = REFRESHER_INTERRUPTED;
	return refused ? REFRESHER_REFUSED : end;
}

/* Of a state that is still there, what was taken back leaves the record. */
static void refresher_revoke(struct refresher *r)
{
	struct session *s = r->s;
	struct err why = ERR_INIT;
	struct revoked done;
	bool locked = !state_is_gone(&s->state) &&
		      state_lock(&s->state, REFRESHER_LOCK_MS, &why) == 0 &&
		      refresher_reload(r, &why) == 0;

	session_revoke(s, REFRESHER_REVOKE_MS, &done);
	log_info("%d token%s revoked, %d not%s%s", done.revoked,
		 done.revoked == 1 ? "" : "s", done.failed, done.failed ? ": " : "",
		 done.why.text);
	s->record.revoked += done.revoked;
	if (!s->record.has_token)
		state_withdraw(&s->state);
	if (locked && !state_is_gone(&s->state) &&
	    state_write(&s->state, &s->record, &why))
		log_warn("%s", why.text);
	state_unlock(&s->state);
}

enum refresher_end refresher_run(struct refresher *r, struct err *err)
{
	static const char *const why[] = {
		[REFRESHER_STOPPED] = "stopped",
		[REFRESHER_GONE] = "the state directory is gone",
		[REFRESHER_OLD] = "max-lifetime is over",
		[REFRESHER_INTERRUPTED] = "interrupted",
		[REFRESHER_REFUSED] = "the provider refused",
		[REFRESHER_BROKEN] = "broken",
	};
	enum refresher_end end;

	refresher_report(r);
	end = refresher_loop(r, err);
	log_info("the refresher ends: %s", why[end]);
	if (end != REFRESHER_GONE)
		refresher_announce(r, 0);
	if ((end == REFRESHER_GONE || (end == REFRESHER_STOPPED && r->revoke)) &&
	    settings_bool(r->s->settings, SET_REVOKE) && session_can_revoke(r->s))
		refresher_revoke(r);
	return end;
}
