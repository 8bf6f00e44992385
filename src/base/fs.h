/*
 * Files: read whole with a bound and after a look at what was opened, written whole by
 * rename or not at all. Everything is close-on-exec; nothing follows a symbolic link in
 * the last component unless the comment says so.
 */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

/* Writes all of it, also across short writes and EINTR. 0, or -1 with errno. */
int fs_write_all(int fd, const void *data, size_t len);

/*
 * Opens the file @name under @dirfd, in whose place others may have put anything: never
 * waits, and gives a regular file without other names, owned like the directory or by
 * this user, not writable by others. @flags as for openat(2), without O_CREAT. -1 with
 * ERR_IO; errno tells which, see fs_is_foreign().
 */
int fs_open(int dirfd, const char *name, int flags, struct err *err);

/* The same; one that is not there is made, mode 0600, owned like the directory. */
int fs_open_or_make(int dirfd, const char *name, int flags, struct err *err);

/*
 * What fs_open() and fs_read() failed by: true when something is there that is no file
 * of ours, or no longer; false when looking failed (EIO, EMFILE, EACCES, …), after which
 * nothing is known of the file.
 */
bool fs_is_foreign(int errnum);

/* Appends what fs_open() gives to @out, up to out->max bytes: EFBIG beyond, or ENOMEM. */
int fs_read(int dirfd, const char *name, struct buf *out, struct err *err);

/* The same for a path that the user names: follows links, takes pipes and devices. */
int fs_read_path(const char *path, struct buf *out, struct err *err);

/* The same for stdin, whatever it is: a socket can't be opened by a path. */
int fs_read_stdin(struct buf *out, struct err *err);

/*
 * Replaces @name under @dirfd by @data: written beside it under a fresh name (O_EXCL),
 * mode @mode, owned like the directory when the process may change owners, then renamed.
 * A reader sees the old file or the new one. Not synced to disk: what a crash of the
 * machine loses dies with the job anyway.
 */
int fs_replace(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
	       struct err *err);

enum { FS_FRESH_SIZE = 128 };

/*
 * Keeps what stands at @name under another name in the same directory, which @kept gets:
 * @name may be replaced then. Nothing there is no error.
 */
int fs_set_aside(int dirfd, const char *name, char kept[static FS_FRESH_SIZE],
		 struct err *err);

/*
 * Removes all that the directory @dirfd holds, with all below it, but for @but (NULL:
 * nothing). What can't be removed does not keep the rest: -1 with ERR_IO tells the first
 * of it, by @path, the directory's own. Nothing outside is touched, whatever links say.
 */
int fs_empty(int dirfd, const char *path, const char *but, struct err *err);

/* Removes what stands at @name under @dirfd, whatever it is. 0, or -1 with errno. */
int fs_remove(int dirfd, const char *name);

/*
 * Appends @data in one write to a file that is there (runner command files); none is
 * made. Refuses pipes, for which nobody may wait, links, and a file that has another
 * name. -1 with ERR_IO and errno.
 */
int fs_append(const char *path, const void *data, size_t len, struct err *err);

/*
 * Says what to do where a file of the state could not be opened, made or written for
 * @errnum in the directory @dirfd (-1: not known), unless that is said. Always returns
 * -1.
 */
int fs_cure(struct err *err, int errnum, int dirfd);

/* Gives @fd to the owner of the directory @dirfd when the process is root. */
int fs_own_like(int dirfd, int fd, struct err *err);

/*
 * Opens the directory @path, making it and its missing parents with mode 0700, each
 * owned like the directory that it stands in. Returns a descriptor for openat(2), or -1.
 */
int fs_make_dir(const char *path, struct err *err);

/*
 * Opens the directory @name under @base, which must be this user's, or belong to the
 * owner of @base, for whom root acts, and be no link. One that is missing is made with
 * the mode @make, unless that is 0, and belongs to the owner of @base. -1 with ERR_IO, of
 * an "it" that the caller names, and errno.
 */
int fs_open_dir(int base, const char *name, mode_t make, struct err *err);

/*
 * Makes the directory @path where anyone may have put another (/tmp). ERR_IO, with
 * errno, unless it is a directory of this user's that no one else can write to.
 */
int fs_make_private(const char *path, struct err *err);

bool fs_is_dir(const char *path);
bool fs_is_own_dir(const char *path); /* and it belongs to this user */

/*
 * Appends how @path is reached from within the directory @dir. Both are absolute, without
 * ".." and without links, or it may lead elsewhere.
 */
void fs_relative(const char *dir, const char *path, struct buf *out);

/*
 * A descriptor that can neither be read nor written (open(2), O_PATH), there also without
 * a /dev; with @flags, O_CLOEXEC or 0. -1 with errno.
 */
int fs_open_nothing(int flags);

/* Closes all descriptors from 3 up but @keep: what a process must not hold open. */
void fs_close_others(int keep);

#endif
