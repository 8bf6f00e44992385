/* What a copy from a page or a quoted line leaves in a value: part of settings.h. */
#include "settings/settings.h"

#include <string.h>

#include "base/utf8.h"

/* Unicode's names; general categories Zs and Cf, and the quotes. */
static const struct {
	unsigned int from, to;
	bool anywhere; /* nobody means it, not even in the middle of a value */
	const char *name;
} odd[] = {
	{ ' ', ' ', false, "a blank" },
	{ '\t', '\r', false, "a tab or line end" },
	{ '"', '"', false, "a quote" },
	{ '\'', '\'', false, "a quote" },
	{ '`', '`', false, "a backtick" },
	{ 0xa0, 0xa0, true, "a no-break space" },
	{ 0xab, 0xab, false, "a quote" },
	{ 0xad, 0xad, true, "a soft hyphen" },
	{ 0xbb, 0xbb, false, "a quote" },
	{ 0x2000, 0x200a, true, "a space of another width" },
	{ 0x200b, 0x200d, true, "a zero-width character" },
	{ 0x200e, 0x200f, true, "a direction mark" },
	{ 0x2018, 0x201f, false, "a quote" },
	{ 0x2028, 0x202e, true, "a line or direction mark" },
	{ 0x202f, 0x202f, true, "a narrow no-break space" },
	{ 0x205f, 0x205f, true, "a space of another width" },
	{ 0x2060, 0x2069, true, "a zero-width character" },
	{ 0x3000, 0x3000, true, "an ideographic space" },
	{ 0xfeff, 0xfeff, true, "a byte order mark" },
};

/* The row of the character at @text, -1 when it is an ordinary one; its bytes in @n. */
static int pasted_row(const char *text, size_t len, unsigned int *c, size_t *n)
{
	*n = utf8_decode(text, len, c);
	for (size_t i = 0; *n && i < ARRAY_LEN(odd); i++)
		if (*c >= odd[i].from && *c <= odd[i].to)
			return (int)i;
	*n = *n ? *n : 1;
	return -1;
}

bool settings_pasted(const struct settings *s, enum setting_id id, struct buf *out)
{
	const char *text = settings_str(s, id);
	size_t len = strlen(text), n;
	unsigned int c;

	for (size_t at = 0; at < len; at += n) {
		int row = pasted_row(text + at, len - at, &c, &n);
		bool begins = at == 0, ends = at + n == len;

		if (row < 0 || !(begins || ends || odd[row].anywhere))
			continue;
		settings_describe(s, id, out);
		buf_addf(out, " %s %s",
			 begins ? "begins with"
			 : ends ? "ends with"
				: "holds",
			 odd[row].name);
		if (c >= 0x80)
			buf_addf(out, " (U+%04X)", c);
		return true;
	}
	return false;
}

void settings_trim(struct buf *value)
{
	size_t first = value->len, last = 0, n;
	unsigned int c;

	for (size_t at = 0; at < value->len; at += n) {
		if (pasted_row(value->ptr + at, value->len - at, &c, &n) >= 0)
			continue;
		first = at < first ? at : first;
		last = at + n;
	}
	if (first > last)
		return;
	buf_cut(value, last);
	buf_shift(value, first);
}
