#include "refresh/container.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "refresh/engine.h"
#include "refresh/container_id.h"

enum {
	CREATE_MS = 30 * 1000,
	START_MS = 30 * 1000,
	READY_MS = 30 * 1000,
	REMOVED_MS = 10 * 1000,
	HTTP_CONFLICT = 409,
	MEMORY = 64 * 1024 * 1024,
	PROCESSES = 16,
};

/* The mount of our container in which @path stands: the one with the longest target. */
static const struct json *container_mount_of(const struct json *me, const char *path)
{
	const struct json *best = NULL;
	size_t longest = 0;

	for (const struct json *m = json_first(json_get(me, "Mounts")); m;
	     m = json_next(m)) {
		const char *target = json_str(m, "Destination");
		size_t n = target ? strlen(target) : 0;

		if (n <= longest || strncmp(path, target, n) != 0 ||
		    (path[n] && path[n] != '/'))
			continue;
		best = m;
		longest = n;
	}
	return best;
}

static bool container_is_mounted(const struct json *mounts, const char *target)
{
	for (const struct json *m = json_first(mounts); m; m = json_next(m))
		if (strcmp(json_str(m, "Target"), target) == 0)
			return true;
	return false;
}

/*
 * The mount that brings @path to the other container. Of a directory of the host only
 * that path; volumes can't be divided in engines before 26, and one may hold all paths.
 */
static int container_add_mount(const struct json *me, const char *path, bool read_only,
			       struct json *mounts, struct err *err)
{
	const struct json *m = container_mount_of(me, path);
	const char *type = json_str(m, "Type");
	bool bind = type && strcmp(type, "bind") == 0;
	const char *source = json_str(m, bind ? "Source" : "Name");
	const char *target = json_str(m, "Destination");
	AUTO_BUF struct buf from = BUF_INIT(BUF_URL_MAX);
	struct json *o;

	if (!type || !source || !target || (!bind && strcmp(type, "volume") != 0)) {
		err_set(err, ERR_IO, "%s is on no volume of this container", path);
		return err_hint(err, "choose a shared directory by state-dir");
	}
	if (container_is_mounted(mounts, bind ? path : target))
		return 0;
	buf_addf(&from, "%s%s", source, bind ? path + strlen(target) : "");
	o = json_object();
	json_put_str(o, "Type", type);
	json_put_str(o, "Source", buf_str(&from));
	json_put_str(o, "Target", bind ? path : target);
	json_put_bool(o, "ReadOnly", read_only);
	json_put(mounts, NULL, o);
	return 0;
}

/* A CA file that stands in the image is in the other container's, too. */
static int container_mounts(const struct container *s, const struct json *me,
			    struct json *host, struct err *err)
{
	struct json *mounts = json_put(host, "Mounts", json_array());

	if (container_add_mount(me, s->base, false, mounts, err))
		return -1;
	if (!s->ca_file || !container_mount_of(me, s->ca_file))
		return 0;
	return container_add_mount(me, s->ca_file, true, mounts, err);
}

/* How our container reaches the network is how the other one shall. */
static void container_network(const struct json *me, struct json *host)
{
	static const char *const lists[] = { "Dns", "DnsOptions", "DnsSearch",
					     "ExtraHosts" };
	const struct json *mine = json_get(me, "HostConfig");
	const char *mode = json_str(mine, "NetworkMode");
	const char *users = json_str(mine, "UsernsMode");

	json_put_str(host, "NetworkMode", mode ? mode : "default");
	if (users && *users)
		json_put_str(host, "UsernsMode", users);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (json_count(json_get(mine, lists[i])))
			json_put(host, lists[i], json_copy(json_get(mine, lists[i])));
}

