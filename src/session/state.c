#include "session/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "session/record.h"

static int state_open_dir(int base, const char *name, bool create, const char *path,
			  struct err *err)
{
	AUTO_CLOSE int fd = fs_open_dir(base, name, create ? 0700 : 0, err);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NO_TOKEN, "no token is stored in %s", path);
	if (fd < 0) {
		/* What is no directory, or leads to one, has taken its name. */
		fs_cure(err, errno == ENOTDIR ? EEXIST : errno, base);
		return err_wrap(err, "the state directory %s", path);
	}
	if (fstat(fd, &st) || (st.st_mode & 077 && fchmod(fd, 0700)))
		return err_sys(err, ERR_IO, errno, "can't close %s to others", path);
	return STEAL(fd, -1);
}

/* Where all may rename, anyone could put a directory of his in the place of ours. */
static int state_make_base(const char *base, struct err *err)
{
	AUTO_CLOSE int fd = fs_make_dir(base, err);
	struct stat st;

	if (fd < 0)
		return fs_cure(err, errno, -1);
	if (fstat(fd, &st))
		return err_sys(err, ERR_IO, errno, "can't look at %s", base);
	if (!(st.st_mode & S_IWOTH) || st.st_mode & S_ISVTX)
		return STEAL(fd, -1);
	err_set(err, ERR_IO, "all may write to %s, and it has no sticky bit", base);
	return err_hint(err, "chmod o-w or +t it, or choose another place by state-dir "
			     "(CC_STATE_DIR)");
}

static int state_open_base(const char *base, struct err *err)
{
	int fd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NO_TOKEN, "no token is stored in %s", base);
	if (fd < 0) {
		err_sys(err, ERR_IO, errno, "can't open %s", base);
		return fs_cure(err, errno, -1);
	}
	return fd;
}

int state_open(struct state *s, const char *base, const char *name, bool create,
	       struct err *err)
{
	AUTO_CLOSE int at = -1;

	buf_set(&s->path, base);
	buf_addf(&s->path, "/%s", name);
	if (buf_check(&s->path, "the path of the state directory", err))
		return -1;
	at = create ? state_make_base(base, err) : state_open_base(base, err);
	if (at < 0)
		return -1;
	s->fd = state_open_dir(at, name, create, buf_str(&s->path), err);
	return s->fd < 0 ? -1 : 0;
}

/* Others' directories among ours: there they are no state that we could not see. */
static bool state_is_shared(int base)
{
	struct stat st;

	return fstat(base, &st) == 0 && st.st_mode & S_ISVTX;
}

