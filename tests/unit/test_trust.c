#include "net/trust.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "test.h"

static char base[64];
static bool store_is_full;

int __real_X509_STORE_add_cert(X509_STORE *store, X509 *x);
int __wrap_X509_STORE_add_cert(X509_STORE *store, X509 *x);

int __wrap_X509_STORE_add_cert(X509_STORE *store, X509 *x)
{
	return store_is_full ? 0 : __real_X509_STORE_add_cert(store, x);
}

/* OpenSSL takes over what it is shown, without a reference of its own. */
static int shown;

int __real_X509_OBJECT_set1_X509(X509_OBJECT *ret, X509 *x);
int __wrap_X509_OBJECT_set1_X509(X509_OBJECT *ret, X509 *x);

int __wrap_X509_OBJECT_set1_X509(X509_OBJECT *ret, X509 *x)
{
	shown++;
	return __real_X509_OBJECT_set1_X509(ret, x);
}

static int setup(void **state)
{
	(void)state;
	test_directory(base);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_remove(base);
	return 0;
}

/* A certificate with its key; @issuer may be written otherwise than its subject is. */
struct party {
	X509 *cert;
	EVP_PKEY *key;
};

#define AUTO_PARTY __attribute__((cleanup(party_release)))

static void party_release(struct party *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
}

static void set_name(X509_NAME *name, const char *text, int type)
{
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", type,
						    (const unsigned char *)text, -1, -1,
						    0),
			 1);
}

static void add_extension(struct party *p, const struct party *by, int nid,
			  const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, by ? by->cert : p->cert, p->cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	X509_add_ext(p->cert, e, -1);
	X509_EXTENSION_free(e);
}

static void party_make(struct party *p, const char *cn, const struct party *by)
{
	static long serial = 1;
	X509_NAME *issuer;

	p->key = EVP_EC_gen("P-256");
	p->cert = X509_new();
	assert_true(p->key && p->cert);
	X509_set_version(p->cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(p->cert), serial++);
	X509_gmtime_adj(X509_getm_notBefore(p->cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(p->cert), 86400);
	X509_set_pubkey(p->cert, p->key);
	set_name(X509_get_subject_name(p->cert), cn, V_ASN1_UTF8STRING);
	issuer = X509_get_subject_name(by ? by->cert : p->cert);
	X509_set_issuer_name(p->cert, issuer);
	add_extension(p, by, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(p, by, NID_subject_key_identifier, "hash");
	add_extension(p, by, NID_authority_key_identifier, "keyid");
	assert_true(X509_sign(p->cert, by ? by->key : p->key, EVP_sha256()) > 0);
}

/* Appends the certificate as PEM, with that line end. */
static void add_pem(struct buf *out, const struct party *p, const char *line_end)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	assert_int_equal(PEM_write_bio_X509(bio, p->cert), 1);
	len = BIO_get_mem_data(bio, &text);
	for (long i = 0; i < len; i++)
		if (text[i] == '\n')
			buf_adds(out, line_end);
		else
			buf_addc(out, text[i]);
	BIO_free(bio);
}

static struct trust *open_text(const char *text, struct err *err)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/bundle.pem", base);
	test_write(path, text, 0644);
	*err = ERR_INIT;
	return trust_open(path, err);
}

/* Whether OpenSSL finds the way from that certificate to a root of @t. */
static bool verifies(struct trust *t, const struct party *p)
{
	SSL_CTX *ssl = SSL_CTX_new(TLS_client_method());
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok;

	assert_int_equal(trust_install(t, ssl), 0);
	X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(ssl), p->cert, NULL);
	ok = X509_verify_cert(ctx) == 1;
	X509_STORE_CTX_free(ctx);
	SSL_CTX_free(ssl);
	return ok;
}

