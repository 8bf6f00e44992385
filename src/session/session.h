/*
 * The one policy: is the stored token good? Else, under the lock, get another.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/login.h"
#include "session/state.h"

enum session_open_mode {
	/* make the directory where it is missing; credentials identify it */
	SESSION_CREATE,
	SESSION_USE,	/* the same, or with no credentials what an earlier step stored */
	SESSION_STORED, /* only what is stored: a missing directory is ERR_NO_TOKEN */
	SESSION_SAVED,	/* only place->stored, whatever the settings say */
};

/*
 * Who tells the runner what to mask. A token is shown to it before it is written to any
 * file, since another step may print that file at once.
 */
struct session_masks {
	void (*show)(void *arg); /* all of redact_list() that it wasn't told yet */
	void (*skip)(void *arg); /* it has been told by others */
	void *arg;
};

struct session {
	const struct settings *settings;
	enum session_open_mode mode;
	const struct flow *flow;	/* NULL: only what is stored can be used */
	bool can_login;			/* the credentials are there */
	struct err login_err;		/* why not */
	struct endpoints given;		/* what the settings say of them */
	char identity[STATE_NAME_SIZE]; /* of the token that the settings mean; "":
					 * what is stored counts, not they */
	bool elsewhere; /* the settings are of another server than the record */
	struct state state;
	struct record record; /* as last read or written */
	struct http *http;    /* opened at the first need */
	struct http_options http_opts;
	struct buf ca_file;   /* by the caller, for the record */
	struct buf ca_origin; /* where ca-file came from */
	int64_t date_offset;  /* of the last login; see struct login */
	bool has_date;
	bool minted;	  /* the last session_token() got a new one */
	bool once;	  /* one attempt each: the caller tries again by itself */
	bool final;	  /* the last failure is one that trying again does not mend */
	int64_t after_ms; /* the Retry-After that came with it; -1 without */
	struct session_masks masks;
};

#define AUTO_SESSION __attribute__((cleanup(session_close)))

/* Where the state stands and what it is called. */
struct session_place {
	struct buf base;   /* the shared directory, as this process sees it */
	struct buf stored; /* CC_TOKEN_STATE of an earlier step; empty without */
};

/*
 * Opens the state that the settings mean: by name, else by what identifies the token
 * (provider, endpoint, client, scope), which may be the one that an earlier step handed
 * over under any name; else the one handed over, or the only one that there is.
 * Settings are borrowed. Missing credentials are no error until a login is needed.
 */
int session_open(struct session *s, const struct settings *settings,
		 const struct session_place *place, enum session_open_mode mode,
		 struct err *err);
void session_close(struct session *s);

/* What the caller asks of the token. */
struct session_want {
	bool force;	      /* a new one, not older than this call */
	int64_t min_ttl;      /* seconds that it must last at least; 0: no wish */
	const char *not_this; /* a token that was refused; NULL: none */
};

/*
 * The valid token, in s->record.token. Of all processes that find the stored one wanting
 * at the same time one asks the provider, and all get its token or its error. Without
 * credentials the refresher is asked, where one runs.
 */
int session_token(struct session *s, const struct session_want *want, struct err *err);

/*
 * -1 with the reason why no token is fetched without credentials: what the last request
 * of one that had some failed by, where the provider refused or there is no token at all;
 * else what is missing here.
 */
int session_no_login(const struct session *s, struct err *err);

/* Reads the record anew. */
int session_reload(struct session *s, struct err *err);

/* True when the stored token meets @want: see expiry-buffer. */
bool session_is_good(const struct session *s, const struct session_want *want);

/* Seconds before expiry in which this token no longer counts as valid. */
int64_t session_buffer(const struct settings *settings, const struct token *t);

/*
 * True when the stored token is another than @want->not_this and was asked for at or
 * after @since on the boot clock.
 */
bool session_is_news(const struct session *s, const struct session_want *want,
		     int64_t since);

/* The transport of this session, opened on first use; NULL with an error. */
struct http *session_http(struct session *s, struct err *err);

/* Closes it until its next use. */
void session_hang_up(struct session *s);

/*
 * Revokes every token of the record that may still be alive, refresh tokens included,
 * within @budget_ms. Gone already is success. The record is left as it is.
 */
struct session_revoked {
	int revoked;	/* taken back */
	int failed;	/* perhaps still alive */
	struct err why; /* the last failure */
};
void session_revoke(struct session *s, int64_t budget_ms, struct session_revoked *ret);

/*
 * Revokes the present token, which is new, unless state.json holds it: where the state
 * could not be written, nobody would find it again.
 */
void session_take_back(struct session *s);

/* The name by default: provider and a digest of what identifies the token. */
void session_default_name(const struct flow *f, const struct endpoints *e,
			  const struct settings *s, char name[static STATE_NAME_SIZE]);

#endif
