#include "session/session.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "session/discovery.h"
#include "session/mailbox.h"

enum {
	TAKE_BACK_MS = 5 * 1000,
	STRAY_LIFETIME = 86400, /* seconds: as long as a vendor's tokens last */
};

int64_t session_buffer(const struct settings *settings, const struct token *t)
{
	int64_t buffer = settings_seconds(settings, SET_EXPIRY_BUFFER);

	if (settings->v[SET_EXPIRY_BUFFER].from == FROM_DEFAULT &&
	    buffer > t->lifetime / 2)
		return t->lifetime / 2;
	return buffer;
}

bool session_is_good(const struct session *s, const struct session_want *want)
{
	const struct token *t = &s->record.token;
	int64_t left = s->record.has_token ? token_left_ms(t) : 0;

	if (!s->record.has_token || want->force || left <= 0)
		return false;
	if (want->not_this && strcmp(want->not_this, buf_str(&t->access)) == 0)
		return false;
	return left > session_buffer(s->settings, t) * 1000 &&
	       left >= want->min_ttl * 1000;
}

/*
 * True when the stored token is another than @want->not_this and was asked for at or
 * after @since on the boot clock.
 */
static bool session_is_news(const struct session *s, const struct session_want *want,
			    int64_t since)
{
	const struct token *t = &s->record.token;
	char boot_id[CLOCK_BOOT_ID_SIZE];

	clock_boot_id(boot_id);
	if (!s->record.has_token || t->issued_boot_ms < since ||
	    strcmp(t->boot_id, boot_id) != 0)
		return false;
	return !want->not_this || strcmp(want->not_this, buf_str(&t->access)) != 0;
}

/* A refusal by the server, or settings that can't work; an odd answer may pass. */
static bool session_is_final(const struct login *l, const struct err *err)
{
	return err->kind == ERR_USAGE ||
	       (err->kind == ERR_REFUSED && l->status >= 400 && l->status < 500);
}

static void session_note_failure(struct session *s, const struct login *l,
				 const struct err *err)
{
	struct state_error *last = &s->record.last_error;

	s->outcome.final = session_is_final(l, err);
	s->outcome.after_ms = l->after_ms;
	last->kind = err->kind;
	last->once = s->once;
	last->boot_ms = clock_boot_ms();
	last->wall = clock_wall();
	memcpy(last->text, err->text, sizeof(last->text));
	memcpy(last->hint, err->hint, sizeof(last->hint));
}

/* The way to the provider. What it discovers counts for this process from now on. */
static int session_way(struct session *s, struct login *ret, struct err *err)
{
	*ret = (struct login){ .settings = s->settings,
			       .flow = s->who.flow,
			       .endpoints = &s->at,
			       .found_api = s->found_api,
			       .http = transport_http(&s->transport, err),
			       .once = s->once };
	return ret->http ? 0 : -1;
}

static void session_learn(struct session *s, const struct login *l)
{
	s->found_api = l->found_api;
	endpoints_copy(&s->record.endpoints, &s->at);
}

/* What is to be asked of the issuer before tokens can be revoked. */
static bool session_needs_discovery(const struct session *s)
{
	return s->who.armed && s->who.flow->discover_token &&
	       s->who.flow->revocation == REVOKE_RFC7009 &&
	       (!s->at.token_url.len || !s->at.revoke_url.len);
}

bool session_can_revoke(struct session *s)
{
	struct budget once = budget_start(s->settings);
	struct err err = ERR_INIT;
	struct login login;

	if (s->who.armed && s->who.elsewhere)
		return true; /* which fails, and says why */
	once.total_ms = 0;
	if (session_needs_discovery(s) && session_way(s, &login, &err) == 0) {
		if (discover(&login, &once, &err))
			log_warn("no revocation endpoint was found: %s", err.text);
		session_learn(s, &login);
	}
	return revoke_is_known(s->who.flow, &s->at);
}

static struct revoker session_revoker(struct session *s)
{
	return (struct revoker){ .transport = &s->transport,
				 .settings = s->settings,
				 .flow = s->who.flow,
				 .endpoints = &s->at,
				 .client_id = buf_str(&s->record.client_id),
				 .armed = s->who.armed,
				 .elsewhere = s->who.elsewhere };
}

