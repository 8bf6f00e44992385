#include "base/mem.h"

#include <stdlib.h>

/* For a token's answer, its record and the request that revokes it, a few times over. */
enum { RESERVE = 1024 * 1024 };

static void *reserve;
static bool ended;

void mem_reserve(void)
{
	if (!reserve)
		reserve = malloc(RESERVE);
}

bool mem_ended(void)
{
	return ended;
}

/* True when there is more to be had than a moment ago. */
static bool mem_give_up(void)
{
	void *kept = reserve;

	reserve = NULL;
	free(kept);
	return kept;
}

static void *mem_try(void *p, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : realloc(p, bytes);
}

void *mem_grow(void *p, size_t n, size_t size)
{
	void *grown = mem_try(p, n, size);

	if (!grown && mem_give_up())
		grown = mem_try(p, n, size);
	ended = ended || !grown;
	return grown;
}

void *mem_alloc(size_t size)
{
	return mem_grow(NULL, 1, size);
}

void *mem_zero(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p && mem_give_up())
		p = calloc(n, size);
	ended = ended || !p;
	return p;
}
