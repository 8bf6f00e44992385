/* Any bytes: what is quoted is safe where it goes, and comes back as it was. */
#include "base/quote.h"

#include "base/utf8.h"
#include "fuzz.h"

/* What a POSIX shell makes of a word of '…' and \' parts. */
static void fuzz_shell(const char *text)
{
	AUTO_BUF struct buf word = FUZZ_BUF, back = FUZZ_BUF;
	bool inside = false;

	quote_shell(&word, text);
	for (const char *p = word.ptr; *p; p++) {
		if (*p == '\'') {
			inside = !inside;
		} else if (inside) {
			buf_addc(&back, *p);
		} else {
			must(p[0] == '\\' && p[1] == '\'');
			buf_addc(&back, *++p);
		}
	}
	must(!inside && strcmp(buf_str(&back), text) == 0);
}

static int fuzz_hex(char c)
{
	must((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void fuzz_percent(const char *text, void (*quote)(struct buf *, const char *),
			 bool form)
{
	AUTO_BUF struct buf coded = FUZZ_BUF, back = FUZZ_BUF;

	quote(&coded, text);
	for (const char *p = buf_str(&coded); *p; p++) {
		must((unsigned char)*p > ' ' && (unsigned char)*p < 0x7f &&
		     !strchr("&=?#/\\'\"<>`$:;,@!*()[]{}|^", *p));
		must(form || *p != '+');
		if (*p == '%') {
			buf_addc(&back, (char)(fuzz_hex(p[1]) << 4 | fuzz_hex(p[2])));
			p += 2;
		} else {
			buf_addc(&back, *p == '+' ? ' ' : *p);
		}
	}
	must(strcmp(buf_str(&back), text) == 0);
}

/* By base64 to base64url, and back. */
static void fuzz_base64(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf coded = FUZZ_BUF, back = FUZZ_BUF, any = FUZZ_BUF;

	quote_base64(&coded, data, size);
	must(coded.len == (size + 2) / 3 * 4);
	while (coded.len && coded.ptr[coded.len - 1] == '=')
		buf_cut(&coded, coded.len - 1);
	for (char *p = coded.ptr; p && *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	must(quote_base64url_decode(&back, buf_str(&coded), coded.len));
	must(back.len == size && (!size || memcmp(back.ptr, data, size) == 0));
	quote_base64url_decode(&any, (const char *)data, size);
}

static void fuzz_clean(const char *text)
{
	for (size_t max = 0; max < 40; max += 13) {
		AUTO_BUF struct buf clean = FUZZ_BUF;

		quote_clean(&clean, text, max);
		must(clean.len <= max + 3 && utf8_valid(buf_str(&clean), clean.len));
		for (const char *p = buf_str(&clean); *p; p++)
			must((unsigned char)*p >= 0x20 && *p != 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf text = FUZZ_BUF;
	const uint8_t *rest = data;
	size_t left = size;

	fuzz_base64(data, size);
	fuzz_text(&rest, &left, &text);
	fuzz_shell(buf_str(&text));
	fuzz_percent(buf_str(&text), quote_percent, false);
	fuzz_percent(buf_str(&text), quote_form, true);
	fuzz_clean(buf_str(&text));
	return 0;
}
