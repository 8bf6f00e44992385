#include "base/json.h"

#include <cjson/cJSON.h>
#include <malloc.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Whether memory ended since the last call that looks: cJSON fails without a reason. */
static bool json_starved;

static void *json_allocate(size_t size)
{
	void *p = mem_alloc(size);

	json_starved = json_starved || !p;
	return p;
}

/* cJSON frees without wiping; a document may hold tokens, and so may half of one. */
static void json_release(void *p)
{
	buf_wipe(p, malloc_usable_size(p));
	free(p);
}

__attribute__((constructor)) static void json_install(void)
{
	cJSON_Hooks hooks = { .malloc_fn = json_allocate, .free_fn = json_release };

	cJSON_InitHooks(&hooks);
}

static const cJSON *json_raw(const struct json *v)
{
	return (const cJSON *)(const void *)v;
}

static cJSON *json_mut(struct json *v)
{
	return (cJSON *)(void *)v;
}

static struct json *json_wrap(cJSON *v)
{
	return (struct json *)(void *)v;
}

static const struct json *json_wrap_const(const cJSON *v)
{
	return (const struct json *)(const void *)v;
}

/* True when the text has a \u0000 whose backslash is not itself escaped. */
static bool json_has_nul(const char *text, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] != '\\')
			continue;
		if (len - i >= 6 && memcmp(text + i + 1, "u0000", 5) == 0)
			return true;
		i++;
	}
	return memchr(text, '\0', len) != NULL;
}

struct json *json_parse(const char *text, size_t len, struct err *err)
{
	const char *end = NULL;
	cJSON *doc;

	if (json_has_nul(text, len)) {
		err_set(err, ERR_REFUSED, "the JSON holds a NUL character");
		return NULL;
	}
	if (!utf8_valid(text, len)) {
		err_set(err, ERR_REFUSED, "the JSON is not valid UTF-8");
		return NULL;
	}
	json_starved = false;
	doc = cJSON_ParseWithLengthOpts(text, len, &end, false);
	while (doc && end < text + len && strchr(" \t\r\n", *end))
		end++;
	if (doc && end == text + len)
		return json_wrap(doc);
	cJSON_Delete(doc);
	if (json_starved)
		err_memory(err, "the JSON");
	else
		err_set(err, ERR_REFUSED, "not valid JSON, or cut short");
	return NULL;
}

void json_free(struct json *doc)
{
	cJSON_Delete(json_mut(doc));
}

void json_cleanup(struct json **doc)
{
	json_free(*doc);
}

const struct json *json_get(const struct json *obj, const char *key)
{
	if (!json_is_object(obj))
		return NULL;
	return json_wrap_const(cJSON_GetObjectItemCaseSensitive(json_raw(obj), key));
}

const char *json_str(const struct json *obj, const char *key)
{
	return json_text(json_get(obj, key));
}

double json_num(const struct json *obj, const char *key, double otherwise)
{
	const struct json *v = json_get(obj, key);

	return json_is_number(v) ? json_number(v) : otherwise;
}

int64_t json_int(const struct json *obj, const char *key, int64_t otherwise)
{
	double n = json_num(obj, key, NAN);

	return fabs(n) <= 0x1p53 && trunc(n) == n ? (int64_t)n : otherwise;
}

bool json_bool(const struct json *obj, const char *key, bool otherwise)
{
	const cJSON *v = json_raw(json_get(obj, key));

	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : otherwise;
}

bool json_is_object(const struct json *v)
{
	return cJSON_IsObject(json_raw(v));
}

bool json_is_array(const struct json *v)
{
	return cJSON_IsArray(json_raw(v));
}

bool json_is_string(const struct json *v)
{
	return cJSON_IsString(json_raw(v));
}

bool json_is_number(const struct json *v)
{
	return cJSON_IsNumber(json_raw(v));
}

const char *json_text(const struct json *v)
{
	return cJSON_GetStringValue(json_raw(v));
}

double json_number(const struct json *v)
{
	const cJSON *raw = json_raw(v);

	return raw && cJSON_IsNumber(raw) ? raw->valuedouble : 0;
}

size_t json_count(const struct json *v)
{
	size_t n = 0;

	for (const struct json *c = json_first(v); c; c = json_next(c))
		n++;
	return n;
}

const struct json *json_first(const struct json *v)
{
	if (!json_is_array(v) && !json_is_object(v))
		return NULL;
	return json_wrap_const(json_raw(v)->child);
}

const struct json *json_next(const struct json *v)
{
	return json_wrap_const(json_raw(v)->next);
}

const char *json_name(const struct json *v)
{
	const char *name = v ? json_raw(v)->string : NULL;

	return name ? name : "";
}

struct json *json_object(void)
{
	return json_wrap(cJSON_CreateObject());
}

struct json *json_array(void)
{
	return json_wrap(cJSON_CreateArray());
}

/* What could not be made whole is printed by nobody: cJSON knows no such type. */
static void json_spoil(struct json *parent)
{
	if (parent)
		json_mut(parent)->type = cJSON_Invalid;
}

struct json *json_put(struct json *parent, const char *key, struct json *value)
{
	bool done = key ? cJSON_AddItemToObject(json_mut(parent), key, json_mut(value))
			: cJSON_AddItemToArray(json_mut(parent), json_mut(value));

	if (done)
		return value;
	json_free(value);
	json_spoil(parent);
	return NULL;
}

void json_put_str(struct json *obj, const char *key, const char *value)
{
	json_put(obj, key, json_wrap(cJSON_CreateString(value)));
}

void json_put_num(struct json *obj, const char *key, double value)
{
	json_put(obj, key, json_wrap(cJSON_CreateNumber(value)));
}

void json_put_bool(struct json *obj, const char *key, bool value)
{
	json_put(obj, key, json_wrap(cJSON_CreateBool(value)));
}

void json_add_str(struct json *array, const char *value)
{
	json_put(array, NULL, json_wrap(cJSON_CreateString(value)));
}

struct json *json_copy(const struct json *v)
{
	return (struct json *)cJSON_Duplicate((const cJSON *)v, true);
}

struct json *json_string(const char *text)
{
	return json_wrap(cJSON_CreateString(text));
}

struct json *json_raw_value(const char *text)
{
	return json_wrap(cJSON_CreateRaw(text));
}

struct json *json_edit(struct json *parent, const char *key)
{
	cJSON *raw = json_mut(parent);

	if (key)
		return json_wrap(cJSON_GetObjectItemCaseSensitive(raw, key));
	return json_wrap(cJSON_GetArrayItem(raw, cJSON_GetArraySize(raw) - 1));
}

void json_print(const struct json *v, struct buf *out)
{
	char *text = cJSON_PrintUnformatted(json_raw(v));

	if (!text) {
		buf_starve(out);
		return;
	}
	buf_adds(out, text);
	cJSON_free(text);
}

const char *json_library(void)
{
	return cJSON_Version();
}
