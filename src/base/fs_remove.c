#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum {
	LIST = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
	DEPTH_MAX = 64, /* each level holds a descriptor */
	PASSES_MAX = 100,
};

/* What went wrong first. */
struct failure {
	int error;
	char name[256];
};

static int remove_at(int dirfd, const char *name, int depth);

/* One pass over the directory. The number of what was removed, or -1 with errno. */
static int remove_pass(int dirfd, const char *but, int depth, struct failure *first)
{
	int copy = openat(dirfd, ".", LIST), removed = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!dir) {
		cleanup_close_fd(&copy);
		return -1;
	}
	while (errno = 0, e = readdir(dir)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    (but && strcmp(e->d_name, but) == 0))
			continue;
		if (remove_at(dirfd, e->d_name, depth) == 0) {
			removed++;
		} else if (!first->error) {
			first->error = errno;
			memccpy(first->name, e->d_name, 0, sizeof(first->name));
		}
	}
	if (errno && !first->error)
		first->error = errno;
	closedir(dir);
	return removed;
}

/* Until nothing more goes: a listing may leave out what moves while it is made. */
static int remove_all(int dirfd, const char *but, int depth, struct failure *ret)
{
	int removed = 1;

	for (int pass = 0; removed > 0 && pass < PASSES_MAX; pass++) {
		*ret = (struct failure){ 0 };
		removed = remove_pass(dirfd, but, depth, ret);
	}
	if (removed < 0)
		ret->error = errno;
	errno = ret->error;
	return errno ? -1 : 0;
}

static int remove_at(int dirfd, const char *name, int depth)
{
	AUTO_CLOSE int fd = -1;
	struct failure ignored;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -1;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY || depth == DEPTH_MAX)
		return -1;
	fd = openat(dirfd, name, LIST);
	/* Whoever planted it may have closed it, even to us who own it. */
	if (fd < 0 && errno == EACCES &&
	    fchmodat(dirfd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
		fd = openat(dirfd, name, LIST);
	if (fd < 0 || remove_all(fd, NULL, depth + 1, &ignored))
		return -1;
	return unlinkat(dirfd, name, AT_REMOVEDIR) && errno != ENOENT ? -1 : 0;
}

int fs_remove(int dirfd, const char *name)
{
	return remove_at(dirfd, name, 0);
}

int fs_empty(int dirfd, const char *path, const char *but, struct err *err)
{
	struct failure first;

	if (remove_all(dirfd, but, 0, &first) == 0)
		return 0;
	return err_sys(err, ERR_IO, first.error, "can't remove %s%s%s", path,
		       *first.name ? "/" : "", first.name);
}
