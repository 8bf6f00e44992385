#include "base/mem.h"

#include "test.h"

/* Memory that has ended until some is given back. */
static bool ended;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
/* What a compiler makes of realloc(NULL, size). */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void __real_free(void *p);
void __wrap_free(void *p);

void *__wrap_realloc(void *p, size_t size)
{
	return ended ? NULL : __real_realloc(p, size);
}

void *__wrap_malloc(size_t size)
{
	return ended ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return ended ? NULL : __real_calloc(n, size);
}

void __wrap_free(void *p)
{
	ended = ended && !p;
	__real_free(p);
}

static void test_without_reserve(void **state)
{
	(void)state;
	ended = true;
	assert_null(mem_alloc(1));
	assert_null(mem_zero(1, 1));
	assert_null(mem_grow(NULL, 1, 1));
	ended = false;
}

/* It is given up for the first that fails, whichever that is, and once. */
static void test_reserve(void **state)
{
	char *p;

	(void)state;
	for (int way = 0; way < 3; way++) {
		mem_reserve();
		mem_reserve();
		ended = true;
		p = way == 0   ? mem_alloc(3)
		    : way == 1 ? mem_zero(3, 1)
			       : mem_grow(NULL, 3, 1);
		assert_non_null(p);
		memcpy(p, "ab", 3);
		assert_int_equal(mem_ended(), way > 0);
		ended = true;
		assert_null(mem_grow(p, 1, 100));
		assert_string_equal(p, "ab");
		assert_true(mem_ended());
		ended = false;
		p = mem_grow(p, 1, 100);
		assert_string_equal(p, "ab");
		free(p);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_reserve),
	cmocka_unit_test(test_without_reserve),
};

TEST_MAIN(tests)
