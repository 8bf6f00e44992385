#include "session/record.h"

#include "base/json.h"
#include "base/log.h"
#include "test.h"

static void fill_token(struct token *t, const char *access, int64_t lifetime)
{
	buf_set(&t->access, access);
	buf_set(&t->refresh, "re\"fresh\\\xc3\xa9");
	t->lifetime = lifetime;
	t->issued_boot_ms = clock_boot_ms();
	t->issued_wall = clock_wall();
	clock_boot_id(t->boot_id);
}

static void fill(struct record *r)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct err err = ERR_INIT;

	*r = RECORD_INIT;
	for (const char *const *name =
		     (const char *const[]){ "one", "gone", "two", "now", NULL };
	     *name; name++) {
		fill_token(&t, *name, strcmp(*name, "gone") == 0 ? 0 : 3600);
		well(*name, record_put_token(r, &t, &err), &err);
	}
	r->flow = provider_flow_by_name("cxone, password grant");
	buf_set(&r->client_id, "client \"id\"");
	buf_set(&r->container, "0123abc");
	snprintf(r->identity, sizeof(r->identity), "cxone-12345678");
	buf_set(&r->endpoints.token_url, "https://x.example/t");
	buf_set(&r->endpoints.api_url, "https://api.x.example");
	buf_set(&r->endpoints.revoke_url, "https://x.example/r");
	buf_set(&r->endpoints.issuer, "https://x.example");
	buf_set(&r->endpoints.region, "na1");
	r->next_wall = 1700000000;
	r->last_error = (struct state_error){ .kind = ERR_TRANSIENT,
					      .once = true,
					      .boot_ms = 77,
					      .wall = 1600000000,
					      .text = "why \"it\" failed\xc3\xa9",
					      .hint = "what to do" };
}

static void same_token(const struct token *a, const struct token *b)
{
	assert_true(buf_equal(&a->access, &b->access));
	assert_true(buf_equal(&a->refresh, &b->refresh));
	assert_int_equal(a->lifetime, b->lifetime);
	assert_int_equal(a->issued_boot_ms, b->issued_boot_ms);
	assert_int_equal(a->issued_wall, b->issued_wall);
	assert_string_equal(a->boot_id, b->boot_id);
}

static void test_round_trip(void **state)
{
	AUTO_RECORD struct record a, b = RECORD_INIT;
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX), again = text;
	struct err err = ERR_INIT;

	(void)state;
	fill(&a);
	assert_int_equal(a.minted, 4);
	assert_int_equal(a.replaced_count, 3);
	record_print(&a, &text);
	assert_null(strchr(buf_str(&text), '\n'));
	well("parse", record_parse(buf_str(&text), text.len, &b, &err), &err);
	assert_true(b.has_token);
	same_token(&a.token, &b.token);
	assert_int_equal(b.replaced_count, 2); /* one has expired */
	same_token(&a.replaced[0], &b.replaced[0]);
	same_token(&a.replaced[2], &b.replaced[1]);
	assert_string_equal(buf_str(&b.replaced[1].access), "two");
	assert_ptr_equal(b.flow, provider_flow_by_name("cxone, password grant"));
	assert_string_equal(buf_str(&b.client_id), "client \"id\"");
	assert_string_equal(buf_str(&b.container), "0123abc");
	assert_string_equal(b.identity, "cxone-12345678");
	assert_int_equal(b.minted, 4);
	assert_int_equal(b.next_wall, 1700000000);
	assert_int_equal(b.last_error.kind, ERR_TRANSIENT);
	assert_true(b.last_error.once);
	assert_int_equal(b.last_error.boot_ms, 77);
	assert_int_equal(b.last_error.wall, 1600000000);
	assert_string_equal(b.last_error.text, a.last_error.text);
	assert_string_equal(b.last_error.hint, "what to do");
	record_print(&b, &again);
	assert_string_equal(buf_str(&text), buf_str(&again));
	assert_true(redact_finds(redact_list(), buf_str(&a.token.refresh),
				 a.token.refresh.len));
	buf_release(&again);
	redact_release(redact_list());
}

