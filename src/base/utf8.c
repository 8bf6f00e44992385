#include "base/utf8.h"

#include <stdint.h>

/* RFC 3629 section 4: what the first byte says of the length and of the second byte. */
static const struct {
	unsigned char first_min, first_max, more, second_min, second_max;
} forms[] = {
	{ 0x00, 0x7f, 0, 0x00, 0x00 }, { 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf }, { 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf }, { 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

size_t utf8_length(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	for (size_t i = 0; len && i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t more = forms[i].more;

		if (p[0] < forms[i].first_min || p[0] > forms[i].first_max)
			continue;
		if (more >= len)
			return 0;
		if (more && (p[1] < forms[i].second_min || p[1] > forms[i].second_max))
			return 0;
		for (size_t k = 2; k <= more; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return more + 1;
	}
	return 0;
}

size_t utf8_decode(const char *text, size_t len, unsigned int *ret)
{
	static const unsigned char lead[] = { 0xff, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = utf8_length(text, len);

	*ret = (unsigned char)text[0] & lead[n];
	for (size_t i = 1; i < n; i++)
		*ret = *ret << 6 | ((unsigned char)text[i] & 0x3f);
	return n;
}

bool utf8_valid(const char *text, size_t len)
{
	while (len) {
		size_t n = utf8_length(text, len);

		if (!n)
			return false;
		text += n;
		len -= n;
	}
	return true;
}