int session_check_revoker(struct session *s, struct err *err)
{
	struct revoker v = session_revoker(s);

	return revoke_check_client(&v, err);
}

void session_revoke(struct session *s, int64_t budget_ms, struct revoked *ret)
{
	struct revoker v = session_revoker(s);

	revoke_record(&v, &s->record, budget_ms, ret);
}

/* A new token that nobody will use is taken back, or at least told of. */
static void session_take_back(struct session *s, const struct token *t)
{
	struct revoker v = session_revoker(s);
	struct revoked done = { .why = ERR_INIT };

	if (!settings_bool(s->settings, SET_REVOKE))
		return;
	if (session_can_revoke(s))
		revoke_token(&v, t, TAKE_BACK_MS, &done);
	else
		done.failed = err_set(&done.why, ERR_USAGE, "no revocation is known");
	if (done.failed)
		log_warn("a new token could neither be used nor revoked: %s",
			 done.why.text);
}

/* Unless state.json holds it: where the state could not be written, nobody would find it
 * again. */
static void session_take_back_stray(struct session *s)
{
	AUTO_RECORD struct record stored = RECORD_INIT;
	struct err ignored = ERR_INIT;

	state_read(&s->state, &stored, &ignored);
	if (!stored.has_token ||
	    !buf_equal(&stored.token.access, &s->record.token.access))
		session_take_back(s, &s->record.token);
}

void session_find_stray(struct session *s)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct err ignored = ERR_INIT;

	if (!s->who.flow || !state_stray_token(&s->state, &t.access) ||
	    record_has(&s->record, buf_str(&t.access)))
		return;
	t.lifetime = STRAY_LIFETIME;
	t.issued_boot_ms = clock_boot_ms();
	t.issued_wall = clock_wall();
	clock_boot_id(t.boot_id);
	token_hide(&t);
	record_put_token(&s->record, &t, &ignored);
}

/*
 * The one door for masks: what the runner was not told is stored nowhere and given to
 * nobody, since another step could print it.
 */
static int session_show(const struct session *s, struct err *err)
{
	return s->masks.show ? s->masks.show(s->masks.arg, err) : 0;
}

static int session_login(struct session *s, struct err *err)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct login login;
	int rc;

	if (session_way(s, &login, err))
		return -1;
	rc = login_token(&login, buf_str(&s->record.token.refresh), &t, err);
	session_learn(s, &login);
	if (rc) {
		session_note_failure(s, &login, err);
		if (t.access.len)
			session_take_back(s, &t);
		return -1;
	}
	if (session_show(s, err)) {
		session_take_back(s, &t);
		return -1;
	}
	s->record.last_error.kind = ERR_NONE;
	s->outcome.minted = true;
	if (!t.lifetime)
		log_warn("the provider says that the token has expired already");
	/* Of a record that was lost, the token that steps were given is still there. */
	if (!s->record.has_token)
		session_find_stray(s);
	return record_put_token(&s->record, &t, err);
}

static int session_last_error(const struct session *s, struct err *err)
{
	const struct state_error *last = &s->record.last_error;

	err_set(err, last->kind, "%s", last->text);
	return err_hint(err, "%s", last->hint);
}

/*
 * -1 with the reason why no token is fetched without credentials: what the last request
 * of one that had some failed by, where the provider refused or there is no token at all;
 * else what is missing here.
 */
static int session_no_login(const struct session *s, struct err *err)
{
	enum err_kind last = s->record.last_error.kind;
	bool has = s->record.has_token;

	if (last == ERR_REFUSED || (!has && last && last != ERR_INTERRUPTED)) {
		session_last_error(s, err);
		return err_wrap(err, "%s, and the last request failed",
				has ? "a new token is needed" : "no token is stored");
	}
	*err = s->who.login_err;
	err_wrap(err, "a new token is needed");
	if (*s->who.name && !has)
		return -1;
	/* exec takes the secret from its command and leaves the rest. */
	return err_hint(
		err, "%s, or keep the token fresh by refresh: true (cc-token refresh)",
		*s->who.name ? s->who.login_err.hint : "give this step the credentials");
}

