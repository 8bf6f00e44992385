#include "net/proxy.h"

#include "base/log.h"
#include "net/alert.h"
#include "net/http.h"
#include "test.h"

static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "http_proxy",
				     "HTTP_PROXY",  "all_proxy",   "ALL_PROXY" };

static int clear(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
	return 0;
}

static void test_takes(void **state)
{
	static const char *const rows[] = {
		"http://proxy.example:3128",
		"HTTP://proxy.example:3128/",
		"proxy.example:3128",
		"proxy.example",
		"127.0.0.1:3128",
		"http://[2001:db8::1]:3128",
		"https://proxy.example",
		"socks://proxy.example",
		"socks4://proxy.example:1080",
		"socks4a://proxy.example:1080",
		"socks5://proxy.example:1080",
		"Socks5H://user:secret@proxy.example:1080",
		"socks5h://localhost/run/tor.sock",
		"http://user@proxy.example:3128",
		"http://user:@proxy.example:3128",
		"http://user:a:b@proxy.example:3128",
		"http://user:P%40ss%23%2f%25@proxy.example:3128",
		"http://user:-._~!$&'()*+,;=@proxy.example:3128",
		"user:secret@proxy.example:3128",
		"http://proxy.example:65535",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		well(rows[i], proxy_check(rows[i], &err), &err);
	}
}

