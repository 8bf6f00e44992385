#include "net/url.h"

#include "test.h"

static void test_check_takes(void **state)
{
	static const char *const rows[] = {
		"https://example.com",
		"HTTPS://Example.COM:8443/a?b=c#d",
		"https://10.0.0.1/",
		"https://[2001:db8::1]/x",
		"https://example.com/%40%0a?x=%00",
		"http://localhost",
		"http://LOCALHOST:8080/x",
		"http://127.0.0.1:1",
		"http://127.255.255.254/",
		"http://127.1/",
		"http://[::1]",
		"HTTP://[::1]:65535/x",
		"http://127.0.0.1#@example.com/",
		"https://ex%61mple.com/",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		well(rows[i], url_check(rows[i], &err), &err);
	}
}

static void test_check_refuses(void **state)
{
	static const char *const rows[] = {
		"",
		"/",
		"example.com",
		"example.com/oauth/token",
		"//example.com/",
		"https://",
		"http://example.com/",
		"http://10.0.0.1/",
		"http://128.0.0.1/",
		"http://126.0.0.1/",
		"http://0.0.0.0/",
		"http://[::]/",
		"http://[::2]/",
		"http://[::ffff:10.0.0.1]/",
		"http://127.evil.example/",
		"http://127.0.0.1.evil.example/",
		"http://127.0.0.256/",
		"http://127.1.2.3.4/",
		"http://localhost.evil.example/",
		"http://notlocalhost/",
		"ftp://example.com/",
		"file:///etc/passwd",
		"gopher://localhost/",
		"javascript:alert(1)",
		"https://user@example.com/",
		"https://user:SECRET@example.com/",
		"https://:SECRET@example.com/",
		"https://@example.com/",
		"http://127.0.0.1@example.com/",
		"https://example.com\\@evil.example/",
		"http://localhost:SECRET@example.com/",
		"https://exa mple.com/",
		"https://example.com/a b?SECRET",
		"https://example.com/\n",
		"https://example.com/\r\nX: SECRET",
		"\thttps://example.com/",
		"https://example.com/\x7f",
		"https://example.com:99999/",
		"https://example.com:x/",
		"https://[::1/",
		"http://example.com/?token=SECRET#SECRET",
		"https:/1%308/", /* the host 108, and then 0.0.0.108 */
		"https://0x7%66.1/",
		"https://%31/",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		if (url_check(rows[i], &err) != -1)
			fail_msg("taken: %s", rows[i]);
		same_number(rows[i], err.kind, ERR_USAGE);
		lacks_text(rows[i], err.text, "SECRET");
		lacks_text(rows[i], err.hint, "SECRET");
	}
}

static void test_origin(void **state)
{
	static const char *const rows[][2] = {
		{ "https://example.com", "https://example.com" },
		{ "HTTPS://Example.COM:443/a?b", "https://example.com" },
		{ "https://example.com:8443/", "https://example.com:8443" },
		{ "https://example.com:80", "https://example.com:80" },
		{ "http://localhost:80/x", "http://localhost" },
		{ "http://localhost:443/", "http://localhost:443" },
		{ "http://[::1]:8080/x", "http://[::1]:8080" },
		{ "https://example.com:0443/", "https://example.com" },
		{ "https://user:pw@example.com/", "https://example.com" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(200);
		struct err err = ERR_INIT;

		well(rows[i][0], url_origin(rows[i][0], &out, &err), &err);
		same_text(rows[i][0], buf_str(&out), rows[i][1]);
	}
}

static void test_same_origin(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "https://a.example/x", "https://A.example:443/y?z", true },
		{ "HTTPS://a.example", "https://a.example/", true },
		{ "http://localhost:80", "http://LOCALHOST/", true },
		{ "https://a.example", "http://a.example", false },
		{ "https://a.example", "https://a.example:8443", false },
		{ "https://a.example", "https://b.a.example", false },
		{ "https://a.example", "https://a.example.evil.example", false },
		{ "https://a.example", "https://evil.example/https://a.example", false },
		{ "https://a.example", "https://a.example@evil.example/", false },
		{ "https://a.example", "https://evil.example#https://a.example", false },
		{ "https://a.example", "", false },
		{ "", "", false },
		{ "nonsense", "nonsense", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		same_number(rows[i].b, url_same_origin(rows[i].a, rows[i].b),
			    rows[i].same);
		same_number(rows[i].b, url_same_origin(rows[i].b, rows[i].a),
			    rows[i].same);
	}
}

