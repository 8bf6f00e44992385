#include "session/record.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

void record_release(struct record *r)
{
	token_release(&r->token);
	for (size_t i = 0; i < r->replaced_count; i++)
		token_release(&r->replaced[i]);
	free(r->replaced);
	r->replaced = NULL;
	r->replaced_count = 0;
	endpoints_release(&r->endpoints);
	buf_release(&r->client_id);
	buf_release(&r->container);
	buf_release(&r->ca_file);
}

static int record_keep(struct record *r, const struct token *t, struct err *err)
{
	struct token *grown =
		mem_grow(r->replaced, r->replaced_count + 1, sizeof(*grown));

	if (!grown)
		return err_memory(err, "the list of tokens");
	r->replaced = grown;
	grown[r->replaced_count] = TOKEN_INIT;
	token_copy(&grown[r->replaced_count++], t);
	return 0;
}

bool record_has(const struct record *r, const char *access)
{
	if (r->has_token && strcmp(buf_str(&r->token.access), access) == 0)
		return true;
	for (size_t i = 0; i < r->replaced_count; i++)
		if (strcmp(buf_str(&r->replaced[i].access), access) == 0)
			return true;
	return false;
}

int64_t record_expires_wall(const struct record *r)
{
	int64_t last = r->has_token ? token_expires_wall(&r->token) : 0;

	for (size_t i = 0; i < r->replaced_count; i++)
		if (token_expires_wall(&r->replaced[i]) > last)
			last = token_expires_wall(&r->replaced[i]);
	return last;
}

void record_forget_present(struct record *r)
{
	token_release(&r->token);
	r->token = TOKEN_INIT;
	r->has_token = false;
}

void record_forget_replaced(struct record *r, size_t i)
{
	token_release(&r->replaced[i]);
	memmove(&r->replaced[i], &r->replaced[i + 1],
		(--r->replaced_count - i) * sizeof(*r->replaced));
}

int record_retire(struct record *r, struct err *err)
{
	if (r->has_token && record_keep(r, &r->token, err))
		return -1;
	record_forget_present(r);
	return 0;
}

int record_put_token(struct record *r, const struct token *t, struct err *err)
{
	if (record_retire(r, err))
		return -1;
	token_copy(&r->token, t);
	r->has_token = true;
	r->minted++;
	return 0;
}

static struct json *record_print_token(const struct token *t)
{
	struct json *o = json_object();

	json_put_str(o, "access_token", buf_str(&t->access));
	json_put_str(o, "refresh_token", buf_str(&t->refresh));
	json_put_num(o, "lifetime", (double)t->lifetime);
	json_put_num(o, "issued_boot_ms", (double)t->issued_boot_ms);
	json_put_num(o, "issued", (double)t->issued_wall);
	json_put_str(o, "boot_id", t->boot_id);
	return o;
}

static int record_parse_token(const struct json *o, struct token *ret)
{
	const char *access = json_str(o, "access_token");
	const char *boot_id = json_str(o, "boot_id");
	int64_t lifetime = json_int(o, "lifetime", -1);
	int64_t boot_ms = json_int(o, "issued_boot_ms", -1);
	int64_t wall = json_int(o, "issued", -1);

	if (!access || token_fault(access, true) || !boot_id ||
	    strlen(boot_id) >= CLOCK_BOOT_ID_SIZE || lifetime < 0 ||
	    lifetime > TOKEN_LIFETIME_MAX || boot_ms < 0 || wall < 0)
		return -1;
	buf_set(&ret->access, access);
	buf_set(&ret->refresh, json_str(o, "refresh_token"));
	ret->lifetime = lifetime;
	ret->issued_boot_ms = boot_ms;
	ret->issued_wall = wall;
	snprintf(ret->boot_id, sizeof(ret->boot_id), "%s", boot_id);
	return 0;
}

/* The endpoints by name, in both directions. */
#define RECORD_ENDPOINTS(e)                                                         \
	{                                                                           \
		{ "token_url", &(e)->token_url },     { "api_url", &(e)->api_url }, \
		{ "revoke_url", &(e)->revoke_url },   { "issuer", &(e)->issuer },   \
		{ "region", &(e)->region },	      { "auth", &(e)->auth },       \
		{ "revoke_auth", &(e)->revoke_auth },                               \
	}

static struct json *record_print_endpoints(const struct endpoints *e)
{
	const struct {
		const char *name;
		const struct buf *value;
	} list[] = RECORD_ENDPOINTS(e);
	struct json *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		json_put_str(o, list[i].name, buf_str(list[i].value));
	return o;
}

