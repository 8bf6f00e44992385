#include "net/trust.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "net/roots.h"

enum { TRUST_FILE_MAX = 16 * 1024 * 1024 };

struct span {
	size_t at, len; /* within trust->der */
};

struct anchor {
	struct span cert, subject;
};

struct trust {
	struct buf source;
	struct buf der; /* all certificates, one after the other */
	struct anchor *anchors;
	size_t count;
	X509_LOOKUP_METHOD *method;
};

/*
 * Where distributions keep their bundle: Debian and Alpine, Fedora and RHEL, SUSE, BSD.
 */
static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

/* Steps over one DER element; into it when @into. False at malformed input. */
static bool der_step(const unsigned char **p, const unsigned char *end, bool into)
{
	long len;
	int tag, class;

	if (*p >= end || ASN1_get_object(p, &len, &tag, &class, end - *p) & 0x80)
		return false;
	if (!into)
		*p += len;
	return true;
}

/*
 * RFC 5280 section 4.1: the subject follows version, serial, algorithm, issuer,
 * validity.
 */
static bool der_subject(const unsigned char *cert, size_t len, struct span *ret)
{
	const unsigned char *p = cert, *end = cert + len, *from;

	if (!der_step(&p, end, true) || !der_step(&p, end, true))
		return false;
	if (p < end && *p == 0xa0 && !der_step(&p, end, false))
		return false;
	for (int i = 0; i < 4; i++)
		if (!der_step(&p, end, false))
			return false;
	from = p;
	if (!der_step(&p, end, false) || p > end)
		return false;
	ret->at = (size_t)(from - cert);
	ret->len = (size_t)(p - from);
	return true;
}

/*
 * Decodes the base64 between two PEM lines, white space left out, to the end of t->der,
 * which also tells later where memory ended.
 */
static bool trust_decode(struct trust *t, const char *text, size_t len)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	unsigned char *out = mem_alloc(len + 1);
	int n = 0, last = 0;
	bool ok = false;

	if (!ctx || !out) {
		buf_starve(&t->der);
	} else {
		EVP_DecodeInit(ctx);
		ok = EVP_DecodeUpdate(ctx, out, &n, (const unsigned char *)text,
				      (int)len) >= 0 &&
		     EVP_DecodeFinal(ctx, out + n, &last) == 1;
		if (ok)
			buf_add(&t->der, out, (size_t)(n + last));
	}
	free(out);
	EVP_ENCODE_CTX_free(ctx);
	return ok;
}

static bool trust_add(struct trust *t, const char *text, size_t len)
{
	struct anchor a = { .cert = { .at = t->der.len } };
	struct anchor *grown;

	if (!trust_decode(t, text, len) || t->der.failed)
		return false;
	a.cert.len = t->der.len - a.cert.at;
	if (!der_subject((unsigned char *)t->der.ptr + a.cert.at, a.cert.len, &a.subject))
		return false;
	a.subject.at += a.cert.at;
	grown = mem_grow(t->anchors, t->count + 1, sizeof(a));
	if (!grown) {
		buf_starve(&t->der);
		return false;
	}
	t->anchors = grown;
	t->anchors[t->count++] = a;
	return true;
}

static void trust_index(struct trust *t, const char *pem, size_t len)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char finish[] = "-----END CERTIFICATE-----";
	const char *p = pem, *end = pem + len;

	while (p && p < end) {
		const char *from = memmem(p, (size_t)(end - p), begin, sizeof(begin) - 1);
		const char *to;

		if (!from)
			break;
		from += sizeof(begin) - 1;
		to = memmem(from, (size_t)(end - from), finish, sizeof(finish) - 1);
		if (!to)
			break;
		trust_add(t, from, (size_t)(to - from));
		p = to;
	}
}

/* @ret_first gets the first one that the store has taken, and our reference to it. */
static void trust_add_parsed(X509_STORE *store, const struct trust *t,
			     const struct anchor *a, X509 **ret_first)
{
	const unsigned char *p = (const unsigned char *)t->der.ptr + a->cert.at;
	X509 *x = d2i_X509(NULL, &p, (long)a->cert.len);

	if (x && X509_STORE_add_cert(store, x) && !*ret_first)
		*ret_first = x;
	else
		X509_free(x);
}

