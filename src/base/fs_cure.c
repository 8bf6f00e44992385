#include "base/fs.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define FS_ELSEWHERE "choose another place by state-dir (CC_STATE_DIR)"

/* Who may not go into a directory of another user: steps that run as different users. */
static bool fs_cure_user(int dirfd, struct err *err)
{
	struct stat st;

	if (dirfd < 0 || geteuid() == 0 || fstat(dirfd, &st) || st.st_uid == geteuid())
		return false;
	err_hint(
		err,
		"it belongs to user %u and this step runs as user %u: let both be one (for "
		"a job's container by options: --user %u), or " FS_ELSEWHERE,
		(unsigned int)st.st_uid, (unsigned int)geteuid(),
		(unsigned int)st.st_uid);
	return true;
}

int fs_cure(struct err *err, int errnum, int dirfd)
{
	static const struct {
		int errnum;
		const char *first;
	} cures[] = {
		{ ENOSPC, "make room there, or " },
		{ EDQUOT, "make room there, or " },
		{ EACCES, "let this user write there, or " },
		{ EPERM, "remove it, or " },
		{ EEXIST, "remove it, or " },
		{ ELOOP, "remove it, or " },
	};
	const char *first = "";

	if (err->kind != ERR_IO || *err->hint ||
	    (errnum == EACCES && fs_cure_user(dirfd, err)))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(cures); i++)
		if (cures[i].errnum == errnum)
			first = cures[i].first;
	return err_hint(err, "%s" FS_ELSEWHERE, first);
}
