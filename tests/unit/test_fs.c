#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "test.h"

static char dir[64];
static int at = -1;
static int short_writes; /* 0: write(2) as it is; else so many were cut short */

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	if (short_writes && ++short_writes % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	return __real_write(fd, data, short_writes && len > 7 ? 7 : len);
}

static int setup(void **state)
{
	(void)state;
	test_directory(dir);
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return at < 0;
}

static int teardown(void **state)
{
	(void)state;
	close(at);
	test_remove(dir);
	return 0;
}

static size_t entries(void)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void test_replace_modes(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	umask(0);
	well("0600", fs_replace(at, "f", "one", 3, 0600, &err), &err);
	assert_int_equal(fstatat(at, "f", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	umask(0777);
	well("0644", fs_replace(at, "f", "a longer text", 13, 0644, &err), &err);
	umask(022);
	assert_int_equal(fstatat(at, "f", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(st.st_size, 13);
	well("shorter", fs_replace(at, "f", "x", 1, 0600, &err), &err);
	assert_int_equal(fstatat(at, "f", &st, 0), 0);
	assert_int_equal(st.st_size, 1);
	well("empty", fs_replace(at, "f", "", 0, 0600, &err), &err);
	assert_int_equal(entries(), 1);
}

/* Who has the old file open goes on reading the old text, and a link is replaced. */
static void test_replace_is_a_rename(void **state)
{
	struct err err = ERR_INIT;
	char text[16] = "";
	struct stat st;
	int fd;

	(void)state;
	well("old", fs_replace(at, "f", "old", 3, 0600, &err), &err);
	fd = openat(at, "f", O_RDONLY);
	well("new", fs_replace(at, "f", "new text", 8, 0600, &err), &err);
	assert_int_equal(read(fd, text, sizeof(text)), 3);
	assert_string_equal(text, "old");
	close(fd);
	assert_int_equal(symlinkat("f", at, "link"), 0);
	well("link", fs_replace(at, "link", "x", 1, 0600, &err), &err);
	assert_int_equal(fstatat(at, "link", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(fstatat(at, "f", &st, 0), 0);
	assert_int_equal(st.st_size, 8);
	assert_int_equal(entries(), 2);
}

/* A failure on the way leaves the old file, and nothing beside it. */
static void test_replace_fails_whole(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(mkdirat(at, "d", 0700), 0);
	assert_int_equal(fs_replace(at, "d", "x", 1, 0600, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	has_text("error", err.text, "can't write d");
	assert_int_equal(entries(), 1);
	assert_int_equal(fstatat(at, "d", &st, 0), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(fs_replace(-1, "f", "x", 1, 0600, &err), -1);
	assert_int_equal(unlinkat(at, "d", AT_REMOVEDIR), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(fs_replace(at, "f", "x", 1, 0600, &err), -1);
	has_text("error", err.text, "No such file");
}

/* With a limit on the size of files: no half of a text, and the old one stays. */
static void test_replace_full_disk(void **state)
{
	struct err err = ERR_INIT;
	char *big = calloc(1, 100000), text[8] = "";
	int fd, status;
	pid_t pid;

	(void)state;
	well("old", fs_replace(at, "f", "old", 3, 0600, &err), &err);
	pid = fork();
	if (pid == 0) {
		struct rlimit limit = { 8192, 8192 };

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(fs_replace(at, "f", big, 100000, 0600, &err) == -1 &&
				      err.kind == ERR_IO
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	fd = openat(at, "f", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 3);
	close(fd);
	assert_int_equal(entries(), 1);
	free(big);
}

static void test_owner(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		return;
	assert_int_equal(fchown(at, 12345, 23456), 0);
	well("f", fs_replace(at, "f", "x", 1, 0600, &err), &err);
	assert_int_equal(fstatat(at, "f", &st, 0), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 23456);
}

static void test_read(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(20000), small = BUF_INIT(9999);
	struct err err = ERR_INIT;
	char *big = malloc(10000);

	(void)state;
	memset(big, 'b', 10000);
	well("write", fs_replace(at, "f", big, 10000, 0600, &err), &err);
	buf_adds(&out, "x");
	well("read", fs_read(at, "f", &out, &err), &err);
	assert_int_equal(out.len, 10001);
	assert_int_equal(fs_read(at, "f", &small, &err), -1);
	assert_int_equal(errno, EFBIG);
	assert_string_equal(err.text, "f is larger than 9999 bytes");
	assert_string_equal(buf_str(&small), "");
	free(big);
}

struct refusal {
	const char *name;
	int error;
};

/* Nothing of it blocks, and nothing but a file of the owner's own is read. */
static void test_read_refuses(void **state)
{
	static const struct refusal rows[] = {
		{ "none", ENOENT },   { "link", ELOOP },     { "fifo", EPERM },
		{ "dir", EPERM },     { "group", EPERM },    { "world", EPERM },
		{ "foreign", EPERM }, { "dangling", ELOOP }, { "twice", EPERM },
	};
	char path[128];

	(void)state;
	for (const char *const *name = (const char *const[]){ "group", "world", "foreign",
							      "target", "once", NULL };
	     *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *name);
		test_write(path, "evil",
			   **name == 'g'   ? 0620
			   : **name == 'w' ? 0602
					   : 0600);
	}
	assert_int_equal(linkat(at, "once", at, "twice", 0), 0);
	assert_int_equal(symlinkat("target", at, "link"), 0);
	assert_int_equal(symlinkat("nowhere", at, "dangling"), 0);
	assert_int_equal(mkfifoat(at, "fifo", 0600), 0);
	assert_int_equal(mkdirat(at, "dir", 0700), 0);
	if (fchownat(at, "foreign", 12345, 0, 0))
		assert_int_equal(
			unlinkat(at, "foreign", 0) || mkfifoat(at, "foreign", 0600), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(100);
		struct err err = ERR_INIT;

		same_number(rows[i].name, fs_read(at, rows[i].name, &out, &err), -1);
		same_number(rows[i].name, errno, rows[i].error);
		same_number(rows[i].name, fs_is_foreign(errno), i > 0);
		if (i > 0) {
			same_number(rows[i].name,
				    fs_open_or_make(at, rows[i].name, O_RDWR, &err), -1);
			same_number(rows[i].name, fs_is_foreign(errno), 1);
		}
		same_number(rows[i].name, err.kind, ERR_IO);
		has_text(rows[i].name, err.text, rows[i].name);
		same_text(rows[i].name, buf_str(&out), "");
	}
}

static void test_read_path(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(100);
	struct err err = ERR_INIT;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/target", dir);
	test_write(path, "text", 0666);
	assert_int_equal(symlinkat("target", at, "link"), 0);
	snprintf(path, sizeof(path), "%s/link", dir);
	well("link", fs_read_path(path, &out, &err), &err);
	assert_string_equal(buf_str(&out), "text");
	well("device", fs_read_path("/dev/null", &out, &err), &err);
	assert_int_equal(fs_read_path(dir, &out, &err), -1);
	assert_int_equal(fs_read_path("/nowhere/x", &out, &err), -1);
	has_text("path", err.text, "can't open /nowhere/x: No such file");
}

/* What write(2) may do: less than it was asked for, and nothing when a signal came. */
static void test_write_all(void **state)
{
	char path[128], text[1000], have[1001];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	short_writes = 1;
	assert_int_equal(fs_write_all(fd, text, sizeof(text)), 0);
	assert_true(short_writes > 100);
	short_writes = 0;
	assert_int_equal(pread(fd, have, sizeof(have), 0), sizeof(text));
	assert_memory_equal(have, text, sizeof(text));
	close(fd);
	assert_int_equal(fs_write_all(-1, "x", 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fs_write_all(-1, "x", 0), 0);
}

static void test_append(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(100);
	struct err err = ERR_INIT;
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/out", dir);
	assert_int_equal(fs_append(path, "a\n", 2, &err), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(access(path, F_OK), -1);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	well("one", fs_append(path, "a\n", 2, &err), &err);
	well("more", fs_append(path, "b\n", 2, &err), &err);
	well("read", fs_read_path(path, &out, &err), &err);
	assert_string_equal(buf_str(&out), "a\nb\n");
	assert_int_equal(fs_append("/dev/full", "x", 1, &err), -1);
	has_text("full", err.text, "No space left");
	assert_int_equal(fs_append(dir, "x", 1, &err), -1);
}

static void test_make_dir(void **state)
{
	struct err err = ERR_INIT;
	char path[256];
	struct stat st;
	int fd;

	(void)state;
	umask(0);
	snprintf(path, sizeof(path), "%s//a/./b//c/", dir);
	if (geteuid() == 0)
		assert_int_equal(fchown(at, 12345, 23456), 0);
	for (int i = 0; i < 2; i++) {
		fd = fs_make_dir(path, &err);
		well(path, fd < 0, &err);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
		assert_int_equal(st.st_uid, geteuid() == 0 ? 12345 : geteuid());
		close(fd);
	}
	umask(022);
	assert_true(fs_is_dir(path));
	assert_false(fs_is_dir("/nowhere"));
	snprintf(path, sizeof(path), "%s/file", dir);
	test_write(path, "", 0600);
	assert_false(fs_is_dir(path));
	assert_int_equal(fs_make_dir(path, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	snprintf(path, sizeof(path), "%s/file/below", dir);
	assert_int_equal(fs_make_dir(path, &err), -1);
	assert_int_equal(symlinkat("nowhere", at, "dangling"), 0);
	snprintf(path, sizeof(path), "%s/dangling", dir);
	assert_int_equal(fs_make_dir(path, &err), -1);
	assert_int_equal(faccessat(at, "nowhere", F_OK, 0), -1);
	assert_int_equal(symlinkat("a", at, "link"), 0);
	snprintf(path, sizeof(path), "%s/link/d", dir);
	fd = fs_make_dir(path, &err);
	well(path, fd < 0, &err);
	close(fd);
}

static void test_make_dir_relative(void **state)
{
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	assert_int_equal(chdir(dir), 0);
	fd = fs_make_dir("x/y", &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(faccessat(at, "x/y", F_OK, 0), 0);
	assert_int_equal(chdir("/"), 0);
}

static void test_relative(void **state)
{
	static const char *const rows[][3] = {
		{ "/w/_temp/cc-token/x", "/w/repo/repo/ca.pem",
		  "../../../repo/repo/ca.pem" },
		{ "/a/b", "/a/b/c", "c" },
		{ "/a/b", "/a/bc", "../bc" },
		{ "/a/bc", "/a/b/c", "../b/c" },
		{ "/a/bc", "/a/b", "../b" },
		{ "/a", "/b", "../b" },
		{ "/a/b/c", "/a/d", "../../d" },
		{ "/a", "/a", "../a" },
		{ "/a", "/", "../" },
		{ "/a", "", "" },
		{ "", "/a", "/a" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf out = BUF_INIT(256);
		char *from = strdup(rows[i][0]), *path = strdup(rows[i][1]);

		/* In memory of their own, so that the sanitizer sees a read beyond. */
		fs_relative(from, path, &out);
		assert_string_equal(rows[i][2], buf_str(&out));
		free(from);
		free(path);
	}
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
	IN_DIRECTORY(test_replace_modes),
	IN_DIRECTORY(test_replace_is_a_rename),
	IN_DIRECTORY(test_replace_fails_whole),
	IN_DIRECTORY(test_replace_full_disk),
	IN_DIRECTORY(test_owner),
	IN_DIRECTORY(test_read),
	IN_DIRECTORY(test_read_refuses),
	IN_DIRECTORY(test_read_path),
	IN_DIRECTORY(test_write_all),
	IN_DIRECTORY(test_append),
	IN_DIRECTORY(test_make_dir),
	IN_DIRECTORY(test_make_dir_relative),
	cmocka_unit_test(test_relative),
};

TEST_MAIN(tests)
