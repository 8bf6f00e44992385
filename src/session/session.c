#include "session/session.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/quote.h"
#include "net/url.h"
#include "session/mailbox.h"

void session_default_name(const struct flow *f, const struct endpoints *e,
			  const struct settings *s, char name[static STATE_NAME_SIZE])
{
	AUTO_BUF struct buf id = BUF_INIT(BUF_SECRET_MAX * 4);
	char hex[QUOTE_FINGERPRINT_SIZE];

	buf_addf(&id, "%s\n%s\n%s\n%s\n%s\n%s\n%s\n", f->name, buf_str(&e->token_url),
		 buf_str(&e->issuer), settings_str(s, SET_CLIENT_ID),
		 settings_str(s, SET_ACCESS_KEY_ID), settings_str(s, SET_SCOPE),
		 settings_str(s, SET_AUDIENCE));
	quote_fingerprint(buf_str(&id), hex);
	snprintf(name, STATE_NAME_SIZE, "%s-%.8s", provider_name(f->provider), hex);
}

/*
 * Fills flow, endpoints, identity and can_login. Credentials that are missing leave flow
 * NULL and the reason in login_err; a value that is wrong is an error.
 */
static int session_identify(struct session *s, struct err *err)
{
	s->flow = provider_flow(s->settings, false, &s->login_err);
	if (!s->flow)
		return 0;
	s->can_login = provider_flow(s->settings, true, &s->login_err) != NULL;
	oauth_hide(s->settings);
	if (provider_endpoints(s->flow, s->settings, &s->given, err))
		return -1;
	session_default_name(s->flow, &s->given, s->settings, s->identity);
	return 0;
}

static const char *session_client_id(const struct session *s)
{
	return settings_str(s->settings, s->flow->grant == GRANT_ACCESS_KEY
						 ? SET_ACCESS_KEY_ID
						 : SET_CLIENT_ID);
}

/* What the settings say goes first; what discovery found earlier fills the rest. */
static void session_merge_endpoints(const struct session *s, struct endpoints *stored)
{
	const struct endpoints *given = &s->given;
	bool found = s->flow->discover_api && !settings_has(s->settings, SET_API_URL) &&
		     stored->api_url.len;

	if (!found)
		buf_set(&stored->api_url, buf_str(&given->api_url));
	if (given->token_url.len)
		buf_set(&stored->token_url, buf_str(&given->token_url));
	if (given->revoke_url.len)
		buf_set(&stored->revoke_url, buf_str(&given->revoke_url));
	buf_set(&stored->issuer, buf_str(&given->issuer));
	buf_set(&stored->region, buf_str(&given->region));
}

/* True when the record is not of the server that the settings name. */
static bool session_is_elsewhere(const struct session *s)
{
	const struct endpoints *given = &s->given, *stored = &s->record.endpoints;

	if (s->record.flow != s->flow)
		return true;
	if (given->token_url.len)
		return !url_same_origin(buf_str(&given->token_url),
					buf_str(&stored->token_url));
	return !buf_equal(&given->issuer, &stored->issuer);
}

/*
 * What stands under a name may be another token than the settings mean. One of the same
 * server is replaced, and revoked at the end. One of another server could not be revoked
 * then, so a new one is refused; where only what is stored counts, the settings don't.
 */
static int session_claim(struct session *s, struct err *err)
{
	struct record *r = &s->record;

	if ((!r->has_token && !r->replaced_count) ||
	    strcmp(r->identity, s->identity) == 0)
		return 0;
	if (s->mode == SESSION_STORED || s->mode == SESSION_SAVED) {
		s->elsewhere = session_is_elsewhere(s);
		s->can_login = false;
		*s->identity = '\0';
		return 0;
	}
	if (!session_is_elsewhere(s))
		return record_retire(r, err);
	err_set(err, ERR_USAGE, "%s holds a token of another server",
		buf_str(&s->state.path));
	return err_hint(err, "choose another name by --name, or end that one by "
			     "cc-token stop");
}

