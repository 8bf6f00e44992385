#include "api/refusal.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/quote.h"
#include "net/retry.h"
#include "oauth/oauth.h"

enum { REFUSAL_LIST_MAX = 8 * 1024 * 1024 }; /* of permissions: as large as a body */

/* The part of @text between @open and @close; to its end where there is no @close. */
static void refusal_between(const char *text, const char *open, const char *close,
			    struct buf *out)
{
	const char *from = strstr(text, open), *to;

	from = from ? from + strlen(open) : text;
	to = strstr(from, close);
	buf_add(out, from, to ? (size_t)(to - from) : strlen(from));
}

/*
 * The permissions that the vendor lists: messageParams.permissions, a text "[a, b]" or an
 * array, else the list in the message (docs/vendors.md). False when there is none.
 */
static bool refusal_permissions(const struct json *doc, struct buf *out)
{
	const struct json *v = json_get(json_get(doc, "messageParams"), "permissions");
	const char *text = json_text(v);
	const char *message = json_str(doc, "message");

	if (text)
		refusal_between(text, "[", "]", out);
	else if (json_is_array(v))
		for (v = json_first(v); v; v = json_next(v))
			buf_addf(out, "%s%s", out->len ? ", " : "",
				 json_text(v) ? json_text(v) : "");
	else if (message && strstr(message, "ermission") && strchr(message, '['))
		refusal_between(message, "[", "]", out);
	else if (message && strstr(message, "permission(s):"))
		refusal_between(message, "permission(s):", ".", out);
	return out->len > 0;
}

static void refusal_hint_forbidden(const struct http_resp *resp, struct err *err)
{
	AUTO_BUF struct buf list = BUF_INIT(REFUSAL_LIST_MAX), clean = BUF_INIT(2048);
	AUTO_BUF struct buf hidden = BUF_INIT(16 * 1024);
	struct err ignored = ERR_INIT;
	AUTO_JSON struct json *doc =
		json_parse(buf_str(&resp->body), resp->body.len, &ignored);
	const char *code = json_str(doc, "code");
	bool any = code && strcmp(code, "missing.any.permissions") == 0;

	if (!refusal_permissions(doc, &list)) {
		err_hint(err, "give the client a role that allows this; changes can take "
			      "15 minutes to apply");
		return;
	}
	log_clean(buf_str(&list) + strspn(buf_str(&list), " "), &hidden);
	quote_clean(&clean, buf_str(&hidden), 700);
	err_hint(err, "give the client's role %s%s; changes can take 15 minutes to apply",
		 any ? "one of: " : "", buf_str(&clean));
}

void refusal_describe(const struct http_resp *resp, bool foreign, struct err *err)
{
	oauth_describe_error(resp, ERR_API, err);
	if (resp->status / 100 == 3)
		err_hint(err, "redirects are not followed with credentials; call the "
			      "final path");
	else if (resp->status == 403 && !foreign && !retry_is_limit(resp))
		refusal_hint_forbidden(resp, err);
	else if (resp->status == 401 && !foreign)
		err_hint(err, "check that the client may use this API, and that api-url "
			      "and the token belong together");
}
