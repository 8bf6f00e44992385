/*
 * Which token is meant, and where it is stored: the settings name it, or an earlier step
 * did, or it is the only one. session.h decides whether it will do.
 */
#ifndef SESSION_LOCATE_H
#define SESSION_LOCATE_H

#include "session/state.h"
#include "session/transport.h"

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
	int (*show)(void *arg,
		    struct err *err); /* all of redact_list() that it wasn't told yet */
	void (*skip)(void *arg);      /* it has been told by others */
	void *arg;
};

/* Which token the settings mean. */
struct session_identity {
	const struct flow *flow; /* NULL: only what is stored can be used */
	/*
	 * The settings give a secret for it: then they, and what this process discovers,
	 * say where requests go and what is trusted, never the record. Else no request of
	 * this session holds a secret.
	 */
	bool armed;
	struct endpoints given;	    /* what the settings say of them */
	char name[STATE_NAME_SIZE]; /* see session_default_name(); "": what is stored
				     * counts, not the settings */
	bool can_login;		    /* the credentials are there */
	bool elsewhere;	      /* the settings are of another server than the record */
	struct err login_err; /* why it can't */
};

/* What the last session_token() came to. */
struct session_outcome {
	bool minted;	  /* it got a new token */
	bool final;	  /* its failure is one that trying again does not mend */
	int64_t after_ms; /* the Retry-After that came with it; -1 without */
};

struct session {
	const struct settings *settings;
	enum session_open_mode mode;
	bool once; /* one attempt each: the caller tries again by itself */
	struct session_identity who;
	struct state state;
	struct record record; /* as last read or written */
	/* Where requests go, by the rule (oauth/rule.h); never record.endpoints. */
	struct endpoints at;
	bool found_api;	    /* the API host among them is discovered */
	struct buf ca_file; /* by the caller, for the record */
	struct transport transport;
	struct session_outcome outcome;
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

/* Reads the record anew. */
int session_reload(struct session *s, struct err *err);

/* The name by default: provider and a digest of what identifies the token. */
void session_default_name(const struct flow *f, const struct endpoints *e,
			  const struct settings *s, char name[static STATE_NAME_SIZE]);

#endif
