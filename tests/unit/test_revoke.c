#include "fixture.h"

static const char *const genesys[] = { "CC_PROVIDER=genesys", CLIENT, "CC_RETRY_FOR=0",
				       NULL };

static void test_revokes_all(void **state)
{
	AUTO_FIXTURE struct fixture f;
	struct revoked done;
	static const char login[] = "POST https://login.mypurecloud.com/oauth/token "
				    "grant_type=client_credentials " BASIC "\n";

	(void)state;
	fixture_make(&f, genesys);
	get(&f, &force, REPLIES(TOKEN("one1")), "one1", login);
	get(&f, &force, REPLIES(TOKEN("two2")), "two2", login);
	get(&f, &force, REPLIES(TOKEN("three3")), "three3", login);
	f.session.record.replaced[0].lifetime = 0; /* over by itself */
	f.net.replies = REPLIES({ 200, "" }, { 401, "" });
	session_revoke(&f.session, 1000, &done);
	recorded_check(
		&f.net, "revoke",
		"DELETE https://api.mypurecloud.com/api/v2/tokens/me [Bearer three3]\n"
		"DELETE https://api.mypurecloud.com/api/v2/tokens/me [Bearer two2]\n");
	assert_int_equal(done.revoked, 2);
	assert_int_equal(done.failed, 0);
	assert_false(f.session.record.has_token);
	assert_int_equal(f.session.record.replaced_count, 0);
	session_revoke(&f.session, 1000, &done);
	assert_int_equal(done.revoked, 0);
}

/* Those that can't be taken back stay in the record, in their order. */
static void test_keeps_what_failed(void **state)
{
	AUTO_FIXTURE struct fixture f;
	struct revoked done;

	(void)state;
	fixture_make(&f, genesys);
	for (int i = 0; i < 4; i++) {
		static const struct reply tokens[] = { TOKEN("one1"), TOKEN("two2"),
						       TOKEN("three3"), TOKEN("four4") };

		tick();
		f.net.replies = REPLIES(tokens[i]);
		well("get", session_token(&f.session, &force, &f.err), &f.err);
	}
	f.net.replies = REPLIES({ 403, "{\"code\":\"no\"}" }, { 204, "" }, { 500, "" },
				{ 204, "" });
	session_revoke(&f.session, 0, &done);
	assert_int_equal(done.revoked, 2);
	assert_int_equal(done.failed, 2);
	assert_int_equal(f.session.record.replaced_count, 1);
	assert_string_equal(buf_str(&f.session.record.token.access), "four4");
	assert_string_equal(buf_str(&f.session.record.replaced[0].access), "two2");
}

/* RFC 7009: both tokens, by the credentials of their own client and of no other. */
static void test_revokes_both(void **state)
{
	static const char *const mine[] = {
		"CC_PROVIDER=oauth2", CLIENT, AT, "CC_REVOKE_URL=https://x.example/r",
		"CC_NAME=n",	      NULL
	};
	AUTO_FIXTURE struct fixture f, other;
	struct revoked done;

	(void)state;
	fixture_make(&f, mine);
	get(&f, &any,
	    REPLIES({ 200, "{\"access_token\":\"one1\",\"refresh_token\":\"r1\"}" }),
	    "one1", LOGIN);
	f.net.replies = REPLIES({ 200, "" }, { 200, "" });
	session_revoke(&f.session, 1000, &done);
	recorded_check(
		&f.net, "revoke",
		"POST https://x.example/r token=r1&token_type_hint=refresh_token " BASIC
		"\n"
		"POST https://x.example/r token=one1&token_type_hint=access_token " BASIC
		"\n");
	assert_int_equal(done.revoked, 2);
	well("other",
	     fixture_open(&other,
			  GIVEN("CC_PROVIDER=oauth2", "CC_CLIENT_ID=id2",
				"CC_CLIENT_SECRET=s", "CC_NAME=n",
				"CC_TOKEN_URL=https://evil.example/t"),
			  NULL, SESSION_STORED),
	     &other.err);
	session_revoke(&other.session, 1000, &done);
	recorded_check(&other.net, "other", "");
	assert_int_equal(done.failed, 2);
	has_text("why", done.why.text, "credentials of the client");
}

/* RFC 7009 section 2.2.1: what the server never revokes is no failure. */
static void test_unsupported(void **state)
{
	static const char *const mine[] = { "CC_PROVIDER=oauth2", CLIENT, AT,
					    "CC_REVOKE_URL=https://x.example/r", NULL };
	AUTO_FIXTURE struct fixture f;
	struct revoked done;

	(void)state;
	fixture_make(&f, mine);
	get(&f, &any,
	    REPLIES({ 200, "{\"access_token\":\"one1\",\"refresh_token\":\"r1\"}" }),
	    "one1", LOGIN);
	f.net.replies =
		REPLIES({ 200, "" }, { 400, "{\"error\":\"unsupported_token_type\"}" });
	session_revoke(&f.session, 1000, &done);
	assert_int_equal(done.revoked, 1);
	assert_int_equal(done.kept, 1);
	assert_int_equal(done.failed, 0);
}

/* A token that came and can't be used is revoked; where that is not wanted, it is not. */
static void test_takes_back(void **state)
{
	static const char *const ways[][8] = {
		{ "CC_PROVIDER=oauth2", CLIENT, AT, "CC_REVOKE_URL=https://x.example/r" },
		{ "CC_PROVIDER=oauth2", CLIENT, AT, "CC_REVOKE_URL=https://x.example/r",
		  "CC_REVOKE=false" },
	};
	static const struct reply replies[][3] = {
		{ { 200, "{\"access_token\":\"one 1\"}" }, { 200, "" } },
		{ { 200, "{\"access_token\":\"one 1\"}" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		AUTO_FIXTURE struct fixture f;

		fixture_make(&f, ways[i]);
		f.net.replies =
			REPLIES({ 200, "{\"access_token\":\"one 1\"}" }, { 200, "" });
		if (i)
			f.net.replies = replies[i];
		tick();
		assert_int_equal(session_token(&f.session, &force, &f.err), -1);
		has_text("refusal", f.err.text, "the character U+0020");
		recorded_check(&f.net, "revoke",
			       i ? LOGIN
				 : LOGIN "POST https://x.example/r token=one+1&"
					 "token_type_hint=access_token " BASIC "\n");
		assert_false(f.session.record.has_token);
	}
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_unsupported),	 IN_BASE(test_takes_back),
	IN_BASE(test_revokes_all),	 IN_BASE(test_revokes_both),
	IN_BASE(test_keeps_what_failed),
};

TEST_MAIN(tests)
