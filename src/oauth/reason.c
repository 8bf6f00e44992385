#include "oauth/reason.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/quote.h"
#include "net/retry.h"
#include "provider/provider.h"

enum {
	CODE_MAX = 150, /* bytes that are shown of each, at most */
	TEXT_MAX = 300,
	BODY_MAX = 200, /* of a body that has no part that is known */
	ID_MAX = 100,
};

void reason_release(struct reason *r)
{
	buf_release(&r->code);
	buf_release(&r->text);
	buf_release(&r->told);
	buf_release(&r->scope);
	buf_release(&r->link);
	buf_release(&r->permissions);
	buf_release(&r->id);
}

static bool reason_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Hidden before it is folded and cut: a part of a secret is not known as one. */
void reason_clean(const char *text, size_t max, struct buf *out)
{
	size_t len = strlen(text);
	AUTO_BUF struct buf hidden = BUF_INIT(4 * len + 16),
			    line = BUF_INIT(4 * len + 16);
	AUTO_BUF struct buf clean = BUF_INIT(4 * max + 16);

	redact_text(redact_list(), text, len, &hidden);
	for (const char *p = buf_str(&hidden); *p; p++) {
		if (!reason_is_blank(*p))
			buf_addc(&line, *p);
		else if (line.len && p[1] && !reason_is_blank(p[1]))
			buf_addc(&line, ' ');
	}
	quote_clean(&clean, buf_str(&line), max);
	buf_adds(out, buf_str(&clean));
}

/*
 * What the answer's status says already is not said twice: "HTTP 405 Method Not Allowed"
 * (JAX-RS), "HTTP Status 404 – Not Found" (Tomcat), "404 page not found" (Go), "503
 * Service Unavailable" (nginx).
 */
static const char *reason_after_status(const char *text, int status)
{
	static const char *const words[] = { "http/1.1", "http",  "status",
					     "code",	 "error", ":" };
	char number[16];
	const char *p = text;

	snprintf(number, sizeof(number), "%d", status);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i]);

		if (strncasecmp(p, words[i], len) == 0)
			p += len + strspn(p + len, " ");
	}
	if (strncmp(p, number, 3) != 0 || isalnum((unsigned char)p[3]))
		return text;
	p += 3;
	while (*p && (strchr(" :,.|-", *p) || strncmp(p, "\u2013", 3) == 0 ||
		      strncmp(p, "\u2014", 3) == 0))
		p += *p == ' ' || (unsigned char)*p < 0x80 ? 1 : 3;
	return p;
}

static void reason_take(const struct reason *r, const char *text, size_t max,
			struct buf *out)
{
	AUTO_BUF struct buf clean = BUF_INIT(4 * ERR_TEXT_MAX);

	reason_clean(text, max, &clean);
	buf_set(out, reason_after_status(buf_str(&clean), r->status));
}

/* RFC 9110 section 11.6.1: NAME = value or "value", in any of the challenges. */
static bool reason_challenge(const char *p, const char *name, struct buf *out)
{
	while (*p) {
		size_t len = strcspn(p, " \t,=\"");
		bool same = len == strlen(name) && strncasecmp(p, name, len) == 0;

		p += len;
		p += strspn(p, *p == '=' ? "" : " \t,\"");
		if (*p != '=')
			continue;
		p += 1 + strspn(p + 1, " \t");
		if (*p != '"') {
			len = strcspn(p, " \t,");
			buf_add(out, p, same ? len : 0);
			p += len;
		} else {
			for (p++; *p && *p != '"'; p++) {
				p += *p == '\\' && p[1];
				buf_add(out, p, same ? 1 : 0);
			}
			p += *p == '"';
		}
		if (same)
			return true;
	}
	return false;
}

static void reason_read_challenge(const struct http_resp *resp, struct reason *r,
				  struct buf *code, struct buf *text)
{
	AUTO_BUF struct buf value = BUF_INIT(BUF_URL_MAX), scope = BUF_INIT(BUF_URL_MAX);

