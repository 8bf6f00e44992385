#include "base/quote.h"

#include "test.h"

#define UNRESERVED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static void test_percent_and_form(void **state)
{
	static const struct {
		const char *text, *percent, *form;
	} rows[] = {
		{ "", "", "" },
		{ UNRESERVED, UNRESERVED, UNRESERVED },
		{ "a b", "a%20b", "a+b" },
		{ "a+b", "a%2Bb", "a%2Bb" },
		{ "===", "%3D%3D%3D", "%3D%3D%3D" },
		{ "&;%\"'", "%26%3B%25%22%27", "%26%3B%25%22%27" },
		{ "/?#[]@:", "%2F%3F%23%5B%5D%40%3A", "%2F%3F%23%5B%5D%40%3A" },
		{ "!$*(),", "%21%24%2A%28%29%2C", "%21%24%2A%28%29%2C" },
		{ "\r\n\t\x7f", "%0D%0A%09%7F", "%0D%0A%09%7F" },
		{ "\xc3\xa9\xff", "%C3%A9%FF", "%C3%A9%FF" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf percent = BUF_INIT(1000), form = BUF_INIT(1000);

		quote_percent(&percent, rows[i].text);
		quote_form(&form, rows[i].text);
		same_text(rows[i].text, buf_str(&percent), rows[i].percent);
		same_text(rows[i].text, buf_str(&form), rows[i].form);
	}
}

static void test_form_pairs(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1000);

	(void)state;
	quote_form_pair(&b, "grant type", "a&b=c");
	quote_form_pair(&b, "empty", "");
	quote_form_pair(&b, "x", "1 2");
	assert_string_equal(buf_str(&b), "grant+type=a%26b%3Dc&empty=&x=1+2");
}

/* RFC 4648 section 10, and lengths around the 48 bytes that are encoded at a time. */
static void test_base64(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd", "//79" },
		{ "\xfb\xf0", "+/A=" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf b = BUF_INIT(100);

		quote_base64(&b, rows[i][0], strlen(rows[i][0]));
		same_text(rows[i][0], buf_str(&b), rows[i][1]);
	}
}

/* The other way by definition: the value of each letter, six bits a letter. */
static void test_base64_lengths(void **state)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
				      "wxyz0123456789+/";
	unsigned char data[300];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 37 + 11);
	for (size_t len = 0; len < sizeof(data); len++) {
		AUTO_BUF struct buf b = BUF_INIT(1000);

		quote_base64(&b, data, len);
		assert_int_equal(b.len, (len + 2) / 3 * 4);
		for (size_t k = 0; k < b.len; k++) {
			size_t bit = k * 6, at = bit / 8;
			unsigned int two = (at < len ? data[at] : 0u) << 8 |
					   (at + 1 < len ? data[at + 1] : 0u);
			char want = at < len && (bit < len * 8)
					    ? letters[two >> (10 - bit % 8) & 63]
					    : '=';

			assert_int_equal(b.ptr[k], want);
		}
	}
}

static void test_base64url_decode(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want; /* NULL: not base64url */
	} rows[] = {
		{ "", 0, "" },
		{ "Zg", 2, "f" },
		{ "Zm8", 3, "fo" },
		{ "Zm9v", 4, "foo" },
		{ "Zm9vYg", 6, "foob" },
		{ "Zm9vYmFy", 8, "foobar" },
		{ "__79", 4, "\xff\xfe\xfd" },
		{ "-_A", 3, "\xfb\xf0" },
		{ "Z", 1, NULL },
		{ "Zm9vY", 5, NULL },
		{ "Zg==", 4, NULL },
		{ "Zm8=", 4, NULL },
		{ "+/79", 4, NULL },
		{ "Zm 9", 4, NULL },
		{ "Zm\n9", 4, NULL },
		{ "Zm9v\0Zm9", 8, NULL },
		{ "Zm9\xc3", 4, NULL },
		{ "Zm.9", 4, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf b = BUF_INIT(100);
		bool ok = quote_base64url_decode(&b, rows[i].text, rows[i].len);

		same_number(rows[i].text, ok, rows[i].want != NULL);
		if (rows[i].want)
			same_text(rows[i].text, buf_str(&b), rows[i].want);
	}
}

