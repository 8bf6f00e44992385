#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

int fs_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int fs_read_fd(int fd, const char *name, struct buf *out, struct err *err)
{
	char chunk[8192];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, ERR_IO, errno, "can't read %s", name);
		if (!n)
			break;
		buf_add(out, chunk, (size_t)n);
	}
	buf_wipe(chunk, sizeof(chunk));
	if (!out->failed)
		return 0;
	errno = out->starved ? ENOMEM : EFBIG;
	if (out->starved)
		return err_memory(err, name);
	return err_set(err, ERR_IO, "%s is larger than %zu bytes", name, out->max);
}

static int fs_check_own(int dirfd, int fd, const char *name, struct err *err)
{
	struct stat st, dir;

	if (fstat(fd, &st) || fstat(dirfd, &dir))
		return err_sys(err, ERR_IO, errno, "can't look at %s", name);
	if (S_ISREG(st.st_mode) && st.st_nlink <= 1 && !(st.st_mode & 022) &&
	    (st.st_uid == dir.st_uid || st.st_uid == geteuid()))
		return 0;
	err_set(err, ERR_IO,
		"%s is not a regular file that only the directory's owner can write, or "
		"has another name, too",
		name);
	err_hint(err, "remove it");
	errno = EPERM;
	return -1;
}

enum { FS_OPEN = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY };

int fs_open(int dirfd, const char *name, int flags, struct err *err)
{
	AUTO_CLOSE int fd = openat(dirfd, name, flags | FS_OPEN);

	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't open %s", name);
	if (fs_check_own(dirfd, fd, name, err))
		return -1;
	return STEAL(fd, -1);
}

int fs_open_or_make(int dirfd, const char *name, int flags, struct err *err)
{
	for (;;) {
		struct err why = ERR_INIT;
		AUTO_CLOSE int fd = fs_open(dirfd, name, flags, &why);

		if (fd >= 0)
			return STEAL(fd, -1);
		if (errno != ENOENT) {
			*err = why;
			return -1;
		}
		fd = openat(dirfd, name, flags | FS_OPEN | O_CREAT | O_EXCL, 0600);
		if (fd >= 0 && fs_own_like(dirfd, fd, err))
			return -1;
		if (fd >= 0)
			return STEAL(fd, -1);
		if (errno != EEXIST)
			return err_sys(err, ERR_IO, errno, "can't make %s", name);
	}
}

bool fs_is_foreign(int errnum)
{
	static const int said[] = { EPERM, ELOOP, EFBIG, EISDIR, ENXIO, ENODEV };

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		if (errnum == said[i])
			return true;
	return false;
}

int fs_read(int dirfd, const char *name, struct buf *out, struct err *err)
{
	AUTO_CLOSE int fd = fs_open(dirfd, name, O_RDONLY, err);

	return fd < 0 ? -1 : fs_read_fd(fd, name, out, err);
}

int fs_read_path(const char *path, struct buf *out, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't open %s", path);
	return fs_read_fd(fd, path, out, err);
}

int fs_read_stdin(struct buf *out, struct err *err)
{
	return fs_read_fd(STDIN_FILENO, "stdin", out, err);
}

/* Without CAP_CHOWN, on network file systems that know no root, or no users. */
static int fs_no_chown(int fd, uid_t uid, struct err *err)
{
	char link[32], path[PATH_MAX];
	int errnum = errno;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	err_sys(err, ERR_IO, errnum, "can't give %s to its directory's owner, uid %u",
		n > 0 ? path : "a file", (unsigned int)uid);
	return err_hint(err,
			"let the container keep the capability CHOWN, or choose a place "
			"by state-dir (CC_STATE_DIR) on a file system that lets root "
			"give files away");
}

int fs_own_like(int dirfd, int fd, struct err *err)
{
	struct stat dir, file;

	if (geteuid() != 0)
		return 0;
	if (fstat(dirfd, &dir) || fstat(fd, &file))
		return err_sys(err, ERR_IO, errno, "can't look at the state directory");
	if (dir.st_uid == file.st_uid && dir.st_gid == file.st_gid)
		return 0;
	return fchown(fd, dir.st_uid, dir.st_gid) ? fs_no_chown(fd, dir.st_uid, err) : 0;
}

/* A name beside @name that nobody can have foreseen. */
static int fs_fresh(const char *dot, const char *name, char fresh[static FS_FRESH_SIZE])
{
	unsigned long long r;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return -1;
	snprintf(fresh, FS_FRESH_SIZE, "%s%.100s.%016llx", dot, name, r);
	return 0;
}

