#include "base/redact.h"

#include <string.h>

#include "base/fold.h"
#include "base/match.h"
#include "base/mem.h"
#include "base/quote.h"

enum { FORM_MAX = 6 * BUF_SECRET_MAX, DERIVED_MIN = 8 };

static void redact_forget_index(struct redact *r)
{
	match_free(r->match);
	r->match = NULL;
}

static bool redact_reserve(struct redact *r)
{
	size_t room = r->room ? 2 * r->room : 64;
	struct redact_form *grown;

	if (r->count < r->room)
		return true;
	if (room > REDACT_COUNT_MAX) {
		r->full = true;
		return false;
	}
	grown = mem_grow(r->forms, room, sizeof(*grown));
	if (!grown) {
		r->starved = true;
		return false;
	}
	r->forms = grown;
	r->room = room;
	return true;
}

static bool redact_has(const struct redact *r, size_t from, const struct buf *text)
{
	for (size_t i = from; i < r->count; i++)
		if (buf_equal(&r->forms[i].text, text))
			return true;
	return false;
}

/* Takes over the text of @form, unless the value, whose forms begin at @from, has it. */
static void redact_take(struct redact *r, struct redact_form *form, size_t from)
{
	size_t least = form->derived ? DERIVED_MIN : REDACT_MIN;
	bool is_new = form->text.len >= least && !redact_has(r, from, &form->text);

	r->starved = r->starved || form->text.starved;
	r->full = r->full || (form->text.failed && !form->text.starved);
	if (is_new && redact_reserve(r))
		r->forms[r->count++] = *form;
	else
		buf_release(&form->text);
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

/* True when @value itself is in the list, and so all of its forms. */
static bool redact_knows(const struct redact *r, const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < r->count; i++)
		if (r->forms[i].value && r->forms[i].text.len == len &&
		    memcmp(r->forms[i].text.ptr, value, len) == 0)
			return true;
	return false;
}

static void redact_add_kinds(struct redact *r, const char *value, bool past)
{
	size_t from = r->count;

	if (strlen(value) < REDACT_MIN || redact_knows(r, value))
		return;
	redact_forget_index(r);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct redact_form form = { .text = BUF_INIT(FORM_MAX),
					    .value = !i,
					    .derived = past || kinds[i].derived };
		struct redact_form url = form;

		kinds[i].make(&form.text, value);
		if (kinds[i].url)
			buf_adds(&url.text, buf_str(&form.text));
		for (char *p = url.text.ptr; p && *p; p++)
			*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
		redact_take(r, &form, from);
		redact_take(r, &url, from);
	}
}

void redact_add(struct redact *r, const char *value)
{
	redact_add_kinds(r, value, false);
}

void redact_add_past(struct redact *r, const char *value)
{
	redact_add_kinds(r, value, true);
}

int redact_check(const struct redact *r, struct err *err)
{
	if (r->starved)
		return err_memory(err, "the list of what to hide");
	if (!r->full)
		return 0;
	err_set(err, ERR_IO, "there are more tokens than can be hidden");
	return err_hint(err, "revoke what is stored by cc-token stop");
}

void redact_cut(struct redact *r, size_t count)
{
	redact_forget_index(r);
	while (r->count > count)
		buf_release(&r->forms[--r->count].text);
	r->full = r->starved = false;
}

/* NULL when memory ended, or the list lacks a form. */
static const struct match *redact_index(struct redact *r)
{
	struct match_word *words;

	if (r->full || r->starved)
		return NULL;
	if (r->match)
		return r->match;
	words = mem_grow(NULL, r->count + 1, sizeof(*words));
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
	buf_release(&s.held);
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
		buf_starve(out);
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
	if (s->held.failed)
		buf_starve(out);
}

void redact_release(struct redact *r)
{
	redact_cut(r, 0);
	free(r->forms);
	*r = (struct redact){ 0 };
}