	if (!http_header(resp, "www-authenticate", &value))
		return;
	if (!code->len)
		reason_challenge(buf_str(&value), "error", code);
	if (!text->len)
		reason_challenge(buf_str(&value), "error_description", text);
	if (reason_challenge(buf_str(&value), "scope", &scope))
		reason_clean(buf_str(&scope), CODE_MAX, &r->scope);
}

/* The first of these that came. */
static void reason_read_id(const struct http_resp *resp, struct reason *r)
{
	static const char *const names[] = { "x-correlation-id", "x-request-id",
					     "request-id", "x-ms-request-id",
					     "x-amzn-requestid" };
	AUTO_BUF struct buf value = BUF_INIT(BUF_URL_MAX);
	bool found = false;

	for (const struct provider *const *p = providers; *p && !found; p++)
		found = (*p)->header_id && http_header(resp, (*p)->header_id, &value);
	for (size_t i = 0; i < ARRAY_LEN(names) && !found; i++)
		found = http_header(resp, names[i], &value);
	reason_clean(buf_str(&value), ID_MAX, &r->id);
}

static void reason_read_headers(const struct http_resp *resp, struct reason *r)
{
	AUTO_BUF struct buf told = BUF_INIT(BUF_URL_MAX), link = BUF_INIT(BUF_URL_MAX);

	for (const struct provider *const *p = providers; *p; p++)
		if ((*p)->header_error && !told.len)
			http_header(resp, (*p)->header_error, &told);
	reason_clean(buf_str(&told), TEXT_MAX, &r->told);
	reason_read_id(resp, r);
	if (resp->status / 100 == 3 && http_header(resp, "location", &link)) {
		buf_cut(&link, strcspn(buf_str(&link), "?#"));
		reason_clean(buf_str(&link), TEXT_MAX, &r->link);
	}
}

/* The part of @text between @open and @close; to its end where there is no @close. */
static void reason_between(const char *text, const char *open, const char *close,
			   struct buf *out)
{
	const char *from = strstr(text, open), *to;

	from = from ? from + strlen(open) : text;
	to = strstr(from, close);
	buf_add(out, from, to ? (size_t)(to - from) : strlen(from));
}

/* Where a provider's row says that an error lists them: a text "[a, b]", or an array. */
static const struct json *reason_find_permissions(const struct json *doc)
{
	const struct json *v = NULL;

	for (const struct provider *const *p = providers; *p && !v; p++)
		if ((*p)->permissions[0])
			v = json_get(json_get(doc, (*p)->permissions[0]),
				     (*p)->permissions[1]);
	return v;
}

/* Else in the message: "… permissions assigned: [a, b]", "… permission(s): a, b." */
static void reason_read_permissions(const struct json *doc, struct reason *r)
{
	const struct json *v = reason_find_permissions(doc);
	AUTO_BUF struct buf list = BUF_INIT(BUF_BODY_MAX);
	const char *text = json_text(v);
	const char *message = json_str(doc, "message");

	if (text)
		reason_between(text, "[", "]", &list);
	else if (json_is_array(v))
		for (v = json_first(v); v; v = json_next(v))
			buf_addf(&list, "%s%s", list.len ? ", " : "",
				 json_text(v) ? json_text(v) : "");
	else if (message && strstr(message, "ermission") && strchr(message, '['))
		reason_between(message, "[", "]", &list);
	else if (message && strstr(message, "permission(s):"))
		reason_between(message, "permission(s):", ".", &list);
	reason_clean(buf_str(&list), 700, &r->permissions);
}

/*
 * What is no text, or might hold a token that nobody knows yet, is not shown as it came.
 * "eyJ" begins every JWT.
 */
static bool reason_may_show(const char *body)
{
	static const char *const signs[] = { "token\"", "token=",  "token>", "secret\"",
					     "secret=", "secret>", "eyJ" };

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (strcasestr(body, signs[i]))
			return false;
	for (size_t i = 0; i < BODY_MAX && body[i]; i++)
		if ((unsigned char)body[i] < 0x20 && !reason_is_blank(body[i]))
			return false;
	return true;
}

