#include "refresh/container_id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/quote.h"

enum {
	CALL_MS = 10 * 1000,
	ID_LEN = 64,
	CANDIDATES_MAX = 256,
};

static size_t container_id_hex_len(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

bool container_id_valid(const char *text)
{
	return container_id_hex_len(text) == ID_LEN && !text[ID_LEN];
}

/* Candidates, each with a newline behind it, without repetition. */
static void container_id_add(struct buf *ids, const char *id, size_t len)
{
	AUTO_BUF struct buf line = BUF_INIT(ID_LEN + 1);

	buf_add(&line, id, len);
	buf_addc(&line, '\n');
	if (!line.failed && !strstr(buf_str(ids), buf_str(&line)))
		buf_adds(ids, buf_str(&line));
}

/* Everything in a file that looks like an id: cgroup v1, and docker's own mounts. */
static void container_id_read_ids(const char *path, struct buf *ids)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_BODY_MAX);
	struct err ignored = ERR_INIT;

	if (fs_read_path(path, &text, &ignored))
		return;
	for (const char *p = buf_str(&text); *p;) {
		size_t n = container_id_hex_len(p);

		if (n == ID_LEN)
			container_id_add(ids, p, n);
		p += n ? n : 1;
	}
}

static void container_id_candidates(struct buf *ids)
{
	char host[256] = "";

	container_id_read_ids("/proc/self/cgroup", ids);
	container_id_read_ids("/proc/self/mountinfo", ids);
	if (gethostname(host, sizeof(host) - 1) == 0 &&
	    container_id_hex_len(host) == 12 && !host[12])
		container_id_add(ids, host, 12);
}

/* All containers that run. */
static void container_id_running(struct engine *e, struct buf *ids)
{
	struct engine_call call = { .method = "GET",
				    .path = "/containers/json",
				    .timeout_ms = CALL_MS };
	AUTO_JSON struct json *list = NULL;
	struct err ignored = ERR_INIT;
	int n = 0;

	if (engine_call(e, &call, &list, &ignored))
		return;
	for (const struct json *c = json_first(list); c && n++ < CANDIDATES_MAX;
	     c = json_next(c)) {
		const char *id = json_str(c, "Id");

		if (id && container_id_valid(id))
			container_id_add(ids, id, ID_LEN);
	}
}

/* A file with a fresh name in the container's own file system; its path. */
static int container_id_mark(struct buf *path, struct err *err)
{
	static const char *const places[] = { "/", "/tmp/", "/var/tmp/", "/dev/shm/" };
	unsigned long long r;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return err_sys(err, ERR_INTERNAL, errno, "getrandom");
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int fd;

		buf_reset(path);
		buf_addf(path, "%s.cc-token-%016llx", places[i], r);
		fd = open(buf_str(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			continue;
		close(fd);
		return 0;
	}
	return err_sys(err, ERR_IO, errno, "can't make a file in this container");
}

static bool container_id_matches(struct engine *e, const char *id, int len,
				 const char *mark)
{
	AUTO_BUF struct buf path = BUF_INIT(1024);
	struct engine_call call = { .method = "HEAD", .timeout_ms = CALL_MS };
	struct err ignored = ERR_INIT;

	buf_addf(&path, "/containers/%.*s/archive?path=", len, id);
	quote_percent(&path, mark);
	call.path = buf_str(&path);
	return engine_call(e, &call, NULL, &ignored) == 0;
}

/* The first of the candidates that is us; appends its id to @out. */
static bool container_id_choose(struct engine *e, const struct buf *ids, const char *mark,
				struct buf *out)
{
	for (const char *p = buf_str(ids); *p;) {
		size_t n = strcspn(p, "\n");

		if (container_id_matches(e, p, (int)n, mark)) {
			buf_add(out, p, n);
			return true;
		}
		if (!e->status)
			return false; /* it does not even answer */
		p += n + 1;
	}
	return false;
}

static bool container_id_find(struct engine *e, const char *mark, struct buf *out)
{
	AUTO_BUF struct buf likely = BUF_INIT((ID_LEN + 1) * CANDIDATES_MAX);
	AUTO_BUF struct buf running = BUF_INIT((ID_LEN + 1) * CANDIDATES_MAX);

	container_id_candidates(&likely);
	if (container_id_choose(e, &likely, mark, out) || !e->status)
		return out->len > 0;
	container_id_running(e, &running);
	return container_id_choose(e, &running, mark, out);
}

struct json *container_id_inspect(struct engine *e, struct err *err)
{
	AUTO_BUF struct buf mark = BUF_INIT(1024), id = BUF_INIT(ID_LEN);
	AUTO_BUF struct buf path = BUF_INIT(1024);
	struct engine_call call = { .method = "GET", .timeout_ms = CALL_MS };
	struct json *me = NULL;
	bool found;

	if (container_id_mark(&mark, err))
		return NULL;
	found = container_id_find(e, buf_str(&mark), &id);
	unlink(buf_str(&mark));
	if (!found) {
		err_set(err, ERR_IO,
			"the Docker engine at %s does not know this container",
			e->socket);
		err_hint(err, "check that the socket is of the engine that runs the job");
		return NULL;
	}
	buf_addf(&path, "/containers/%s/json", buf_str(&id));
	call.path = buf_str(&path);
	if (engine_call(e, &call, &me, err))
		return NULL;
	if (json_str(me, "Id") && container_id_valid(json_str(me, "Id")))
		return me;
	json_free(me);
	err_set(err, ERR_IO, "the Docker engine at %s gave no description", e->socket);
	return NULL;
}
