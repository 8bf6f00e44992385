/*
 * Memory that ends, for a program that is run with LD_PRELOAD=memory.so and these
 * variables, which it does not see:
 *
 *	TORTURE_AT	the allocation that fails, from 1; 0: none, they are counted
 *	TORTURE_LASTS	not empty: all that come after it fail, too
 *	TORTURE_BARE	not empty: the first fails, too, which is the program's reserve
 *	TORTURE_OWN	not empty: only those of the program's own code count
 *	TORTURE_TELL	a file that gets a line: "PID COUNT FAILED", at the end
 *	TORTURE_TRACE	not empty: at the first that fails the stack goes to stderr
 *	TORTURE_NAME	the program that is meant; others that it starts are left alone
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void *(*real_reallocarray)(void *, size_t, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);
static void (*real_free)(void *);

static unsigned long at, count, failed;
static bool lasts, bare, own, trace, meant;
static char tell[4096];
static uintptr_t program_base, program_begin, program_end;

/* dlsym() allocates before there is anything to allocate by. */
static char early[64 * 1024];
static size_t early_used;

static void *early_take(size_t size)
{
	void *p = early + early_used;

	early_used += (size + 15) / 16 * 16;
	if (early_used > sizeof(early))
		_exit(99);
	return p;
}

static bool early_is(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

/* At the first call: other libraries begin, and allocate, before us. */
static bool find_real(void)
{
	static bool looking;

	if (real_aligned_alloc)
		return true;
	if (looking)
		return false;
	looking = true;
	real_malloc = dlsym(RTLD_NEXT, "malloc");
	real_calloc = dlsym(RTLD_NEXT, "calloc");
	real_realloc = dlsym(RTLD_NEXT, "realloc");
	real_reallocarray = dlsym(RTLD_NEXT, "reallocarray");
	real_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
	real_free = dlsym(RTLD_NEXT, "free");
	real_aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
	looking = false;
	return true;
}

static int find_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size, (void)arg;
	program_base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && p->p_flags & PF_X) {
			program_begin = from;
			program_end = from + p->p_memsz;
		}
	}
	return 1; /* the first one is the program */
}

static void take_variable(const char *name, char *ret, size_t size)
{
	const char *value = getenv(name);

	snprintf(ret, size, "%s", value ? value : "");
	unsetenv(name);
}

static void begin(void)
{
	char number[32], flag[8], name[256];

	take_variable("TORTURE_NAME", name, sizeof(name));
	if (strcmp(name, program_invocation_short_name) != 0)
		return;
	dl_iterate_phdr(find_program, NULL);
	take_variable("TORTURE_TELL", tell, sizeof(tell));
	take_variable("TORTURE_LASTS", flag, sizeof(flag));
	lasts = *flag;
	take_variable("TORTURE_BARE", flag, sizeof(flag));
	bare = *flag;
	take_variable("TORTURE_OWN", flag, sizeof(flag));
	own = *flag;
	take_variable("TORTURE_TRACE", flag, sizeof(flag));
	trace = *flag;
	take_variable("TORTURE_AT", number, sizeof(number));
	at = strtoul(number, NULL, 10);
	unsetenv("LD_PRELOAD");
	meant = true;
}

typedef int main_function(int argc, char **argv, char **envp);
static main_function *real_main;

static int counted_main(int argc, char **argv, char **envp)
{
	begin();
	return real_main(argc, argv, envp);
}

/* What the constructors of libraries do without memory is not the program's. */
int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
	int (*start)(main_function *, int, char **, void (*)(void), void (*)(void),
		     void (*)(void), void *) = dlsym(RTLD_NEXT, "__libc_start_main");

	real_main = program;
	return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

__attribute__((destructor)) static void end(void)
{
	char line[64];
	int fd = meant ? open(tell, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
	int len = snprintf(line, sizeof(line), "%d %lu %lu\n", (int)getpid(), count,
			   failed);

	meant = false;
	if (fd >= 0 && write(fd, line, (size_t)len) != len)
		_exit(98);
	if (fd >= 0)
		close(fd);
}

/* By addresses, for addr2line. */
static void show_stack(void)
{
	void *stack[32];
	int n;

	meant = false; /* backtrace() allocates */
	n = backtrace(stack, 32);
	for (int i = 0; i < n; i++)
		if ((uintptr_t)stack[i] >= program_begin &&
		    (uintptr_t)stack[i] < program_end)
			dprintf(STDERR_FILENO, "torture: %#lx\n",
				(unsigned long)((uintptr_t)stack[i] - program_base - 1));
	meant = true;
}

static bool fails(const void *caller)
{
	uintptr_t from = (uintptr_t)caller;

	if (!meant || (own && (from < program_begin || from >= program_end)))
		return false;
	count++;
	if (bare && count == 1)
		return true;
	if (!at || (lasts ? count < at : count != at))
		return false;
	if (!failed++ && trace)
		show_stack();
	errno = ENOMEM;
	return true;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
	if (!find_real())
		return early_take(size);
	return fails(CALLER) ? NULL : real_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	if (!find_real())
		return early_take(n * size);
	return fails(CALLER) ? NULL : real_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	if (!find_real() || early_is(p))
		_exit(97);
	return fails(CALLER) ? NULL : real_realloc(p, size);
}

void *reallocarray(void *p, size_t n, size_t size)
{
	if (!find_real() || early_is(p))
		_exit(97);
	return fails(CALLER) ? NULL : real_reallocarray(p, n, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	if (!find_real())
		_exit(97);
	return fails(CALLER) ? ENOMEM : real_posix_memalign(ret, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (!find_real())
		_exit(97);
	return fails(CALLER) ? NULL : real_aligned_alloc(alignment, size);
}

void free(void *p)
{
	if (!early_is(p) && find_real())
		real_free(p);
}
