/*
 * One HTTP request and its answer, over libcurl. No retries and no redirects here:
 * net/retry decides whether and when to try again, and a redirect is an answer.
 *
 * The transport is an object with one function, so that tests can put a recorded one in
 * its place.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/trace.h"

/* What ended an attempt that brought no whole answer. */
enum http_failure {
	HTTP_OK, /* there is a status, headers and a body */
	/* before the request was sent */
	HTTP_RESOLVE,	    /* no address for the host */
	HTTP_CONNECT,	    /* nobody answered at the address */
	HTTP_TLS,	    /* the handshake */
	HTTP_TLS_REFUSED,   /* the same, and no later one will do better */
	HTTP_CA,	    /* the certificate is not one that we trust */
	HTTP_PROXY_ADDRESS, /* its variable holds no address; nothing was looked up */
	HTTP_PROXY_RESOLVE, /* no address for the proxy */
	HTTP_PROXY_BUSY,    /* it can't reach the host now */
	HTTP_PROXY_DENIED,  /* it does not let us reach the host */
	HTTP_PROXY_AUTH,    /* it does not take us for a user of its */
	HTTP_PROXY_REFUSED, /* it will not do it for another reason */
	/* then, or later */
	HTTP_TIMEOUT,  /* the time for one attempt was over */
	HTTP_TRANSFER, /* broken off while sending or receiving */
	HTTP_TOO_BIG,  /* more than the bound on headers or body */
	HTTP_ENCODED,  /* a 2xx in a content coding that was not asked for */
	HTTP_SINK,     /* the receiver of the body failed; its error is returned */
	HTTP_SIGNAL,   /* interrupted */
};

enum { HTTP_ERROR_MAX = 1024 * 1024 }; /* bytes that an error may use to say why */

struct http_resp;

/* What a receiver did with a piece of the body. */
enum http_sunk {
	HTTP_SUNK,  /* took all of it */
	HTTP_PAUSE, /* took nothing: hold the transfer until http.resume() (jobs only) */
	HTTP_STOP,  /* failed, and set the error: end the transfer */
};

/* Takes the body of a 2xx answer piece by piece; status and headers are in @resp. */
struct http_sink {
	enum http_sunk (*write)(void *arg, const struct http_resp *resp, const char *data,
				size_t len, struct err *err);
	void *arg;
};

struct http_req {
	const char *method; /* borrowed, a literal */
	struct buf url;
	struct buf headers; /* "Name: value\n" each; fill by http_req_header() */
	struct buf body;
	bool has_body; /* send one, even if it is empty */
	/* never send it twice, not even where a kept connection turns out dead */
	bool once;
	bool fresh; /* on a connection of its own: those that are kept may break, too */
	int64_t timeout_ms;	      /* for this attempt; 0: the transport's own */
	const struct http_sink *sink; /* NULL: the body is kept in the answer */
	bool cleanup; /* it clears up after us, so a signal does not end it */
};

#define HTTP_REQ_INIT                                        \
	((struct http_req){ .method = "GET",                 \
			    .url = BUF_INIT(BUF_URL_MAX),    \
			    .headers = BUF_INIT(256 * 1024), \
			    .body = BUF_INIT(64 * 1024 * 1024) })
#define AUTO_REQ __attribute__((cleanup(http_req_release)))

struct http_resp {
	enum http_failure failure;
	bool sent;  /* at least a part of the request left; it may have been acted upon */
	int status; /* of the last answer, 0 when none came */
	bool head_ended;	/* the empty line behind the headers has come */
	struct buf status_line; /* "HTTP/1.1 200 OK" */
	struct buf headers;	/* "name: value\n", names in lower case */
	/*
	 * At most body.max bytes; set the bound before the call. More are HTTP_TOO_BIG,
	 * but beside a status other than 2xx: there the first HTTP_ERROR_MAX are kept.
	 */
	struct buf body;
	/* of a body that was left out because nobody asked for that content coding */
	struct buf coding;
	int64_t sent_boot_ms; /* when the attempt began */
	int64_t time_ms;      /* how long it took */
	bool has_date;	      /* the server sent a Date */
	int64_t date_wall;    /* that Date, in seconds since 1970 */
	int64_t date_offset;  /* that Date minus our wall clock, in seconds */
	int64_t after_ms; /* Retry-After from now; 0: not ahead, or not read; -1: none */
};

#define HTTP_RESP_INIT                                        \
	((struct http_resp){ .status_line = BUF_INIT(1024),   \
			     .headers = BUF_INIT(256 * 1024), \
			     .body = BUF_INIT(BUF_BODY_MAX),  \
			     .coding = BUF_INIT(256),         \
			     .after_ms = -1 })