static void test_host_and_path(void **state)
{
	static const char *const rows[][3] = {
		{ "https://Login.Example.COM:8443/oauth/token?x", "login.example.com",
		  "/oauth/token" },
		{ "https://example.com", "example.com", "/" },
		{ "https://example.com?x=1", "example.com", "/" },
		{ "http://[::1]/a%20b/", "[::1]", "/a%20b/" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf host = BUF_INIT(200), path = BUF_INIT(200);
		struct err err = ERR_INIT;

		buf_adds(&host, "X:");
		well(rows[i][0], url_host(rows[i][0], &host, &err), &err);
		well(rows[i][0], url_path(rows[i][0], &path, &err), &err);
		same_text(rows[i][0], buf_str(&host) + 2, rows[i][1]);
		assert_memory_equal(buf_str(&host), "X:", 2);
		same_text(rows[i][0], buf_str(&path), rows[i][2]);
	}
}

/* RFC 3986 section 5.4, for what servers write into next links. */
static void test_resolve(void **state)
{
	static const char base[] = "https://example.com/b/c/d;p?q";
	static const char *const rows[][2] = {
		{ "g", "https://example.com/b/c/g" },
		{ "./g", "https://example.com/b/c/g" },
		{ "/g", "https://example.com/g" },
		{ "?y=1", "https://example.com/b/c/d;p?y=1" },
		{ "g?y", "https://example.com/b/c/g?y" },
		{ "../g", "https://example.com/b/g" },
		{ "../../../g", "https://example.com/g" },
		{ "//other.example/g", "https://other.example/g" },
		{ "https://other.example/x?y", "https://other.example/x?y" },
		{ "http://example.com/x", "http://example.com/x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(200);
		struct err err = ERR_INIT;

		well(rows[i][0], url_resolve(base, rows[i][0], &out, &err), &err);
		same_text(rows[i][0], buf_str(&out), rows[i][1]);
	}
}

static void test_set_query(void **state)
{
	static const struct {
		const char *url, *value, *want;
	} rows[] = {
		{ "https://a.example/x", "2", "https://a.example/x?page=2" },
		{ "https://a.example", "2", "https://a.example?page=2" },
		{ "/x", "2", "/x?page=2" },
		{ "x?&a&&page=1&", "2", "x?a&page=2" },
		{ "/x?page=1&a=?#page=3", "2", "/x?a=?&page=2" },
		{ "#page=3", "2", "?page=2" },
		{ "https://a.example/x?", "2", "https://a.example/x?page=2" },
		{ "https://a.example/x?page=1", "2", "https://a.example/x?page=2" },
		{ "https://a.example/x?page", "2", "https://a.example/x?page=2" },
		{ "https://a.example/x?page=1&b=2", "9",
		  "https://a.example/x?b=2&page=9" },
		{ "https://a.example/x?a=1&page=1&b=2", "9",
		  "https://a.example/x?a=1&b=2&page=9" },
		{ "https://a.example/x?page=1&page=2", "9",
		  "https://a.example/x?page=9" },
		{ "https://a.example/x?pages=1&page2=2", "9",
		  "https://a.example/x?pages=1&page2=2&page=9" },
		{ "https://a.example/x?q=%26page%311", "9",
		  "https://a.example/x?q=%26page%311&page=9" },
		{ "https://a.example/x?a", "1&2 3%",
		  "https://a.example/x?a&page=1%262%203%25" },
		{ "https://a.example/x?a=1", "", "https://a.example/x?a=1&page=" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(200);
		struct err err = ERR_INIT;

		well(rows[i].url,
		     url_set_query(rows[i].url, "page", rows[i].value, &out, &err), &err);
		same_text(rows[i].url, buf_str(&out), rows[i].want);
	}
}

static void test_get_query(void **state)
{
	static const struct {
		const char *url, *want; /* NULL: there is none */
	} rows[] = {
		{ "https://a.example/x?page=1", "1" },
		{ "https://a.example/x?a=b&page=1%262&c", "1&2" },
		{ "https://a.example/x?page", "" },
		{ "https://a.example/x?page=&b", "" },
		{ "https://a.example/x?page=1#page=2", "1" },
		{ "https://a.example/x#?page=2", NULL },
		{ "https://a.example/x?pages=1", NULL },
		{ "https://a.example/x?a=page", NULL },
		{ "https://a.example/page=1", NULL },
		{ "https://a.example/x?", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(200);

		same_number(rows[i].url, url_get_query(rows[i].url, "page", &out),
			    rows[i].want != NULL);
		same_text(rows[i].url, buf_str(&out), rows[i].want ? rows[i].want : "");
	}
}

static void test_add_query(void **state)
{
	AUTO_BUF struct buf url = BUF_INIT(200);

	(void)state;
	buf_adds(&url, "https://a.example/x");
	url_add_query(&url, "a b", "c&d");
	url_add_query(&url, "e", "");
	assert_string_equal(buf_str(&url), "https://a.example/x?a%20b=c%26d&e=");
}

static void test_join(void **state)
{
	static const struct {
		const char *base, *ref, *want; /* NULL: refused */
	} rows[] = {
		{ "https://a.example", "/api/v2/x", "https://a.example/api/v2/x" },
		{ "https://a.example", "api/v2/x", "https://a.example/api/v2/x" },
		{ "https://a.example/", "/x?y=1#z", "https://a.example/x?y=1" },
		{ "https://a.example/p", "/x", "https://a.example/p/x" },
		{ "https://a.example/p/", "x", "https://a.example/p/x" },
		{ "https://a.example/p", "/p/x", "https://a.example/p/x" },
		{ "https://a.example/p", "/px", "https://a.example/p/px" },
		{ "https://a.example/p", "/p?x", "https://a.example/p?x" },
		{ "https://a.example", "/a b/\xc3\xa9",
		  "https://a.example/a%20b/%C3%A9" },
		{ "https://a.example", "/\"<>\\^`{|}?q=\"<>\\^`{|}",
		  "https://a.example/%22%3C%3E%5C%5E%60%7B%7C%7D?q=%22%3C%3E%5C%5E%60%7B%7C%7D" },
		{ "https://a.example", "/%7b%20/50%?q=100%&r=%a&f[0]=!$'()*+,;:@~",
		  "https://a.example/%7b%20/50%25?q=100%25&r=%25a&f[0]=!$'()*+,;:@~" },
		{ "https://a.example", "/\\evil.example/x",
		  "https://a.example/%5Cevil.example/x" },
		{ "https://a.example", "\\\\evil.example/x",
		  "https://a.example/%5C%5Cevil.example/x" },
		{ "https://a.example", "https:\\\\evil.example/x", NULL },
		{ "https://a.example", "/x\r\nY: z", "https://a.example/x%0D%0AY:%20z" },
		{ "https://a.example", "https://A.example:443/x",
		  "https://A.example:443/x" },
		{ "https://a.example", "/x?u=https://b.example/",
		  "https://a.example/x?u=https://b.example/" },
		{ "https://a.example", "@evil.example/",
		  "https://a.example/@evil.example/" },
		{ "https://a.example", ":1@evil.example",
		  "https://a.example/:1@evil.example" },
		{ "https://a.example", "https://evil.example/x", NULL },
		{ "https://a.example", "http://a.example/x", NULL },
		{ "https://a.example", "//evil.example/x", NULL },
		{ "https://a.example", "https://a.example@evil.example/", NULL },
		{ "https://a.example", "https://a.example:8443/", NULL },
		{ "https://a.example", "https:evil.example", NULL },
		{ "https://a.example", "file:///etc/passwd", NULL },
		{ "http://a.example", "/x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(BUF_URL_MAX);
		struct err err = ERR_INIT;
		int rc = url_join(rows[i].base, rows[i].ref, &out, &err);

		if (rows[i].want)
			well(rows[i].ref, rc, &err);
		same_number(rows[i].ref, rc, rows[i].want ? 0 : -1);
		same_text(rows[i].ref, buf_str(&out), rows[i].want ? rows[i].want : "");
	}
}

static void test_too_long(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(BUF_URL_MAX), ref = BUF_INIT(20000);
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 9000; i++)
		buf_addc(&ref, i ? 'x' : '/');
	assert_int_equal(url_join("https://a.example", buf_str(&ref), &out, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	buf_reset(&out);
	assert_int_equal(url_resolve("https://a.example", buf_str(&ref), &out, &err), -1);
	buf_reset(&out);
	assert_int_equal(
		url_set_query("https://a.example", "q", buf_str(&ref), &out, &err), -1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_check_takes),   cmocka_unit_test(test_check_refuses),
	cmocka_unit_test(test_origin),	      cmocka_unit_test(test_same_origin),
	cmocka_unit_test(test_host_and_path), cmocka_unit_test(test_resolve),
	cmocka_unit_test(test_set_query),     cmocka_unit_test(test_get_query),
	cmocka_unit_test(test_add_query),     cmocka_unit_test(test_join),
	cmocka_unit_test(test_too_long),
};

TEST_MAIN(tests)
