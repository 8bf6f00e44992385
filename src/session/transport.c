#include "session/transport.h"

#include <unistd.h>

void transport_init(struct transport *t, const struct settings *settings)
{
	*t = (struct transport){ .ca_file = BUF_INIT(BUF_URL_MAX),
				 .ca_origin = BUF_INIT(512) };
	settings_describe(settings, SET_CA_FILE, &t->ca_origin);
	t->opts = (struct http_options){
		.ca_file = settings_str(settings, SET_CA_FILE),
		.ca_origin = buf_str(&t->ca_origin),
		.timeout_ms = settings_seconds(settings, SET_TIMEOUT) * 1000,
	};
}

void transport_adopt_ca(struct transport *t, const char *path, const char *origin)
{
	if (*t->opts.ca_file || access(path, R_OK))
		return;
	buf_set(&t->ca_file, path);
	buf_set(&t->ca_origin, origin);
	t->opts.ca_file = buf_str(&t->ca_file);
	t->opts.ca_origin = buf_str(&t->ca_origin);
}

struct http *transport_http(struct transport *t, struct err *err)
{
	if (!t->http)
		t->http = http_open(&t->opts, err);
	return t->http;
}

void transport_hang_up(struct transport *t)
{
	http_free(t->http);
	t->http = NULL;
}

void transport_close(struct transport *t)
{
	transport_hang_up(t);
	buf_release(&t->ca_file);
	buf_release(&t->ca_origin);
}
