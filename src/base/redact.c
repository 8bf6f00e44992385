#include "base/redact.h"

#include <string.h>

#include "base/fold.h"
#include "base/match.h"
#include "base/quote.h"

enum { FORM_MAX = 6 * BUF_SECRET_MAX, DERIVED_MIN = 8 };

static void redact_forget_index(struct redact *r)
{
	match_free(r->match);
	r->match = NULL;
}

/* Makes room for one more. The oldest token's forms go first, secrets never. */
static bool redact_reserve(struct redact *r)
{
	struct redact_form *grown;
	size_t i = 0;

	if (r->count < REDACT_COUNT_MAX) {
		grown = realloc(r->forms, (r->count + 1) * sizeof(*r->forms));
		if (grown)
			r->forms = grown;
		return grown;
	}
	while (i < r->count && !r->forms[i].passing)
		i++;
	if (i == r->count)
		return false;
	buf_release(&r->forms[i].text);
	memmove(&r->forms[i], &r->forms[i + 1], (--r->count - i) * sizeof(*r->forms));
	return true;
}

static bool redact_has(const struct redact *r, const struct redact_form *form)
{
	for (size_t i = 0; i < r->count; i++)
		if (buf_equal(&r->forms[i].text, &form->text))
			return true;
	return false;
}

/* Takes over the text of @form. */
static void redact_take(struct redact *r, struct redact_form *form)
{
	size_t least = form->derived ? DERIVED_MIN : REDACT_MIN;

	redact_forget_index(r);
	if (form->text.len < least || redact_has(r, form) || !redact_reserve(r))
		buf_release(&form->text);
	else
		r->forms[r->count++] = *form;
}

static void form_plain(struct buf *out, const char *value)
{
	buf_adds(out, value);
}

static void form_base64(struct buf *out, const char *value)
{
	quote_base64(out, value, strlen(value));
}

/* encodeURIComponent of JavaScript. */
static void form_percent_component(struct buf *out, const char *value)
{
	quote_percent_but(out, value, "-._~!'()*", "%20");
}

/* quote() of Python. */
static void form_percent_path(struct buf *out, const char *value)
{
	quote_percent_but(out, value, "-._~/", "%20");
}

/* URLSearchParams of the URL standard, and URLEncoder of Java. */
static void form_form_star(struct buf *out, const char *value)
{
	quote_percent_but(out, value, "-._*", "+");
}

static void form_lower(struct buf *out)
{
	for (char *p = out->ptr; p && *p; p++)
		for (int i = 1; *p == '%' && i <= 2; i++)
			if (p[i] >= 'A' && p[i] <= 'F')
				p[i] = (char)(p[i] + 32);
}

static void form_percent_lower(struct buf *out, const char *value)
{
	quote_percent(out, value);
	form_lower(out);
}

static void form_form_lower(struct buf *out, const char *value)
{
	quote_form(out, value);
	form_lower(out);
}

static void form_json_but(struct buf *out, const char *value, const char *escaped,
			  const char *by_number)
{
	for (; *value; value++) {
		if (strchr(by_number, *value)) {
			buf_addf(out, "\\u%04x", (unsigned int)(unsigned char)*value);
			continue;
		}
		if (strchr(escaped, *value))
			buf_addc(out, '\\');
		buf_addc(out, *value);
	}
}

static void form_json(struct buf *out, const char *value)
{
	form_json_but(out, value, "\"\\", "");
}

/* As Go's encoder writes it, safe within HTML. */
static void form_json_html(struct buf *out, const char *value)
{
	form_json_but(out, value, "\"\\", "<>&");
}

/* As PHP's encoder writes it. */
static void form_json_slash(struct buf *out, const char *value)
{
	form_json_but(out, value, "\"\\/", "");
}

/* The word that `set -x` shows, without its outer quotes. */
static void form_shell(struct buf *out, const char *value)
{
	quote_shell(out, value);
	buf_cut(out, out->len ? out->len - 1 : 0);
	buf_shift(out, 1);
}

/* The same by dash, and by Python's shlex. */
static void form_shell_quotes(struct buf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\'')
			buf_adds(out, "'\"'\"'");
		else
			buf_addc(out, *value);
	}
}

static void form_unpadded(struct buf *out, const char *value)
{
	form_base64(out, value);
	while (out->len && out->ptr[out->len - 1] == '=')
		buf_cut(out, out->len - 1);
}

/*
 * In base64 each character stands for six bits. Of a text in which @before bytes (or
 * three, six, … more) precede the value, these characters stand for bits of the value
 * alone. What else shows of it is less than a byte at either end.
 */
static void form_inner(struct buf *out, const char *value, size_t before)
{
	AUTO_BUF struct buf text = BUF_INIT(FORM_MAX);

	buf_add(&text, "\0\0", before);
	buf_adds(&text, value);
	quote_base64(out, text.ptr, text.len);
	buf_cut(out, text.len * 8 / 6);
	buf_shift(out, (before * 8 + 5) / 6);
}

static void form_inner_0(struct buf *out, const char *value)
{
	form_inner(out, value, 0);
}

static void form_inner_1(struct buf *out, const char *value)
{
	form_inner(out, value, 1);
}