/* No new privileges, and the label by which our container may use the mounts. */
static void container_security(const struct json *me, struct json *host)
{
	const struct json *mine = json_get(json_get(me, "HostConfig"), "SecurityOpt");
	struct json *options = json_array(), *drop = json_array();

	json_add_str(options, "no-new-privileges");
	for (const struct json *o = json_first(mine); o; o = json_next(o))
		if (strncmp(json_text(o) ? json_text(o) : "", "label", 5) == 0)
			json_add_str(options, json_text(o));
	json_put(host, "SecurityOpt", options);
	json_add_str(drop, "ALL");
	json_put(host, "CapDrop", drop);
	json_put_bool(host, "ReadonlyRootfs", true);
}

static struct json *container_host(const struct container *s, const struct json *me,
				   struct err *err)
{
	struct json *host = json_object(), *log = json_object();

	json_put_bool(host, "AutoRemove", true);
	json_put_num(host, "Memory", MEMORY);
	json_put_num(host, "MemorySwap", MEMORY);
	json_put_num(host, "PidsLimit", PROCESSES);
	json_put_str(log, "Type", "none");
	json_put(host, "LogConfig", log);
	container_network(me, host);
	container_security(me, host);
	if (container_mounts(s, me, host, err) == 0)
		return host;
	json_free(host);
	return NULL;
}

static void container_labels(const struct container *s, const struct json *me,
			     struct json *o)
{
	const struct json *mine = json_get(json_get(me, "Config"), "Labels");
	struct json *labels = json_is_object(mine) ? json_copy(mine) : json_object();

	json_put_str(labels, "cc-token.state", s->name);
	json_put(o, "Labels", labels);
}

/* Our own program, wherever it stands in the image, and its words. */
static int container_command(const struct container *s, struct json *o, struct err *err)
{
	struct json *entry = json_put(o, "Entrypoint", json_array());
	struct json *words = json_put(o, "Cmd", json_array());
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return err_sys(err, ERR_IO, errno, "/proc/self/exe");
	self[n] = '\0';
	json_add_str(entry, self);
	for (const char *const *word = s->command; *word; word++)
		json_add_str(words, *word);
	return 0;
}

static int container_user(const struct container *s, struct json *o, struct err *err)
{
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);
	struct stat st;
	char user[64];

	buf_addf(&path, "%s/%s", s->base, s->name);
	if (stat(buf_str(&path), &st))
		return err_sys(err, ERR_IO, errno, "%s", buf_str(&path));
	snprintf(user, sizeof(user), "%u:%u", (unsigned int)st.st_uid,
		 (unsigned int)st.st_gid);
	json_put_str(o, "User", user);
	return 0;
}

/* The body of POST /containers/create. The caller frees it. */
static struct json *container_describe(const struct container *s, const struct json *me,
				       struct err *err)
{
	static const char *const open[] = { "AttachStdin", "AttachStdout", "AttachStderr",
					    "OpenStdin", "StdinOnce" };
	AUTO_JSON struct json *o = json_object();
	const char *image = json_str(me, "Image");
	struct json *host = container_host(s, me, err);

	if (!host)
		return NULL;
	json_put(o, "HostConfig", host);
	json_put_str(o, "Image", image ? image : "");
	json_put_str(o, "WorkingDir", "/");
	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		json_put_bool(o, open[i], true);
	container_labels(s, me, o);
	if (container_command(s, o, err) || container_user(s, o, err))
		return NULL;
	return STEAL(o, NULL);
}

static int container_force(struct engine *e, const char *id, struct err *err)
{
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);
	struct engine_call call = { .method = "DELETE", .timeout_ms = REMOVED_MS };

	buf_addf(&path, "/containers/%s?force=1&v=1", id);
	call.path = buf_str(&path);
	return engine_call(e, &call, NULL, err) && e->status != 404 ? -1 : 0;
}

static int container_await_removal(struct engine *e, const char *id, struct err *err)
{
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);
	struct engine_call call = { .method = "POST", .timeout_ms = REMOVED_MS };

	buf_addf(&path, "/containers/%s/wait?condition=removed", id);
	call.path = buf_str(&path);
	return engine_call(e, &call, NULL, err) && e->status != 404 ? -1 : 0;
}

