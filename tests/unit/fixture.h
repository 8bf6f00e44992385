/* A session in a directory of its own, over a recorded transport. */
#ifndef UNIT_FIXTURE_H
#define UNIT_FIXTURE_H

#include "base/log.h"
#include "given.h"
#include "recorded.h"
#include "session/session.h"

#define CLIENT	    "CC_CLIENT_ID=id", "CC_CLIENT_SECRET=secret-secret"
#define BASIC	    "[Basic aWQ6c2VjcmV0LXNlY3JldA==]"
#define AT	    "CC_TOKEN_URL=https://x.example/t"
#define LOGIN	    "POST https://x.example/t grant_type=client_credentials " BASIC "\n"
#define TOKEN(text) { 200, "{\"access_token\":\"" text "\",\"expires_in\":3600}" }

static char base[64];

/* A session over a recorded transport; its place is the test's directory. */
struct fixture {
	struct settings settings;
	struct session_place place;
	struct session session;
	struct recorded net;
	struct err err;
};

#define AUTO_FIXTURE __attribute__((cleanup(fixture_close)))

static inline int setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	test_directory(base);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	test_remove(base);
	redact_release(redact_list());
	return 0;
}

static inline void fixture_close(struct fixture *f)
{
	session_close(&f->session);
	settings_release(&f->settings);
	buf_release(&f->place.base);
	buf_release(&f->place.stored);
	buf_release(&f->net.asked);
}

static inline int fixture_open(struct fixture *f, const char *const *env,
			       const char *stored, enum session_open_mode mode)
{
	int rc;

	*f = (struct fixture){ .net = RECORDED_INIT };
	f->place.base = BUF_INIT(256);
	f->place.stored = BUF_INIT(256);
	buf_adds(&f->place.base, base);
	if (stored)
		buf_addf(&f->place.stored, "%s/%s", base, stored);
	given(&f->settings, env);
	rc = session_open(&f->session, &f->settings, &f->place, mode, &f->err);
	f->session.transport.http = &f->net.http;
	return rc;
}

static inline void fixture_make(struct fixture *f, const char *const *env)
{
	well("open", fixture_open(f, env, NULL, SESSION_CREATE), &f->err);
}

/* Until the clock has gone on: what comes is later than what was. */
static inline void tick(void)
{
	for (int64_t now = clock_boot_ms(); clock_boot_ms() == now;)
		;
}

/* A token by these answers; what was asked must be @asked. */
static inline void get(struct fixture *f, const struct session_want *want,
		       const struct reply *replies, const char *token, const char *asked)
{
	tick();
	f->net.replies = replies;
	well(token, session_token(&f->session, want, &f->err), &f->err);
	same_text(token, buf_str(&f->session.record.token.access), token);
	recorded_check(&f->net, token, asked);
}

static const struct session_want any = { 0 }, force = { .force = true };

#define IN_BASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
