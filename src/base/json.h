/*
 * JSON over cJSON, which no other file includes.
 *
 * Input is untrusted: json_parse() takes whole documents only, refuses text after the
 * value, invalid UTF-8 and NUL (raw or as \u0000, which would end a C string early).
 * Borrowed pointers live as long as the document. Lookups accept NULL and then find
 * nothing, so that they chain: json_str(json_get(doc, "a"), "b").
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json;

#define AUTO_JSON __attribute__((cleanup(json_cleanup)))

/*
 * A document that the caller frees; or NULL with the reason: ERR_REFUSED, or ERR_INTERNAL
 * where memory ended.
 */
struct json *json_parse(const char *text, size_t len, struct err *err);

void json_free(struct json *doc);
void json_cleanup(struct json **doc);

/* The member @key of an object; NULL when there is none. */
const struct json *json_get(const struct json *obj, const char *key);

/*
 * The member @key as text, number, whole number (of at most 53 bits) or truth; the last
 * argument when it is not one.
 */
const char *json_str(const struct json *obj, const char *key); /* else NULL */
double json_num(const struct json *obj, const char *key, double otherwise);
int64_t json_int(const struct json *obj, const char *key, int64_t otherwise);
bool json_bool(const struct json *obj, const char *key, bool otherwise);

bool json_is_object(const struct json *v);
bool json_is_array(const struct json *v);
bool json_is_string(const struct json *v);
bool json_is_number(const struct json *v);

/* The text of a string value itself, else NULL; the number of a number value, else 0. */
const char *json_text(const struct json *v);
double json_number(const struct json *v);

/* Iteration over array elements or object members, in order. */
size_t json_count(const struct json *v);
const struct json *json_first(const struct json *v);
const struct json *json_next(const struct json *v);

/* The key of an object's member; "" of what is none. */
const char *json_name(const struct json *v);

/*
 * Building. The caller frees the root; json_put_* give what they add to the object. None
 * fails on the spot: where memory ended, a value is NULL, what lacks a member is spoilt,
 * and json_print() of the whole tells.
 */
struct json *json_object(void);
struct json *json_array(void);
void json_put_str(struct json *obj, const char *key, const char *value);
void json_put_num(struct json *obj, const char *key, double value);
void json_put_bool(struct json *obj, const char *key, bool value);
/*
 * Moves @value under @key, or to the end of the array when @key is NULL. Returns it; NULL
 * when it could not be added, and is freed.
 */
struct json *json_put(struct json *parent, const char *key, struct json *value);

/* A value of its own; the text of a raw one is JSON already, and printed as it is. */
struct json *json_string(const char *text);
struct json *json_raw_value(const char *text);

/* The member @key of an object (NULL: the last element of an array), to be changed. */
struct json *json_edit(struct json *parent, const char *key);

/* Adds a string to the end of an array. */
void json_add_str(struct json *array, const char *value);
/* A copy that the caller frees; NULL of NULL. */
struct json *json_copy(const struct json *v);

/*
 * Appends the document to @out on one line; the memory used on the way is wiped. @out
 * fails when a part of the document is missing: see buf_check().
 */
void json_print(const struct json *v, struct buf *out);

/* The library's version, "1.7.15". */
const char *json_library(void);

#endif