static void record_parse_endpoints(const struct json *o, struct endpoints *e)
{
	struct {
		const char *name;
		struct buf *value;
	} list[] = RECORD_ENDPOINTS(e);

	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		buf_set(list[i].value, json_str(o, list[i].name));
}

static struct json *record_print_error(const struct state_error *e)
{
	struct json *o = json_object();

	json_put_num(o, "kind", e->kind);
	json_put_bool(o, "once", e->once);
	json_put_num(o, "boot_ms", (double)e->boot_ms);
	json_put_num(o, "at", (double)e->wall);
	json_put_str(o, "text", e->text);
	json_put_str(o, "hint", e->hint);
	return o;
}

static void record_parse_error(const struct json *o, struct state_error *e)
{
	int64_t kind = json_int(o, "kind", ERR_NONE);
	const char *text = json_str(o, "text"), *hint = json_str(o, "hint");

	if (kind <= ERR_NONE || kind > ERR_INTERNAL || !text || !hint)
		return;
	e->kind = (enum err_kind)kind;
	e->once = json_bool(o, "once", false);
	e->boot_ms = json_int(o, "boot_ms", 0);
	e->wall = json_int(o, "at", 0);
	snprintf(e->text, sizeof(e->text), "%s", text);
	snprintf(e->hint, sizeof(e->hint), "%s", hint);
}

void record_print(const struct record *r, struct buf *out)
{
	struct json *o = json_object(), *replaced = json_array();

	json_put_num(o, "version", STATE_VERSION);
	json_put_str(o, "flow", r->flow ? r->flow->name : "");
	json_put_str(o, "client_id", buf_str(&r->client_id));
	json_put_str(o, "identity", r->identity);
	json_put(o, "endpoints", record_print_endpoints(&r->endpoints));
	if (r->has_token)
		json_put(o, "token", record_print_token(&r->token));
	for (size_t i = 0; i < r->replaced_count; i++)
		if (token_left_ms(&r->replaced[i]) > 0)
			json_put(replaced, NULL, record_print_token(&r->replaced[i]));
	json_put(o, "replaced", replaced);
	json_put_num(o, "minted", (double)r->minted);
	json_put_num(o, "revoked", (double)r->revoked);
	json_put_num(o, "next_refresh", (double)r->next_wall);
	json_put_str(o, "container", buf_str(&r->container));
	json_put_str(o, "ca_file", buf_str(&r->ca_file));
	if (r->last_error.kind != ERR_NONE)
		json_put(o, "last_error", record_print_error(&r->last_error));
	json_print(o, out);
	json_free(o);
}

/* It becomes part of a path of the engine, and a job's steps can write this file. */
static bool record_is_id(const char *text)
{
	return text && strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(text);
}

int record_parse(const char *text, size_t len, struct record *ret, struct err *err)
{
	AUTO_JSON struct json *o = json_parse(text, len, err);
	const struct json *token = json_get(o, "token");
	const struct json *list = json_get(o, "replaced");
	const char *identity = json_str(o, "identity"), *flow = json_str(o, "flow");

	if (!o)
		return err_wrap(err, "state.json");
	if (json_int(o, "version", 0) != STATE_VERSION)
		return err_set(err, ERR_IO, "state.json is of another version");
	if (token && record_parse_token(token, &ret->token))
		return err_set(err, ERR_IO, "state.json holds no well-formed token");
	token_hide(&ret->token);
	ret->has_token = token != NULL;
	for (const struct json *v = json_first(list); v; v = json_next(v)) {
		AUTO_TOKEN struct token t = TOKEN_INIT;

		if (record_parse_token(v, &t))
			return err_set(err, ERR_IO, "state.json holds a malformed token");
		token_hide_past(&t);
		if (record_keep(ret, &t, err))
			return -1;
	}
	ret->flow = flow ? provider_flow_by_name(flow) : NULL;
	buf_set(&ret->client_id, json_str(o, "client_id"));
	snprintf(ret->identity, sizeof(ret->identity), "%s", identity ? identity : "");
	record_parse_endpoints(json_get(o, "endpoints"), &ret->endpoints);
	ret->minted = json_int(o, "minted", 0);
	ret->revoked = json_int(o, "revoked", 0);
	ret->next_wall = json_int(o, "next_refresh", 0);
	if (record_is_id(json_str(o, "container")))
		buf_set(&ret->container, json_str(o, "container"));
	buf_set(&ret->ca_file, json_str(o, "ca_file"));
	record_parse_error(json_get(o, "last_error"), &ret->last_error);
	return 0;
}
