#include "refresh/engine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"

enum {
	ENGINE_FIRST_MS = 5000, /* for the first answer */
	ENGINE_MINOR = 41,	/* 1.41 is of engine 20.10; later ones still speak it */
	ENGINE_FRAME = 16 * 1024 * 1024,
};

static int engine_connect(const char *path)
{
	AUTO_CLOSE int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (fd < 0)
		return -1;
	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path));
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return -1;
	return STEAL(fd, -1);
}

bool engine_offered(const char *path, struct err *ret_why)
{
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (stat(path, &st)) {
		err_sys(ret_why, ERR_IO, errno, "%s", path);
		return false;
	}
	if (!S_ISSOCK(st.st_mode)) {
		err_set(ret_why, ERR_IO, "%s is no socket", path);
		return false;
	}
	fd = engine_connect(path);
	if (fd >= 0 || (errno != EACCES && errno != EPERM))
		return true;
	err_sys(ret_why, ERR_IO, errno, "%s", path);
	return false;
}

/* "1.41" is 41; -1 when it is no version of this API. */
static int engine_minor(const char *text)
{
	char *end = NULL;
	long minor = -1;

	if (text && strncmp(text, "1.", 2) == 0)
		minor = strtol(text + 2, &end, 10);
	return minor >= 0 && minor < 10000 && end > text + 2 && !*end ? (int)minor : -1;
}

static int engine_fail(const struct engine *e, struct err *err)
{
	err_wrap(err, "the Docker engine at %s", e->socket);
	if (err->kind == ERR_INTERRUPTED)
		return -1;
	err->kind = ERR_IO;
	return err_hint(err, "check that it is the socket of a running Docker engine");
}

int engine_choose(int oldest, int newest)
{
	int minor = ENGINE_MINOR < newest ? ENGINE_MINOR : newest;

	return minor < oldest ? oldest : minor;
}

int engine_open(struct engine *e, const char *socket, struct err *err)
{
	struct http_options opts = { .unix_socket = socket,
				     .timeout_ms = ENGINE_FIRST_MS };
	struct engine_call call = { .method = "GET",
				    .path = "/version",
				    .timeout_ms = ENGINE_FIRST_MS };
	AUTO_JSON struct json *doc = NULL;
	int newest, oldest;

	*e = (struct engine){ .socket = socket, .cleanup = e->cleanup };
	e->http = http_open(&opts, err);
	if (!e->http || engine_call(e, &call, &doc, err))
		return -1;
	newest = engine_minor(json_str(doc, "ApiVersion"));
	oldest = engine_minor(json_str(doc, "MinAPIVersion"));
	if (newest < 0) {
		err_set(err, ERR_IO, "its answer names no API version");
		return engine_fail(e, err);
	}
	e->minor = engine_choose(oldest, newest);
	return 0;
}

void engine_close(struct engine *e)
{
	http_free(e->http);
	*e = ENGINE_INIT;
}

static void engine_url(const struct engine *e, const char *path, struct buf *out)
{
	buf_adds(out, "http://docker");
	if (e->minor)
		buf_addf(out, "/v1.%d", e->minor);
	buf_adds(out, path);
}

/* What to do about a call that an engine answers, but does not do. */
static void engine_cure(int status, struct err *err)
{
	static const struct {
		int status;
		const char *text;
	} cures[] = {
		{ 403, "let the engine, or what stands before its socket, allow this" },
		{ 404, "check the image and the API version that the engine serves" },
		{ 409,
		  "remove the container that is in the way, or wait until it is gone" },
	};
	const char *text = "see the engine's own log";

	for (size_t i = 0; i < ARRAY_LEN(cures); i++)
		if (cures[i].status == status)
			text = cures[i].text;
	err_hint(err, "%s", text);
}

/* The engine says why as {"message": "…"}, Podman the root of it as "cause", too. */
static int engine_refused(const struct engine *e, const struct http_resp *resp,
			  struct err *err)
{
	AUTO_BUF struct buf clean = BUF_INIT(ERR_TEXT_MAX);
	struct err ignored = ERR_INIT;
	AUTO_JSON struct json *doc =
		json_parse(buf_str(&resp->body), resp->body.len, &ignored);
	const char *why = json_str(doc, "message"), *cause = json_str(doc, "cause");

	log_clean(why ? why : "", &clean);
	if (cause && !strstr(buf_str(&clean), cause)) {
		buf_adds(&clean, clean.len ? ": " : "");
		log_clean(cause, &clean);
	}
	err_set(err, ERR_IO, "HTTP %d%s%s", resp->status, clean.len ? ": " : "",
		buf_str(&clean));
	engine_fail(e, err);
	if (clean.len)
		engine_cure(resp->status, err);
	return -1;
}

static int engine_read_answer(const struct engine *e, const struct http_resp *resp,
			      struct json **ret, struct err *err)
{
	struct json *doc;