int session_reload(struct session *s, struct err *err)
{
	struct record *r = &s->record;

	record_release(r);
	*r = RECORD_INIT;
	state_read(&s->state, r);
	if (!r->ca_file.len)
		buf_set(&r->ca_file, buf_str(&s->ca_file));
	if (*s->identity && session_claim(s, err))
		return -1;
	if (!*s->identity) {
		s->flow = r->flow;
		return 0;
	}
	r->flow = s->flow;
	session_merge_endpoints(s, &r->endpoints);
	buf_set(&r->client_id, session_client_id(s));
	memcpy(r->identity, s->identity, sizeof(r->identity));
	return 0;
}

static int session_open_stored(struct session *s, const char *path, struct err *err)
{
	AUTO_BUF struct buf base = BUF_INIT(BUF_URL_MAX);
	const char *slash = strrchr(path, '/');

	if (!slash || !slash[1])
		return err_set(err, ERR_USAGE,
			       "CC_TOKEN_STATE is not the path of a directory");
	buf_add(&base, path, (size_t)(slash - path));
	return state_open(&s->state, buf_str(&base), slash + 1, false, err);
}

/* With nothing that tells which token is meant, the only one that there is. */
static int session_open_only(struct session *s, const struct session_place *place,
			     struct err *err)
{
	AUTO_BUF struct buf names = BUF_INIT(BUF_URL_MAX);
	size_t n = state_list(buf_str(&place->base), &names);

	if (n == 1)
		return state_open(&s->state, buf_str(&place->base), buf_str(&names),
				  false, err);
	if (n) {
		err_set(err, ERR_USAGE, "more than one token is stored: %s",
			buf_str(&names));
		return err_hint(err, "choose by --name");
	}
	return err_set(err, ERR_NO_TOKEN, "no token is stored in %s",
		       buf_str(&place->base));
}

/* True, and opened, when CC_TOKEN_STATE holds the very token that the settings mean. */
static bool session_open_same(struct session *s, const struct session_place *place)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	struct err ignored = ERR_INIT;

	if (!place->stored.len ||
	    session_open_stored(s, buf_str(&place->stored), &ignored))
		return false;
	state_read(&s->state, &r);
	if (strcmp(r.identity, s->identity) == 0)
		return true;
	state_close(&s->state);
	return false;
}

static int session_open_named(struct session *s, const struct session_place *place,
			      struct err *err)
{
	bool create =
		s->mode == SESSION_CREATE || (s->mode == SESSION_USE && s->can_login);
	bool named = settings_has(s->settings, SET_NAME);
	const char *name = named ? settings_str(s->settings, SET_NAME) : s->identity;
	int rc = -1;

	if (!named && s->mode != SESSION_CREATE && session_open_same(s, place))
		return 0;
	rc = state_open(&s->state, buf_str(&place->base), name, create, err);
	if (rc && err->kind == ERR_NO_TOKEN && !named && !s->can_login &&
	    place->stored.len) {
		*err = ERR_INIT;
		*s->identity = '\0';
		rc = session_open_stored(s, buf_str(&place->stored), err);
	}
	return rc;
}

static int session_open_state(struct session *s, const struct session_place *place,
			      struct err *err)
{
	int rc;

	if (s->mode == SESSION_SAVED)
		return session_open_stored(s, buf_str(&place->stored), err);
	if (!s->flow && s->mode == SESSION_CREATE) {
		*err = s->login_err;
		return -1;
	}
	if (s->flow || settings_has(s->settings, SET_NAME))
		rc = session_open_named(s, place, err);
	else if (place->stored.len)
		rc = session_open_stored(s, buf_str(&place->stored), err);
	else
		rc = session_open_only(s, place, err);
	if (rc && err->kind == ERR_NO_TOKEN && s->mode == SESSION_USE && !s->can_login) {
		*err = s->login_err;
		err_wrap(err, "no token is stored, and none can be fetched");
	}
	return rc;
}

