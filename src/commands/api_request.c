#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/json.h"
#include "commands/api.h"
#include "net/url.h"

/* One --field or --raw-field: key=value. */
struct field {
	char key[256];
	const char *value; /* NULL: "key[]" alone, an empty array */
	struct buf file;   /* what @file held */
	bool typed;
};

/* The file @name, or stdin for "-". */
static int api_read(const char *name, struct buf *out, struct err *err)
{
	return strcmp(name, "-") == 0 ? fs_read_stdin(out, err)
				      : fs_read_path(name, out, err);
}

static int field_parse(const struct arg *a, struct field *f, struct err *err)
{
	const char *equals = strchr(a->value, '=');
	size_t n = equals ? (size_t)(equals - a->value) : strlen(a->value);

	if (!n || n >= sizeof(f->key) ||
	    (!equals && (n < 3 || strcmp(a->value + n - 2, "[]"))))
		return err_set(err, ERR_USAGE, "--%s must be KEY=VALUE", a->row->name);
	memcpy(f->key, a->value, n);
	f->key[n] = '\0';
	f->value = equals ? equals + 1 : NULL;
	f->typed = strcmp(a->row->name, "field") == 0;
	f->file = BUF_INIT(API_HOLD);
	if (!f->typed || !f->value || *f->value != '@')
		return 0;
	if (api_read(f->value + 1, &f->file, err))
		return -1;
	f->value = buf_str(&f->file);
	if (strlen(f->value) == f->file.len)
		return 0;
	return err_set(err, ERR_USAGE, "the file of --field %s holds a NUL", f->key);
}

/* RFC 8259 section 6. */
static bool field_is_number(const char *p)
{
	p += *p == '-';
	if (!isdigit((unsigned char)*p) || (*p == '0' && isdigit((unsigned char)p[1])))
		return false;
	p += strspn(p, "0123456789");
	if (*p == '.') {
		if (!isdigit((unsigned char)p[1]))
			return false;
		p += 1 + strspn(p + 1, "0123456789");
	}
	if ((*p | 0x20) == 'e') {
		p += 1 + (p[1] == '+' || p[1] == '-');
		if (!isdigit((unsigned char)*p))
			return false;
		p += strspn(p, "0123456789");
	}
	return !*p;
}

static struct json *field_value(const struct field *f)
{
	const char *v = f->value;

	if (f->typed && !f->file.len &&
	    (strcmp(v, "true") == 0 || strcmp(v, "false") == 0 ||
	     strcmp(v, "null") == 0 || field_is_number(v)))
		return json_raw_value(v);
	return json_string(v);
}

/* The part of the key at @p: "name", "[name]" or "[]". Returns where the next begins. */
static char *field_part(char *p, bool first, char **ret)
{
	size_t n = strcspn(p, first ? "[" : "]");
	char *next;

	if (first) {
		*ret = p;
		next = p[n] ? p + n + 1 : NULL;
		p[n] = '\0';
		return next;
	}
	if (!p[n] || (p[n + 1] && p[n + 1] != '['))
		return p;
	*ret = p;
	next = p[n + 1] ? p + n + 2 : NULL;
	p[n] = '\0';
	return next;
}

static struct json *field_add(struct json *at, const char *key, bool array,
			      struct err *err)
{
	struct json *child = json_put(at, key, array ? json_array() : json_object());

	if (!child)
		err_memory(err, "the body");
	return child;
}

/* The array or object at @key, made where there is none. */
static struct json *field_enter(struct json *at, const struct field *f, const char *key,
				bool array, struct err *err)
{
	struct json *child = json_edit(at, key);

	if (!child)
		return field_add(at, key, array, err);
	if (array ? json_is_array(child) : json_is_object(child))
		return child;
	err_set(err, ERR_USAGE,
		"--field %s wants another kind of value where one stands already",
		f->key);
	return NULL;
}

/*
 * The object that @next goes into, in the array at @key: the last one, unless it has that
 * member already and no array there, which could take more. So does `gh api`
 * (pkg/cmd/api/fields.go of cli/cli).
 */
static struct json *field_enter_element(struct json *at, const struct field *f,
					const char *key, const char *next,
					struct err *err)
{
	struct json *array = field_enter(at, f, key, true, err);
	struct json *last = array ? json_edit(array, NULL) : NULL;
	const struct json *there = json_get(last, next);

	if (array && (!json_is_object(last) || (there && !json_is_array(there))))
		return field_add(array, NULL, false, err);
	return last;
}

static int field_store(struct json *at, const struct field *f, const char *key,
		       bool array, struct err *err)
{
	if (!array && json_get(at, key))
		return err_set(err, ERR_USAGE, "--field %s is given twice", f->key);
	if (array)
		at = field_enter(at, f, key, true, err);
	if (!at)
		return -1;
	if (f->value)
		json_put(at, array ? NULL : key, field_value(f));
	return 0;
}

/* Each "[]" makes an array of what stands before it; a second one says nothing more. */
static int field_put(struct json *root, const struct field *f, struct err *err)
{
	char key[sizeof(f->key)], *name, *part, *rest;
	struct json *at = root;
	bool array = false;

	memcpy(key, f->key, sizeof(key));
	rest = field_part(key, true, &name);
	while (rest && at) {
		char *from = rest;

		rest = field_part(from, false, &part);
		if (rest == from || !*name)
			return err_set(err, ERR_USAGE,
				       "the key of --field %s is not "
				       "KEY, KEY[NAME] or KEY[]",
				       f->key);
		if (*part) {
			at = array ? field_enter_element(at, f, name, part, err)
				   : field_enter(at, f, name, false, err);
			name = part;
		}
		array = !*part;
	}
	return at ? field_store(at, f, name, array, err) : -1;
}