static int fs_open_beside(int dirfd, const char *name, char tmp[static FS_FRESH_SIZE])
{
	for (int i = 0; i < 100; i++) {
		int fd;

		if (fs_fresh(".", name, tmp))
			return -1;
		fd = openat(dirfd, tmp,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

int fs_replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
	       struct err *err)
{
	char tmp[FS_FRESH_SIZE];
	AUTO_CLOSE int fd = fs_open_beside(dirfd, name, tmp);
	int ret, errnum;

	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't make a file beside %s", name);
	ret = fs_own_like(dirfd, fd, err);
	if (!ret && (fchmod(fd, mode) || fs_write_all(fd, data, len) ||
		     renameat(dirfd, tmp, dirfd, name)))
		ret = err_sys(err, ERR_IO, errno, "can't write %s", name);
	errnum = errno;
	if (ret)
		unlinkat(dirfd, tmp, 0);
	errno = errnum;
	return ret;
}

int fs_set_aside(int dirfd, const char *name, char kept[static FS_FRESH_SIZE],
		 struct err *err)
{
	if (fs_fresh("", name, kept))
		return err_sys(err, ERR_INTERNAL, errno, "getrandom");
	/* A second name first, so that no reader finds none; a directory can have one. */
	if (linkat(dirfd, name, dirfd, kept, 0) == 0 ||
	    renameat(dirfd, name, dirfd, kept) == 0 || errno == ENOENT)
		return 0;
	return err_sys(err, ERR_IO, errno, "can't set %s aside", name);
}

/* A file of the runner's, or the terminal of one who looks on. */
static int fs_check_target(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_sys(err, ERR_IO, errno, "can't look at %s", path);
	if (S_ISCHR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink <= 1))
		return 0;
	err_set(err, ERR_IO, "%s is %s", path,
		S_ISREG(st.st_mode) ? "a file that has another name, too" : "not a file");
	errno = EPERM;
	return -1;
}

int fs_append(const char *path, const void *data, size_t len, struct err *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_APPEND | FS_OPEN);

	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't open %s", path);
	if (fs_check_target(fd, path, err))
		return -1;
	if (fs_write_all(fd, data, len))
		return err_sys(err, ERR_IO, errno, "can't write %s", path);
	return 0;
}

/*
 * One component of the path: opened, or made and given to the parent's owner. A directory
 * on the way may be one that we may pass through but not list.
 */
static int fs_step(int parent, const char *name, const char *path, struct err *err)
{
	int flags = O_DIRECTORY | O_CLOEXEC;
	int fd = openat(parent, name, flags | O_PATH);

	if (fd < 0 && errno == ENOENT) {
		bool made = mkdirat(parent, name, 0700) == 0;

		if (!made && errno != EEXIST)
			return err_sys(err, ERR_IO, errno, "can't make %s in %s", name,
				       path);
		fd = openat(parent, name, flags | O_RDONLY | O_NOFOLLOW);
		if (fd >= 0 && made && fs_own_like(parent, fd, err)) {
			close(fd);
			return -1;
		}
	}
	if (fd < 0)
		err_sys(err, ERR_IO, errno, "can't open %.80s in %.400s", name, path);
	return fd;
}

int fs_make_dir(const char *path, struct err *err)
{
	AUTO_BUF struct buf rest = BUF_INIT(BUF_URL_MAX);
	AUTO_CLOSE int at =
		open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *save = NULL;

	buf_adds(&rest, path);
	if (buf_check(&rest, "the path of the state directory", err))
		return -1;
	if (at < 0)
		return err_sys(err, ERR_IO, errno, "can't open the working directory");
	for (char *name = rest.ptr ? strtok_r(rest.ptr, "/", &save) : NULL; name;
	     name = strtok_r(NULL, "/", &save)) {
		int next = fs_step(at, name, path, err);

		close(at);
		at = next;
		if (at < 0)
			return -1;
	}
	return STEAL(at, -1);
}

static int fs_check_dir(int base, int fd, struct err *err)
{
	struct stat dir, parent;

	if (fstat(fd, &dir) || fstat(base, &parent))
		return err_sys(err, ERR_IO, errno, "can't look at it");
	if (dir.st_uid == geteuid() || (geteuid() == 0 && dir.st_uid == parent.st_uid))
		return 0;
	err_set(err, ERR_IO, "it belongs to uid %u", (unsigned int)dir.st_uid);
	errno = EPERM;
	return -1;
}

int fs_open_dir(int base, const char *name, mode_t make, struct err *err)
{
	bool made = make && mkdirat(base, name, make) == 0;
	AUTO_CLOSE int fd = -1;

	if (make && !made && errno != EEXIST)
		return err_sys(err, ERR_IO, errno, "can't make it");
	fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, ERR_IO, errno, "can't open it");
	if ((made && fs_own_like(base, fd, err)) || fs_check_dir(base, fd, err))
		return -1;
	return STEAL(fd, -1);
}

int fs_make_private(const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0700) && errno != EEXIST)
		return err_sys(err, ERR_IO, errno, "can't make %s", path);
	if (lstat(path, &st))
		return err_sys(err, ERR_IO, errno, "can't look at %s", path);
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022))
		return 0;
	errno = EEXIST;
	return err_set(err, ERR_IO,
		       "%s is not a directory that only this user can write to", path);
}

bool fs_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool fs_is_own_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

int fs_open_nothing(int flags)
{
	return open("/", O_PATH | flags);
}

void fs_close_others(int keep)
{
	DIR *dir = opendir("/proc/self/fd");

	if (!dir)
		return;
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		int fd = (int)strtol(e->d_name, NULL, 10);

		if (fd > STDERR_FILENO && fd != keep && fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
}

void fs_relative(const char *dir, const char *path, struct buf *out)
{
	size_t common = 0;

	if (*dir != '/' || *path != '/') {
		buf_adds(out, path);
		return;
	}
	for (size_t i = 0; dir[i] == path[i] || (!dir[i] && path[i] == '/'); i++) {
		if (path[i] == '/')
			common = i;
		if (!dir[i] || !path[i])
			break;
	}
	for (const char *p = dir + common; (p = strchr(p, '/')); p++)
		buf_adds(out, "../");
	buf_adds(out, path + common + 1);
}
