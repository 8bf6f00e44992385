/*
 * The way of one command to the servers: opened at the first need, kept until the end.
 * What it trusts is the ca-file of the settings, or one that it is told of.
 */
#ifndef SESSION_TRANSPORT_H
#define SESSION_TRANSPORT_H

#include "net/http.h"
#include "settings/settings.h"

struct transport {
	struct http *http; /* NULL: not open */
	struct http_options opts;
	struct buf ca_file;   /* one that was adopted */
	struct buf ca_origin; /* where the ca-file came from, for messages */
};

/* Fills @t from the settings, which are borrowed. Nothing is opened yet. */
void transport_init(struct transport *t, const struct settings *settings);

/* Trusts the roots of @path, where the settings name none and it can be read. */
void transport_adopt_ca(struct transport *t, const char *path, const char *origin);

/* The transport, opened on first use; NULL with an error. It stays @t's. */
struct http *transport_http(struct transport *t, struct err *err);

/* Closes it until its next use. */
void transport_hang_up(struct transport *t);

void transport_close(struct transport *t);

#endif
