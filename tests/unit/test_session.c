#include "session/session.h"

#include "fixture.h"

static const char *const oauth2[] = { "CC_PROVIDER=oauth2", CLIENT, AT, "CC_RETRY_FOR=0",
				      NULL };

static void test_fetches_once(void **state)
{
	AUTO_FIXTURE struct fixture f, g, h;
	char path[256], name[STATE_NAME_SIZE];

	(void)state;
	fixture_make(&f, oauth2);
	get(&f, &any, REPLIES(TOKEN("one1")), "one1", LOGIN);
	assert_true(f.session.outcome.minted);
	get(&f, &any, NULL, "one1", "");
	assert_false(f.session.outcome.minted);
	fixture_make(&g, oauth2);
	get(&g, &any, NULL, "one1", "");
	snprintf(name, sizeof(name), "%s", g.session.who.name);
	snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_string_equal(buf_str(&g.session.state.path), path);
	/* a later step, with no credentials at all */
	well("later", fixture_open(&h, GIVEN("PATH=/"), NULL, SESSION_USE), &h.err);
	get(&h, &any, NULL, "one1", "");
}

/* Expired, about to expire, too short, refused by somebody: another one is fetched. */
static void test_renews(void **state)
{
	static const struct {
		const char *buffer;
		int64_t lifetime, age;
		struct session_want want;
		bool renews;
	} cases[] = {
		{ "", 3600, 0, { 0 }, false },
		{ "", 3600, 3530, { 0 }, false },
		{ "", 3600, 3545, { 0 }, true },
		{ "", 3600, 4000, { 0 }, true },
		{ "", 40, 15, { 0 }, false }, /* a short one counts for half its life */
		{ "", 40, 25, { 0 }, true },
		{ "60", 40, 0, { 0 }, true }, /* unless a buffer was given */
		{ "0", 40, 30, { 0 }, false },
		{ "10m", 3600, 2900, { 0 }, false },
		{ "10m", 3600, 3005, { 0 }, true },
		{ "", 3600, 0, { .force = true }, true },
		{ "", 3600, 600, { .min_ttl = 2900 }, false },
		{ "", 3600, 600, { .min_ttl = 3100 }, true },
		{ "", 3600, 0, { .not_this = "old-token" }, true },
		{ "", 3600, 0, { .not_this = "other" }, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_FIXTURE struct fixture f;
		struct token *t = &f.session.record.token;
		char env[64];

		snprintf(env, sizeof(env), "CC_EXPIRY_BUFFER=%s", cases[i].buffer);
		fixture_make(&f, GIVEN("CC_PROVIDER=oauth2", CLIENT, AT, env));
		get(&f, &force, REPLIES(TOKEN("old-token")), "old-token", LOGIN);
		t->lifetime = cases[i].lifetime;
		t->issued_boot_ms -= cases[i].age * 1000;
		t->issued_wall -= cases[i].age;
		well("write", state_write(&f.session.state, &f.session.record, &f.err),
		     &f.err);
		if (cases[i].renews)
			get(&f, &cases[i].want, REPLIES(TOKEN("new-token")), "new-token",
			    LOGIN);
		else
			get(&f, &cases[i].want, NULL, "old-token", "");
	}
}

/* A file that is missing is mended without a request. */
static void test_mends(void **state)
{
	AUTO_FIXTURE struct fixture f;

	(void)state;
	fixture_make(&f, oauth2);
	get(&f, &any, REPLIES(TOKEN("one1")), "one1", LOGIN);
	assert_int_equal(unlinkat(f.session.state.fd, "token", 0), 0);
	get(&f, &any, NULL, "one1", "");
	assert_int_equal(faccessat(f.session.state.fd, "token", F_OK, 0), 0);
}

static void test_refresh_token(void **state)
{
	AUTO_FIXTURE struct fixture f, g;

	(void)state;
	fixture_make(&f, oauth2);
	get(&f, &any,
	    REPLIES({ 200, "{\"access_token\":\"one1\",\"refresh_token\":\"r1\"}" }),
	    "one1", LOGIN);
	fixture_make(&g, oauth2);
	get(&g, &force, REPLIES(TOKEN("two2")), "two2",
	    "POST https://x.example/t grant_type=refresh_token&refresh_token=r1 " BASIC
	    "\n");
	assert_string_equal(buf_str(&g.session.record.token.refresh), "r1");
	get(&g, &force,
	    REPLIES({ 400, "{\"error\":\"invalid_grant\"}" }, TOKEN("three3")), "three3",
	    "POST https://x.example/t grant_type=refresh_token&refresh_token=r1 " BASIC
	    "\n" LOGIN);
	assert_string_equal(buf_str(&g.session.record.token.refresh), "");
	assert_int_equal(g.session.record.replaced_count, 2);
	assert_int_equal(g.session.record.minted, 3);
}

/* What failed is stored for `status`; the token that is there stays. */
static void test_failures(void **state)
{
	static const struct {
		struct reply reply;
		enum err_kind want;
		bool final;
	} cases[] = {
		{ { 401, "{\"error\":\"invalid_client\"}" }, ERR_REFUSED, true },
		{ { 200, "<html>" }, ERR_REFUSED, false },
		{ { 503, "" }, ERR_TRANSIENT, false },
		{ { FAILS(HTTP_TIMEOUT), NULL }, ERR_TRANSIENT, false },
		{ { FAILS(HTTP_CA), NULL }, ERR_REFUSED, false },
	};
	AUTO_FIXTURE struct fixture f;

	(void)state;
	fixture_make(&f, oauth2);
	get(&f, &any, REPLIES(TOKEN("one1")), "one1", LOGIN);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_FIXTURE struct fixture g;

		tick();
		f.net.replies = REPLIES(cases[i].reply);
		assert_int_equal(session_token(&f.session, &force, &f.err), -1);
		assert_int_equal(f.err.kind, cases[i].want);
		assert_int_equal(f.session.outcome.final, cases[i].final);
		recorded_check(&f.net, "failure", LOGIN);
		fixture_make(&g, oauth2);
		assert_int_equal(g.session.record.last_error.kind, cases[i].want);
		assert_string_equal(g.session.record.last_error.text, f.err.text);
		get(&g, &any, NULL, "one1", "");
	}
	get(&f, &force, REPLIES(TOKEN("two2")), "two2", LOGIN);
	assert_int_equal(f.session.record.last_error.kind, ERR_NONE);
}

