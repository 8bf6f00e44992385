/*
 * Memory that the program takes by itself, and a reserve of it.
 *
 * A token that was asked for has to be recorded, or taken back, and both need memory,
 * just when there is none. So a part is set aside at the start, and given up when an
 * allocation fails for the first time: that one, and what has to follow it, still work.
 * From the second failure on all fails as it must.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* Sets the reserve aside; without memory for it there is none. */
void mem_reserve(void);

/* True once an allocation has failed for good: nobody may claim success from then on. */
bool mem_ended(void);

/* As malloc(), calloc() and reallocarray() do; the caller frees it. */
void *mem_alloc(size_t size);
void *mem_zero(size_t n, size_t size);
void *mem_grow(void *p, size_t n, size_t size);

#endif