/* Each is refused, and nothing of it is told. */
static void test_refuses(void **state)
{
	static const struct {
		const char *address, *why;
	} rows[] = {
		{ "http://svc:P@ssw0rd-Tail#1@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P@ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P#ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P/ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P?ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P%ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P%0assw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P%00ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P%7Fssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P%4@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P\tssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P\"ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P\\ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P^ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P{ssw0rd-Tail}@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P[ssw0rd-Tail]@127.0.0.1:3128", "not encoded" },
		{ "http://svc:P\xc3\xa4ssw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "http://dom\\svc:Passw0rd-Tail@127.0.0.1:3128", "not encoded" },
		{ "svc:P@ssw0rd-Tail#1@127.0.0.1:3128", "not encoded" },
		{ "http://svc:1234/ssw0rd-Tail@127.0.0.1", "not encoded" },
		{ "'http://proxy.example:3128'", "a blank or a quote" },
		{ "\"http://proxy.example:3128\"", "a blank or a quote" },
		{ "\"http://proxy.example:3128", "a blank or a quote" },
		{ " http://proxy.example:3128", "a blank or a quote" },
		{ "http://proxy.example:3128\n", "a blank or a quote" },
		{ "http://proxy.example:3128\r", "a blank or a quote" },
		{ "http://proxy.example:3128\t", "a blank or a quote" },
		{ "", "a blank or a quote" },
		{ " ", "a blank or a quote" },
		{ "http://bad host:3128", "" },
		{ "http://proxy.example:", "no port" },
		{ "proxy.example:", "no port" },
		{ "http://[::1]:", "no port" },
		{ "http://proxy.example:0", "port 0" },
		{ "http://proxy.example:65536", "" },
		{ "http://proxy.example:99999", "" },
		{ "http://proxy.example:-1", "" },
		{ "http://proxy.example:31x8", "" },
		{ "http://proxy.example:3128:3128", "" },
		{ "http://proxy.example:${PORT}", "" },
		{ "ftp://proxy.example:3128", "scheme" },
		{ "ftp.example:3128", "scheme" },
		{ "tcp://proxy.example:3128", "scheme" },
		{ "socks6://proxy.example:3128", "scheme" },
		{ "htp://proxy.example:3128", "scheme" },
		{ "://proxy.example:3128", "" },
		{ "http://", "" },
		{ "http:///", "" },
		{ "http://:3128", "" },
		{ "http://user:secret-Tail@", "" },
		{ "http://user:secret-Tail@:3128", "" },
		{ "http//proxy.example:3128", "more in it" },
		{ "http:\\\\proxy.example:3128", "" },
		{ "http://http://proxy.example:3128", "" },
		{ "http://proxy.example:3128/path", "more in it" },
		{ "http://proxy.example:3128?a=b", "more in it" },
		{ "http://proxy.example:3128#a", "more in it" },
		{ "http://localhost/run/proxy.sock", "more in it" },
		{ "http://[::1:3128", "" },
		{ "http://a,b:3128", "" },
		{ "http://<proxy>:3128", "" },
		{ "[", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = ERR_INIT;

		same_number(rows[i].address, proxy_check(rows[i].address, &err), -1);
		same_number(rows[i].address, err.kind, ERR_USAGE);
		has_text(rows[i].address, err.text, rows[i].why);
		has_text(rows[i].address, err.hint, "percent-encoded");
		lacks_text(rows[i].address, err.text, "Tail");
		lacks_text(rows[i].address, err.text, "proxy.example");
	}
}

/* The lower case goes first, the scheme's own before all; what is empty is not set. */
static void test_variable(void **state)
{
	static const struct {
		const char *set[3], *tls, *plain;
	} rows[] = {
		{ { NULL }, NULL, NULL },
		{ { "https_proxy" }, "https_proxy", NULL },
		{ { "HTTPS_PROXY" }, "HTTPS_PROXY", NULL },
		{ { "http_proxy" }, NULL, "http_proxy" },
		{ { "HTTP_PROXY" }, NULL, NULL },
		{ { "all_proxy" }, "all_proxy", "all_proxy" },
		{ { "ALL_PROXY" }, "ALL_PROXY", "ALL_PROXY" },
		{ { "HTTPS_PROXY", "https_proxy" }, "https_proxy", NULL },
		{ { "ALL_PROXY", "HTTPS_PROXY" }, "HTTPS_PROXY", "ALL_PROXY" },
		{ { "all_proxy", "ALL_PROXY" }, "all_proxy", "all_proxy" },
		{ { "all_proxy", "http_proxy" }, "all_proxy", "http_proxy" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		clear(state);
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			setenv(names[k], "", 1);
		for (size_t k = 0; k < 3 && rows[i].set[k]; k++)
			setenv(rows[i].set[k], "http://p:1", 1);
		const char *tls = proxy_variable("HTTPS://a.example/"),
			   *plain = proxy_variable("http://a.example/");

		same_text("tls", tls ? tls : "", rows[i].tls ? rows[i].tls : "");
		same_text("plain", plain ? plain : "",
			  rows[i].plain ? rows[i].plain : "");
	}
}

/* All between "://" and the last '@', and the password in it, as written and decoded. */
static void test_hide(void **state)
{
	static const struct {
		const char *address;
		const char *hidden[4], *shown;
	} rows[] = {
		{ "http://user:p%40ssw0rd@proxy.example:3128",
		  { "user:p%40ssw0rd", "user:p@ssw0rd", "p%40ssw0rd", "p@ssw0rd" },
		  "proxy.example:3128" },
		{ "http://svc:P@ssw0rd-Tail#1@127.0.0.1:3128",
		  { "svc:P@ssw0rd-Tail#1", "P@ssw0rd-Tail#1" },
		  "127.0.0.1:3128" },
		{ "svc:Passw0rd@127.0.0.1:3128", { "svc:Passw0rd", "Passw0rd" }, "svc:" },
		{ "'http://svc:Pass/w0rd@bad host'", { "Pass/w0rd" }, "bad host" },
		{ "http://only-user@proxy.example", { "only-user" }, "proxy.example" },
		{ "http://proxy.example:3128", { NULL }, "proxy.example:3128" },
	};

	for (size_t n = 0; n < ARRAY_LEN(names); n++)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			clear(state);
			redact_cut(redact_list(), 0);
			setenv(names[n], rows[i].address, 1);
			proxy_hide();
			for (size_t k = 0; k < 4 && rows[i].hidden[k]; k++) {
				AUTO_BUF struct buf out = BUF_INIT(4096);

				log_clean(rows[i].hidden[k], &out);
				same_text(rows[i].hidden[k], buf_str(&out), "***");
			}
			AUTO_BUF struct buf shown = BUF_INIT(4096);

			log_clean(rows[i].shown, &shown);
			same_text(rows[i].address, buf_str(&shown), rows[i].shown);
		}
	redact_cut(redact_list(), 0);
}

static void test_schemes(void **state)
{
	static const struct {
		const char *headers, *want;
	} rows[] = {
		{ "", "" },
		{ "proxy-authenticate: Basic realm=\"a\"\n", "Basic" },
		{ "a: b\nproxy-authenticate: Negotiate\nproxy-authenticate: NTLM\n",
		  "Negotiate, NTLM" },
		{ "proxy-authenticate: Negotiate, NTLM\n", "Negotiate, NTLM" },
		{ "proxy-authenticate: Digest realm=\"a, Bearer\", qop=\"auth\", n=x, "
		  "Basic realm=\"\\\", Ntlm\"\n",
		  "Digest, Basic" },
		{ "proxy-authenticate: NTLM TlRMTVNTUAAB=\n", "NTLM" },
		{ "proxy-authenticate:Basic\nproxy-authenticate: \n", "Basic" },
		{ "proxy-authenticate: ,, Basic ,\n", "Basic" },
		{ "proxy-authenticate: Basic realm=\"unended\n", "Basic" },
		{ "www-authenticate: Bearer\n", "" },
		{ "proxy-authenticate-x: Bearer\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
		AUTO_BUF struct buf out = BUF_INIT(256);

		buf_adds(&resp.headers, rows[i].headers);
		http_schemes(&resp, "proxy-authenticate", &out);
		same_text(rows[i].headers, buf_str(&out), rows[i].want);
	}
}

/* As libcurl 7.88 and 8.14 write them. */
static void test_alerts(void **state)
{
	static const struct {
		const char *detail, *says; /* "": another attempt may do better */
	} rows[] = {
		{ "OpenSSL SSL_read: OpenSSL/3.0.19: error:0A00045C:SSL routines::tlsv13 "
		  "alert certificate required, errno 0",
		  "client certificate" },
		{ "TLS connect error: error:0A000412:SSL routines::ssl/tls alert bad "
		  "certificate",
		  "client certificate" },
		{ "OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert handshake "
		  "failure",
		  "no cipher in common" },
		{ "error:0A00042E:SSL routines::tlsv1 alert protocol version",
		  "no TLS version" },
		{ "error:0A000102:SSL routines::unsupported protocol", "no TLS version" },
		{ "error:0A00042F:SSL routines::tlsv1 alert insufficient security",
		  "no cipher in common" },
		{ "error:0A00010B:SSL routines::wrong version number",
		  "does not speak TLS" },
		{ "error:0A000458:SSL routines::tlsv1 unrecognized name",
		  "no such host" },
		{ "error:0A000438:SSL routines::tlsv1 alert internal error", "" },
		{ "error:0A000126:SSL routines::unexpected eof while reading", "" },
		{ "error:00000000:lib(0)::reason(0)", "" },
		{ "error:0700045C:lib(14)::reason(1116)", "" },
		{ "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to a:443", "" },
		{ "error:", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf reason = BUF_INIT(256);
		const struct alert *alert = alert_find(rows[i].detail, &reason);

		if (!*rows[i].says) {
			same_text(rows[i].detail, alert ? alert->says : "", "");
			continue;
		}
		has_text(rows[i].detail, alert ? alert->says : NULL, rows[i].says);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_takes),	 cmocka_unit_test(test_refuses),
	cmocka_unit_test(test_variable), cmocka_unit_test_teardown(test_hide, clear),
	cmocka_unit_test(test_schemes),	 cmocka_unit_test(test_alerts),
};

TEST_MAIN(tests)