struct witness {
	const struct session *s;
	int shown;
	bool written;
};

static int witness_show(void *arg, struct err *err)
{
	struct witness *w = arg;

	w->shown += redact_finds(redact_list(), "token-of-ours", 13);
	w->written = faccessat(w->s->state.fd, "token", F_OK, 0) == 0;
	(void)err;
	return 0;
}

static int deaf_show(void *arg, struct err *err)
{
	(void)arg;
	return err_set(err, ERR_IO, "nobody hears");
}

/* What the runner could not be told is stored nowhere, and taken back. */
static void test_masks_or_nothing(void **state)
{
	static const char *const revocable[] = { "CC_PROVIDER=oauth2", CLIENT, AT,
						 "CC_REVOKE_URL=https://x.example/r",
						 NULL };
	AUTO_FIXTURE struct fixture f;

	(void)state;
	fixture_make(&f, revocable);
	f.session.masks.show = deaf_show;
	f.net.replies = REPLIES(TOKEN("unheard-token"), { 200, "" });
	assert_int_equal(session_token(&f.session, &any, &f.err), -1);
	assert_int_equal(f.err.kind, ERR_IO);
	recorded_check(&f.net, "deaf",
		       LOGIN "POST https://x.example/r token=unheard-token&"
			     "token_type_hint=access_token " BASIC "\n");
	assert_false(f.session.record.has_token);
	assert_int_equal(faccessat(f.session.state.fd, "token", F_OK, 0), -1);
	assert_int_equal(faccessat(f.session.state.fd, "header", F_OK, 0), -1);
}

/* The runner is told what to mask before the token stands in any file. */
static void test_masks_first(void **state)
{
	AUTO_FIXTURE struct fixture f;
	struct witness w = { .s = &f.session };

	(void)state;
	fixture_make(&f, oauth2);
	f.session.masks.show = witness_show;
	f.session.masks.arg = &w;
	get(&f, &any, REPLIES(TOKEN("token-of-ours")), "token-of-ours", LOGIN);
	assert_int_equal(w.shown, 1);
	assert_false(w.written);
}

