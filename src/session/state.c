#include "session/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "session/record.h"

static int state_check_owner(int base, int fd, const char *path, struct err *err)
{
	struct stat dir, parent;

	if (fstat(fd, &dir) || fstat(base, &parent))
		return err_sys(err, ERR_IO, errno, "can't look at %s", path);
	if (dir.st_uid != geteuid() && (geteuid() != 0 || dir.st_uid != parent.st_uid)) {
		err_set(err, ERR_IO, "the state directory %s belongs to uid %u", path,
			(unsigned int)dir.st_uid);
		return err_hint(err, "remove it, or choose another place by state-dir "
				     "(CC_STATE_DIR)");
	}
	if (dir.st_mode & 077 && fchmod(fd, 0700))
		return err_sys(err, ERR_IO, errno, "can't close %s to others", path);
	return 0;
}

static int state_open_dir(int base, const char *name, bool create, const char *path,
			  struct err *err)
{
	AUTO_CLOSE int fd = -1;
	bool made = create && mkdirat(base, name, 0700) == 0;

	if (create && !made && errno != EEXIST)
		return err_sys(err, ERR_IO, errno, "can't make the state directory %s",
			       path);
	fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NO_TOKEN, "no token is stored in %s", path);
	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't open the state directory %s",
			       path);
	if ((made && fs_own_like(base, fd, err)) ||
	    state_check_owner(base, fd, path, err))
		return -1;
	return STEAL(fd, -1);
}

int state_open(struct state *s, const char *base, const char *name, bool create,
	       struct err *err)
{
	AUTO_CLOSE int at = -1;

	buf_set(&s->path, base);
	buf_addf(&s->path, "/%s", name);
	if (buf_check(&s->path, "the path of the state directory", err))
		return -1;
	at = create ? fs_make_dir(base, err)
		    : open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0 && create)
		return -1;
	if (at < 0)
		return err_set(err, ERR_NO_TOKEN, "no token is stored in %s",
			       buf_str(&s->path));
	s->fd = state_open_dir(at, name, create, buf_str(&s->path), err);
	return s->fd < 0 ? -1 : 0;
}

size_t state_list(const char *base, struct buf *names)
{
	DIR *dir = opendir(base);
	size_t n = 0;

	if (!dir)
		return 0;
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		char path[NAME_MAX + 16];

		snprintf(path, sizeof(path), "%s/state.json", e->d_name);
		if (*e->d_name == '.' || faccessat(dirfd(dir), path, F_OK, 0))
			continue;
		buf_addf(names, "%s%s", n++ ? ", " : "", e->d_name);
	}
	closedir(dir);
	return n;
}

void state_close(struct state *s)
{
	state_unlock(s);
	cleanup_close_fd(&s->fd);
	buf_release(&s->path);
	*s = STATE_INIT;
}

static int state_open_lock(const struct state *s, struct err *err)
{
	AUTO_CLOSE int fd =
		openat(s->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NO_TOKEN, "%s has been removed",
			       buf_str(&s->path));
	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't open %s/lock",
			       buf_str(&s->path));
	if (fs_own_like(s->fd, fd, err))
		return -1;
	return STEAL(fd, -1);
}

int state_lock(struct state *s, struct err *err)
{
	AUTO_CLOSE int fd = state_open_lock(s, err);
	struct stat st;

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX)) {
		if (errno != EINTR)
			return err_sys(err, ERR_IO, errno, "can't lock %s",
				       buf_str(&s->path));
		if (interrupt_check(err))
			return -1;
	}
	if (fstat(fd, &st) || !st.st_nlink)
		return err_set(err, ERR_NO_TOKEN, "%s has been removed",
			       buf_str(&s->path));
	s->lock_fd = STEAL(fd, -1);
	return 0;
}

bool state_try_lock(struct state *s)
{
	struct err ignored = ERR_INIT;
	AUTO_CLOSE int fd = state_open_lock(s, &ignored);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB))
		return false;
	s->lock_fd = STEAL(fd, -1);
	return true;
}

void state_unlock(struct state *s)
{
	cleanup_close_fd(&s->lock_fd);
	s->lock_fd = -1;
}

static void state_left_aside(struct state *s, const struct err *why)
{
	if (!s->told)
		log_warn("what is stored in %s is left aside: %s", buf_str(&s->path),
			 why->text);
	s->told = true;
}

