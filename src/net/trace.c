#include "net/trace.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

#include "base/quote.h"

enum { NAME_MAX_BYTES = 200, STORE_INDEX = 0 };

void trace_reset(struct trace *t)
{
	buf_reset(&t->peer);
	buf_reset(&t->roots);
	buf_reset(&t->tls);
	buf_reset(&t->subject);
	buf_reset(&t->issuer);
	buf_reset(&t->problem);
	t->proxied = t->outdated = false;
	t->expires = 0;
}

void trace_release(struct trace *t)
{
	buf_release(&t->peer);
	buf_release(&t->roots);
	buf_release(&t->tls);
	buf_release(&t->subject);
	buf_release(&t->issuer);
	buf_release(&t->problem);
}

/* What people call it: its common name, else its organisation, else all of it. */
static void trace_name(const X509_NAME *name, struct buf *out)
{
	static const int kinds[] = { NID_commonName, NID_organizationName };
	char text[NAME_MAX_BYTES] = "";

	buf_reset(out);
	for (size_t i = 0; i < ARRAY_LEN(kinds) && !*text; i++)
		X509_NAME_get_text_by_NID((X509_NAME *)name, kinds[i], text,
					  sizeof(text));
	if (!*text)
		X509_NAME_oneline(name, text, sizeof(text));
	quote_clean(out, text, sizeof(text));
}

static void trace_server(struct trace *t, const X509 *cert)
{
	struct tm tm;

	trace_name(X509_get_subject_name(cert), &t->subject);
	trace_name(X509_get_issuer_name(cert), &t->issuer);
	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm))
		t->expires = timegm(&tm);
}

static void trace_problem(struct trace *t, int error, const X509 *cert)
{
	AUTO_BUF struct buf subject = BUF_INIT(1024), issuer = BUF_INIT(1024);

	if (cert) {
		trace_name(X509_get_subject_name(cert), &subject);
		trace_name(X509_get_issuer_name(cert), &issuer);
	}
	buf_reset(&t->problem);
	buf_addf(&t->problem, "the certificate of \"%s\", issued by \"%s\"",
		 buf_str(&subject), buf_str(&issuer));
	t->outdated = error == X509_V_ERR_CERT_HAS_EXPIRED ||
		      error == X509_V_ERR_CERT_NOT_YET_VALID;
}

static int trace_check(int good, X509_STORE_CTX *ctx)
{
	const X509_STORE *store = X509_STORE_CTX_get0_store(ctx);
	struct trace *t = X509_STORE_get_ex_data(store, STORE_INDEX);
	const SSL *ssl =
		X509_STORE_CTX_get_ex_data(ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	const X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	if (ssl)
		buf_set(&t->tls, SSL_get_version(ssl));
	if (cert && X509_STORE_CTX_get_error_depth(ctx) == 0)
		trace_server(t, cert);
	if (!good)
		trace_problem(t, X509_STORE_CTX_get_error(ctx), cert);
	return good;
}

void trace_install(struct trace *t, void *ssl_ctx)
{
	X509_STORE_set_ex_data(SSL_CTX_get_cert_store(ssl_ctx), STORE_INDEX, t);
	SSL_CTX_set_verify(ssl_ctx, SSL_VERIFY_PEER, trace_check);
}