static void test_missing(void **state)
{
	static const struct {
		const char *env[5];
		enum session_open_mode mode;
		enum err_kind want;
	} cases[] = {
		{ { "PATH=/" }, SESSION_CREATE, ERR_USAGE },
		{ { "PATH=/" }, SESSION_USE, ERR_USAGE },
		{ { "PATH=/" }, SESSION_STORED, ERR_NO_TOKEN },
		{ { "CC_PROVIDER=genesys", CLIENT }, SESSION_STORED, ERR_NO_TOKEN },
		{ { "CC_PROVIDER=genesys", "CC_CLIENT_ID=id" }, SESSION_USE, ERR_USAGE },
		{ { "CC_NAME=none" }, SESSION_STORED, ERR_NO_TOKEN },
		{ { "CC_PROVIDER=genesys", CLIENT, "CC_REGION=nonsense" },
		  SESSION_STORED,
		  ERR_USAGE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_FIXTURE struct fixture f;
		DIR *dir;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		same_number(row, fixture_open(&f, cases[i].env, NULL, cases[i].mode), -1);
		same_number(row, f.err.kind, cases[i].want);
		dir = opendir(base);
		readdir(dir);
		readdir(dir);
		assert_null(readdir(dir)); /* and nothing was made */
		closedir(dir);
	}
}

/* Client, endpoint and scope tell tokens apart; secrets and what else there is don't. */
static void test_identity(void **state)
{
	static const char *const cases[][6] = {
		{ "CC_PROVIDER=oauth2", CLIENT, AT },
		{ "CC_PROVIDER=oauth2", CLIENT, "CC_TOKEN_URL=https://y.example/t" },
		{ "CC_PROVIDER=oauth2", CLIENT, AT, "CC_SCOPE=read" },
		{ "CC_PROVIDER=oauth2", CLIENT, AT, "CC_AUDIENCE=api" },
		{ "CC_PROVIDER=oauth2", "CC_CLIENT_ID=id2", "CC_CLIENT_SECRET=s", AT },
		{ "CC_PROVIDER=genesys", CLIENT },
		{ "CC_PROVIDER=genesys", CLIENT, "CC_REGION=eu-west-1" },
		{ "CC_PROVIDER=cxone", CLIENT },
	};
	char names[ARRAY_LEN(cases)][STATE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_FIXTURE struct fixture f;

		fixture_make(&f, cases[i]);
		snprintf(names[i], sizeof(names[i]), "%s", f.session.who.name);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(names[i], names[k]);
	}
	AUTO_FIXTURE struct fixture f;

	fixture_make(&f, GIVEN("CC_PROVIDER=oauth2", "CC_CLIENT_ID=id",
			       "CC_CLIENT_SECRET=rotated", AT, "CC_TIMEOUT=5"));
	assert_string_equal(f.session.who.name, names[0]);
}

/* Another client under the same name: replaced on the same server, refused elsewhere. */
static void test_name_taken(void **state)
{
	AUTO_FIXTURE struct fixture f, same, other, stored;

	(void)state;
	fixture_make(&f, GIVEN("CC_PROVIDER=oauth2", CLIENT, AT, "CC_NAME=n"));
	get(&f, &any, REPLIES(TOKEN("one1")), "one1", LOGIN);
	well("same server",
	     fixture_open(&same,
			  GIVEN("CC_PROVIDER=oauth2", "CC_CLIENT_ID=id2",
				"CC_CLIENT_SECRET=s", AT, "CC_NAME=n"),
			  NULL, SESSION_CREATE),
	     &same.err);
	assert_false(same.session.record.has_token);
	assert_int_equal(same.session.record.replaced_count, 1);
	assert_int_equal(fixture_open(&other,
				      GIVEN("CC_PROVIDER=oauth2", CLIENT, "CC_NAME=n",
					    "CC_TOKEN_URL=https://y.example/t"),
				      NULL, SESSION_CREATE),
			 -1);
	assert_int_equal(other.err.kind, ERR_USAGE);
	has_text("other", other.err.text, "holds a token of another server");
	well("stored",
	     fixture_open(&stored,
			  GIVEN("CC_PROVIDER=oauth2", CLIENT, "CC_NAME=n",
				"CC_TOKEN_URL=https://y.example/t"),
			  NULL, SESSION_STORED),
	     &stored.err);
	assert_true(stored.session.who.elsewhere);
	assert_false(stored.session.who.can_login);
}

/* Several in one job: by name, by what an earlier step handed over, or not at all. */
static void test_choosing(void **state)
{
	AUTO_FIXTURE struct fixture a, b, c, d, e;

	(void)state;
	fixture_make(&a, GIVEN("CC_PROVIDER=oauth2", CLIENT, AT, "CC_NAME=a"));
	get(&a, &any, REPLIES(TOKEN("aaaa")), "aaaa", LOGIN);
	fixture_make(&b,
		     GIVEN("CC_PROVIDER=oauth2", CLIENT, AT, "CC_SCOPE=x", "CC_NAME=b"));
	get(&b, &any, REPLIES(TOKEN("bbbb")), "bbbb",
	    "POST https://x.example/t grant_type=client_credentials&scope=x " BASIC "\n");
	assert_int_equal(fixture_open(&c, GIVEN("PATH=/"), NULL, SESSION_USE), -1);
	assert_int_equal(c.err.kind, ERR_USAGE);
	has_text("both", c.err.text, "more than one token is stored: ");
	well("named", fixture_open(&d, GIVEN("CC_NAME=b"), "a", SESSION_USE), &d.err);
	get(&d, &any, NULL, "bbbb", "");
	well("handed over", fixture_open(&e, GIVEN("PATH=/"), "a", SESSION_USE), &e.err);
	get(&e, &any, NULL, "aaaa", "");
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_fetches_once),	IN_BASE(test_renews),	IN_BASE(test_mends),
	IN_BASE(test_refresh_token),	IN_BASE(test_failures), IN_BASE(test_masks_first),
	IN_BASE(test_masks_or_nothing), IN_BASE(test_missing),	IN_BASE(test_identity),
	IN_BASE(test_name_taken),	IN_BASE(test_choosing),

};

TEST_MAIN(tests)