/* The failure of another process while this one waited, unless it tried less. */
static bool session_adopts_error(const struct session *s, int64_t since)
{
	const struct state_error *last = &s->record.last_error;

	if (last->kind == ERR_NONE || last->kind == ERR_INTERRUPTED)
		return false;
	if (last->once && !s->once && last->kind != ERR_REFUSED)
		return false;
	return last->boot_ms >= since && last->boot_ms <= clock_boot_ms();
}

/*
 * The lock is held. 1: the credentials are missing, but there is a refresher, which has
 * been asked.
 */
static int session_renew(struct session *s, const struct session_want *want,
			 int64_t since, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (session_is_news(s, want, since) || session_is_good(s, want))
		return state_matches(&s->state, &s->record)
			       ? 0
			       : state_write(&s->state, &s->record, err);
	if (session_adopts_error(s, since))
		return session_last_error(s, err);
	if (!s->who.can_login && mailbox_renewal(&s->state, &s->record, err) == 0)
		return 1;
	if (!s->who.can_login)
		return err->kind == ERR_NO_TOKEN ? session_no_login(s, err) : -1;
	if (session_login(s, err)) {
		state_write(&s->state, &s->record, &ignored);
		return -1;
	}
	if (state_write(&s->state, &s->record, err) == 0)
		return 0;
	session_take_back_stray(s);
	return -1;
}

/* 1 when the wait is over, with the result or an error; 0 to go on. */
static int session_look(struct session *s, const struct session_want *want, int64_t since,
			struct err *err)
{
	const struct state_error *last = &s->record.last_error;
	/* Before the record is read: the last thing that one does is to write it. */
	int alive = mailbox_alive(&s->state, NULL, err);

	if (alive < 0 || session_reload(s, err))
		return -1;
	if (session_is_news(s, want, since) || session_is_good(s, want))
		return 1;
	if (last->kind != ERR_NONE && last->kind != ERR_TRANSIENT &&
	    (!alive || last->boot_ms >= since))
		return session_last_error(s, err);
	if (alive)
		return 0;
	return session_no_login(s, err);
}

static void session_drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

/* Waits, within retry-for, until the refresher has brought what @want says. */
static int session_await(struct session *s, const struct session_want *want,
			 int64_t since, struct err *err)
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
		session_drain(fd);
		rc = session_look(s, want, since, err);
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

int session_lock(struct session *s, struct err *err)
{
	int64_t timeout = settings_seconds(s->settings, SET_TIMEOUT);
	int64_t retry_for = settings_seconds(s->settings, SET_RETRY_FOR);

	return state_lock(&s->state, (retry_for ? retry_for : timeout) * 1000, err);
}

/* A token that others got comes without what they discovered. */
static void session_find_api(struct session *s)
{
	struct err ignored = ERR_INIT;
	struct budget budget = budget_start(s->settings);
	struct login login;

	if (!s->who.armed || s->found_api || !s->who.flow->api_document ||
	    session_way(s, &login, &ignored))
		return;
	login_find_api(&login, &s->record.token, &budget);
	session_learn(s, &login);
}

static int session_get(struct session *s, const struct session_want *want,
		       struct err *err)
{
	int64_t since = clock_boot_ms();
	int rc;

	s->outcome.minted = s->outcome.final = false;
	s->outcome.after_ms = -1;
	if (session_is_good(s, want) && state_matches(&s->state, &s->record))
		return 0;
	if (session_lock(s, err))
		return -1;
	rc = session_reload(s, err);
	if (!rc)
		rc = session_renew(s, want, since, err);
	state_unlock(&s->state);
	return rc == 1 ? session_await(s, want, since, err) : rc;
}

int session_token(struct session *s, const struct session_want *want, struct err *err)
{
	struct err unshown = ERR_INIT;
	int rc = session_get(s, want, err);

	/* A new one was shown before it was stored. */
	if (!s->outcome.minted && session_show(s, &unshown) && !rc) {
		*err = unshown;
		return -1;
	}
	if (rc)
		return -1;
	if (want->api)
		session_find_api(s);
	return 0;
}
