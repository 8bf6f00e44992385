#include "net/alert.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

static const struct alert client = {
	"the server wants a client certificate",
	"there is none to give here: ask for a way without mutual TLS"
};
static const struct alert version = {
	"the server speaks no TLS version that is spoken here",
	"it must speak TLS 1.2 or 1.3; check what answers at that address"
};
static const struct alert cipher = {
	"the server has no cipher in common with us, or wants a client certificate",
	"check what the server asks of its clients"
};
static const struct alert plain = {
	"what answers does not speak TLS",
	"check the scheme and the port of the URL, and what stands in between"
};
static const struct alert name = { "the server knows no such host",
				   "check the host in the URL" };
static const struct alert weak = { "the server's TLS is too weak or too old",
				   "have the server mended" };

/*
 * An alert of RFC 8446 section 6 has the reason 1000 + its number; what else stands here
 * OpenSSL found by itself. Internal errors of the server's may pass, and are left out.
 */
static const struct {
	int reason;
	const struct alert *means;
} alerts[] = {
	{ SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, &client },
	{ SSL_R_SSLV3_ALERT_NO_CERTIFICATE, &client },
	{ SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, &client },
	{ SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, &client },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, &client },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, &client },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, &client },
	{ SSL_R_TLSV1_ALERT_UNKNOWN_CA, &client },
	{ SSL_R_TLSV1_ALERT_ACCESS_DENIED, &client },
	{ SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, &version },
	{ SSL_R_UNSUPPORTED_PROTOCOL, &version },
	{ SSL_R_NO_PROTOCOLS_AVAILABLE, &version },
	{ SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, &cipher },
	{ SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY, &cipher },
	{ SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER, &cipher },
	{ SSL_R_TLSV13_ALERT_MISSING_EXTENSION, &cipher },
	{ SSL_R_TLSV1_UNSUPPORTED_EXTENSION, &cipher },
	{ SSL_R_WRONG_VERSION_NUMBER, &plain },
	{ SSL_R_TLSV1_UNRECOGNIZED_NAME, &name },
	{ SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, &weak },
	{ SSL_R_DH_KEY_TOO_SMALL, &weak },
	{ SSL_R_WRONG_SIGNATURE_TYPE, &weak },
	{ SSL_R_WRONG_CIPHER_RETURNED, &weak },
};

/* The first error code in the text, 0 without one; "error: " may stand before it. */
static unsigned long alert_code(const char *detail)
{
	static const char mark[] = "error:";
	unsigned long code = 0;

	while (!code && (detail = strstr(detail, mark))) {
		detail += strlen(mark);
		code = *detail == ' ' ? 0 : strtoul(detail, NULL, 16);
	}
	return code;
}

const struct alert *alert_find(const char *detail, struct buf *ret_reason)
{
	unsigned long code = alert_code(detail);

	for (size_t i = 0; i < ARRAY_LEN(alerts); i++) {
		if (ERR_GET_LIB(code) != ERR_LIB_SSL ||
		    ERR_GET_REASON(code) != alerts[i].reason)
			continue;
		buf_set(ret_reason, ERR_reason_error_string(code));
		return alerts[i].means;
	}
	return NULL;
}