/* What quote_base64() makes, in the other alphabet and without padding, comes back. */
static void test_base64url_round_trip(void **state)
{
	unsigned char data[260];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)i;
	for (size_t len = 0; len <= sizeof(data); len++) {
		AUTO_BUF struct buf b = BUF_INIT(1000), back = BUF_INIT(1000);

		quote_base64(&b, data, len);
		for (size_t k = 0; k < b.len; k++) {
			if (b.ptr[k] == '+')
				b.ptr[k] = '-';
			if (b.ptr[k] == '/')
				b.ptr[k] = '_';
			if (b.ptr[k] == '=')
				buf_cut(&b, k);
		}
		assert_true(quote_base64url_decode(&back, buf_str(&b), b.len));
		assert_int_equal(back.len, len);
		if (len)
			assert_memory_equal(back.ptr, data, len);
	}
}

static void test_shell(void **state)
{
	static const char *const rows[][2] = {
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "'", "''\\'''" },
		{ "a'b''c", "'a'\\''b'\\'''\\''c'" },
		{ "$(id)`id`\\\"!\n", "'$(id)`id`\\\"!\n'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf b = BUF_INIT(100);

		quote_shell(&b, rows[i][0]);
		same_text(rows[i][0], buf_str(&b), rows[i][1]);
	}
}

static void test_clean(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *want;
	} rows[] = {
		{ "", 5, "" },
		{ "abc", 3, "abc" },
		{ "abcd", 3, "abc..." },
		{ "abc", 0, "..." },
		{ "a\r\nb\tc", 50, "a??b?c" },
		{ "\x1b[31mred\x07\x7f", 50, "?[31mred??" },
		{ "::error::x", 50, "::error::x" },
		{ "a\xff"
		  "b\xc3",
		  50, "a?b?" },
		{ "\xff\xff\xff", 2, "??..." },
		{ "a\xe2\x80\xa8"
		  "b\xe2\x80\xa9"
		  "c",
		  50, "a?b?c" },
		{ "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae", 50,
		  "?????" },
		{ "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", 50, "????" },
		{ "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa\xe2\x80\x99", 50,
		  "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa\xe2\x80\x99" },
		{ "gr\xc3\xbc\xc3\x9f"
		  "e",
		  50,
		  "gr\xc3\xbc\xc3\x9f"
		  "e" },
		{ "gr\xc3\xbc\xc3\x9f"
		  "e",
		  4, "gr\xc3\xbc..." },
		{ "gr\xc3\xbc\xc3\x9f"
		  "e",
		  3, "gr..." },
		{ "\xe2\x82\xac", 2, "..." },
		{ "a\xf0\x9f\x94\x91z", 4, "a..." },
		{ "a\xf0\x9f\x94\x91z", 5, "a\xf0\x9f\x94\x91..." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf b = BUF_INIT(100);

		quote_clean(&b, rows[i].text, rows[i].max);
		same_text(rows[i].text, buf_str(&b), rows[i].want);
	}
}

/* C1 controls, as U+0080 to U+009F, are controls too: some terminals act on them. */
static void test_clean_c1(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(100);

	(void)state;
	quote_clean(&b,
		    "a\xc2\x9b"
		    "31mb\xc2\xa0"
		    "c\xc3\x9b",
		    50);
	assert_string_equal(buf_str(&b), "a?31mb\xc2\xa0"
					 "c\xc3\x9b");
}

/* FIPS 180-4's "abc", and the empty text. */
static void test_fingerprint(void **state)
{
	static const char *const rows[][2] = {
		{ "abc", "ba7816bf8f01cfea" },
		{ "", "e3b0c44298fc1c14" },
	};
	char hex[QUOTE_FINGERPRINT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		quote_fingerprint(rows[i][0], hex);
		same_text(rows[i][0], hex, rows[i][1]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_percent_and_form),
	cmocka_unit_test(test_form_pairs),
	cmocka_unit_test(test_base64),
	cmocka_unit_test(test_base64_lengths),
	cmocka_unit_test(test_base64url_decode),
	cmocka_unit_test(test_base64url_round_trip),
	cmocka_unit_test(test_shell),
	cmocka_unit_test(test_clean),
	cmocka_unit_test(test_clean_c1),
	cmocka_unit_test(test_fingerprint),
};

TEST_MAIN(tests)
