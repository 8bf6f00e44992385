#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats sets output; the stubs are other shells'
# The scripts where things fail: what they say, what they go on with, and their status.

bats_require_minimum_version 1.5.0

PROJECT=$(realpath "$BATS_TEST_DIRNAME/../..")

setup() { cd "$BATS_TEST_TMPDIR" || return; }

# stub FILE: makes it a program, of the text on the standard input.
stub() {
	mkdir -p "$(dirname "$1")"
	{ printf '#!/bin/bash\n'; cat; } >"$1"
	chmod +x "$1"
}
# skeleton SCRIPT...: a project that has these scripts and nothing else.
skeleton() {
	mkdir -p scripts
	local name
	for name in "$@"; do cp "$PROJECT/scripts/$name" scripts/; done
}
said() { [[ $output == *"$1"* ]] || { printf 'not said: %s\nbut: %s\n' "$1" "$output"; return 1; }; }

# with_signals HOW COMMAND...: with all signals ignored, or blocked.
with_signals() {
	python3 -W ignore - "$@" <<-'END'
		import os, signal, sys
		how, *command = sys.argv[1:]
		for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
		    if how == "ignored":
		        signal.signal(number, signal.SIG_IGN)
		    else:
		        signal.pthread_sigmask(signal.SIG_BLOCK, [number])
		os.execv(command[0], command)
	END
}

@test "plainly gives each signal its default, whatever the caller ignores or blocks" {
	for how in ignored blocked; do
		run -0 with_signals "$how" "$PROJECT/scripts/plainly" grep -E '^Sig(Blk|Ign)' /proc/self/status
		[[ $output == $'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000' ]]
	done
}

@test "plainly keeps the promise of nohup, and the status" {
	ours=$(ps -o sid= -p $$)
	run -7 with_signals ignored "$PROJECT/scripts/plainly" bash -c 'ps -o sid= -p $$; exit 7'
	[[ $output != "$ours" ]]
	run -137 with_signals ignored "$PROJECT/scripts/plainly" bash -c 'kill -KILL $$'
	run -7 "$PROJECT/scripts/plainly" bash -c 'ps -o sid= -p $$; exit 7'
	[[ $output == "$ours" ]]
}

@test "attempt goes on until a command succeeds, in silence" {
	stub flaky <<-'END'
		echo try >>tries
		echo "no luck"
		test "$(wc -l <tries)" = 3
	END
	run -0 "$PROJECT/scripts/attempt" "the thing" ./flaky
	[[ $output == $'the thing: failed, trying again: no luck\nthe thing: failed, trying again: no luck' ]]
	run -0 "$PROJECT/scripts/attempt" "the thing" true
	[[ -z $output ]]
}

@test "attempt shows the last lines of what fails, and its status" {
	run -9 "$PROJECT/scripts/attempt" "the thing" bash -c 'echo one; echo two >&2; exit 9'
	said $'the thing: failed 3 times; the last lines are:\n  | one\n  | two'
}

# A machine whose mirror lacks $LOST: apt-get fails whole when it is among the packages.
apt_with_holes() {
	skeleton deps
	export PATH=$PWD/bin:$PATH
	stub bin/dpkg-query <<<'exit 1'
	stub bin/apt-cache <<<'echo "  Candidate: 1.0"'
	stub bin/sudo <<<'exec "$@"'
	stub bin/apt-get <<-'END'
		echo "$*" >>apt.log
		[[ $* == *" install "* ]] || exit 0
		[[ " $* " != *" $LOST "* ]] || { echo "E: Failed to fetch $LOST  404  Not Found" >&2; exit 100; }
	END
}

@test "one package that the mirror lacks takes no other with it, and is named with the reason" {
	apt_with_holes
	export LOST=libssl-dev
	run -1 scripts/deps build
	said "deps: going to install for build: "
	said "  | E: Failed to fetch libssl-dev  404  Not Found"
	said "deps: apt-get could not install libssl-dev"
	grep -qE 'install .* libc6-dev$' apt.log
	grep -qE 'install .* libcjson-dev$' apt.log
	grep -q -- ' update' apt.log
}

@test "the release's own version of a package is taken where its update is missing" {
	apt_with_holes
	LOST=none run -0 scripts/deps build
	stub bin/apt-get <<-'END'
		[[ $* != *" install "* || $* == *" -t "* ]] || { echo "E: 404" >&2; exit 100; }
	END
	run -0 scripts/deps build
	said "deps: installed for: build"
}

