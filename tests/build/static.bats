#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets output
# scripts/build-static on a part of the test's own: what is built anew, what is kept, and what is
# said when a part can't be had or built. What the real parts become is tests/image's subject.

bats_require_minimum_version 1.5.0

PROJECT=$(realpath "$BATS_TEST_DIRNAME/../..")

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p sources keys
	# No mirror at all.
	printf '%s;\n' 'Dir::Etc::SourceList "/dev/null"' 'Dir::Etc::SourceParts "/dev/null"' \
		"Dir::State::Lists \"$PWD\"" >apt.conf
	export APT_CONFIG=$PWD/apt.conf
	part 'int answer(void) { return 42; }'
}

# part TEXT: a tarball of a likeness of cJSON, whose source is that, and a lock that has it alone.
part() {
	mkdir -p tree/cJSON-9
	echo "$1" >tree/cJSON-9/cJSON.c
	touch tree/cJSON-9/{cJSON.h,LICENSE}
	tar -C tree -czf sources/cjson_9.orig.tar.gz cJSON-9
	printf '%s\n' 'Name: cjson' 'Version: 9' "SHA256: $(sha256sum <sources/cjson_9.orig.tar.gz | cut -c 1-64)" \
		'Pool: pool/main/c/cjson/cjson_{version}.orig.tar.gz' 'Notice: LICENSE' >lock
}
build() {
	"$PROJECT/scripts/build-static" --development --work work --lock lock --sources sources "$@" cjson
}
said() { [[ $output == *"$1"* ]] || { printf 'not said: %s\nbut: %s\n' "$1" "$output"; return 1; }; }

@test "a part is built from a file by hand, with nobody to ask, and kept until it changes" {
	run -0 build
	[[ $output == 'build-static: building cjson 9' ]]
	run -0 nm work/root/usr/lib/libcjson.a
	[[ $output == *' T answer'* ]]
	[[ -e work/root/usr/include/cjson/cJSON.h && -e work/root/usr/share/licenses/cjson ]]
	run -0 build
	[[ -z $output ]]
	part 'int question(void) { return 0; }'
	run -0 build
	[[ $output == 'build-static: building cjson 9' ]]
	run -0 nm work/root/usr/lib/libcjson.a
	[[ $output == *' T question'* && $output != *' T answer'* ]]
}

@test "no directory of the build is in what is built, and the caller's settings do not get in" {
	printf '%s\n' 'const char *where(void) { return __FILE__; }' '#ifdef FOREIGN' '#error foreign' '#endif' >text
	part "$(cat text)"
	CFLAGS=-DFOREIGN CPATH=/nonexistent run -0 build
	run -0 strings -a work/root/usr/lib/libcjson.a
	[[ $output == *cJSON.c* && $output != *"$PWD"* ]]
}

@test "a changed byte stops the build, by name; what none has is told with where it was sought" {
	sed -i "s/^SHA256: .*/SHA256: $(printf '0%.0s' {1..64})/" lock
	run -1 build
	said "sources/cjson_9.orig.tar.gz: refused: its SHA-256 is "
	said "cjson 9: not to be had; tried:"
	said "put cjson_9.orig.tar.gz into "
	[[ ! -e work/root/usr/lib/libcjson.a ]]
}

@test "the end of a compiler's complaint is shown, and the part is not taken for built" {
	part 'int answer(void) { return 42 }'
	for _ in 1 2; do
		run -1 build
		said "error: expected"
		said "cjson could not be built; the whole story is in $PWD/work/logs/cjson.log"
	done
}

@test "what is asked wrongly is told" {
	run -1 "$PROJECT/scripts/build-static" --arch vax
	said "no recipe for the architecture vax; there are: amd64 arm64"
	sed -i 's/^Name: .*/Name: thing/' lock
	run -1 "$PROJECT/scripts/build-static" --work work --lock lock
	said "no recipe for thing"
	run -2 build --colour
	run -2 "$PROJECT/scripts/build-static" --development
	run -2 "$PROJECT/scripts/build-static" cjson
}