int container_create(const struct container *s, struct buf *ret_id, struct err *err)
{
	AUTO_ENGINE struct engine e = ENGINE_INIT;
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);
	AUTO_JSON struct json *me = NULL;
	AUTO_JSON struct json *body = NULL;
	AUTO_JSON struct json *made = NULL;
	struct engine_call call = { .method = "POST", .timeout_ms = CREATE_MS };
	struct err ignored = ERR_INIT;
	const char *id;

	if (engine_open(&e, ENGINE_SOCKET, err))
		return -1;
	me = container_id_inspect(&e, err);
	body = me ? container_describe(s, me, err) : NULL;
	if (!body)
		return -1;
	buf_addf(&path, "/containers/create?name=cc-token-refresher-%.12s",
		 json_str(me, "Id"));
	call.path = buf_str(&path);
	call.body = body;
	e.cleanup = true;
	if (engine_call(&e, &call, &made, err)) {
		if (!e.status) /* no answer, but perhaps a container */
			container_force(&e, strchr(buf_str(&path), '=') + 1, &ignored);
		return -1;
	}
	id = json_str(made, "Id");
	if (!id || !container_id_valid(id))
		return err_set(err, ERR_IO, "the Docker engine names no container");
	buf_set(ret_id, id);
	return 0;
}

/* Reads what it prints until it says that it is ready. */
static int container_await(int fd, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT(4096), words = BUF_INIT(64 * 1024);
	AUTO_BUF struct buf clean = BUF_INIT(4 * 64 * 1024);
	int64_t end = clock_boot_ms() + READY_MS;
	int rc;

	do {
		rc = engine_read(fd, end, &out, &words, err);
		if (rc > 0 && strstr(buf_str(&out), "ready\n"))
			return 0;
	} while (rc > 0);
	if (rc < 0)
		return -1;
	while (words.len && words.ptr[words.len - 1] == '\n')
		buf_cut(&words, words.len - 1);
	log_clean(words.len ? buf_str(&words) : "it ended without a word", &clean);
	return err_set(err, ERR_IO, "%s", buf_str(&clean));
}

static int container_talk(int fd, const struct buf *variables, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);

	/* More than a socket holds at once only goes out when it is read. */
	if (fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) ||
	    fs_write_all(fd, buf_str(variables), variables->len) ||
	    shutdown(fd, SHUT_WR) || fcntl(fd, F_SETFL, flags))
		return err_sys(err, ERR_IO, errno, "can't write to its stdin");
	return container_await(fd, err);
}

int container_start(const char *id, const struct buf *variables, struct err *err)
{
	AUTO_ENGINE struct engine e = ENGINE_INIT;
	AUTO_BUF struct buf path = BUF_INIT(BUF_URL_MAX);
	struct engine_call call = { .method = "POST", .timeout_ms = START_MS };
	AUTO_CLOSE int fd = -1;

	if (engine_open(&e, ENGINE_SOCKET, err))
		return -1;
	fd = engine_attach(&e, id, START_MS, err);
	buf_addf(&path, "/containers/%s/start", id);
	call.path = buf_str(&path);
	if (fd < 0 || engine_call(&e, &call, NULL, err))
		return -1;
	return container_talk(fd, variables, err);
}

int container_remove(const char *id, bool kill, struct err *err)
{
	AUTO_ENGINE struct engine e = ENGINE_INIT;
	struct err refused = ERR_INIT;

	e.cleanup = true;
	if (engine_open(&e, ENGINE_SOCKET, err))
		return -1;
	if (!kill && container_await_removal(&e, id, &refused) == 0)
		return 0;
	refused = ERR_INIT;
	if (container_force(&e, id, &refused) && e.status != HTTP_CONFLICT) {
		*err = refused;
		return -1;
	}
	/* Docker refuses while it is removing it, Podman for reasons of its own. */
	if (container_await_removal(&e, id, err) == 0)
		return 0;
	if (refused.kind)
		*err = refused;
	return -1;
}
