#include "api/jsonedit.h"

#include <string.h>

#include "api/jsonscan.h"

static const char *edit_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *edit_string_end(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

/* Where the value at @p ends; the text is known to be JSON. */
static const char *edit_value_end(const char *p)
{
	int depth = 0;

	do {
		if (*p == '"') {
			p = edit_string_end(p);
			continue;
		}
		if (*p != '{' && *p != '[' && *p != '}' && *p != ']') {
			p += depth ? 1 : strcspn(p, " \t\r\n,]}");
			continue;
		}
		depth += *p == '{' || *p == '[' ? 1 : -1;
		p++;
	} while (depth);
	return p;
}

/*
 * The value of the last member @key of the object at @p, the one that counts where a key
 * stands twice; NULL when there is none.
 */
static const char *edit_find(const char *p, const char *key, size_t len)
{
	const char *found = NULL;

	for (p = edit_space(p + 1); *p == '"';) {
		const char *end = edit_string_end(p);
		const char *value = edit_space(edit_space(end) + 1);

		if ((size_t)(end - p) == len + 2 && memcmp(p + 1, key, len) == 0)
			found = value;
		p = edit_space(edit_value_end(value));
		p = edit_space(p + (*p == ','));
	}
	return found;
}

static void edit_ignore_value(void *arg, const char *path, enum jsonscan_type type,
			      const char *text)
{
	(void)arg, (void)path, (void)type, (void)text;
}

static enum jsonscan_array edit_ignore_array(void *arg, const char *path)
{
	(void)arg, (void)path;
	return JSONSCAN_SKIP;
}

static int edit_ignore_item(void *arg, struct err *err)
{
	(void)arg, (void)err;
	return 0;
}

static bool edit_is_object(const char *text)
{
	static const struct jsonscan_events none = { edit_ignore_value, edit_ignore_array,
						     edit_ignore_item };
	struct jsonscan scan = { .text = BUF_INIT(0) };
	struct buf nowhere = BUF_INIT(0);
	struct err ignored = ERR_INIT;
	bool ok;

	jsonscan_begin(&scan, &none, NULL, &nowhere);
	ok = *edit_space(text) == '{' &&
	     jsonscan_feed(&scan, text, strlen(text), &ignored) == 0 &&
	     jsonscan_end(&scan, &ignored) == 0;
	jsonscan_release(&scan);
	return ok;
}

/* A member at the front of the object whose inside begins at @inside. */
static void edit_insert(const char *path, const char *value, const char *inside,
			struct buf *out)
{
	const char *dot = strchr(path, '.');

	if (dot)
		buf_addf(out, "\"%.*s\":{\"%s\":%s}", (int)(dot - path), path, dot + 1,
			 value);
	else
		buf_addf(out, "\"%s\":%s", path, value);
	if (*edit_space(inside) != '}')
		buf_addc(out, ',');
}

int jsonedit_set(const char *text, const char *path, const char *value, struct buf *out,
		 struct err *err)
{
	const char *from = *edit_space(text) ? text : "{}", *object, *found;
	size_t len = strcspn(path, ".");

	if (!edit_is_object(from))
		return err_set(err, ERR_USAGE, "the body is no JSON object");
	object = edit_space(from);
	found = edit_find(object, path, len);
	if (found && path[len]) {
		if (*found != '{')
			return err_set(err, ERR_USAGE, "%.*s in the body is no object",
				       (int)len, path);
		object = found;
		path += len + 1;
		found = edit_find(object, path, strlen(path));
	}
	if (found) {
		buf_add(out, from, (size_t)(found - from));
		buf_adds(out, value);
		buf_adds(out, edit_value_end(found));
	} else {
		buf_add(out, from, (size_t)(object + 1 - from));
		edit_insert(path, value, object + 1, out);
		buf_adds(out, object + 1);
	}
	return buf_check(out, "the body", err);
}

bool jsonedit_get(const char *text, const char *path, struct buf *out)
{
	const char *found = edit_space(text);

	if (!edit_is_object(text))
		return false;
	while (found && *path) {
		size_t len = strcspn(path, ".");

		found = *found == '{' ? edit_find(found, path, len) : NULL;
		path += len + (path[len] == '.');
	}
	if (!found)
		return false;
	buf_add(out, found, (size_t)(edit_value_end(found) - found));
	return true;
}
