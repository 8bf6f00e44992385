/* A failed answer's form, page or plain text: part of oauth/reason.h. */
#include "oauth/reason.h"

#include <string.h>
#include <strings.h>

#include "net/url.h"

/* Some servers answer as they are asked, RFC 6749 section 4.1.2.1. */
void reason_form(const char *body, struct buf *code, struct buf *text)
{
	static const char *const names[] = { "error_description", "error_message",
					     "message" };
	AUTO_BUF struct buf query = BUF_INIT(BUF_URL_MAX);

	buf_addc(&query, '?');
	for (const char *p = body; *p && *p != '\r' && *p != '\n'; p++)
		buf_adds(&query, *p == '+' ? "%20" : (const char[]){ *p, '\0' });
	if (!url_get_query(buf_str(&query), "error", code))
		return;
	for (size_t i = 0; i < ARRAY_LEN(names) && !text->len; i++)
		url_get_query(buf_str(&query), names[i], text);
}

static const struct {
	const char *name, *text;
} entities[] = {
	{ "&amp;", "&" },  { "&lt;", "<" },    { "&gt;", ">" },	   { "&quot;", "\"" },
	{ "&#39;", "'" },  { "&apos;", "'" },  { "&nbsp;", " " },  { "&#160;", " " },
	{ "&#34;", "\"" }, { "&mdash;", "-" }, { "&ndash;", "-" }, { "&#8211;", "-" },
};

/* Appends what stands at @p, and returns what follows it. */
static const char *reason_entity(const char *p, struct buf *out)
{
	for (size_t i = 0; *p == '&' && i < ARRAY_LEN(entities); i++) {
		size_t len = strlen(entities[i].name);

		if (strncasecmp(p, entities[i].name, len) == 0) {
			buf_adds(out, entities[i].text);
			return p + len;
		}
	}
	buf_addc(out, *p);
	return p + 1;
}

/* The end of the tag at @p, with all that a script or style sheet holds. */
static const char *reason_tag(const char *p)
{
	static const char *const dark[][2] = { { "<script", "</script" },
					       { "<style", "</style" },
					       { "<!--", "-->" } };
	const char *end;

	for (size_t i = 0; i < ARRAY_LEN(dark); i++)
		if (strncasecmp(p, dark[i][0], strlen(dark[i][0])) == 0) {
			end = strcasestr(p, dark[i][1]);
			p = end ? end : p + strlen(p);
		}
	p += strcspn(p, ">");
	return *p ? p + 1 : p;
}

/* The text without its tags, up to @end. */
static void reason_strip_to(const char *p, const char *end, struct buf *out)
{
	while (p < end)
		if (*p == '<') {
			p = reason_tag(p);
			buf_addc(out, ' ');
		} else {
			p = reason_entity(p, out);
		}
}

/* The inside of the first such element that has any text. */
static bool reason_element(const char *body, const char *open, const char *close,
			   struct buf *out)
{
	const char *p = strcasestr(body, open), *end;

	if (!p)
		return false;
	p += strcspn(p, ">");
	end = strcasestr(p, close);
	if (*p && end)
		reason_strip_to(p + 1, end, out);
	return buf_str(out)[strspn(buf_str(out), " \t\r\n")] != '\0';
}

void reason_strip(const char *body, struct buf *out)
{
	reason_strip_to(body, body + strlen(body), out);
}

bool reason_page(const char *body, struct buf *text)
{
	static const char *const marks[] = { "<!doctype html", "<html", "<head",
					     "<title",	       "<body", "<h1" };
	bool html = false;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		html = html || strcasestr(body, marks[i]);
	if (html && !reason_element(body, "<title", "</title", text))
		reason_element(body, "<h1", "</h1", text);
	return html;
}