void state_read(struct state *s, struct record *ret)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);
	struct err why = ERR_INIT;

	if (fs_read(s->fd, "state.json", &text, &why)) {
		if (errno != ENOENT)
			state_left_aside(s, &why);
		return;
	}
	if (record_parse(buf_str(&text), text.len, ret, &why)) {
		state_left_aside(s, &why);
		record_release(ret);
		*ret = RECORD_INIT;
	}
}

bool state_changed(const struct state *s, struct state_seen *seen)
{
	struct stat st;

	if (fstatat(s->fd, "state.json", &st, AT_SYMLINK_NOFOLLOW) ||
	    (st.st_ino == seen->number && st.st_ctim.tv_sec == seen->changed.tv_sec &&
	     st.st_ctim.tv_nsec == seen->changed.tv_nsec))
		return false;
	*seen = (struct state_seen){ st.st_ino, st.st_ctim };
	return true;
}

#define STATE_TOKEN  "token"
#define STATE_HEADER "header"

void state_paths(const char *dir, struct buf *token, struct buf *header)
{
	buf_addf(token, "%s/" STATE_TOKEN, dir);
	buf_addf(header, "%s/" STATE_HEADER, dir);
}

static bool state_holds(const struct state *s, const char *name, const struct buf *value)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_SECRET_MAX * 2);
	struct err err = ERR_INIT;

	return fs_read(s->fd, name, &text, &err) == 0 && buf_equal(&text, value);
}

bool state_matches(const struct state *s, const struct record *r)
{
	AUTO_BUF struct buf header = BUF_INIT(BUF_SECRET_MAX * 2);

	token_header(buf_str(&r->token.access), &header);
	return r->has_token && !header.failed &&
	       state_holds(s, STATE_TOKEN, &r->token.access) &&
	       state_holds(s, STATE_HEADER, &header);
}

int state_write(const struct state *s, const struct record *r, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);
	AUTO_BUF struct buf header = BUF_INIT(BUF_SECRET_MAX * 2);
	const struct buf *access = &r->token.access;

	record_print(r, &text);
	token_header(buf_str(access), &header);
	if (buf_check(&text, "state.json", err) || buf_check(&header, "the header", err))
		return -1;
	if (fs_replace(s->fd, "state.json", buf_str(&text), text.len, 0600, err))
		return err_wrap(err, "%s", buf_str(&s->path));
	if (!r->has_token || state_matches(s, r))
		return 0;
	if (fs_replace(s->fd, STATE_HEADER, buf_str(&header), header.len, 0600, err) ||
	    fs_replace(s->fd, STATE_TOKEN, buf_str(access), access->len, 0600, err))
		return err_wrap(err, "%s", buf_str(&s->path));
	return 0;
}

bool state_exists(const struct state *s)
{
	struct stat here, there;

	return fstat(s->fd, &here) == 0 && here.st_nlink > 0 &&
	       stat(buf_str(&s->path), &there) == 0 && here.st_ino == there.st_ino &&
	       here.st_dev == there.st_dev &&
	       faccessat(s->fd, "state.json", F_OK, 0) == 0;
}

/* Removes the files in the directory: all, or those that were written beside others. */
static int state_remove_files(int fd, bool all, const char *path, struct err *err)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	int ret = 0;

	if (!dir) {
		cleanup_close_fd(&copy);
		return err_sys(err, ERR_IO, errno, "can't list %s", path);
	}
	rewinddir(dir);
	for (struct dirent *e = readdir(dir); e && !ret; e = readdir(dir)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    (!all && *e->d_name != '.'))
			continue;
		if (unlinkat(fd, e->d_name, 0) && errno != ENOENT)
			ret = err_sys(err, ERR_IO, errno, "can't remove %s/%s", path,
				      e->d_name);
	}
	closedir(dir);
	return ret;
}

void state_tidy(const struct state *s)
{
	struct err ignored = ERR_INIT;

	state_remove_files(s->fd, false, buf_str(&s->path), &ignored);
}

int state_remove(struct state *s, struct err *err)
{
	if (s->fd < 0)
		return 0;
	if (state_remove_files(s->fd, true, buf_str(&s->path), err))
		return -1;
	if (rmdir(buf_str(&s->path)) && errno != ENOENT)
		return err_sys(err, ERR_IO, errno, "can't remove %s", buf_str(&s->path));
	return 0;
}
