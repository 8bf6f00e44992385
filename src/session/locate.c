#include "session/locate.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/quote.h"
#include "net/url.h"
#include "oauth/oauth.h"
#include "oauth/rule.h"

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
	s->who.flow = flow_choose(s->settings, false, &s->who.login_err);
	if (!s->who.flow)
		return 0;
	s->who.can_login = flow_choose(s->settings, true, &s->who.login_err) != NULL;
	s->who.armed = rule_is_armed(s->settings);
	oauth_hide(s->settings);
	if (endpoints_find(s->who.flow, s->settings, &s->who.given, err))
		return -1;
	endpoints_copy(&s->at, &s->who.given);
	session_default_name(s->who.flow, &s->who.given, s->settings, s->who.name);
	return 0;
}

static const char *session_client_id(const struct session *s)
{
	return settings_str(s->settings, s->who.flow->grant == GRANT_ACCESS_KEY
						 ? SET_ACCESS_KEY_ID
						 : SET_CLIENT_ID);
}

/* For later steps without a secret. What others have discovered stays. */
static void session_record_endpoints(struct session *s)
{
	struct endpoints *stored = &s->record.endpoints;
	bool undiscovered = s->who.flow->api_document && !s->found_api &&
			    !settings_has(s->settings, SET_API_URL);

	if (!undiscovered || !stored->api_url.len)
		buf_set(&stored->api_url, buf_str(&s->at.api_url));
	if (s->at.token_url.len)
		buf_set(&stored->token_url, buf_str(&s->at.token_url));
	if (s->at.revoke_url.len)
		buf_set(&stored->revoke_url, buf_str(&s->at.revoke_url));
	buf_set(&stored->issuer, buf_str(&s->at.issuer));
	buf_set(&stored->region, buf_str(&s->at.region));
}

/* True when the record is not of the server that the settings name. */
static bool session_is_elsewhere(const struct session *s)
{
	const struct endpoints *given = &s->who.given, *stored = &s->record.endpoints;

	if (s->record.flow != s->who.flow)
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
	    strcmp(r->identity, s->who.name) == 0)
		return 0;
	if (s->mode == SESSION_STORED || s->mode == SESSION_SAVED) {
		s->who.elsewhere = session_is_elsewhere(s);
		s->who.can_login = false;
		*s->who.name = '\0';
		return 0;
	}
	if (!session_is_elsewhere(s))
		return record_retire(r, err);
	err_set(err, ERR_USAGE, "%s holds a token of another server",
		buf_str(&s->state.path));
	return err_hint(err, "choose another name by --name, or end that one by "
			     "cc-token stop");
}

/*
 * Without a secret, and a ca-file of its own, a step trusts what the one trusted that got
 * the token.
 */
static void session_adopt_ca(struct session *s)
{
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);

	if (s->who.armed || !s->record.ca_file.len)
		return;
	buf_addf(&path, "%s/%s", buf_str(&s->state.path), buf_str(&s->record.ca_file));
	transport_adopt_ca(&s->transport, buf_str(&path),
			   "ca-file (from the step that stored the token)");
}

int session_reload(struct session *s, struct err *err)
{
	struct record *r = &s->record;

	if (state_read(&s->state, r, err))
		return -1;
	session_adopt_ca(s);
	if (!r->ca_file.len)
		buf_set(&r->ca_file, buf_str(&s->ca_file));
	if (*s->who.name && session_claim(s, err))
		return -1;
	if (!s->who.armed) {
		endpoints_copy(&s->at, &r->endpoints);
		rule_for_record(s->settings, &s->at);
	}
	if (!*s->who.name) {
		s->who.flow = s->who.armed ? s->who.flow : r->flow;
		return 0;
	}
	if (s->who.armed)
		session_record_endpoints(s);
	r->flow = s->who.flow;
	buf_set(&r->client_id, session_client_id(s));
	memcpy(r->identity, s->who.name, sizeof(r->identity));
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
	int n = state_list(buf_str(&place->base), &names, err);

	if (n < 0)
		return -1;
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

/*
 * 1, and opened, when CC_TOKEN_STATE holds the very token that the settings mean. Who can
 * fetch one of his own need not be able to look there.
 */
static int session_open_same(struct session *s, const struct session_place *place,
			     struct err *err)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	struct err why = ERR_INIT;
	bool needed = s->mode != SESSION_USE || !s->who.can_login;

	if (!place->stored.len)
		return 0;
	if (session_open_stored(s, buf_str(&place->stored), &why) ||
	    state_read(&s->state, &r, &why)) {
		state_close(&s->state);
		if (why.kind != ERR_IO || !needed)
			return 0;
		*err = why;
		return -1;
	}
	if (strcmp(r.identity, s->who.name) == 0)
		return 1;
	state_close(&s->state);
	return 0;
}

static int session_open_named(struct session *s, const struct session_place *place,
			      struct err *err)
{
	bool create =
		s->mode == SESSION_CREATE || (s->mode == SESSION_USE && s->who.can_login);
	bool named = settings_has(s->settings, SET_NAME);
	const char *name = named ? settings_str(s->settings, SET_NAME) : s->who.name;
	int rc = 0;

	if (!named && s->mode != SESSION_CREATE)
		rc = session_open_same(s, place, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	rc = state_open(&s->state, buf_str(&place->base), name, create, err);
	if (rc && err->kind == ERR_NO_TOKEN && !named && !s->who.can_login &&
	    place->stored.len) {
		*err = ERR_INIT;
		*s->who.name = '\0';
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
	if (!s->who.flow && s->mode == SESSION_CREATE) {
		*err = s->who.login_err;
		return -1;
	}
	if (s->who.flow || settings_has(s->settings, SET_NAME))
		rc = session_open_named(s, place, err);
	else if (place->stored.len)
		rc = session_open_stored(s, buf_str(&place->stored), err);
	else
		rc = session_open_only(s, place, err);
	if (rc && err->kind == ERR_NO_TOKEN && s->mode == SESSION_USE &&
	    !s->who.can_login) {
		*err = s->who.login_err;
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
	s->who.given = s->at = ENDPOINTS_INIT;
	s->ca_file = BUF_INIT(BUF_URL_MAX);
	transport_init(&s->transport, settings);
	return session_identify(s, err) || session_open_state(s, place, err) ||
			       session_reload(s, err)
		       ? -1
		       : 0;
}

void session_close(struct session *s)
{
	record_release(&s->record);
	endpoints_release(&s->who.given);
	endpoints_release(&s->at);
	buf_release(&s->ca_file);
	state_close(&s->state);
	transport_close(&s->transport);
}
