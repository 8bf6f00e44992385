/*
 * Memory as it is at the moment of its release, for programs linked with
 * -Wl,--wrap=free,--wrap=malloc,--wrap=realloc: counts the blocks given back that
 * still hold a text. And memory that ends: at the n-th allocation, and from then on.
 */
#ifndef UNIT_WATCH_FREE_H
#define UNIT_WATCH_FREE_H

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __real_free(void *p);
void __wrap_free(void *p);

/* Volatile, for a compiler knows that free() itself looks at none of these. */
static const char *volatile watched; /* the text; NULL: not watching */
static volatile int watch_blocks;    /* released since watch_start() */
static volatile int watch_dirty;     /* of these, so many still held the text */
static volatile int watch_left;	     /* allocations until malloc() fails; 0: never */
static volatile bool watch_failed;   /* it has */

void *__wrap_malloc(size_t size)
{
	if (watch_left > 1)
		watch_left--;
	else if (watch_left == 1)
		watch_failed = true;
	return watch_left == 1 && watch_failed ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *p, size_t size)
{
	void *test = __wrap_malloc(1);

	if (!test)
		return NULL;
	__real_free(test);
	return __real_realloc(p, size);
}

/* malloc() fails from the @n-th time on; 0: never. True: it had not failed before. */
static inline bool watch_memory(int n)
{
	bool enough = !watch_failed;

	watch_left = n;
	watch_failed = false;
	return enough;
}

void __wrap_free(void *p)
{
	if (watched && p) {
		watch_blocks++;
		if (memmem(p, malloc_usable_size(p), watched, strlen(watched)))
			watch_dirty++;
	}
	__real_free(p);
}

static inline void watch_start(const char *text)
{
	watched = text;
	watch_blocks = watch_dirty = 0;
}

static inline void watch_stop(void)
{
	watched = NULL;
}

#endif