static bool api_is_field(const struct arg *a)
{
	return strcmp(a->row->name, "field") == 0 ||
	       strcmp(a->row->name, "raw-field") == 0;
}

/* Fields make the body, or the query where there is a body already or can't be one. */
static int api_fields(const struct args *args, bool to_query, struct http_req *ret,
		      struct err *err)
{
	AUTO_JSON struct json *root = json_object();
	int rc = 0;

	for (size_t i = 0; i < args->count && !rc; i++) {
		struct field f = { .file = BUF_INIT(0) };

		if (!api_is_field(&args->given[i]))
			continue;
		rc = field_parse(&args->given[i], &f, err);
		if (!rc && to_query && f.value)
			url_add_query(&ret->url, f.key,
				      f.typed && strcmp(f.value, "null") == 0 ? ""
									      : f.value);
		else if (!rc && !to_query)
			rc = field_put(root, &f, err);
		buf_release(&f.file);
	}
	if (rc || to_query)
		return rc;
	json_print(root, &ret->body);
	ret->has_body = true;
	return buf_check(&ret->body, "the body", err);
}

static int api_data(const char *data, struct http_req *ret, struct err *err)
{
	ret->has_body = true;
	if (strcmp(data, "-") == 0)
		return api_read("-", &ret->body, err);
	if (*data == '@')
		return api_read(data + 1, &ret->body, err);
	buf_adds(&ret->body, data);
	return buf_check(&ret->body, "--data", err);
}

/* RFC 9110 section 5.6.2: a token. */
static bool api_is_header_name(const char *name, size_t len)
{
	static const char also[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr(also, name[i]))
			return false;
	return len > 0;
}

/* Headers that decide where the token goes, or how the message is cut. */
static bool api_is_ours(const char *name, size_t len)
{
	static const char *const ours[] = { "authorization",  "host",
					    "content-length", "transfer-encoding",
					    "connection",     "proxy-authorization" };

	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strlen(ours[i]) == len && strncasecmp(name, ours[i], len) == 0)
			return true;
	return false;
}

static int api_header(const char *text, struct http_req *ret, struct err *err)
{
	size_t n = strcspn(text, ":");
	char name[128];

	if (!text[n] || n >= sizeof(name) || !api_is_header_name(text, n))
		return err_set(err, ERR_USAGE, "--header must be NAME:VALUE");
	snprintf(name, sizeof(name), "%.*s", (int)n, text);
	if (api_is_ours(name, n))
		return err_set(err, ERR_USAGE, "the header %s is not for --header", name);
	text += n + 1;
	http_req_header(ret, name, text + strspn(text, " \t"));
	if (ret->headers.failed)
		return err_set(err, ERR_USAGE,
			       "the header %s is too long or holds a control character",
			       name);
	return 0;
}

static int api_headers(const struct args *args, struct http_req *ret, struct err *err)
{
	bool accept = false, type = false;

	for (size_t i = 0; i < args->count; i++) {
		const char *text = args->given[i].value;

		if (strcmp(args->given[i].row->name, "header") != 0)
			continue;
		accept = accept || strncasecmp(text, "accept:", 7) == 0;
		type = type || strncasecmp(text, "content-type:", 13) == 0;
		if (api_header(text, ret, err))
			return -1;
	}
	if (!accept)
		http_req_header(ret, "Accept", "application/json");
	/* The later pages of a list may have a body where the first has none. */
	if (!type &&
	    (ret->has_body || (api_is_list(args) && strcmp(ret->method, "POST") == 0)))
		http_req_header(ret, "Content-Type", "application/json");
	return 0;
}

/* METHOD PATH, or --method and PATH; methods are letters, a path has more than these. */
static int api_words(const struct args *args, struct http_req *ret, struct err *err)
{
	const char *method = args_value(args, "method"), *path;

	if (!args->rest_count)
		return err_set(err, ERR_USAGE, "no path");
	path = args->rest[args->rest_count - 1];
	if (args->rest_count == 2 && method)
		return err_set(err, ERR_USAGE, "the method is given twice");
	if (args->rest_count == 2)
		method = args->rest[0];
	if (method && (!*method || strlen(method) > 20 ||
		       strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(method)))
		return err_set(err, ERR_USAGE,
			       "the method must be capital letters, such as POST");
	if (!*path)
		return err_set(err, ERR_USAGE, "the path is empty");
	ret->method = method;
	buf_add(&ret->url, path, strcspn(path, "#"));
	return 0;
}

int api_request(const struct app *app, struct http_req *ret, struct err *err)
{
	const struct args *args = &app->args;
	const char *data = args_value(args, "data");
	bool fields = false, no_body;

	if (api_words(args, ret, err))
		return -1;
	for (size_t i = 0; i < args->count; i++)
		fields = fields || api_is_field(&args->given[i]);
	if (!ret->method)
		ret->method = data || fields ? "POST" : "GET";
	no_body = strcmp(ret->method, "GET") == 0 || strcmp(ret->method, "HEAD") == 0;
	if (data && api_data(data, ret, err))
		return -1;
	if (fields && api_fields(args, data || no_body, ret, err))
		return -1;
	if (ret->url.failed)
		return err_set(err, ERR_USAGE, "the URL is longer than %d bytes",
			       BUF_URL_MAX);
	return api_headers(args, ret, err);
}
