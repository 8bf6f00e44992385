/*
 * Memory as it is at the moment of its release, for programs linked with
 * -Wl,--wrap=free,--wrap=malloc: counts the blocks given back that still hold a text.
 */
#ifndef UNIT_WATCH_FREE_H
#define UNIT_WATCH_FREE_H

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void __real_free(void *p);
void __wrap_free(void *p);

/* Volatile, for a compiler knows that free() itself looks at none of these. */
static const char *volatile watched;  /* the text; NULL: not watching */
static volatile int watch_blocks;     /* released since watch_start() */
static volatile int watch_dirty;      /* of these, so many still held the text */
static volatile bool watch_no_memory; /* malloc() fails */

void *__wrap_malloc(size_t size)
{
	return watch_no_memory ? NULL : __real_malloc(size);
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
