#include <sys/wait.h>

#include "stored.h"

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
	assert_true(state_is_gone(&s));
	assert_false(state_matches(&s, &r));
	put(&r, "one");
	well("write", state_write(&s, &r, &err), &err);
	assert_false(state_is_gone(&s));
	assert_true(state_matches(&s, &r));
	same_file("t/token", "one");
	same_file("t/header", "Authorization: Bearer one");
	put(&r, "two");
	assert_false(state_matches(&s, &r));
	well("write", state_write(&s, &r, &err), &err);
	same_file("t/token", "two");
	same_file("t/header", "Authorization: Bearer two");
	well("read", state_read(&s, &back, &err), &err);
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
		well("read", state_read(&s, &back, &err), &err);
		assert_false(back.has_token);
		assert_int_equal(back.replaced_count, 0);
		assert_string_equal(buf_str(&back.token.access), "");
	}
	well("write", state_write(&s, &r, &err), &err);
}

/* What is no record is kept beside the new one, and what was read before it counts on. */
static void test_left_aside(void **state)
{
	AUTO_RECORD struct record r = RECORD_INIT, back = RECORD_INIT;
	AUTO_STATE struct state s;
	struct err err = ERR_INIT;
	char path[256], kept[512] = "";
	DIR *dir;

	(void)state;
	open_state(&s);
	in_base("t/state.json", path);
	put(&r, "abcd");
	well("write", state_write(&s, &r, &err), &err);
	well("read", state_read(&s, &back, &err), &err);
	test_write(path, "torn", 0600);
	well("torn", state_read(&s, &back, &err), &err);
	assert_string_equal(buf_str(&back.token.access), "abcd");
	assert_false(state_matches(&s, &back));
	same_file("t/state.json", "torn");
	well("mend", state_write(&s, &back, &err), &err);
	assert_true(state_matches(&s, &back));
	in_base("t", path);
	dir = opendir(path);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		if (strncmp(e->d_name, "state.json.", 11) == 0)
			snprintf(kept, sizeof(kept), "t/%.250s", e->d_name);
	closedir(dir);
	same_file(kept, "torn");
	well("once", state_write(&s, &back, &err), &err);
	in_base(kept, path);
	assert_int_equal(unlink(path), 0);
	in_base("t/state.json", path);
	assert_int_equal(unlink(path) || mkdir(path, 0700), 0);
	well("a directory", state_read(&s, &back, &err), &err);
	well("a directory", state_write(&s, &back, &err), &err);
	well("read", state_read(&s, &back, &err), &err);
	assert_string_equal(buf_str(&back.token.access), "abcd");
	assert_int_equal(unlink(path), 0);
	well("none", state_read(&s, &back, &err), &err);
	assert_false(back.has_token);
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

/* Where all may rename, nothing is made; what is there can still be ended. */
static void test_open_to_all(void **state)
{
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;

	(void)state;
	open_state(&s);
	state_close(&s);
	assert_int_equal(chmod(base, 0777), 0);
	assert_int_equal(state_open(&s, base, "t", true, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	has_text("error", err.text, "sticky");
	has_text("hint", err.hint, "state-dir");
	well("stored", state_open(&s, base, "t", false, &err), &err);
	state_close(&s);
	assert_int_equal(chmod(base, 01777), 0);
	well("sticky", state_open(&s, base, "t", true, &err), &err);
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
	well("lock", state_lock(&s, PATIENCE_MS, &err), &err);
	assert_int_equal(fstatat(s.fd, "lock", &st, 0), 0);
	assert_int_equal(st.st_uid, 12345);
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
	assert_false(state_is_gone(&s));
	test_write(path, "left behind", 0600);
	well("lock", state_lock(&s, PATIENCE_MS, &err), &err);
	open_state(&old);
	well("remove", state_remove(&s, &err), &err);
	in_base("t", path);
	assert_int_equal(access(path, F_OK), -1);
	assert_true(state_is_gone(&s));
	well("again", state_remove(&s, &err), &err);
	state_close(&s);
	well("closed", state_remove(&s, &err), &err);

	/* who had it open does not write into what is gone, nor takes a new one for it */
	assert_int_equal(state_lock(&old, PATIENCE_MS, &err), -1);
	assert_int_equal(err.kind, ERR_NO_TOKEN);
	open_state(&s);
	well("write", state_write(&s, &r, &err), &err);
	assert_false(state_is_gone(&s));
	assert_true(state_is_gone(&old));
	assert_int_equal(state_write(&old, &r, &err), -1);
}

/* What can't be seen is not taken for nothing. Root sees all. */
static void test_listing_unseen(void **state)
{
	AUTO_BUF struct buf names = BUF_INIT(1000);
	struct err err = ERR_INIT;
	char path[256];
	pid_t pid;
	int status;

	(void)state;
	in_base("closed", path);
	assert_int_equal(mkdir(path, 0), 0);
	for (int i = 0; i < 3; i++) {
		static const mode_t modes[] = { 0755, 01755, 0700 };

		assert_int_equal(chmod(base, modes[i]), 0);
		pid = fork();
		if (pid == 0) {
			if (geteuid() == 0 && (setgid(12345) || setuid(12345)))
				_exit(9);
			_exit(state_list(base, &names, &err) + 2);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		/* a sticky one is shared, by nature */
		same_number("list", WEXITSTATUS(status),
			    i == 1 || (i == 2 && geteuid() != 0) ? 2 : 1);
	}
	assert_int_equal(chmod(path, 0700), 0);
}

static void test_listing(void **state)
{
	AUTO_BUF struct buf names = BUF_INIT(1000);
	AUTO_RECORD struct record r = RECORD_INIT;
	AUTO_STATE struct state s = STATE_INIT;
	struct err err = ERR_INIT;
	char path[256];

	(void)state;
	assert_int_equal(state_list("/nowhere", &names, &err), 0);
	assert_int_equal(state_list(base, &names, &err), 0);
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
	assert_int_equal(state_list(base, &names, &err), 1);
	assert_string_equal(buf_str(&names), "b");
	buf_reset(&names);
	open_state(&s);
	well("t", state_write(&s, &r, &err), &err);
	assert_int_equal(state_list(base, &names, &err), 2);
	assert_int_equal(names.len, strlen("b, t"));
}

static const struct CMUnitTest tests[] = {
	IN_BASE(test_write_and_read), IN_BASE(test_mending), IN_BASE(test_unreadable),
	IN_BASE(test_left_aside),     IN_BASE(test_opening), IN_BASE(test_open_to_all),
	IN_BASE(test_owner),	      IN_BASE(test_removal), IN_BASE(test_listing),
	IN_BASE(test_listing_unseen),
};

TEST_MAIN(tests)