static void test_empty(void **state)
{
	AUTO_RECORD struct record a = RECORD_INIT, b = RECORD_INIT;
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);
	struct err err = ERR_INIT;

	(void)state;
	record_print(&a, &text);
	well("parse", record_parse(buf_str(&text), text.len, &b, &err), &err);
	assert_false(b.has_token);
	assert_null(b.flow);
	assert_int_equal(b.replaced_count, 0);
	assert_int_equal(b.last_error.kind, ERR_NONE);
}

/* Whatever of it is missing at the end, it is not taken. */
static void test_torn(void **state)
{
	AUTO_RECORD struct record a;
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);

	(void)state;
	fill(&a);
	record_print(&a, &text);
	for (size_t n = 0; n < text.len; n++) {
		AUTO_RECORD struct record b = RECORD_INIT;
		struct err err = ERR_INIT;

		if (record_parse(buf_str(&text), n, &b, &err) != -1)
			fail_msg("the first %zu bytes are taken", n);
		has_text("torn", err.text, "state.json");
	}
	redact_release(redact_list());
}

#define TOKEN(access, lifetime, boot_ms, issued)                                     \
	"{\"access_token\":" access ",\"refresh_token\":\"\",\"lifetime\":" lifetime \
	",\"issued_boot_ms\":" boot_ms ",\"issued\":" issued ",\"boot_id\":\"b\"}"
#define GOOD TOKEN("\"abc\"", "60", "5", "6")

static void test_malformed(void **state)
{
	static const struct {
		const char *text;
		bool taken;
	} rows[] = {
		{ "{\"version\":1}", true },
		{ "{\"version\":1,\"token\":" GOOD "}", true },
		{ "{\"version\":1,\"token\":" GOOD ",\"replaced\":[" GOOD "," GOOD "]}",
		  true },
		{ "{\"version\":1,\"flow\":\"other\",\"endpoints\":5,\"last_error\":[],"
		  "\"client_id\":7,\"identity\":{},\"minted\":\"x\"}",
		  true },
		{ "{\"version\":1,\"last_error\":{\"kind\":99,\"text\":\"\",\"hint\":\"\"}}",
		  true },
		{ "{\"version\":1,\"last_error\":{\"kind\":-1,\"text\":\"\",\"hint\":\"\"}}",
		  true },
		{ "{\"version\":1,\"last_error\":{\"kind\":3}}", true },
		{ "{}", false },
		{ "[]", false },
		{ "null", false },
		{ "{\"version\":0}", false },
		{ "{\"version\":2}", false },
		{ "{\"version\":1.5}", false },
		{ "{\"version\":4294967297}", false },
		{ "{\"version\":\"1\"}", false },
		{ "{\"version\":1,\"token\":{}}", false },
		{ "{\"version\":1,\"token\":null}", false },
		{ "{\"version\":1,\"token\":\"abc\"}", false },
		{ "{\"version\":1,\"token\":" TOKEN("\"\"", "60", "5", "6") "}", false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a b\"", "60", "5", "6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("5", "60", "5", "6") "}", false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "-1", "5", "6") "}", false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "1e300", "5", "6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "315360001", "5", "6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "\"60\"", "5", "6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "60", "-5", "6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "60", "1e300", "6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "60", "5", "-6") "}",
		  false },
		{ "{\"version\":1,\"token\":" TOKEN("\"a\"", "60", "5", "1e999") "}",
		  false },
		{ "{\"version\":1,\"replaced\":[" GOOD ",{}]}", false },
		{ "{\"version\":1,\"replaced\":[5]}", false },
		{ "{\"version\":1,\"client_id\":\"\\u0000\"}", false },
		{ "{\"version\":1}x", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RECORD struct record r = RECORD_INIT;
		struct err err = ERR_INIT;
		int rc = record_parse(rows[i].text, strlen(rows[i].text), &r, &err);

		same_number(rows[i].text, rc, rows[i].taken ? 0 : -1);
		if (rc)
			has_text(rows[i].text, err.text, "state.json");
		else
			same_number(rows[i].text, r.last_error.kind, ERR_NONE);
	}
	redact_release(redact_list());
}