int session_open(struct session *s, const struct settings *settings,
		 const struct session_place *place, enum session_open_mode mode,
		 struct err *err)
{
	*s = (struct session){ .settings = settings, .mode = mode, .state = STATE_INIT };
	s->record = RECORD_INIT;
	s->given = ENDPOINTS_INIT;
	s->ca_file = BUF_INIT(BUF_URL_MAX);
	s->ca_origin = BUF_INIT(256);
	settings_describe(settings, SET_CA_FILE, &s->ca_origin);
	s->http_opts = (struct http_options){
		.ca_file = settings_str(settings, SET_CA_FILE),
		.ca_origin = buf_str(&s->ca_origin),
		.timeout_ms = settings_seconds(settings, SET_TIMEOUT) * 1000,
	};
	return session_identify(s, err) || session_open_state(s, place, err) ||
			       session_reload(s, err)
		       ? -1
		       : 0;
}

void session_close(struct session *s)
{
	record_release(&s->record);
	endpoints_release(&s->given);
	buf_release(&s->ca_file);
	buf_release(&s->ca_origin);
	state_close(&s->state);
	session_hang_up(s);
}

void session_hang_up(struct session *s)
{
	http_free(s->http);
	s->http = NULL;
}

/* Without a ca-file of its own a step trusts what the one trusted that got the token. */
static void session_adopt_ca(struct session *s)
{
	if (*s->http_opts.ca_file || !s->record.ca_file.len)
		return;
	buf_reset(&s->ca_file);
	buf_addf(&s->ca_file, "%s/%s", buf_str(&s->state.path),
		 buf_str(&s->record.ca_file));
	if (access(buf_str(&s->ca_file), R_OK))
		return;
	buf_set(&s->ca_origin, "ca-file (from the step that stored the token)");
	s->http_opts.ca_file = buf_str(&s->ca_file);
	s->http_opts.ca_origin = buf_str(&s->ca_origin);
}

struct http *session_http(struct session *s, struct err *err)
{
	if (!s->http) {
		session_adopt_ca(s);
		http_hide_proxy_passwords();
		s->http = http_open(&s->http_opts, err);
	}
	return s->http;
}

int64_t session_buffer(const struct settings *settings, const struct token *t)
{
	int64_t buffer = settings_seconds(settings, SET_EXPIRY_BUFFER);

	if (settings->v[SET_EXPIRY_BUFFER].from == FROM_DEFAULT &&
	    buffer > t->lifetime / 2)
		return t->lifetime / 2;
	return buffer;
}

bool session_is_good(const struct session *s, const struct session_want *want)
{
	const struct token *t = &s->record.token;
	int64_t left = s->record.has_token ? token_left_ms(t) : 0;

	if (!s->record.has_token || want->force || left <= 0)
		return false;
	if (want->not_this && strcmp(want->not_this, buf_str(&t->access)) == 0)
		return false;
	return left > session_buffer(s->settings, t) * 1000 &&
	       left >= want->min_ttl * 1000;
}

bool session_is_news(const struct session *s, const struct session_want *want,
		     int64_t since)
{
	const struct token *t = &s->record.token;
	char boot_id[CLOCK_BOOT_ID_SIZE];

	clock_boot_id(boot_id);
	if (!s->record.has_token || t->issued_boot_ms < since ||
	    strcmp(t->boot_id, boot_id) != 0)
		return false;
	return !want->not_this || strcmp(want->not_this, buf_str(&t->access)) != 0;
}

/* A refusal by the server, or settings that can't work; an odd answer may pass. */
static bool session_is_final(const struct login *l, const struct err *err)
{
	return err->kind == ERR_USAGE ||
	       (err->kind == ERR_REFUSED && l->status >= 400 && l->status < 500);
}