@test "libraries: those of the lock are built where the distribution's are missing or too old" {
	skeleton libraries
	export PATH=$PWD/bin:$PATH
	stub scripts/deps <<<'[[ $1 != build ]]'
	stub scripts/build-static <<<'echo "built: $*"'
	stub bin/dpkg-query <<<'case $* in *libssl-dev) echo 3.0.1 ;; *cjson*) echo 1.7.99 ;; *) exit 1 ;; esac'
	run -0 scripts/libraries
	said "libcurl4-openssl-dev is not installed"
	said "built: --development openssl curl"$'\n' || said "built: --development openssl curl"
	[[ $output != *cjson* ]]

	stub bin/dpkg-query <<<'case $* in *cjson*) echo 1.7.1 ;; *) echo 9.0 ;; esac'
	run -0 scripts/libraries --sources there
	said "libcjson-dev 1.7.1 is older than "
	said "built: --development --sources there cjson"

	mkdir -p build/libraries
	stub bin/dpkg-query <<<'echo 9.0'
	run -0 scripts/libraries
	[[ -z $output && ! -e build/libraries ]]
}

# A project of stubs around scripts/test, whose lint passes.
test_project() {
	skeleton test plainly
	export PATH=$PWD/bin:$PATH
	unset CI TEST_PLAIN
	stub scripts/libraries </dev/null
	stub scripts/lint </dev/null
	stub bin/make </dev/null
	stub scripts/docker-up <<<'echo "no engine"; exit 1'
}

@test "test leaves out the group whose packages can't be installed; in CI that is a failure" {
	test_project
	stub scripts/deps <<<'[[ $* != fuzz ]] || { echo "the reason"; exit 1; }'
	run -0 scripts/test lint analyze
	said "the reason"
	said "left out, since its packages can't be installed: analyze"
	said "1 skipped"
	[[ ${lines[-1]} == "5 passed, 0 failed" ]]
	CI=true run -1 scripts/test lint analyze
	said "a skip is a failure in CI"
	[[ ${lines[-1]} == "5 passed, 1 failed" ]]
}

@test "test leaves out what needs an engine, and goes on without Node" {
	test_project
	stub scripts/deps <<<'[[ $* != node ]]'
	run -0 scripts/test lint image runners
	said "without Node the tests that need it are skipped"
	said "left out, since no Docker engine can be had here: image runners"
	[[ ${lines[-1]} == "5 passed, 0 failed" ]]
}

@test "test tells the end of what failed, and that the image could not be built" {
	test_project
	stub scripts/deps </dev/null
	stub scripts/docker-up </dev/null
	stub scripts/base-image </dev/null
	stub bin/docker <<<'echo "the real reason" >&2; exit 1'
	run -1 scripts/test lint image
	said "the real reason"
	said "left out, since the image could not be built: image"
	said "failed: image-build"
	[[ ${lines[-1]} == "6 passed, 1 failed" ]]
}

@test "test ends at once where nothing can be built" {
	test_project
	stub scripts/libraries <<<'echo "the reason"; exit 1'
	run -1 scripts/test lint
	said "the reason"
	said "nothing was tested"
}

@test "test gives its programs default signals under nohup" {
	test_project
	stub scripts/deps </dev/null
	stub scripts/lint <<<'grep -E "^SigIgn" /proc/self/status >ignored; umask >>ignored'
	(umask 077; with_signals ignored scripts/test lint)
	[[ $(cat ignored) == $'SigIgn:\t0000000000000000\n0022' ]]
}

# The demo of this project, with an engine that can't build.
demo_project() {
	skeleton demo plainly
	ln -s "$PROJECT/tests" "$PROJECT/build" .
	unset DEMO_PLAIN
	export PATH=$PWD/bin:$PATH
	stub scripts/deps </dev/null
	stub scripts/libraries </dev/null
	stub bin/make </dev/null
}

@test "demo shows why the image can't be built, and the job without it; its status tells" {
	demo_project
	stub scripts/docker-up </dev/null
	stub scripts/base-image </dev/null
	stub bin/docker <<<'echo "Step 1/2 : FROM x"; echo "the real reason" >&2; exit 1'
	run -1 scripts/demo
	said "Step 1/2 : FROM x"
	said "  | the real reason"
	said "the same call with the token of the job now gives HTTP 401"
	said "the image: FAILED, see above"
	said "the job, with the action's steps outside of a container: done"
}

@test "demo does without an engine" {
	demo_project
	stub scripts/docker-up <<<'exit 1'
	run -0 scripts/demo
	said "the image: left out, since no Docker engine can be had here"
	said "the job, with the action's steps outside of a container: done"
	[[ ${lines[-1]} == "the token was fetched, masked, used and revoked" ]]
}

@test "demo fails where the program can't be built" {
	demo_project
	stub scripts/docker-up <<<'exit 1'
	stub bin/make <<<'echo "the real reason" >&2; exit 2'
	run -1 scripts/demo
	said "the real reason"
	said "the job, with the action's steps outside of a container: FAILED, see above"
	[[ $output != *"fetched, masked"* ]]
}
