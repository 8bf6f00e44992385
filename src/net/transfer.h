/*
 * One libcurl handle, made ready for a request and read out afterwards: what net/http.c
 * works with, and no one else.
 */
#ifndef NET_TRANSFER_H
#define NET_TRANSFER_H

#include <curl/curl.h>

#include "net/ending.h"
#include "net/http.h"
#include "net/trust.h"

enum { TRANSFER_SOCKETS_MAX = 32 };

/* What the transfers of one transport share. It outlives their handles. */
struct transfer_env {
	struct http_options opts;
	struct trust *trust; /* opened at the first https request */
	/* Those open; libcurl does not tell which one a transfer has got. */
	curl_socket_t sockets[TRANSFER_SOCKETS_MAX];
	size_t socket_count;
	struct ending ending;
	struct trace trace; /* where the options name none */
};

/* One request on its way. libcurl's handle is kept for the next one. */
struct transfer {
	CURL *curl;
	struct transfer_env *env;
	const struct http_req *req;
	struct http_resp *resp;
	struct curl_slist *headers;
	const char *proxy;    /* the variable that names it; NULL: none */
	struct err proxy_err; /* why its value is no address */
	struct err sink_err;
	bool sink_failed, too_big;
	const void *ssl;  /* of its connection; NULL: without TLS, or no answer yet */
	bool cut;	  /* of an error's body the rest is not wanted */
	int64_t received; /* bytes of the body */
	int64_t paused_boot_ms; /* since when it waits for its sink; 0: it doesn't */
	int64_t idle_ms;	/* time in which nobody served it, or it was paused */
	int64_t grace_boot_ms;	/* after a signal: when to give up; 0 before one */
	struct http_job *job;	/* NULL: http_perform() waits for it */
	struct transfer *next;
	char detail[CURL_ERROR_SIZE];
};

/* A transfer, or NULL when memory ended. It stands in no list yet. */
struct transfer *transfer_open(struct transfer_env *env);
void transfer_free(struct transfer *t);

/* Milliseconds for one attempt of its request. */
int64_t transfer_timeout(const struct transfer *t);

/* Makes the handle ready for t->req and t->resp. Nothing is sent yet. */
int transfer_prepare(struct transfer *t, struct err *err);

/* Wipes and frees the headers that were handed to libcurl. */
void transfer_drop_headers(struct transfer *t);

/* The error of a transfer that failed by @rc and t->resp->failure. Always -1. */
int transfer_tell(struct transfer *t, CURLcode rc, struct err *err);

/* Reads out what became of it: as http.perform() returns. */
int transfer_finish(struct transfer *t, CURLcode rc, struct err *err);

#endif
