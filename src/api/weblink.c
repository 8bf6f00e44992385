#include "api/weblink.h"

#include <string.h>
#include <strings.h>

static const char *weblink_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* A parameter's value: a token, or a quoted string. Returns its end. */
static const char *weblink_value(const char *p, struct buf *out)
{
	size_t len = strcspn(p, ";, \t");

	if (*p != '"') {
		buf_add(out, p, len);
		return p + len;
	}
	for (p++; *p && *p != '"'; p++) {
		p += *p == '\\' && p[1];
		buf_addc(out, *p);
	}
	return p + (*p == '"');
}

/*
 * The parameter behind the semicolon at @p: name, perhaps "=" and a value, with blanks
 * around each, as section 3 allows. Returns the next ";", "," or the end.
 */
static const char *weblink_param(const char *p, const char **ret_name, size_t *ret_len,
				 struct buf *ret_value)
{
	p = weblink_blanks(p + 1);
	*ret_name = p;
	*ret_len = strcspn(p, "=;, \t");
	p = weblink_blanks(p + *ret_len);
	if (*p == '=')
		p = weblink_value(weblink_blanks(p + 1), ret_value);
	return p + strcspn(p, ";,");
}

/* True when @rel is among the words of @value; some servers put them in apostrophes. */
static bool weblink_has_word(const char *value, const char *rel)
{
	while (*value) {
		size_t len = strcspn(value, " \t'");

		if (len == strlen(rel) && strncasecmp(value, rel, len) == 0)
			return true;
		value += len + (value[len] != '\0');
	}
	return false;
}

/* Reads the parameters behind a target; only the first rel counts (section 3.3). */
static const char *weblink_params(const char *p, const char *rel, bool *ret_is)
{
	bool seen = false;

	*ret_is = false;
	for (p += strcspn(p, ";,"); *p == ';';) {
		AUTO_BUF struct buf value = BUF_INIT(BUF_URL_MAX);
		const char *name;
		size_t len;

		p = weblink_param(p, &name, &len, &value);
		if (seen || len != 3 || strncasecmp(name, "rel", 3) != 0)
			continue;
		seen = true;
		*ret_is = weblink_has_word(buf_str(&value), rel);
	}
	return p;
}

bool weblink_find(const char *header, const char *rel, struct buf *out)
{
	const char *from, *to;
	bool is = false;

	for (const char *p = header; (from = strchr(p, '<')); p = to) {
		const char *end = strchr(from, '>');

		if (!end)
			return false;
		to = weblink_params(end, rel, &is);
		if (is) {
			buf_add(out, from + 1, (size_t)(end - from - 1));
			return true;
		}
	}
	return false;
}
