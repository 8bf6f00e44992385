/* A state in a directory of the test's own. */
#ifndef UNIT_STORED_H
#define UNIT_STORED_H

#include <errno.h>

#include "base/log.h"
#include "session/state.h"
#include "test.h"

enum { PATIENCE_MS = 60 * 1000 };

static char base[64];

static inline int setup(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	test_directory(base);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	test_remove(base);
	redact_release(redact_list());
	return 0;
}

static inline void in_base(const char *name, char path[static 256])
{
	assert_true(snprintf(path, 256, "%s/%s", base, name) < 256);
}

static inline void open_state(struct state *s)
{
	struct err err = ERR_INIT;

	*s = STATE_INIT;
	well("open", state_open(s, base, "t", true, &err), &err);
}

static inline void put(struct record *r, const char *access)
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

static inline void same_file(const char *name, const char *want)
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

#define IN_BASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