static void test_finds_roots(void **state)
{
	AUTO_PARTY struct party a = { 0 }, b = { 0 }, c = { 0 }, foreign = { 0 };
	AUTO_PARTY struct party of_a = { 0 }, of_c = { 0 }, of_foreign = { 0 };
	AUTO_BUF struct buf pem = BUF_INIT(100000);
	struct err err;
	struct trust *t;

	(void)state;
	party_make(&a, "root a", NULL);
	party_make(&b, "root b", NULL);
	party_make(&c, "root c", NULL);
	party_make(&foreign, "root d", NULL);
	party_make(&of_a, "server a", &a);
	party_make(&of_c, "server c", &c);
	party_make(&of_foreign, "server d", &foreign);
	add_pem(&pem, &a, "\n");
	add_pem(&pem, &b, "\n");
	add_pem(&pem, &c, "\n");
	t = open_text(buf_str(&pem), &err);
	well("open", !t, &err);
	has_text("source", trust_source(t), "/bundle.pem");
	assert_true(verifies(t, &of_a));
	assert_true(verifies(t, &of_c));
	assert_true(verifies(t, &a));
	assert_false(verifies(t, &of_foreign));
	assert_false(verifies(t, &foreign));
	assert_true(verifies(t, &of_a));
	trust_free(t);
}

/* A root that was renewed has the same name and another key: both are tried. */
static void test_same_subject(void **state)
{
	AUTO_PARTY struct party one = { 0 }, two = { 0 }, three = { 0 };
	AUTO_PARTY struct party of_one = { 0 }, of_two = { 0 }, of_three = { 0 };
	AUTO_BUF struct buf pem = BUF_INIT(100000);
	struct err err;
	struct trust *t;

	(void)state;
	party_make(&one, "root", NULL);
	party_make(&two, "root", NULL);
	party_make(&three, "root", NULL);
	party_make(&of_one, "server", &one);
	party_make(&of_two, "server", &two);
	party_make(&of_three, "server", &three);
	add_pem(&pem, &one, "\n");
	add_pem(&pem, &two, "\n");
	t = open_text(buf_str(&pem), &err);
	well("open", !t, &err);
	assert_true(verifies(t, &of_one));
	assert_true(verifies(t, &of_two));
	assert_false(verifies(t, &of_three));
	trust_free(t);
}

/* A root that the store does not take is gone at once, and must not be shown. */
static void test_store_without_memory(void **state)
{
	AUTO_PARTY struct party root = { 0 }, server = { 0 };
	AUTO_BUF struct buf pem = BUF_INIT(100000);
	struct err err;
	struct trust *t;

	(void)state;
	party_make(&root, "root", NULL);
	party_make(&server, "server", &root);
	add_pem(&pem, &root, "\n");
	t = open_text(buf_str(&pem), &err);
	well("open", !t, &err);
	store_is_full = true;
	shown = 0;
	assert_false(verifies(t, &server));
	assert_int_equal(shown, 0);
	store_is_full = false;
	assert_true(verifies(t, &server));
	assert_true(shown > 0);
	trust_free(t);
}

/* RFC 5280 section 7.1: the same name in another encoding, case and spacing. */
static void test_name_written_otherwise(void **state)
{
	AUTO_PARTY struct party root = { 0 }, server = { 0 };
	AUTO_BUF struct buf pem = BUF_INIT(100000);
	X509_NAME *name = X509_NAME_new();
	struct err err;
	struct trust *t;

	(void)state;
	party_make(&root, "Root of All", NULL);
	party_make(&server, "server", &root);
	set_name(name, "ROOT  of all", V_ASN1_PRINTABLESTRING);
	X509_set_issuer_name(server.cert, name);
	X509_NAME_free(name);
	assert_true(X509_sign(server.cert, root.key, EVP_sha256()) > 0);
	add_pem(&pem, &root, "\n");
	t = open_text(buf_str(&pem), &err);
	well("open", !t, &err);
	assert_true(verifies(t, &server));
	trust_free(t);
}

/* A company's file may hold only the intermediate that signs its servers. */
static void test_intermediate(void **state)
{
	AUTO_PARTY struct party root = { 0 }, middle = { 0 }, server = { 0 };
	AUTO_BUF struct buf pem = BUF_INIT(100000);
	struct err err;
	struct trust *t;

	(void)state;
	party_make(&root, "root", NULL);
	party_make(&middle, "middle", &root);
	party_make(&server, "server", &middle);
	add_pem(&pem, &middle, "\n");
	t = open_text(buf_str(&pem), &err);
	well("open", !t, &err);
	assert_true(verifies(t, &server));
	assert_false(verifies(t, &root));
	trust_free(t);
}

