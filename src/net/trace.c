#include "net/trace.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/clock.h"
#include "base/quote.h"

enum { NAME_MAX_BYTES = 200, STORE_INDEX = 0 };

/* Of the last handshake. */
static void trace_forget(struct trace *t)
{
	buf_reset(&t->tls);
	buf_reset(&t->subject);
	buf_reset(&t->issuer);
	buf_reset(&t->judged);
	buf_reset(&t->judged_issuer);
	t->verdict = X509_V_OK;
	t->expires = t->judged_from = t->judged_until = 0;
}

void trace_reset(struct trace *t)
{
	trace_forget(t);
	buf_reset(&t->peer);
	buf_reset(&t->roots);
	t->proxied = false;
}

void trace_release(struct trace *t)
{
	buf_release(&t->peer);
	buf_release(&t->roots);
	buf_release(&t->tls);
	buf_release(&t->subject);
	buf_release(&t->issuer);
	buf_release(&t->judged);
	buf_release(&t->judged_issuer);
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

/* The subject may be empty: then a certificate is for its alternative names, RFC 6125. */
static void trace_subject(const X509 *cert, struct buf *out)
{
	GENERAL_NAMES *names;

	trace_name(X509_get_subject_name(cert), out);
	if (out->len)
		return;
	names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !out->len; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		AUTO_BUF struct buf text = BUF_INIT(NAME_MAX_BYTES);

		if (name->type != GEN_DNS)
			continue;
		buf_add(&text, ASN1_STRING_get0_data(name->d.dNSName),
			(size_t)ASN1_STRING_length(name->d.dNSName));
		quote_clean(out, buf_str(&text), NAME_MAX_BYTES);
	}
	GENERAL_NAMES_free(names);
}

static int64_t trace_time(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
}

static void trace_server(struct trace *t, const X509 *cert)
{
	trace_subject(cert, &t->subject);
	trace_name(X509_get_issuer_name(cert), &t->issuer);
	t->expires = trace_time(X509_get0_notAfter(cert));
}

static void trace_judge(struct trace *t, int verdict, const X509 *cert)
{
	t->verdict = verdict;
	if (!cert)
		return;
	trace_subject(cert, &t->judged);
	trace_name(X509_get_issuer_name(cert), &t->judged_issuer);
	t->judged_from = trace_time(X509_get0_notBefore(cert));
	t->judged_until = trace_time(X509_get0_notAfter(cert));
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
		trace_judge(t, X509_STORE_CTX_get_error(ctx), cert);
	return good;
}

#define CA_FILE                                                          \
	"if your network uses its own CA, name its PEM file by ca-file " \
	"(CC_CA_FILE); else the server may not send the certificates "   \
	"between its own and the root"

/* OpenSSL's verdicts (x509_vfy.h); what is not here is told in OpenSSL's own words. */
static const struct {
	int verdict;
	const char *says, *todo;
} verdicts[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, "has expired",
	  "check this machine's clock, and have the certificate renewed" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, "is not valid yet",
	  "check this machine's clock, and the certificate" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "is not trusted: it signs itself",
	  CA_FILE },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
	  "is not trusted: nobody here knows its root", CA_FILE },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "is not trusted: its issuer is not known",
	  CA_FILE },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	  "is not trusted: its issuer is not known", CA_FILE },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
	  "is not trusted: its issuer is not known", CA_FILE },
	{ X509_V_ERR_CERT_UNTRUSTED, "is not trusted", CA_FILE },
	{ X509_V_ERR_CERT_REVOKED, "has been revoked",
	  "have the server's keys replaced" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, "has too small a key",
	  "have the certificate made anew" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, "is by a CA with too small a key",
	  "have the certificate made anew" },
	{ X509_V_ERR_CA_MD_TOO_WEAK, "is signed too weakly",
	  "have the certificate made anew" },
	{ X509_V_ERR_INVALID_PURPOSE, "is not made for servers",
	  "have the certificate made anew" },
};

static void trace_say_when(const char *before, int64_t when, struct buf *out)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(when, text);
	buf_addf(out, "%s%s", before, text);
}

void trace_explain(const struct trace *t, struct buf *says, struct buf *todo)
{
	size_t i = 0;

	if (t->verdict == X509_V_OK) {
		buf_addf(says, "is for another name: it is of \"%s\", issued by \"%s\"",
			 buf_str(&t->subject), buf_str(&t->issuer));
		buf_addf(
			todo,
			"the certificate is of %s, by %s: check the URL, and what stands "
			"in between",
			buf_str(&t->subject), buf_str(&t->issuer));
		return;
	}
	while (i < ARRAY_LEN(verdicts) && verdicts[i].verdict != t->verdict)
		i++;
	buf_adds(says, i < ARRAY_LEN(verdicts) ? verdicts[i].says : "is not trusted: ");
	if (i == ARRAY_LEN(verdicts))
		buf_adds(says, X509_verify_cert_error_string(t->verdict));
	buf_adds(todo, i < ARRAY_LEN(verdicts) ? verdicts[i].todo : CA_FILE);
	buf_addf(says, ": the one of \"%s\", issued by \"%s\"", buf_str(&t->judged),
		 buf_str(&t->judged_issuer));
	if (t->verdict == X509_V_ERR_CERT_HAS_EXPIRED)
		trace_say_when(", on ", t->judged_until, says);
	if (t->verdict == X509_V_ERR_CERT_NOT_YET_VALID)
		trace_say_when(", before ", t->judged_from, says);
}

void trace_install(struct trace *t, void *ssl_ctx)
{
	trace_forget(t);
	X509_STORE_set_ex_data(SSL_CTX_get_cert_store(ssl_ctx), STORE_INDEX, t);
	SSL_CTX_set_verify(ssl_ctx, SSL_VERIFY_PEER, trace_check);
}