#define AUTO_RESP __attribute__((cleanup(http_resp_release)))

/* A request on its way beside others. The caller owns it, and all that it points to. */
struct http_job {
	const struct http_req *req;
	struct http_resp *resp;
	int result;		   /* when it has ended: as of http.perform() */
	struct err error;	   /* likewise */
	void *tag;		   /* the caller's */
	struct transfer *transfer; /* the transport's; NULL: not on its way */
};

struct http {
	/*
	 * 0 when an answer came, whatever its status, and whole: its head to the empty
	 * line, its body as long as Content-Length or the chunks say, or else to the end
	 * of the connection, which on TLS is a close_notify (RFC 9112 sections 6.3, 8 and
	 * 9.8). Else -1; resp->failure tells why,
	 * and http_failure_retry() whether another attempt makes sense. The old content
	 * of @resp is dropped first; its bounds are kept.
	 */
	int (*perform)(struct http *h, const struct http_req *req, struct http_resp *resp,
		       struct err *err);

	/*
	 * Several at once. start() sends a job on its way; -1 when it can't begin. wait()
	 * moves all of them along, and returns one that has ended; NULL when none has
	 * after @ms, none is left, or (error set) a signal came. resume() lets a job go
	 * on whose sink paused it, drop() ends one. idle() tells that nobody called
	 * wait() for @ms, so that jobs are not taken for slow. A job's time for one
	 * attempt bounds the wait for its answer; a body that comes at a fair speed may
	 * take longer.
	 */
	int (*start)(struct http *h, struct http_job *job, struct err *err);
	struct http_job *(*wait)(struct http *h, int64_t ms, struct err *err);
	void (*resume)(struct http *h, struct http_job *job);
	void (*drop)(struct http *h, struct http_job *job);
	void (*idle)(struct http *h, int64_t ms);

	void (*close)(struct http *h); /* frees @h; NULL when nobody owns it */
};

struct http_options {
	const char *ca_file;	 /* NULL or "": see net/trust.h */
	const char *ca_origin;	 /* where that setting came from, for messages */
	const char *unix_socket; /* speak to this socket instead of the URL's host */
	int64_t timeout_ms;	 /* for one attempt, connecting included */
	struct trace *trace; /* filled by each attempt that makes a connection; or NULL */
};

/*
 * A transport over libcurl, which keeps its connections open between calls. The trust
 * store is opened at the first https request. Strings in @opts are borrowed.
 */
struct http *http_open(const struct http_options *opts, struct err *err);
void http_free(struct http *h); /* accepts NULL */

/* True when what failed may go well the next time. */
bool http_failure_retry(enum http_failure failure);

/* The error for a failure, with @detail cleaned behind it. Always returns -1. */
int http_failure_set(enum http_failure failure, const char *detail, struct err *err);

/* Adds a header. A name or value with a control character makes the request fail. */
void http_req_header(struct http_req *req, const char *name, const char *value);

/* Adds the header @name of @from, where it has one. */
void http_req_copy(struct http_req *req, const char *name, const struct http_req *from);

/*
 * Adds "Accept-Encoding: identity", for a request whose answer left out a body (see
 * coding in struct http_resp). False where the header is there already.
 */
bool http_req_plain(struct http_req *req);

/* Sets resp->coding where the body of @resp is in one that @req did not ask for. */
void http_take_coding(const struct http_req *req, struct http_resp *resp);

void http_req_release(struct http_req *req);

/*
 * Takes one line of the head of an answer, as libcurl gives it; a status line begins a
 * new head, a line that begins with a blank goes on with the one before. False when the
 * bound on headers is passed.
 */
bool http_take_header(struct http_resp *resp, const char *data, size_t len);

/* Empties the answer for another attempt, keeping its bounds. */
void http_resp_reset(struct http_resp *resp);
void http_resp_release(struct http_resp *resp);

/* Appends the first value of the header @name (lower case). False when there is none. */
bool http_header(const struct http_resp *resp, const char *name, struct buf *out);

/*
 * Appends the values of all lines of the header @name (lower case), joined by ", ", as RFC
 * 9110 section 5.3 has it for those whose value is a list. False when there is none.
 */
bool http_header_all(const struct http_resp *resp, const char *name, struct buf *out);

/*
 * Appends the names of the schemes that the challenges in the headers @name (lower case)
 * ask for, with ", " between them: RFC 9110 section 11.6.1.
 */
void http_schemes(const struct http_resp *resp, const char *name, struct buf *out);

/* libcurl, its TLS library, and their versions. */
const char *http_library(void);

#endif
