#include "base/buf.h"

#include "test.h"
#include "watch_free.h"

#define SECRET "s3cr3t-needle"

static bool holds(const struct buf *b, const char *text)
{
	return b->ptr && memmem(b->ptr, b->cap, text, strlen(text));
}

static void test_empty(void **state)
{
	struct buf b = BUF_INIT(10);
	struct err err = ERR_INIT;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	buf_cut(&b, 0);
	buf_shift(&b, 3);
	buf_reset(&b);
	buf_add(&b, "", 0);
	buf_adds(&b, "");
	buf_addf(&b, "%s", "");
	assert_null(b.ptr);
	assert_int_equal(buf_check(&b, "it", &err), 0);
	assert_int_equal(err.kind, ERR_NONE);
	buf_release(&b);
	buf_release(&b);
}

static void test_appending(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(100000);

	(void)state;
	buf_adds(&b, "ab");
	buf_addc(&b, 'c');
	buf_addf(&b, "%d-%s", 42, "x");
	buf_add(&b, "\0y", 2);
	assert_int_equal(b.len, 9);
	assert_memory_equal(b.ptr, "abc42-x\0y", 10);
	buf_set(&b, "new");
	assert_string_equal(buf_str(&b), "new");
	buf_set(&b, NULL);
	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 50000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_int_equal(b.len, 50000);
	for (int i = 0; i < 50000; i++)
		assert_int_equal(b.ptr[i], 'a' + i % 26);
	assert_int_equal(b.ptr[50000], '\0');
}

/* The maximum counts without the final NUL, in every way of adding. */
static void test_maximum(void **state)
{
	static const char text[] = "0123456789";
	struct err err = ERR_INIT;

	(void)state;
	for (int way = 0; way < 4; way++)
		for (size_t max = 9; max <= 11; max++) {
			AUTO_BUF struct buf b = BUF_INIT(max);

			if (way == 0)
				buf_adds(&b, text);
			else if (way == 1)
				buf_addf(&b, "%s", text);
			else if (way == 2)
				buf_set(&b, text);
			for (int i = 0; way == 3 && i < 10; i++)
				buf_addc(&b, text[i]);
			assert_int_equal(b.failed, max < 10);
			assert_string_equal(buf_str(&b), max < 10 ? "" : text);
		}
	struct buf b = BUF_INIT(10);

	buf_adds(&b, "abc");
	buf_add(&b, text, SIZE_MAX - 1);
	assert_true(b.failed);
	assert_null(b.ptr);
	assert_int_equal(buf_check(&b, "the header", &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_string_equal(err.text, "the header is longer than 10 bytes");
}

/* What fails is empty, ignores what follows, and says so until it is set anew. */
static void test_failed_state(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(4);
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&b, "abc");
	buf_adds(&b, "de");
	buf_adds(&b, "f");
	buf_addc(&b, 'g');
	buf_addf(&b, "%d", 1);
	buf_cut(&b, 0);
	buf_shift(&b, 1);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_check(&b, "x", &err), -1);
	buf_starve(&b);
	assert_int_equal(buf_check(&b, "x", &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	buf_set(&b, "ok");
	assert_int_equal(buf_check(&b, "x", &err), 0);
	assert_string_equal(buf_str(&b), "ok");
	buf_adds(&b, "too long");
	buf_reset(&b);
	assert_false(b.failed);
	buf_adds(&b, "too long");
	buf_release(&b);
	assert_false(b.failed);
	assert_int_equal(b.max, 4);
}

static void test_no_memory(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1000);
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&b, SECRET);
	watch_start(SECRET);
	watch_memory(1);
	for (int i = 0; i < 100; i++)
		buf_adds(&b, "more");
	watch_memory(0);
	watch_stop();
	assert_int_equal(buf_check(&b, "x", &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_string_equal(err.text, "x: out of memory");
	assert_null(b.ptr);
	assert_int_equal(watch_blocks, 1);
	assert_int_equal(watch_dirty, 0);
}

static void test_cut_and_shift(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(100);

	(void)state;
	buf_adds(&b, "keep" SECRET);
	buf_cut(&b, 100);
	assert_string_equal(buf_str(&b), "keep" SECRET);
	buf_cut(&b, 4);
	assert_string_equal(buf_str(&b), "keep");
	assert_false(holds(&b, "s3"));
	assert_false(holds(&b, "needle"));
	buf_set(&b, SECRET "rest");
	buf_shift(&b, 0);
	assert_string_equal(buf_str(&b), SECRET "rest");
	buf_shift(&b, sizeof(SECRET) - 1);
	assert_string_equal(buf_str(&b), "rest");
	assert_false(holds(&b, "needle"));
	assert_null(memmem(b.ptr + 5, b.cap - 5, "rest", 4));
	buf_shift(&b, 1000);
	assert_int_equal(b.len, 0);
	assert_false(holds(&b, "rest"));
}

/* Looks at the memory itself: after a reset, and at each release. */
static void test_wiping(void **state)
{
	struct buf b = BUF_INIT(100000);

	(void)state;
	buf_adds(&b, SECRET);
	assert_true(holds(&b, SECRET));
	buf_reset(&b);
	assert_non_null(b.ptr);
	assert_false(holds(&b, "needle"));
	buf_set(&b, SECRET);
	buf_set(&b, "s");
	assert_false(holds(&b, "needle"));

	buf_set(&b, SECRET);
	watch_start("needle");
	for (int i = 0; i < 20000; i++)
		buf_addc(&b, 'x');
	assert_true(watch_blocks > 5);
	assert_int_equal(watch_dirty, 0);
	buf_release(&b);
	assert_int_equal(watch_dirty, 0);

	b = BUF_INIT(20);
	buf_adds(&b, SECRET);
	buf_adds(&b, SECRET);
	watch_stop();
	assert_true(b.failed);
	assert_null(b.ptr);
	assert_int_equal(watch_dirty, 0);
}

/* The watch itself: a block that is not wiped is seen. */
static void test_watch(void **state)
{
	struct buf b = BUF_INIT(100);

	(void)state;
	buf_adds(&b, SECRET);
	watch_start("needle");
	free(b.ptr);
	watch_stop();
	assert_int_equal(watch_dirty, 1);
}

static void test_equal(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "", "", true },     { "a", "a", true },   { "a", "b", false },
		{ "a", "ab", false }, { "ab", "a", false }, { "", "a", false },
		{ NULL, NULL, true }, { NULL, "a", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF struct buf a = BUF_INIT(10), b = BUF_INIT(20);

		buf_set(&a, rows[i].a);
		buf_set(&b, rows[i].b);
		assert_int_equal(buf_equal(&a, &b), rows[i].equal);
	}
	AUTO_BUF struct buf a = BUF_INIT(10), b = BUF_INIT(10);

	buf_add(&a, "x\0y", 3);
	buf_add(&b, "x\0z", 3);
	assert_false(buf_equal(&a, &b));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_empty),	  cmocka_unit_test(test_appending),
	cmocka_unit_test(test_maximum),	  cmocka_unit_test(test_failed_state),
	cmocka_unit_test(test_no_memory), cmocka_unit_test(test_cut_and_shift),
	cmocka_unit_test(test_wiping),	  cmocka_unit_test(test_watch),
	cmocka_unit_test(test_equal),
};

TEST_MAIN(tests)