/*
 * The lookup. Names are compared as they are encoded; only where nothing matches so are
 * they parsed, since RFC 5280 section 7.1 lets two encodings of a name be equal.
 */
static int trust_by_subject(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type,
			    const X509_NAME *name, X509_OBJECT *ret)
{
	const struct trust *t = X509_LOOKUP_get_method_data(lookup);
	X509_STORE *store = X509_LOOKUP_get_store(lookup);
	const unsigned char *der;
	size_t len;
	X509 *first = NULL;

	if (type != X509_LU_X509 || !X509_NAME_get0_der(name, &der, &len))
		return 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct anchor *a = &t->anchors[i];

		if (a->subject.len == len &&
		    memcmp(t->der.ptr + a->subject.at, der, len) == 0)
			trust_add_parsed(store, t, a, &first);
	}
	for (size_t i = 0; i < t->count && !first; i++) {
		const unsigned char *p =
			(const unsigned char *)t->der.ptr + t->anchors[i].subject.at;
		X509_NAME *subject =
			d2i_X509_NAME(NULL, &p, (long)t->anchors[i].subject.len);

		if (subject && X509_NAME_cmp(subject, name) == 0)
			trust_add_parsed(store, t, &t->anchors[i], &first);
		X509_NAME_free(subject);
	}
	/* The store keeps its own reference; OpenSSL takes one of what it is shown. */
	if (first && X509_OBJECT_set1_X509(ret, first)) {
		X509_free(first);
		X509_free(first);
		return 1;
	}
	X509_free(first);
	return 0;
}

struct trust *trust_open(const char *file, struct err *err)
{
	AUTO_BUF struct buf pem = BUF_INIT(TRUST_FILE_MAX);
	struct trust *t = mem_zero(1, sizeof(*t));
	bool named = file && *file;
	struct err skipped = ERR_INIT;

	if (!t) {
		err_memory(err, "the trust store");
		return NULL;
	}
	t->source = BUF_INIT(BUF_URL_MAX);
	t->der = BUF_INIT(TRUST_FILE_MAX);
	if (named && fs_read_path(file, &pem, err)) {
		if (err->kind == ERR_IO)
			err->kind = ERR_USAGE;
		trust_free(t);
		return NULL;
	}
	for (size_t i = 0; !named && !t->source.len && i < ARRAY_LEN(system_bundles); i++)
		if (fs_read_path(system_bundles[i], &pem, &skipped) == 0)
			buf_set(&t->source, system_bundles[i]);
	if (named)
		buf_set(&t->source, file);
	trust_index(t, buf_str(&pem), pem.len);
	if (!named && !t->count) {
		buf_set(&t->source, "built in");
		trust_index(t, (const char *)cc_roots_pem,
			    (size_t)(cc_roots_pem_end - cc_roots_pem));
	}
	if (buf_check(&t->der, "the trusted roots", err) ||
	    buf_check(&t->source, "the path of the trusted roots", err)) {
		trust_free(t);
		return NULL;
	}
	if (named && !t->count) {
		err_set(err, ERR_USAGE, "%s holds no certificate", file);
		err_hint(err, "give a file in PEM form, with BEGIN CERTIFICATE lines");
		trust_free(t);
		return NULL;
	}
	return t;
}

void trust_free(struct trust *t)
{
	if (!t)
		return;
	X509_LOOKUP_meth_free(t->method);
	buf_release(&t->source);
	buf_release(&t->der);
	free(t->anchors);
	free(t);
}

const char *trust_source(const struct trust *t)
{
	return buf_str(&t->source);
}

int trust_install(struct trust *t, void *ssl_ctx)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ssl_ctx);
	X509_LOOKUP *lookup;

	if (!t->method) {
		t->method = X509_LOOKUP_meth_new("indexed bundle");
		if (!t->method ||
		    !X509_LOOKUP_meth_set_get_by_subject(t->method, trust_by_subject))
			return -1;
	}
	lookup = X509_STORE_add_lookup(store, t->method);
	if (!lookup)
		return -1;
	X509_LOOKUP_set_method_data(lookup, t);
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	/*
	 * Servers that end an answer without close_notify are many, and libcurl's
	 * versions differ in what they make of it. What is cut shows by its length, or
	 * in its JSON.
	 */
	SSL_CTX_set_options(ssl_ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return 0;
}
