/*
 * The checks of `doctor`, each of which adds its lines to the report. None touches a
 * stored token, and none sends a secret to a host that the settings don't name.
 */
#ifndef COMMANDS_DOCTOR_H
#define COMMANDS_DOCTOR_H

#include "commands/command.h"
#include "commands/report.h"

enum { DOCTOR_ATTEMPT_MS = 10 * 1000 }; /* at most, for one request */

struct doctor {
	const struct app *app;
	const struct settings *settings;
	struct report report;
	const struct flow *flow;    /* NULL: the settings do not make one */
	struct endpoints endpoints; /* by the settings, and by discovery */
	struct transport transport;
	struct token token; /* of the doctor's own */
	struct trace trace;
	bool has_date;
	int64_t date_offset; /* the server's clock minus ours, in seconds, as last told */
};

/* The way to @url's host: name, proxy, TLS. False when no request would arrive. */
bool doctor_way(struct doctor *d, const char *url);

/* This machine's clock against the server's, as far as one was told. */
void doctor_clock(struct doctor *d);

/* One token of the doctor's own: got, shown to the API, and revoked. */
void doctor_token(struct doctor *d);

/*
 * Of a client that its region does not know, which region does: found by a login with a
 * made-up secret, which is refused in one way where the client is known, and in another
 * where it isn't. For providers whose row has such a probe. Stops at the first that
 * knows it.
 */
void doctor_region(struct doctor *d);

#endif
