/*
 * What the state comes to when a system call fails: each that one use of it makes, in
 * turn, by each reason. "Not there" is what ENOENT says, and nothing else.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "fixture.h"
#include "session/mailbox.h"

static int countdown; /* the call that fails; 0: none */
static int reason;

static int fails(void)
{
	if (!countdown || --countdown)
		return 0;
	errno = reason;
	return 1;
}

#define WRAPPED(type, name, decl, args)    \
	type __real_##name decl;           \
	type __wrap_##name decl;           \
	type __wrap_##name decl            \
	{                                  \
		if (fails())               \
			return (type) - 1; \
		return __real_##name args; \
	}

WRAPPED(int, fstat, (int fd, struct stat *st), (fd, st))
WRAPPED(int, stat, (const char *path, struct stat *st), (path, st))
WRAPPED(int, fstatat, (int at, const char *path, struct stat *st, int how),
	(at, path, st, how))
WRAPPED(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n))
WRAPPED(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n))
WRAPPED(int, renameat, (int at, const char *old, int to, const char *new),
	(at, old, to, new))
WRAPPED(int, linkat, (int at, const char *old, int to, const char *new, int how),
	(at, old, to, new, how))

int __real_openat(int at, const char *path, int how, ...);
int __wrap_openat(int at, const char *path, int how, ...);
int __wrap_openat(int at, const char *path, int how, ...)
{
	return fails() ? -1 : __real_openat(at, path, how, 0600);
}

int __real_open(const char *path, int how, ...);
int __wrap_open(const char *path, int how, ...);
int __wrap_open(const char *path, int how, ...)
{
	return fails() ? -1 : __real_open(path, how, 0600);
}

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
	return fails() ? NULL : __real_opendir(path);
}

struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir)
{
	return fails() ? NULL : __real_readdir(dir);
}

int __real___openat_2(int at, const char *path, int how);
int __wrap___openat_2(int at, const char *path, int how);
int __wrap___openat_2(int at, const char *path, int how)
{
	return fails() ? -1 : __real___openat_2(at, path, how);
}

static const int reasons[] = { EIO, EMFILE, ENFILE, ENOMEM, EACCES, ENOSPC };

/* Runs @use with each of its calls failing, until it makes no more. */
static void each(const char *what, void (*use)(const char *row))
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		int n = 0;

		do {
			char row[64];

			reason = reasons[i];
			countdown = ++n;
			snprintf(row, sizeof(row), "%s, call %d: %s", what, n,
				 strerror(reason));
			use(row);
		} while (!countdown);
		countdown = 0;
		assert_true(n > 1);
	}
}

static const char *const genesys[] = { "CC_PROVIDER=genesys", CLIENT, "CC_RETRY_FOR=0",
				       "CC_NAME=t", NULL };

/* The state "t", with one token. */
static void store(void)
{
	AUTO_FIXTURE struct fixture f;

	fixture_make(&f, genesys);
	f.net.replies = REPLIES(TOKEN("token-one"));
	well("store", session_token(&f.session, &any, &f.err), &f.err);
}

/* How a use that failed has to end. */
static void told(const char *row, const struct err *err)
{
	if (err->kind != ERR_IO && err->kind != ERR_INTERNAL)
		fail_msg("%s: kind %d: %s", row, err->kind, err->text);
}

static void use_list(const char *row)
{
	AUTO_BUF struct buf names = BUF_INIT(1000);
	struct err err = ERR_INIT;
	int n = state_list(base, &names, &err);

	if (n < 0)
		told(row, &err);
	else
		same_text(row, buf_str(&names), "t");
}

static void use_open(const char *row)
{
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;

	if (state_open(&s, base, "t", false, &err))
		told(row, &err);
}

static void use_look(const char *row)
{
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;
	int left = STEAL(countdown, 0);

	well(row, state_open(&s, base, "t", false, &err), &err);
	countdown = left;
	if (state_is_gone(&s))
		fail_msg("%s: taken for gone", row);
}

static void use_alive(const char *row)
{
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;
	int left = STEAL(countdown, 0), alive;

	well(row, state_open(&s, base, "t", false, &err), &err);
	countdown = left;
	alive = mailbox_alive(&s, NULL, &err);
	if (!alive)
		fail_msg("%s: taken for ended", row);
	if (alive < 0)
		told(row, &err);
}

static bool stored(const struct record *r, const char *access)
{
	bool found = strcmp(buf_str(&r->token.access), access) == 0;

	for (size_t i = 0; i < r->replaced_count; i++)
		found = found || strcmp(buf_str(&r->replaced[i].access), access) == 0;
	return found;
}

#define LOGIN_GENESYS "POST https://login.mypurecloud.com/oauth/token"
#define REVOKED	      "DELETE https://api.mypurecloud.com/api/v2/tokens/me [Bearer token-two]"

/* No token is lost: the old one stands there, the new one, too, or it was taken back. */
static void use_renew(const char *row)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	AUTO_FIXTURE struct fixture f;
	int left = STEAL(countdown, 0);

	test_remove(base);
	assert_int_equal(mkdir(base, 0700), 0);
	store();
	countdown = left;
	if (fixture_open(&f, genesys, NULL, SESSION_USE) == 0) {
		f.net.replies = REPLIES(TOKEN("token-two"), { 204, "" });
		session_token(&f.session, &force, &f.err);
	}
	if (f.err.kind != ERR_NONE)
		told(row, &f.err);
	left = STEAL(countdown, 0);
	well(row, f.session.state.fd < 0 ? 0 : state_read(&f.session.state, &r, &f.err),
	     &f.err);
	if (f.session.state.fd >= 0 && !stored(&r, "token-one"))
		fail_msg("%s: the old token is lost", row);
	if (strstr(buf_str(&f.net.asked), LOGIN_GENESYS) && !stored(&r, "token-two") &&
	    !strstr(buf_str(&f.net.asked), REVOKED))
		fail_msg("%s: the new token is lost: %s", row, f.err.text);
	countdown = left;
}

static void test_looking(void **state)
{
	(void)state;
	store();
	each("list", use_list);
	each("open", use_open);
	each("look", use_look);
}

static void test_alive(void **state)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[256], byte = 0;
	int fds[2];
	pid_t pid;

	(void)state;
	store();
	snprintf(path, sizeof(path), "%s/t/" MAILBOX_LOG, base);
	test_write(path, "", 0600);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(path, O_RDWR | O_CLOEXEC);

		if (fcntl(fd, F_SETLK, &lock) == 0)
			__real_write(fds[1], &byte, 1);
		pause();
	}
	assert_int_equal(__real_read(fds[0], &byte, 1), 1);
	each("alive", use_alive);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
}

static void test_renewal(void **state)
{
	(void)state;
	each("renew", use_renew);
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_looking),
	IN_BASE(test_alive),
	IN_BASE(test_renewal),
};

TEST_MAIN(tests)
