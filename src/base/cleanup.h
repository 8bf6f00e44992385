/*
 * Scope-bound release of memory and descriptors, and the one macro that moves a value
 * out of such a scope. Every releaser accepts NULL, -1 or a half-built object.
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_ptr(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define AUTO_FREE  __attribute__((cleanup(cleanup_free_ptr)))
#define AUTO_CLOSE __attribute__((cleanup(cleanup_close_fd)))

/* The value of @var, which is left holding @empty: ownership moves to the caller. */
#define STEAL(var, empty)                        \
	({                                       \
		__typeof__(var) stolen_ = (var); \
		(var) = (empty);                 \
		stolen_;                         \
	})

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ARRAY_LEN(a)	  (sizeof(a) / sizeof((a)[0]))

#endif
