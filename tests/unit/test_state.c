#include "session/state.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/log.h"
#include "test.h"

static char base[64];

static int setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	test_directory(base);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_remove(base);
	redact_release(redact_list());
	return 0;
}

static void in_base(const char *name, char path[static 256])
{
	snprintf(path, 256, "%s/%s", base, name);
}

static void open_state(struct state *s)
{
	struct err err = ERR_INIT;

	*s = STATE_INIT;
	well("open", state_open(s, base, "t", true, &err), &err);
}

static void put(struct record *r, const char *access)
{
	AUTO_TOKEN struct token t = TOKEN_INIT;
	struct err err = ERR_INIT;

	buf_set(&t.access, access);
	t.lifetime = 3600;
	t.issued_boot_ms = clock_boot_ms();
	t.issued_wall = clock_wall();
	clock_boot_id(t.boot_id);
	well("put", record_put_token(r, &t, &err), &err);
}

static void same_file(const char *name, const char *want)
{
	char path[256], text[4096] = "";
	struct stat st;
	int fd;

	in_base(name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || read(fd, text, sizeof(text) - 1) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	close(fd);
	same_text(name, text, want);
	same_number(name, st.st_mode & 07777, 0600);
}

static void test_write_and_read(void **state)
{
	AUTO_RECORD struct record r = RECORD_INIT, back = RECORD_INIT;
	AUTO_STATE struct state s;
	struct err err = ERR_INIT;
	char path[256];
	struct stat st;

	(void)state;
	umask(0);
	open_state(&s);
	umask(022);
	in_base("t", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(buf_str(&s.path), path);
	assert_false(state_exists(&s));
	assert_false(state_matches(&s, &r));
	put(&r, "one");
	well("write", state_write(&s, &r, &err), &err);
	assert_true(state_exists(&s));
	assert_true(state_matches(&s, &r));
	same_file("t/token", "one");
	same_file("t/header", "Authorization: Bearer one");
	put(&r, "two");
	assert_false(state_matches(&s, &r));
	well("write", state_write(&s, &r, &err), &err);
	same_file("t/token", "two");
	same_file("t/header", "Authorization: Bearer two");
	state_read(&s, &back);
	assert_true(back.has_token);
	assert_string_equal(buf_str(&back.token.access), "two");
	assert_int_equal(back.replaced_count, 1);
	assert_true(redact_finds(redact_list(), "one", 3) ==
		    false); /* too short to hide */
}

/* What somebody did to the files is mended by the next write, and does not spread. */
static void test_mending(void **state)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	AUTO_STATE struct state s;
	struct err err = ERR_INIT;
	char token[256], header[256], victim[256];

	(void)state;
	open_state(&s);
	in_base("t/token", token);
	in_base("t/header", header);
	in_base("victim", victim);
	test_write(victim, "precious", 0600);
	put(&r, "abcd");
	well("write", state_write(&s, &r, &err), &err);
	test_write(token, "abc", 0600);
	assert_false(state_matches(&s, &r));
	well("write", state_write(&s, &r, &err), &err);
	same_file("t/token", "abcd");
	assert_int_equal(unlink(header), 0);
	assert_false(state_matches(&s, &r));
	assert_int_equal(symlink("../victim", header), 0);
	assert_false(state_matches(&s, &r));
	well("write", state_write(&s, &r, &err), &err);
	same_file("t/header", "Authorization: Bearer abcd");
	same_file("victim", "precious");
	assert_int_equal(chmod(token, 0666), 0);
	assert_false(state_matches(&s, &r));
	well("write", state_write(&s, &r, &err), &err);
	same_file("t/token", "abcd");
}

/* Torn, foreign, a link, a pipe, of another version: there is no token, and no harm. */
static void test_unreadable(void **state)
{
	static const char *const texts[] = { "", "{", "{\"version\":9}",
					     "{\"version\":1,\"token\":{}}", "\xff" };
	AUTO_RECORD struct record r = RECORD_INIT;
	AUTO_STATE struct state s;
	struct err err = ERR_INIT;
	char path[256];

	(void)state;
	open_state(&s);
	in_base("t/state.json", path);
	for (size_t i = 0; i < ARRAY_LEN(texts) + 4; i++) {
		AUTO_RECORD struct record back = RECORD_INIT;

		put(&r, "abcd");
		well("write", state_write(&s, &r, &err), &err);
		if (i < ARRAY_LEN(texts)) {
			test_write(path, texts[i], 0600);
		} else if (i == ARRAY_LEN(texts)) {
			assert_int_equal(chmod(path, 0666), 0);
		} else {
			assert_int_equal(unlink(path), 0);
			if (i == ARRAY_LEN(texts) + 1)
				assert_int_equal(symlink("/etc/passwd", path), 0);
			else if (i == ARRAY_LEN(texts) + 2)
				assert_int_equal(mkfifo(path, 0600), 0);
		}
		state_read(&s, &back);
		assert_false(back.has_token);
		assert_int_equal(back.replaced_count, 0);
		assert_string_equal(buf_str(&back.token.access), "");
	}
	well("write", state_write(&s, &r, &err), &err);
}

static void test_opening(void **state)
{
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;
	char path[256];
	struct stat st;

	(void)state;
	assert_int_equal(state_open(&s, base, "none", false, &err), -1);
	assert_int_equal(err.kind, ERR_NO_TOKEN);
	assert_int_equal(state_open(&s, "/nowhere/at/all", "t", false, &err), -1);
	assert_int_equal(err.kind, ERR_NO_TOKEN);
	in_base("real", path);
	assert_int_equal(mkdir(path, 0755), 0);
	in_base("link", path);
	assert_int_equal(symlink("real", path), 0);
	in_base("file", path);
	test_write(path, "", 0600);
	for (int create = 0; create < 2; create++) {
		assert_int_equal(state_open(&s, base, "link", create, &err), -1);
		assert_int_equal(err.kind, ERR_IO);
		assert_int_equal(state_open(&s, base, "file", create, &err), -1);
		assert_int_equal(err.kind, ERR_IO);
	}
	well("real", state_open(&s, base, "real", false, &err), &err);
	assert_int_equal(fstat(s.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	state_close(&s);
	assert_int_equal(s.fd, -1);
	state_close(&s);
	in_base("deep/er", path);
	well("deep", state_open(&s, path, "t", true, &err), &err);
}

/* The owner of the shared directory, or this user; nobody else. */
static void test_owner(void **state)
{
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;
	char path[256];
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		return;
	in_base("foreign", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chown(path, 12345, 12345), 0);
	assert_int_equal(state_open(&s, base, "foreign", true, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	has_text("owner", err.text, "belongs to uid 12345");
	assert_int_equal(chown(base, 12345, 23456), 0);
	well("theirs", state_open(&s, base, "foreign", true, &err), &err);
	state_close(&s);
	open_state(&s);
	assert_int_equal(fstat(s.fd, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 23456);
	well("lock", state_lock(&s, &err), &err);
	assert_int_equal(fstatat(s.fd, "lock", &st, 0), 0);
	assert_int_equal(st.st_uid, 12345);
}

/* Another process waits until the lock is given up, or until its holder is killed. */
static void test_lock(void **state)
{
	AUTO_STATE struct state s, other;
	struct err err = ERR_INIT;
	int fds[2], status;
	char byte;
	pid_t pid;

	(void)state;
	open_state(&s);
	open_state(&other);
	well("lock", state_lock(&s, &err), &err);
	assert_false(state_try_lock(&other));
	state_unlock(&s);
	state_unlock(&s);
	assert_true(state_try_lock(&other));
	assert_false(state_try_lock(&s));
	state_close(&other);

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		if (state_lock(&s, &err) || write(fds[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_false(state_try_lock(&s));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(state_try_lock(&s));
	close(fds[0]);
	close(fds[1]);
}

static void test_removal(void **state)
{
	AUTO_RECORD struct record r = RECORD_INIT;
	AUTO_STATE struct state s, old;
	struct err err = ERR_INIT;
	char path[256];

	(void)state;
	open_state(&s);
	put(&r, "abcd");
	well("write", state_write(&s, &r, &err), &err);
	in_base("t/.token.0123456789abcdef", path);
	test_write(path, "left behind", 0600);
	state_tidy(&s);
	assert_int_equal(access(path, F_OK), -1);
	assert_true(state_exists(&s));
	test_write(path, "left behind", 0600);
	well("lock", state_lock(&s, &err), &err);
	open_state(&old);
	well("remove", state_remove(&s, &err), &err);
	in_base("t", path);
	assert_int_equal(access(path, F_OK), -1);
	assert_false(state_exists(&s));
	well("again", state_remove(&s, &err), &err);
	state_close(&s);
	well("closed", state_remove(&s, &err), &err);

	/* who had it open does not write into what is gone, nor takes a new one for it */
	assert_int_equal(state_lock(&old, &err), -1);
	assert_int_equal(err.kind, ERR_NO_TOKEN);
	open_state(&s);
	well("write", state_write(&s, &r, &err), &err);
	assert_true(state_exists(&s));
	assert_false(state_exists(&old));
	assert_int_equal(state_write(&old, &r, &err), -1);
}

/* True once that process has a file open whose path ends so. */
static bool has_open(pid_t pid, const char *end)
{
	for (int fd = 0; fd < 64; fd++) {
		char link[64], path[512] = "";
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(link, path, sizeof(path) - 1);
		if (n > (ssize_t)strlen(end) && strcmp(path + n - strlen(end), end) == 0)
			return true;
	}
	return false;
}

/* Who waits for the lock of a state that is removed meanwhile gets no state. */
static void test_removal_while_waiting(void **state)
{
	AUTO_STATE struct state s, other;
	struct err err = ERR_INIT;
	int fds[2], status;
	char byte = 'x';
	pid_t pid;

	(void)state;
	open_state(&s);
	open_state(&other);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		_exit(read(fds[0], &byte, 1) == 1 && state_lock(&other, &err) == -1 &&
				      err.kind == ERR_NO_TOKEN
			      ? 0
			      : 1);
	well("lock", state_lock(&s, &err), &err);
	assert_int_equal(write(fds[1], &byte, 1), 1);
	while (!has_open(pid, "/t/lock"))
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	well("remove", state_remove(&s, &err), &err);
	state_unlock(&s);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fds[0]);
	close(fds[1]);
}

static void test_listing(void **state)
{
	AUTO_BUF struct buf names = BUF_INIT(1000);
	AUTO_RECORD struct record r = RECORD_INIT;
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;
	char path[256];

	(void)state;
	assert_int_equal(state_list("/nowhere", &names), 0);
	assert_int_equal(state_list(base, &names), 0);
	in_base("empty", path);
	assert_int_equal(mkdir(path, 0700), 0);
	in_base("file", path);
	test_write(path, "", 0600);
	for (const char *const *name = (const char *const[]){ "b", ".hidden", NULL };
	     *name; name++) {
		well(*name, state_open(&s, base, *name, true, &err), &err);
		well(*name, state_write(&s, &r, &err), &err);
		state_close(&s);
	}
	assert_int_equal(state_list(base, &names), 1);
	assert_string_equal(buf_str(&names), "b");
	buf_reset(&names);
	open_state(&s);
	well("t", state_write(&s, &r, &err), &err);
	assert_int_equal(state_list(base, &names), 2);
	assert_int_equal(names.len, strlen("b, t"));
}

#define IN_BASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	IN_BASE(test_write_and_read),
	IN_BASE(test_mending),
	IN_BASE(test_unreadable),
	IN_BASE(test_opening),
	IN_BASE(test_owner),
	IN_BASE(test_lock),
	IN_BASE(test_removal),
	IN_BASE(test_listing),
	IN_BASE(test_removal_while_waiting),
};

TEST_MAIN(tests)
