#include "api/jsontext.h"

#include <stdint.h>
#include <string.h>

static void jsontext_put(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | c >> 6));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(out, (char)(0xe0 | c >> 12));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | c >> 18));
		buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

static uint32_t jsontext_hex(const char *p)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n = n << 4 |
		    (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return n;
}

/* The \uXXXX at @p, with its second half where it has one. Returns where it ends. */
static const char *jsontext_unescape_hex(const char *p, struct buf *out)
{
	uint32_t c = jsontext_hex(p + 2), low = 0;

	p += 6;
	if (c >= 0xd800 && c < 0xdc00 && p[0] == '\\' && p[1] == 'u')
		low = jsontext_hex(p + 2);
	if (low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	} else if (!c || (c >= 0xd800 && c < 0xe000)) {
		c = 0xfffd;
	}
	jsontext_put(out, c);
	return p;
}

void jsontext_unescape(const char *raw, struct buf *out)
{
	static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";

	while (*raw) {
		size_t plain = strcspn(raw, "\\");

		buf_add(out, raw, plain);
		raw += plain;
		if (!*raw)
			break;
		if (raw[1] == 'u') {
			raw = jsontext_unescape_hex(raw, out);
			continue;
		}
		buf_addc(out, to[strchr(from, raw[1]) - from]);
		raw += 2;
	}
}

int jsontext_number_next(int state, char c)
{
	bool digit = c >= '0' && c <= '9', exp = (c | 0x20) == 'e';

	switch (state) {
	case JSONTEXT_MINUS:
		return digit ? (c == '0' ? JSONTEXT_ZERO : JSONTEXT_INTEGER) : -1;
	case JSONTEXT_ZERO:
		return c == '.' ? JSONTEXT_POINT : exp ? JSONTEXT_EXP : -1;
	case JSONTEXT_INTEGER:
		return digit	  ? JSONTEXT_INTEGER
		       : c == '.' ? JSONTEXT_POINT
		       : exp	  ? JSONTEXT_EXP
				  : -1;
	case JSONTEXT_POINT:
		return digit ? JSONTEXT_FRACTION : -1;
	case JSONTEXT_FRACTION:
		return digit ? JSONTEXT_FRACTION : exp ? JSONTEXT_EXP : -1;
	case JSONTEXT_EXP:
		return digit		      ? JSONTEXT_EXPONENT
		       : c == '+' || c == '-' ? JSONTEXT_EXP_SIGN
					      : -1;
	default:
		return digit ? JSONTEXT_EXPONENT : -1;
	}
}

bool jsontext_number_whole(int state)
{
	return state == JSONTEXT_ZERO || state == JSONTEXT_INTEGER ||
	       state == JSONTEXT_FRACTION || state == JSONTEXT_EXPONENT;
}