static void form_inner_2(struct buf *out, const char *value)
{
	form_inner(out, value, 2);
}

static const struct {
	void (*make)(struct buf *out, const char *value);
	bool derived;
	bool url; /* base64: once more with '-' and '_' for '+' and '/' */
} kinds[] = {
	{ form_plain, false, false },	     { quote_percent, false, false },
	{ quote_form, false, false },	     { form_percent_component, false, false },
	{ form_percent_path, false, false }, { form_form_star, false, false },
	{ form_base64, false, false },	     { form_percent_lower, true, false },
	{ form_form_lower, true, false },    { form_json, true, false },
	{ form_json_html, true, false },     { form_json_slash, true, false },
	{ form_shell, true, false },	     { form_shell_quotes, true, false },
	{ form_unpadded, true, true },	     { form_inner_0, true, true },
	{ form_inner_1, true, true },	     { form_inner_2, true, true },
};

static void redact_add_kinds(struct redact *r, const char *value, bool passing)
{
	if (strlen(value) < REDACT_MIN)
		return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct redact_form form = { BUF_INIT(FORM_MAX), kinds[i].derived, passing,
					    false };
		struct redact_form url = form;

		kinds[i].make(&form.text, value);
		if (kinds[i].url)
			buf_adds(&url.text, buf_str(&form.text));
		for (char *p = url.text.ptr; p && *p; p++)
			*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
		redact_take(r, &form);
		redact_take(r, &url);
	}
}

void redact_add(struct redact *r, const char *value)
{
	redact_add_kinds(r, value, false);
}

void redact_add_token(struct redact *r, const char *value)
{
	redact_add_kinds(r, value, true);
}

void redact_cut(struct redact *r, size_t count)
{
	redact_forget_index(r);
	while (r->count > count)
		buf_release(&r->forms[--r->count].text);
}

static const struct match *redact_index(struct redact *r)
{
	struct match_word *words;

	if (r->match)
		return r->match;
	words = reallocarray(NULL, r->count + 1, sizeof(*words));
	for (size_t i = 0; words && i < r->count; i++)
		words[i] =
			(struct match_word){ r->forms[i].text.ptr, r->forms[i].text.len };
	if (words)
		r->match = match_new(words, r->count);
	free(words);
	return r->match;
}

/*
 * Appends @text to @out with the forms replaced, but for the end that begins one unless
 * @last; returns where that is. @f is the text as forms are looked for in it. @hidden
 * bytes at the beginning are replaced already, and so are those at the end that it tells
 * afterwards.
 */
static size_t redact_scan(const struct match *m, const struct fold *f, const char *text,
			  size_t len, bool last, size_t *hidden, struct buf *out)
{
	size_t done = *hidden, held = len;
	struct match_hit hit;

	for (size_t at = 0; match_next(m, f->text, f->len, at, &hit); at = hit.at + 1) {
		size_t from = fold_place(f, hit.at);
		size_t to = hit.len ? fold_place(f, hit.at + hit.len - 1) + 1 : 0;

		if (hit.len && from >= done) {
			buf_add(out, text + done, from - done);
			buf_adds(out, "***");
		}
		if (to > done)
			done = to;
		if (hit.open && !last) {
			held = from;
			break;
		}
	}
	if (held > done)
		buf_add(out, text + done, held - done);
	*hidden = done > held ? done - held : 0;
	return held;
}

void redact_text(struct redact *r, const char *text, size_t len, struct buf *out)
{
	struct redact_stream s = REDACT_STREAM_INIT;

	redact_feed(r, &s, text, len, true, out);
}

bool redact_finds(struct redact *r, const char *text, size_t len)
{
	const struct match *m = redact_index(r);
	AUTO_FOLD struct fold f;
	struct match_hit hit = { 0 };
	bool found = fold_text(&f, text, len, 0) || !m;

	for (size_t at = 0; !found && match_next(m, f.text, f.len, at, &hit);
	     at = hit.at + 1)
		found = hit.len > 0;
	return found;
}

/* Of @text, all that can be told by now; returns how much that is. */
static size_t redact_pass(struct redact *r, struct redact_stream *s, const char *text,
			  size_t len, bool last, struct buf *out)
{
	const struct match *m = redact_index(r);
	AUTO_FOLD struct fold f;
	size_t held = 0;

	if (fold_text(&f, text, len, s->run) || !m)
		out->failed = true;
	else
		held = redact_scan(m, &f, text, len, last, &s->hidden, out);
	s->run = fold_run(text, held, s->run);
	return held;
}

void redact_feed(struct redact *r, struct redact_stream *s, const char *data, size_t len,
		 bool last, struct buf *out)
{
	size_t done;

	if (!s->held.len) {
		done = redact_pass(r, s, data, len, last, out);
		buf_add(&s->held, data + done, len - done);
	} else {
		buf_add(&s->held, data, len);
		done = redact_pass(r, s, buf_str(&s->held), s->held.len, last, out);
		buf_shift(&s->held, done);
	}
	out->failed = out->failed || s->held.failed;
}

void redact_release(struct redact *r)
{
	redact_cut(r, 0);
	free(r->forms);
	*r = (struct redact){ 0 };
}