/* 1 when the directory @name is a state, 0 when not, -1 when that can't be seen. */
static int state_is_one(int base, const char *name, struct err *err)
{
	char path[NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/state.json", name);
	if (*name == '.' ||
	    (fstatat(base, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode)))
		return 0;
	if (fstatat(base, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	if (errno == ENOENT || (errno == EACCES && state_is_shared(base)))
		return 0;
	return err_sys(err, ERR_IO, errno, "can't look into %s", name);
}

int state_list(const char *base, struct buf *names, struct err *err)
{
	DIR *dir = opendir(base);
	struct err unseen = ERR_INIT;
	struct dirent *e;
	int n = 0;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return err_sys(err, ERR_IO, errno, "can't list %s", base);
	while (errno = 0, e = readdir(dir))
		if (state_is_one(dirfd(dir), e->d_name, &unseen) > 0)
			buf_addf(names, "%s%s", n++ ? ", " : "", e->d_name);
	if (errno)
		err_sys(&unseen, ERR_IO, errno, "can't list it");
	closedir(dir);
	if (unseen.kind == ERR_NONE)
		return n;
	*err = unseen;
	return err_wrap(err, "%s", base);
}

void state_close(struct state *s)
{
	state_unlock(s);
	cleanup_close_fd(&s->fd);
	buf_release(&s->path);
	*s = STATE_INIT;
}

/* Right after the call that failed: its errno tells what to do. */
static int state_fail(const struct state *s, struct err *err)
{
	fs_cure(err, errno, s->fd);
	return err_wrap(err, "%s", buf_str(&s->path));
}

static int state_open_lock(const struct state *s, struct err *err)
{
	int fd = fs_open_or_make(s->fd, "lock", O_RDWR, err);

	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NO_TOKEN, "%s has been removed",
			       buf_str(&s->path));
	return fd < 0 ? state_fail(s, err) : fd;
}

/* 1 when @fd is what others lock, too; 0 when its file was removed or replaced. */
static int state_lock_counts(const struct state *s, int fd, struct err *err)
{
	struct stat mine, there;

	if (fstat(fd, &mine))
		return err_sys(err, ERR_IO, errno, "can't look at the lock");
	if (fstatat(s->fd, "lock", &there, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT
			       ? 0
			       : err_sys(err, ERR_IO, errno, "can't look at the lock");
	return mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

static int state_is_locked(const struct state *s, int64_t ms, struct err *err)
{
	err_set(err, ERR_TRANSIENT, "another process has held %s/lock for %lld s",
		buf_str(&s->path), (long long)(ms + 500) / 1000);
	return err_hint(err, "end it (lslocks names it), or wait until it has ended");
}

int state_lock(struct state *s, int64_t ms, struct err *err)
{
	int64_t end = clock_boot_ms() + ms;
	int rc;

	do {
		AUTO_CLOSE int fd = state_open_lock(s, err);
		int64_t left = end - clock_boot_ms();

		if (fd < 0)
			return -1;
		rc = interrupt_flock(fd, left > 0 ? left : 0, err);
		if (rc > 0)
			return state_is_locked(s, ms, err);
		if (!rc)
			rc = state_lock_counts(s, fd, err);
		if (rc > 0)
			s->lock_fd = STEAL(fd, -1);
	} while (!rc);
	if (rc < 0 && err->kind == ERR_IO)
		err_wrap(err, "%s", buf_str(&s->path));
	return rc < 0 ? -1 : 0;
}

bool state_try_lock(struct state *s)
{
	struct err ignored = ERR_INIT;

	return state_lock(s, 0, &ignored) == 0;
}

void state_unlock(struct state *s)
{
	cleanup_close_fd(&s->lock_fd);
	s->lock_fd = -1;
}

/* What it holds is kept, by the next write; what @s was read to hold counts on. */
static int state_left_aside(struct state *s, const struct err *why)
{
	if (!s->told)
		log_warn("what is stored in %s is left aside: %s", buf_str(&s->path),
			 why->text);
	s->told = s->aside = true;
	return 0;
}

int state_read(struct state *s, struct record *ret, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);
	AUTO_RECORD struct record r = RECORD_INIT;
	struct err why = ERR_INIT;
	bool there = fs_read(s->fd, "state.json", &text, &why) == 0;

	s->aside = false;
	if (!there && errno != ENOENT) {
		if (fs_is_foreign(errno))
			return state_left_aside(s, &why);
		*err = why;
		return err_wrap(err, "%s", buf_str(&s->path));
	}
	if (there && record_parse(buf_str(&text), text.len, &r, &why)) {
		if (why.kind != ERR_INTERNAL)
			return state_left_aside(s, &why);
		*err = why;
		return err_wrap(err, "%s", buf_str(&s->path));
	}
	record_release(ret);
	*ret = STEAL(r, RECORD_INIT);
	return 0;
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
	return r->has_token && !s->aside && !header.failed &&
	       state_holds(s, STATE_TOKEN, &r->token.access) &&
	       state_holds(s, STATE_HEADER, &header);
}

static int state_keep_aside(struct state *s, struct err *err)
{
	char kept[FS_FRESH_SIZE];

	if (!s->aside)
		return 0;
	if (fs_set_aside(s->fd, "state.json", kept, err))
		return -1;
	log_warn("what was no state.json is kept as %s/%s", buf_str(&s->path), kept);
	s->aside = false;
	return 0;
}

int state_write(struct state *s, const struct record *r, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT(BUF_STATE_MAX);
	AUTO_BUF struct buf header = BUF_INIT(BUF_SECRET_MAX * 2);
	const struct buf *access = &r->token.access;

	record_print(r, &text);
	token_header(buf_str(access), &header);
	if (buf_check(&text, "state.json", err) || buf_check(&header, "the header", err))
		return -1;
	if (state_keep_aside(s, err) ||
	    fs_replace(s->fd, "state.json", buf_str(&text), text.len, 0600, err))
		return state_fail(s, err);
	if (!r->has_token || state_matches(s, r))
		return 0;
	if (fs_replace(s->fd, STATE_HEADER, buf_str(&header), header.len, 0600, err) ||
	    fs_replace(s->fd, STATE_TOKEN, buf_str(access), access->len, 0600, err))
		return state_fail(s, err);
	return 0;
}

void state_withdraw(const struct state *s)
{
	fs_remove(s->fd, STATE_TOKEN);
	fs_remove(s->fd, STATE_HEADER);
}

bool state_stray_token(const struct state *s, struct buf *access)
{
	struct err ignored = ERR_INIT;

	return fs_read(s->fd, STATE_TOKEN, access, &ignored) == 0 &&
	       !token_fault(buf_str(access), true);
}

bool state_is_gone(const struct state *s)
{
	struct stat here, there;

	if (fstat(s->fd, &here))
		return false;
	if (!here.st_nlink)
		return true;
	if (stat(buf_str(&s->path), &there))
		return errno == ENOENT;
	if (here.st_ino != there.st_ino || here.st_dev != there.st_dev)
		return true;
	return fstatat(s->fd, "state.json", &there, AT_SYMLINK_NOFOLLOW) &&
	       errno == ENOENT;
}

void state_tidy(const struct state *s)
{
	int copy = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	if (!dir) {
		cleanup_close_fd(&copy);
		return;
	}
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		if (*e->d_name == '.')
			unlinkat(s->fd, e->d_name, 0);
	closedir(dir);
}

int state_remove(struct state *s, struct err *err)
{
	if (s->fd < 0)
		return 0;
	/* Others wait for the lock: it is the last to go. */
	if (fs_empty(s->fd, buf_str(&s->path), "lock", err) ||
	    fs_empty(s->fd, buf_str(&s->path), NULL, err))
		return -1;
	if (rmdir(buf_str(&s->path)) && errno != ENOENT)
		return err_sys(err, ERR_IO, errno, "can't remove %s", buf_str(&s->path));
	return 0;
}
