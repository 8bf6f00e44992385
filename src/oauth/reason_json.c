/* A failed answer's JSON: part of oauth/reason.h. */
#include "oauth/reason.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 6, REASON_JSON_MAX = 16 * 1024, ERROR_CONTAINERS = 2 };

/*
 * Keys in lower case without '_' and '-', which also finds errorDescription and
 * Error-Description; what stands first goes first. RFC 6749 section 5.2, RFC 9457,
 * Google's and Microsoft's error objects, Apigee's and WSO2's faults, OData, JSON:API,
 * Salesforce, Okta, AWS; the vendors': docs/vendors.md.
 */
static const char *const text_keys[] = { "errordescription",
					 "description",
					 "message",
					 "errormessage",
					 "detail",
					 "faultstring",
					 "errorsummary",
					 "resultdescription",
					 "msg",
					 "errormsg",
					 "reason",
					 "title",
					 "details",
					 "developermessage",
					 "value",
					 NULL };
static const char *const code_keys[] = { "error", "errorcode", "code", "type", NULL };
/* Within an error; beside one these say how the answer as a whole is. */
static const char *const inner_code_keys[] = { "errorcode", "code",   "type",
					       "status",    "reason", NULL };
static const char *const containers[] = { "error",    "errors",	   "fault", "detail",
					  "details",  "exception", "data",  "extensions",
					  "response", "result",	   "meta",  NULL };

static bool reason_key_is(const char *name, const char *key)
{
	for (; *name; name++) {
		if (*name == '_' || *name == '-')
			continue;
		if (strncasecmp(name, key, 1) != 0)
			return false;
		key++;
	}
	return !*key;
}

static const struct json *reason_member(const struct json *obj, const char *key)
{
	for (const struct json *v = json_first(obj); v; v = json_next(v))
		if (reason_key_is(json_name(v), key))
			return v;
	return NULL;
}

/* What is looked for in turn: a word is more of a code than a number or a sentence. */
enum code_form { CODE_WORD, CODE_NUMBER, CODE_TEXT, CODE_FORMS };

/* An address of a page about the error is no code. */
static bool reason_take_code(const struct json *v, enum code_form form, struct buf *out)
{
	const char *text = json_text(v);

	if (form == CODE_NUMBER && json_is_number(v) && json_number(v) != 0)
		buf_addf(out, "%.0f", json_number(v));
	if (form != CODE_NUMBER && text && *text && !strstr(text, "://") &&
	    strcasecmp(text, "about:blank") != 0 &&
	    (form == CODE_TEXT || !strchr(text, ' ')))
		buf_adds(out, text);
	return out->len > 0;
}

static bool reason_find_code(const struct json *v, enum code_form form, int depth,
			     struct buf *out)
{
	const char *const *keys = depth ? inner_code_keys : code_keys;

	while (json_is_array(v) && json_count(v))
		v = json_first(v);
	if (depth > DEPTH_MAX || !json_is_object(v))
		return false;
	for (; *keys; keys++)
		if (reason_take_code(reason_member(v, *keys), form, out))
			return true;
	for (size_t i = 0; containers[i]; i++)
		if (reason_find_code(reason_member(v, containers[i]), form, depth + 1,
				     out))
			return true;
	return false;
}

static bool reason_find_text(const struct json *v, int depth, struct buf *out);

/* {"errors": {"scope": ["is unknown"]}}: the key says what the text is about. */
static bool reason_first_text(const struct json *v, int depth, struct buf *out)
{
	for (v = json_first(v); v; v = json_next(v)) {
		size_t len = out->len;

		buf_addf(out, "%s%s", json_name(v), *json_name(v) ? ": " : "");
		if (reason_find_text(v, depth + 1, out))
			return true;
		buf_cut(out, len);
	}
	return false;
}

static bool reason_find_text(const struct json *v, int depth, struct buf *out)
{
	const char *text = json_text(v);

	if (depth > DEPTH_MAX || !v)
		return false;
	if (text && *text)
		buf_adds(out, text);
	if (text)
		return *text != '\0';
	if (json_is_array(v))
		return reason_first_text(v, depth, out);
	for (size_t i = 0; json_is_object(v) && text_keys[i]; i++)
		if (reason_find_text(reason_member(v, text_keys[i]), depth + 1, out))
			return true;
	for (size_t i = 0; json_is_object(v) && containers[i]; i++) {
		const struct json *inner = reason_member(v, containers[i]);

		/* A text here is the code, or was looked for already. */
		if (json_is_string(inner))
			continue;
		if (reason_find_text(inner, depth + 1, out) ||
		    (i < ERROR_CONTAINERS && reason_first_text(inner, depth + 1, out)))
			return true;
	}
	return false;
}

void reason_json(const struct json *doc, struct buf *code, struct buf *text)
{
	AUTO_BUF struct buf what = BUF_INIT(REASON_JSON_MAX),
			    why = BUF_INIT(REASON_JSON_MAX);
	const char *error = json_text(reason_member(doc, "error"));
	int form = 0;

	while (form < CODE_FORMS &&
	       !reason_find_code(doc, (enum code_form)form, 0, &what))
		form++;
	buf_adds(code, buf_str(&what));
	if (reason_find_text(doc, 0, &why))
		buf_adds(text, buf_str(&why));
	else if (error && strcmp(error, buf_str(&what)) != 0)
		buf_adds(text, error);
}