static void session_note_failure(struct session *s, const struct login *l,
				 const struct err *err)
{
	struct state_error *last = &s->record.last_error;

	s->final = session_is_final(l, err);
	s->after_ms = l->after_ms;
	last->kind = err->kind;
	last->once = s->once;
	last->boot_ms = clock_boot_ms();
	last->wall = clock_wall();
	memcpy(last->text, err->text, sizeof(last->text));
	memcpy(last->hint, err->hint, sizeof(last->hint));
}

static int session_login(struct session *s, struct err *err)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct login login = { .settings = s->settings,
			       .flow = s->flow,
			       .endpoints = &s->record.endpoints,
			       .once = s->once };

	login.http = session_http(s, err);
	if (!login.http)
		return -1;
	if (login_token(&login, buf_str(&s->record.token.refresh), &t, err)) {
		session_note_failure(s, &login, err);
		return -1;
	}
	if (s->masks.show)
		s->masks.show(s->masks.arg);
	s->record.last_error.kind = ERR_NONE;
	s->date_offset = login.date_offset;
	s->has_date = login.has_date;
	s->minted = true;
	if (!t.lifetime)
		log_warn("the provider says that the token has expired already");
	return record_put_token(&s->record, &t, err);
}

static int session_last_error(const struct session *s, struct err *err)
{
	const struct state_error *last = &s->record.last_error;

	err_set(err, last->kind, "%s", last->text);
	return err_hint(err, "%s", last->hint);
}

int session_no_login(const struct session *s, struct err *err)
{
	enum err_kind last = s->record.last_error.kind;
	bool has = s->record.has_token;

	if (last == ERR_REFUSED || (!has && last && last != ERR_INTERRUPTED)) {
		session_last_error(s, err);
		return err_wrap(err, "%s, and the last request failed",
				has ? "a new token is needed" : "no token is stored");
	}
	*err = s->login_err;
	err_wrap(err, "a new token is needed");
	return *s->identity
		       ? -1
		       : err_hint(err,
				  "give this step the credentials, or keep the token "
				  "fresh by refresh: true (cc-token refresh)");
}

/* The failure of another process while this one waited, unless it tried less. */
static bool session_adopts_error(const struct session *s, int64_t since)
{
	const struct state_error *last = &s->record.last_error;

	if (last->kind == ERR_NONE || last->kind == ERR_INTERRUPTED)
		return false;
	if (last->once && !s->once && last->kind != ERR_REFUSED)
		return false;
	return last->boot_ms >= since && last->boot_ms <= clock_boot_ms();
}

/*
 * The lock is held. 1: the credentials are missing, but there is a refresher, which has
 * been asked.
 */
static int session_renew(struct session *s, const struct session_want *want,
			 int64_t since, struct err *err)
{
	struct err ignored = ERR_INIT;

	if (session_is_news(s, want, since) || session_is_good(s, want))
		return state_matches(&s->state, &s->record)
			       ? 0
			       : state_write(&s->state, &s->record, err);
	if (session_adopts_error(s, since))
		return session_last_error(s, err);
	if (!s->can_login && mailbox_renewal(&s->state, &s->record, &ignored) == 0)
		return 1;
	if (!s->can_login)
		return session_no_login(s, err);
	if (session_login(s, err)) {
		state_write(&s->state, &s->record, &ignored);
		return -1;
	}
	if (state_write(&s->state, &s->record, err) == 0)
		return 0;
	session_take_back(s);
	return -1;
}

int session_token(struct session *s, const struct session_want *want, struct err *err)
{
	int64_t since = clock_boot_ms();
	int rc;

	s->minted = s->final = false;
	s->after_ms = -1;
	if (session_is_good(s, want) && state_matches(&s->state, &s->record))
		return 0;
	if (state_lock(&s->state, err))
		return -1;
	rc = session_reload(s, err);
	if (!rc)
		rc = session_renew(s, want, since, err);
	state_unlock(&s->state);
	return rc == 1 ? mailbox_wait(s, want, since, err) : rc;
}
