# make                 build/cc-token, for development, with the distribution's libraries, or
#                      those that scripts/libraries has built
# make unit            unit tests          make unit O=build/asan: the same with sanitizers
# make check           all tests: see scripts/test
# make asan            build/asan/cc-token with address and undefined-behaviour sanitizers
# make analyze         gcc's and clang's static analyzers over all sources
# make fuzz            libFuzzer over tests/fuzz, FUZZ_RUNS inputs each
# make lint            layout, banned names, layers, scripts, action.yml
# make fmt             clang-format in place
# make tables          the settings and commands in README.md and action.yml, anew
# make bench           see scripts/bench
# make install         to $(DESTDIR)$(PREFIX)/bin
#
# O is the directory of a build, and its last part the flavour (asan, analyze, scan, fuzz).
# STATIC=1 links for release, as the Dockerfile does; DEVELOPER=1 turns warnings into
# errors; ROOTS is the file of CA certificates that is built in; V=1 shows commands.

O ?= build
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
ROOTS ?= $(wildcard /etc/ssl/certs/ca-certificates.crt)
FUZZ_RUNS ?= 20000
VERSION := $(shell cat VERSION)
COMMIT ?= $(shell git describe --always --dirty 2>/dev/null)

flavour := $(notdir $(O))
SRCS := $(sort $(wildcard src/*.c src/*/*.c) src/net/roots.S)
OBJS := $(patsubst %,$(O)/%.o,$(basename $(SRCS)))
MAIN := $(O)/src/main.o
LIB := $(O)/libcc-token.a
UNIT := $(patsubst tests/unit/%.c,$(O)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(sort $(wildcard tests/fuzz/*.c)))

WARN := -Wall -Wextra -Wformat=2 -Wshadow -Wconversion -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -Wwrite-strings -Wnull-dereference -Wundef -fno-common
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE -fno-plt
LINK := -Wl,-z,relro,-z,now,-z,noexecstack
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

ifeq ($(flavour),asan)
CFLAGS := -O1 -g
MODE := $(SANITIZE)
DEVELOPER := 1
else ifeq ($(flavour),analyze)
CFLAGS := -O1 -g
# gcc 14 loses pipe2()'s ends in a struct, and takes what dup2() makes for lost.
MODE := -fanalyzer -Wno-analyzer-fd-leak -Wno-analyzer-fd-use-without-check
DEVELOPER := 1
else ifeq ($(flavour),scan)
CC := clang-19
MODE := --analyze --analyzer-output text -Xclang -analyzer-werror \
	-Xclang -analyzer-disable-checker=unix.StdCLibraryFunctions -Wno-unused-command-line-argument
else ifeq ($(flavour),fuzz)
CC := clang-19
CFLAGS := -O1 -g
MODE := $(SANITIZE) -fsanitize=fuzzer-no-link
else
MODE := $(HARDEN) -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
# Libraries of the lock, in place of the distribution's: see scripts/libraries.
LOCKED := $(if $(STATIC),,$(wildcard build/libraries/root/usr))
ifneq ($(LOCKED),)
MODE += -isystem $(LOCKED)/include
LDFLAGS += -L$(LOCKED)/lib
endif
ifdef STATIC
MODE += -ffunction-sections -fdata-sections
# Relocations in the compact form make the program 400 KiB smaller.
LINK += -static-pie -s -Wl,--gc-sections,-z,text,-z,pack-relative-relocs
else
LINK += -pie
endif

COMPILE = $(CC) -std=gnu11 -Isrc -D_GNU_SOURCE -DCC_VERSION='"$(VERSION)"' $(DEFINE) $(CPPFLAGS) \
	$(CFLAGS) $(MODE) $(WARN) $(if $(DEVELOPER),-Werror) \
	-ffile-prefix-map=$(CURDIR)=. -MMD -MP
LIBS := -lcurl -lcjson -lssl -lcrypto
Q := $(if $(V),,@)

all: $(O)/cc-token

$(O)/cc-token: $(MAIN) $(LIB)
	@echo "LD   $@"
	$(Q)$(CC) $(CFLAGS) $(MODE) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(filter-out $(MAIN),$(OBJS))
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(OBJS): Makefile VERSION $(wildcard build/libraries/keys/*)
$(O)/%.o: %.c
	@echo "CC   $@"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -c -o $@ $<

$(O)/src/net/roots.o: src/net/roots.S $(ROOTS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(if $(ROOTS),-DROOTS_FILE='"$(ROOTS)"') -c -o $@ $<

# The one object that knows the commit is made anew when the commit changes.
$(O)/src/commands/version.o: DEFINE = -DCC_COMMIT='"$(COMMIT)"'
$(O)/src/commands/version.o: $(O)/commit
$(O)/commit: FORCE
	@mkdir -p $(O)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@

# These look at memory as it is given back (tests/unit/watch_free.h), or stand between
# the code and a system call.
$(addprefix $(O)/unit/test_,buf json log redact): LDFLAGS += \
	-Wl,--wrap=free,--wrap=malloc,--wrap=realloc
$(O)/unit/test_mem: LDFLAGS += \
	-Wl,--wrap=free,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(O)/unit/test_fs: LDFLAGS += -Wl,--wrap=write
$(O)/unit/test_trust: LDFLAGS += -Wl,--wrap=X509_STORE_add_cert \
	-Wl,--wrap=X509_OBJECT_set1_X509
$(O)/unit/test_interrupt: LDFLAGS += -Wl,--wrap=ppoll,--wrap=flock

$(O)/unit/test_faults: LDFLAGS += -Wl,--wrap=fstat,--wrap=stat,--wrap=fstatat \
	-Wl,--wrap=open,--wrap=openat,--wrap=__openat_2,--wrap=opendir,--wrap=readdir \
	-Wl,--wrap=read,--wrap=write,--wrap=renameat,--wrap=linkat

$(O)/unit/%: tests/unit/%.c $(LIB)
	@echo "TEST $@"
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MF $@.d $(LINK) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS) -lcmocka

$(O)/fuzz/%: tests/fuzz/%.c $(LIB)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MF $@.d -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

unit unit-build: DEVELOPER := 1
unit-build: $(UNIT)
unit: $(UNIT)
	@failed=; for t in $^; do $$t || failed="$$failed $${t##*/}"; done; \
	if [ -n "$$failed" ]; then echo "unit: failed:$$failed" >&2; exit 1; fi; \
	echo "unit: all $(words $^) programs passed ($(O))"

objects: $(OBJS)
asan: ; @$(MAKE) O=build/asan all
analyze: ; @$(MAKE) O=build/analyze objects && $(MAKE) O=build/scan objects
fuzz: ; @$(MAKE) O=build/fuzz fuzz-run

fuzz-run: $(FUZZ)
	@for f in $^; do n=$${f##*/}; mkdir -p $(O)/corpus/$$n; \
		echo "FUZZ $$n"; \
		$$f -runs=$(FUZZ_RUNS) -max_len=8192 -timeout=10 -verbosity=0 \
			-artifact_prefix=$(O)/$$n- $(O)/corpus/$$n \
			$$(ls -d tests/fuzz/corpus/$$n 2>/dev/null) || exit 1; done

lint bench:
	@scripts/$@
check:
	@scripts/test
fmt:
	find src tests -name '*.[ch]' -exec clang-format-19 -i {} +
tables: $(O)/cc-token
	CC_TOKEN=$< scripts/validate-action --write
	CC_TOKEN=$< scripts/readme
install: $(O)/cc-token
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/cc-token

clean:
	rm -rf $(O)

FORCE:
.PHONY: all unit unit-build objects asan analyze fuzz fuzz-run lint fmt tables bench \
	check install clean FORCE

-include $(OBJS:.o=.d) $(addsuffix .d,$(UNIT) $(FUZZ))