	if (resp->status < 200 || resp->status > 299)
		return engine_refused(e, resp, err);
	if (!ret)
		return 0;
	doc = json_parse(buf_str(&resp->body), resp->body.len, err);
	if (!doc)
		return engine_fail(e, err);
	*ret = doc;
	return 0;
}

int engine_call(struct engine *e, const struct engine_call *call, struct json **ret,
		struct err *err)
{
	AUTO_REQ struct http_req req = HTTP_REQ_INIT;
	AUTO_RESP struct http_resp resp = HTTP_RESP_INIT;
	int rc;

	req.method = call->method;
	req.timeout_ms = call->timeout_ms;
	req.cleanup = e->cleanup;
	resp.body.max = BUF_STATE_MAX;
	engine_url(e, call->path, &req.url);
	if (call->body) {
		http_req_header(&req, "Content-Type", "application/json");
		json_print(call->body, &req.body);
	}
	req.has_body = strcmp(call->method, "POST") == 0;
	rc = e->http->perform(e->http, &req, &resp, err);
	e->status = rc ? 0 : resp.status;
	log_debug("the Docker engine: %s %s gave HTTP %d", call->method, call->path,
		  e->status);
	return rc ? engine_fail(e, err) : engine_read_answer(e, &resp, ret, err);
}

/* Waits for bytes until the time is over, then reads what is there. */
static ssize_t engine_recv(int fd, void *data, size_t len, int64_t end_boot_ms,
			   struct err *err)
{
	for (;;) {
		ssize_t n = read(fd, data, len);
		int64_t left = end_boot_ms - clock_boot_ms();

		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return err_sys(err, ERR_IO, errno, "the container's stream");
		if (left <= 0)
			return err_set(err, ERR_IO, "the container says nothing");
		if (interrupt_wait(fd, left, err) < 0)
			return -1;
	}
}

/* 1 with all of it, 0 when the stream ends before, -1 with an error. */
static int engine_recv_all(int fd, void *data, size_t len, int64_t end_boot_ms,
			   struct err *err)
{
	for (size_t have = 0; have < len;) {
		ssize_t n = engine_recv(fd, (char *)data + have, len - have, end_boot_ms,
					err);

		if (n <= 0)
			return (int)n;
		have += (size_t)n;
	}
	return 1;
}

/* The answer's head, byte by byte: what follows it belongs to the stream. */
static int engine_read_head(int fd, int64_t end_boot_ms, struct err *err)
{
	AUTO_BUF struct buf head = BUF_INIT(16 * 1024);
	int status = 0;
	char c;

	while (!strstr(buf_str(&head), "\r\n\r\n")) {
		int rc = engine_recv_all(fd, &c, 1, end_boot_ms, err);

		if (rc < 0)
			return -1;
		buf_addc(&head, c);
		if (!rc || head.failed)
			return err_set(err, ERR_IO, "it did not attach");
	}
	if (strncmp(buf_str(&head), "HTTP/1.1 ", 9) == 0)
		status = (int)strtol(buf_str(&head) + 9, NULL, 10);
	if (status != 101 && status != 200)
		return err_set(err, ERR_IO, "it did not attach: HTTP %d", status);
	return 0;
}

int engine_attach(struct engine *e, const char *id, int64_t timeout_ms, struct err *err)
{
	AUTO_CLOSE int fd = engine_connect(e->socket);
	AUTO_BUF struct buf head = BUF_INIT(4096);

	if (fd < 0) {
		err_sys(err, ERR_IO, errno, "can't connect");
		return engine_fail(e, err);
	}
	buf_addf(&head,
		 "POST /v1.%d/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1 "
		 "HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
		 "Content-Length: 0\r\n\r\n",
		 e->minor, id);
	if (fs_write_all(fd, buf_str(&head), head.len)) {
		err_sys(err, ERR_IO, errno, "can't write");
		return engine_fail(e, err);
	}
	if (engine_read_head(fd, clock_boot_ms() + timeout_ms, err))
		return engine_fail(e, err);
	return STEAL(fd, -1);
}

/*
 * Docker Engine API, "Attach to a container": type, three zeros, length, then the data.
 */
int engine_read(int fd, int64_t end_boot_ms, struct buf *out, struct buf *errors,
		struct err *err)
{
	unsigned char head[8];
	char data[4096];
	size_t left;
	int rc = engine_recv_all(fd, head, sizeof(head), end_boot_ms, err);

	if (rc <= 0)
		return rc;
	left = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 |
	       head[7];
	if (head[0] > 2 || left > ENGINE_FRAME)
		return err_set(err, ERR_IO, "the container's stream is garbled");
	while (left) {
		ssize_t n =
			engine_recv(fd, data, left < sizeof(data) ? left : sizeof(data),
				    end_boot_ms, err);

		if (n <= 0)
			return (int)n;
		buf_add(head[0] == 2 ? errors : out, data, (size_t)n);
		left -= (size_t)n;
	}
	return 1;
}