/* What stands around and between, and what is broken, does not hide the rest. */
static void test_odd_files(void **state)
{
	static const struct {
		const char *before, *line_end, *after;
	} rows[] = {
		{ "", "\n", "" },
		{ "", "\r\n", "" },
		{ "", "\n\n", "" },
		{ "\xef\xbb\xbf# a bundle\n\n", "\n", "\ntrailing text" },
		{ "  ", "\n  ", "" },
		{ "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "\n",
		  "" },
		{ "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n", "\n",
		  "" },
		{ "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "\n",
		  "" },
		{ "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "\n",
		  "" },
		{ "-----BEGIN CERTIFICATE-----\nMIL/////////\n-----END CERTIFICATE-----\n",
		  "\n", "" },
		{ "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "\n",
		  "" },
		{ "", "\n", "-----BEGIN CERTIFICATE-----\nMIIB" },
	};
	AUTO_PARTY struct party root = { 0 }, server = { 0 };

	(void)state;
	party_make(&root, "root", NULL);
	party_make(&server, "server", &root);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf pem = BUF_INIT(100000);
		struct err err;
		struct trust *t;
		char row[16];

		snprintf(row, sizeof(row), "row %zu", i);
		buf_adds(&pem, rows[i].before);
		add_pem(&pem, &root, rows[i].line_end);
		buf_adds(&pem, rows[i].after);
		t = open_text(buf_str(&pem), &err);
		well(row, !t, &err);
		same_number(row, verifies(t, &server), true);
		trust_free(t);
	}
}

static void test_no_certificate(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		"not PEM at all",
		"-----BEGIN CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\nMIIB\n",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
		"-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n",
		"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_null(open_text(rows[i], &err));
		same_number(rows[i], err.kind, ERR_USAGE);
		has_text(rows[i], err.text, "bundle.pem holds no certificate");
	}
	err = ERR_INIT;
	assert_null(trust_open("/nowhere/ca.pem", &err));
	assert_int_equal(err.kind, ERR_USAGE);
	has_text("missing", err.text, "/nowhere/ca.pem");
	assert_null(trust_open(base, &err));
	assert_int_equal(err.kind, ERR_USAGE);
}

/* A certificate cut anywhere is not taken, and nothing is read past its end. */
static void test_cut_certificate(void **state)
{
	AUTO_PARTY struct party root = { 0 };
	unsigned char *der = NULL;
	int len;

	(void)state;
	party_make(&root, "root", NULL);
	len = i2d_X509(root.cert, &der);
	assert_true(len > 100);
	for (int n = 0; n < len; n++) {
		AUTO_BUF struct buf pem = BUF_INIT(100000);
		char *text = malloc((size_t)len * 2);
		struct err err;
		struct trust *t;

		EVP_EncodeBlock((unsigned char *)text, der, n);
		buf_addf(&pem,
			 "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
			 text);
		free(text);
		t = open_text(buf_str(&pem), &err);
		if (t)
			assert_false(verifies(t, &root));
		trust_free(t);
	}
	OPENSSL_free(der);
}

/* Without a file there is always something: a bundle of the system, or the built in. */
static void test_without_file(void **state)
{
	static const char *const none[] = { NULL, "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct err err = ERR_INIT;
		struct trust *t = trust_open(none[i], &err);

		well("default", !t, &err);
		assert_true(*trust_source(t) == '/' ||
			    strcmp(trust_source(t), "built in") == 0);
		trust_free(t);
	}
	trust_free(NULL);
}

#define IN_BASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	IN_BASE(test_finds_roots),	    IN_BASE(test_same_subject),
	IN_BASE(test_store_without_memory), IN_BASE(test_name_written_otherwise),
	IN_BASE(test_intermediate),	    IN_BASE(test_odd_files),
	IN_BASE(test_no_certificate),	    IN_BASE(test_cut_certificate),
	IN_BASE(test_without_file),
};

TEST_MAIN(tests)