/* Markup is a page where it, or its type, says so; else it is XML. */
static bool reason_is_page(const struct http_resp *resp, const char *body,
			   struct buf *text)
{
	AUTO_BUF struct buf type = BUF_INIT(BUF_URL_MAX);

	http_header(resp, "content-type", &type);
	return reason_page(body, text) || strcasestr(buf_str(&type), "html") != NULL;
}

static void reason_read_body(const struct http_resp *resp, size_t skip, struct reason *r,
			     struct buf *code, struct buf *text)
{
	const char *body = buf_str(&resp->body) + skip;
	struct err ignored = ERR_INIT;
	AUTO_JSON struct json *doc = json_parse(body, resp->body.len - skip, &ignored);

	if (json_is_string(doc))
		buf_adds(text, json_text(doc));
	else if (doc)
		reason_json(doc, code, text);
	else if (*body == '<')
		r->page = reason_is_page(resp, body, text);
	else
		reason_form(body, code, text);
	if (doc)
		reason_read_permissions(doc, r);
}

/* Where no part of it is known, people see how it begins. */
static void reason_show_body(const char *body, struct buf *text)
{
	if (!reason_may_show(body) || body[strspn(body, "[]{} \t\r\n")] == '\0')
		return;
	if (*body == '<')
		reason_strip(body, text);
	else
		buf_adds(text, body);
}

void reason_read(const struct http_resp *resp, struct reason *ret)
{
	AUTO_BUF struct buf code = BUF_INIT(BUF_BODY_MAX), text = BUF_INIT(BUF_BODY_MAX);
	const char *body = buf_str(&resp->body);
	size_t skip = strspn(body, " \t\r\n\xef\xbb\xbf");
	bool known;

	*ret = (struct reason){ .status = resp->status,
				.limit = retry_is_limit(resp),
				.after_ms = resp->after_ms,
				.code = BUF_INIT(ERR_TEXT_MAX),
				.text = BUF_INIT(4 * ERR_TEXT_MAX),
				.told = BUF_INIT(4 * ERR_TEXT_MAX),
				.scope = BUF_INIT(ERR_TEXT_MAX),
				.link = BUF_INIT(4 * ERR_TEXT_MAX),
				.permissions = BUF_INIT(4 * ERR_TEXT_MAX),
				.id = BUF_INIT(ERR_TEXT_MAX) };
	reason_read_headers(resp, ret);
	reason_read_body(resp, skip, ret, &code, &text);
	known = code.len || text.len;
	reason_read_challenge(resp, ret, &code, &text);
	if (!known && !text.len && resp->coding.len)
		buf_addf(&text, "its text is encoded by %s, and nobody asked for that",
			 buf_str(&resp->coding));
	else if (!known && !text.len)
		reason_show_body(body + skip, &text);
	reason_take(ret, buf_str(&code), CODE_MAX, &ret->code);
	reason_take(ret, buf_str(&text), known ? TEXT_MAX : BODY_MAX, &ret->text);
	if (strcasecmp(buf_str(&ret->text), buf_str(&ret->code)) == 0)
		buf_reset(&ret->text);
}

void reason_set(const struct reason *r, enum err_kind kind, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT(8 * ERR_TEXT_MAX);

	buf_addf(&out, "HTTP %d", r->status);
	if (r->code.len)
		buf_addf(&out, " %s", buf_str(&r->code));
	if (r->text.len)
		buf_addf(&out, " (%s)", buf_str(&r->text));
	if (r->link.len)
		buf_addf(&out, " to %s", buf_str(&r->link));
	if (r->scope.len)
		buf_addf(&out, ", scope %s", buf_str(&r->scope));
	if (r->told.len)
		buf_addf(&out, ", %s", buf_str(&r->told));
	if (r->id.len)
		buf_addf(&out, " [correlation id %s]", buf_str(&r->id));
	err_set(err, kind, "%s", buf_str(&out));
}
