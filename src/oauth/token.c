#include "oauth/token.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"

void token_release(struct token *t)
{
	buf_release(&t->access);
	buf_release(&t->refresh);
	buf_release(&t->id);
}

void token_copy(struct token *to, const struct token *from)
{
	buf_set(&to->access, buf_str(&from->access));
	buf_set(&to->refresh, buf_str(&from->refresh));
	buf_set(&to->id, buf_str(&from->id));
	to->lifetime = from->lifetime;
	to->issued_boot_ms = from->issued_boot_ms;
	to->issued_wall = from->issued_wall;
	memcpy(to->boot_id, from->boot_id, sizeof(to->boot_id));
}

int64_t token_left_ms(const struct token *t)
{
	char boot_id[CLOCK_BOOT_ID_SIZE];
	int64_t left;

	clock_boot_id(boot_id);
	if (*boot_id && strcmp(boot_id, t->boot_id) == 0)
		left = t->issued_boot_ms + t->lifetime * 1000 - clock_boot_ms();
	else
		left = (token_expires_wall(t) - clock_wall()) * 1000;
	/* Where a clock went back, more than all of it would seem to be left. */
	return left < t->lifetime * 1000 ? left : t->lifetime * 1000;
}

int64_t token_expires_wall(const struct token *t)
{
	return t->issued_wall + t->lifetime;
}

void token_view(const struct token *t, struct token_view *ret)
{
	int64_t left = token_left_ms(t) / 1000;

	ret->seconds = left > 0 ? left : 0;
	clock_format_span(left, ret->left);
	clock_format(token_expires_wall(t), ret->expires);
	quote_fingerprint(buf_str(&t->access), ret->fingerprint);
}

void token_bearer(const char *access, struct buf *out)
{
	buf_addf(out, "Bearer %s", access);
}

void token_header(const char *access, struct buf *out)
{
	buf_adds(out, "Authorization: ");
	token_bearer(access, out);
}

const char *token_fault(const char *text, bool any)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~+/";
	const char *end = text + strspn(text, chars);

	if (end > text && !any)
		end += strspn(end, "=");
	if (any)
		for (end = text; *end > 0x20 && *end < 0x7f && !strchr("\"'\\", *end);)
			end++;
	return end > text && !*end ? NULL : end;
}

void token_hide(const struct token *t)
{
	redact_add(redact_list(), buf_str(&t->access));
	redact_add(redact_list(), buf_str(&t->refresh));
	redact_add(redact_list(), buf_str(&t->id));
}

void token_hide_past(const struct token *t)
{
	redact_add_past(redact_list(), buf_str(&t->access));
	redact_add_past(redact_list(), buf_str(&t->refresh));
	redact_add_past(redact_list(), buf_str(&t->id));
}

/* RFC 7519 section 3: the claims are the part between the first two dots. */
static struct json *token_jwt_claims(const char *jwt)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_SECRET_MAX);
	const char *from = strchr(jwt, '.');
	struct err err = ERR_INIT;

	if (!from || !strchr(from + 1, '.') ||
	    !quote_base64url_decode(&text, from + 1, strcspn(from + 1, ".")))
		return NULL;
	return json_parse(buf_str(&text), text.len, &err);
}

bool token_jwt_text(const char *jwt, const char *name, struct buf *out)
{
	AUTO_JSON struct json *claims = token_jwt_claims(jwt);
	const char *text = json_str(claims, name);

	if (text)
		buf_adds(out, text);
	return text != NULL;
}

int64_t token_jwt_number(const char *jwt, const char *name)
{
	AUTO_JSON struct json *claims = token_jwt_claims(jwt);
	double n = json_num(claims, name, -1);

	return n >= 0 && n <= 0x1p53 ? (int64_t)n : -1;
}
