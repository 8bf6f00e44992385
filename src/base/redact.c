#include "base/redact.h"

#include <string.h>

#include "base/quote.h"

static bool redact_has(const struct redact *r, const struct buf *form)
{
	for (size_t i = 0; i < r->count; i++)
		if (buf_equal(&r->forms[i], form))
			return true;
	return false;
}

/* Takes over the text of @form. */
static void redact_add_form(struct redact *r, struct buf *form)
{
	if (form->len < REDACT_MIN || redact_has(r, form)) {
		buf_release(form);
		return;
	}
	if (r->count == REDACT_COUNT_MAX) {
		buf_release(&r->forms[0]);
		memmove(r->forms, r->forms + 1, --r->count * sizeof(*r->forms));
	} else {
		struct buf *grown = realloc(r->forms, (r->count + 1) * sizeof(*r->forms));

		if (!grown) {
			buf_release(form);
			return;
		}
		r->forms = grown;
	}
	r->forms[r->count++] = *form;
}

void redact_add(struct redact *r, const char *value)
{
	struct buf plain = BUF_INIT(4 * BUF_SECRET_MAX);
	struct buf percent = plain, form = plain, base64 = plain;

	if (strlen(value) < REDACT_MIN)
		return;
	buf_adds(&plain, value);
	quote_percent(&percent, value);
	quote_form(&form, value);
	quote_base64(&base64, value, strlen(value));
	redact_add_form(r, &plain);
	redact_add_form(r, &percent);
	redact_add_form(r, &form);
	redact_add_form(r, &base64);
}

void redact_cut(struct redact *r, size_t count)
{
	while (r->count > count)
		buf_release(&r->forms[--r->count]);
}

/* The length of the longest form that stands at @text, 0 when none does. */
static size_t redact_match(const struct redact *r, const char *text, size_t len)
{
	size_t best = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct buf *f = &r->forms[i];

		if (f->len > best && f->len <= len && memcmp(f->ptr, text, f->len) == 0)
			best = f->len;
	}
	return best;
}

void redact_text(const struct redact *r, const char *text, size_t len, struct buf *out)
{
	size_t at = 0;

	while (at < len) {
		size_t skip = redact_match(r, text + at, len - at);

		if (skip)
			buf_adds(out, "***");
		else
			buf_addc(out, text[at]);
		at += skip ? skip : 1;
	}
}

bool redact_finds(const struct redact *r, const char *text, size_t len)
{
	for (size_t at = 0; at < len; at++)
		if (redact_match(r, text + at, len - at))
			return true;
	return false;
}

void redact_release(struct redact *r)
{
	for (size_t i = 0; i < r->count; i++)
		buf_release(&r->forms[i]);
	free(r->forms);
	*r = (struct redact){ 0 };
}