/* Whoever writes the file does not choose what post asks of the engine. */
static void test_container(void **state)
{
	static const char *const rows[][2] = {
		{ "0123456789abcdefABCXYZ", "0123456789abcdefABCXYZ" },
		{ "../images/x", "" },
		{ "x?force=1", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RECORD struct record r = RECORD_INIT;
		struct err err = ERR_INIT;
		char text[128];

		snprintf(text, sizeof(text), "{\"version\":1,\"container\":\"%s\"}",
			 rows[i][0]);
		well(text, record_parse(text, strlen(text), &r, &err), &err);
		same_text(text, buf_str(&r.container), rows[i][1]);
	}
}

/* Texts that are longer than their room are cut, not copied past it. */
static void test_long_texts(void **state)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);
	AUTO_RECORD struct record r = RECORD_INIT;
	struct err err = ERR_INIT;
	char x[3001];

	(void)state;
	memset(x, 'x', sizeof(x) - 1);
	x[sizeof(x) - 1] = '\0';
	buf_addf(&text,
		 "{\"version\":1,\"identity\":\"%s\",\"client_id\":\"%s\",\"last_error\":"
		 "{\"kind\":3,\"text\":\"%s\",\"hint\":\"%s\"}}",
		 x, x, x, x);
	well("parse", record_parse(buf_str(&text), text.len, &r, &err), &err);
	assert_int_equal(strlen(r.identity), STATE_NAME_SIZE - 1);
	assert_int_equal(strlen(r.last_error.text), ERR_TEXT_MAX - 1);
	assert_int_equal(strlen(r.last_error.hint), ERR_TEXT_MAX - 1);
	buf_reset(&text);
	buf_addf(&text,
		 "{\"version\":1,\"token\":{\"access_token\":\"a\",\"lifetime\":1,"
		 "\"issued_boot_ms\":1,\"issued\":1,\"boot_id\":\"%.37s\"}}",
		 x);
	assert_int_equal(record_parse(buf_str(&text), text.len, &r, &err), -1);
}

/* The error of a server that sent anything at all can be stored and read. */
static void test_any_error(void **state)
{
	AUTO_RECORD struct record a = RECORD_INIT, b = RECORD_INIT;
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX), clean = BUF_INIT(5000);
	char bytes[ERR_TEXT_MAX + 200];
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		bytes[i] = (char)(i % 255 + 1);
	bytes[sizeof(bytes) - 1] = '\0';
	log_clean(bytes, &clean);
	err_set(&err, ERR_REFUSED, "%s", buf_str(&clean));
	a.last_error.kind = ERR_REFUSED;
	snprintf(a.last_error.text, sizeof(a.last_error.text), "%s", err.text);
	record_print(&a, &text);
	well("parse", record_parse(buf_str(&text), text.len, &b, &err), &err);
	assert_string_equal(b.last_error.text, a.last_error.text);
}

static void test_retire(void **state)
{
	AUTO_RECORD struct record r;
	struct err err = ERR_INIT;

	(void)state;
	fill(&r);
	well("retire", record_retire(&r, &err), &err);
	well("again", record_retire(&r, &err), &err);
	assert_false(r.has_token);
	assert_string_equal(buf_str(&r.token.access), "");
	assert_string_equal(buf_str(&r.token.refresh), "");
	assert_int_equal(r.replaced_count, 4);
	assert_string_equal(buf_str(&r.replaced[3].access), "now");
	assert_int_equal(r.minted, 4);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_round_trip), cmocka_unit_test(test_empty),
	cmocka_unit_test(test_torn),	   cmocka_unit_test(test_malformed),
	cmocka_unit_test(test_container),  cmocka_unit_test(test_long_texts),
	cmocka_unit_test(test_any_error),  cmocka_unit_test(test_retire),
};

TEST_MAIN(tests)
