/* For SHA256_Init() and its like: see quote_fingerprint(). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/quote.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/utf8.h"

#define UNRESERVED "-._~"

static bool quote_alphanumeric(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void quote_percent_but(struct buf *out, const char *text, const char *keep,
		       const char *space)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (quote_alphanumeric(*p) || strchr(keep, *p))
			buf_addc(out, (char)*p);
		else if (*p == ' ')
			buf_adds(out, space);
		else
			buf_addf(out, "%%%02X", *p);
	}
}

void quote_percent(struct buf *out, const char *text)
{
	quote_percent_but(out, text, UNRESERVED, "%20");
}

void quote_form(struct buf *out, const char *text)
{
	quote_percent_but(out, text, UNRESERVED, "+");
}

void quote_form_pair(struct buf *out, const char *name, const char *value)
{
	if (out->len)
		buf_addc(out, '&');
	quote_form(out, name);
	buf_addc(out, '=');
	quote_form(out, value);
}

void quote_base64(struct buf *out, const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned char chunk[48 / 3 * 4 + 1];

	for (size_t at = 0; at < len; at += 48) {
		size_t n = len - at < 48 ? len - at : 48;

		buf_add(out, chunk, (size_t)EVP_EncodeBlock(chunk, p + at, (int)n));
	}
	buf_wipe(chunk, sizeof(chunk));
}

static int quote_base64url_value(char c)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

bool quote_base64url_decode(struct buf *out, const char *text, size_t len)
{
	unsigned int bits = 0;
	int have = 0;

	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		int v = quote_base64url_value(text[i]);

		if (v < 0)
			return false;
		bits = (bits << 6 | (unsigned int)v) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 0xff));
		}
	}
	return true;
}

void quote_shell(struct buf *out, const char *text)
{
	buf_addc(out, '\'');
	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *p);
	}
	buf_addc(out, '\'');
}

/*
 * C0, DEL, and C1 (U+0080 to U+009F), on which some terminals act, too. What turns or
 * breaks the line makes it read as another one: U+2028 and U+2029, U+202A to U+202E,
 * U+2066 to U+2069 (UAX #9, section 2).
 */
static bool quote_is_control(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (*p == 0xe2)
		return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
		       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
	return *p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0);
}

/*
 * GitHub's runner takes this for a workflow command wherever it stands in a line
 * (ActionCommand.cs, TryParse); the newer form must begin the line, which ours never do.
 */
static bool quote_is_command(const char *text)
{
	return strncmp(text, "##[", 3) == 0;
}

void quote_clean(struct buf *out, const char *text, size_t max)
{
	size_t len = strlen(text);

	for (size_t i = 0, n = 0; i < len; i += n ? n : 1) {
		n = utf8_length(text + i, len - i);
		if (i + (n ? n : 1) > max) {
			buf_adds(out, "...");
			return;
		}
		if (n && !quote_is_control(text + i) && !quote_is_command(text + i))
			buf_add(out, text + i, n);
		else
			buf_addc(out, '?');
	}
}

/*
 * By the functions that OpenSSL 3 calls deprecated: those that it recommends load its
 * providers first, which takes longer than all else that a `get` of a stored token does.
 */
void quote_fingerprint(const char *text, char hex[static QUOTE_FINGERPRINT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md[SHA256_DIGEST_LENGTH];
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, text, strlen(text));
	SHA256_Final(md, &ctx);
	OPENSSL_cleanse(&ctx, sizeof(ctx));
	for (size_t i = 0; i < (QUOTE_FINGERPRINT_SIZE - 1) / 2; i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[QUOTE_FINGERPRINT_SIZE - 1] = '\0';
}
