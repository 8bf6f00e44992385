#!/usr/bin/env bats
# Many processes at once: one asks the provider, all have its answer; and whoever dies, dies alone.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() {
	clean_environment
	many=100
	export CC_NAME=race
	dir=$CC_STATE_DIR/race
}

# Every test sets its credentials by these, which keep the name.
genesys() {
	use_genesys "$@"
	export CC_NAME=race
}

# at_once COMMAND…: so many of them at once; what each printed and how it ended is in out.N and rc.N.
at_once() {
	local n
	for ((n = 0; n < many; n++)); do
		{
			"$@" >"$BATS_TEST_TMPDIR/out.$n" 2>"$BATS_TEST_TMPDIR/err.$n" && rc=0 || rc=$?
			echo "$rc" >"$BATS_TEST_TMPDIR/rc.$n"
		} 3>&- &
	done
}
ends() { cat "$BATS_TEST_TMPDIR"/rc.* | sort | uniq -c | xargs; }
prints() { cat "$BATS_TEST_TMPDIR"/out.* | sort -u | wc -l; }

# hold: the lock of the state, as a process does that asks the provider, until release.
hold() {
	[[ -d $dir ]] || mkdir -m 700 "$dir"
	[[ -e $dir/lock ]] || (umask 077 && : >"$dir/lock")
	hold_lock "$dir/lock"
}

# waiting N: until so many processes wait for that lock.
waiting() {
	local inode
	inode=$(stat -c %i "$dir/lock")
	until (($(grep -c -- "-> FLOCK .*:$inode " /proc/locks) >= $1)); do sleep 0.02; done
}

# ended STATUS PID: so did this process of the test's end.
ended() {
	local rc=0
	wait "$2" || rc=$?
	same "$1" "$rc"
}

@test "100 at once with no token stored: one request, one token" {
	genesys
	at_once "$CC_TOKEN" get
	wait
	same "$many 0" "$(ends)"
	same 1 "$(prints)"
	tokens_asked 1
}

@test "100 that all find nothing before the first has asked: one request, one token" {
	genesys
	hold
	at_once "$CC_TOKEN" get
	waiting "$many"
	release
	wait
	same "$many 0" "$(ends)"
	same 1 "$(prints)"
	tokens_asked 1
}

@test "100 at the moment of expiry, and 100 times --force or --min-ttl: one request" {
	local option
	genesys lifetime=1
	ok cc get
	while "$CC_TOKEN" status >/dev/null; do sleep 0.02; done
	emu_admin PUT faults lifetime=900
	for option in '' --force --min-ttl=1000; do
		rm -f "$BATS_TEST_TMPDIR"/*.[0-9]*
		hold
		# shellcheck disable=SC2086 # none is none
		at_once "$CC_TOKEN" get $option
		waiting "$many"
		release
		wait
		same "$many 0" "$(ends)"
		same 1 "$(prints)"
	done
	tokens_asked 4
}

@test "100 at once at a provider that refuses: one request, one reason for all" {
	genesys 401secret
	hold
	at_once "$CC_TOKEN" get
	waiting "$many"
	release
	wait
	same "$many 3" "$(ends)"
	tokens_asked 1
	same "$many" "$(grep -l '401 invalid_client.*client-secret' "$BATS_TEST_TMPDIR"/err.* | wc -l)"
	# Who comes later asks again.
	use_faults -
	ok cc get
}

@test "100 at once at a provider that is down: no stampede" {
	genesys 503
	export CC_RETRY_FOR=0
	hold
	at_once "$CC_TOKEN" get
	waiting "$many"
	release
	wait
	same "$many 4" "$(ends)"
	tokens_asked 1
}

@test "the holder of the lock is killed: the next one takes over at once" {
	local holder
	genesys hangx1
	"$CC_TOKEN" get >/dev/null 2>&1 3>&- &
	holder=$!
	journal_wait 1 --kind token
	"$CC_TOKEN" get >"$BATS_TEST_TMPDIR/next" 2>&1 3>&- &
	waiting 1
	kill -9 "$holder"
	wait "$!"
	grep -qE '^[A-Za-z0-9_-]{86}$' "$BATS_TEST_TMPDIR/next"
	tokens_asked 2
}

@test "killed at random: the next get works, and every token that was given can be revoked" {
	local n pid
	genesys
	for n in {1..30}; do
		"$CC_TOKEN" get --force >/dev/null 2>&1 3>&- &
		pid=$!
		python3 -c 'import random, time; time.sleep(random.random() / 25)'
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" || true
		ok cc get
		same "$output" "$(<"$dir/token")"
		same "Authorization: Bearer $output" "$(<"$dir/header")"
	done
	: "$n"
}

@test "TERM and INT end the wait for the lock, for an answer, and between attempts" {
	local pid signal
	genesys
	for signal in TERM:143 INT:130; do
		hold
		setsid "$CC_TOKEN" get >/dev/null 2>&1 3>&- &
		pid=$!
		waiting 1
		kill "-${signal%:*}" "$pid"
		ended "${signal#*:}" "$pid"
		release
	done
	emu_admin PUT faults hang
	setsid "$CC_TOKEN" get >/dev/null 2>&1 3>&- &
	pid=$!
	journal_wait 1 --kind token
	kill -TERM "$pid"
	ended 143 "$pid"
	emu_admin PUT faults 503,retry-after=60
	setsid "$CC_TOKEN" get >/dev/null 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	until grep -q 'next attempt' "$BATS_TEST_TMPDIR/err"; do sleep 0.02; done
	kill -INT "$pid"
	ended 130 "$pid"
}

@test "a stop in the middle of a get leaves nothing behind" {
	local pid
	genesys
	ok cc get
	hold
	"$CC_TOKEN" get --force >/dev/null 2>&1 3>&- &
	pid=$!
	waiting 1
	"$CC_TOKEN" stop 2>/dev/null 3>&- &
	waiting 2
	release
	wait "$pid" || true
	wait
	same 0 "$(emu_valid_tokens)"
	[[ ! -e $dir ]]
}

@test "a get that waited for a stop does not bring the state back" {
	genesys
	ok cc get
	hold
	"$CC_TOKEN" stop 2>/dev/null 3>&- &
	waiting 1
	"$CC_TOKEN" get --force >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	waiting 2
	release
	wait
	[[ ! -e $dir/token ]] || same 1 "$(emu_valid_tokens)"
	[[ -e $dir/token ]] || same 0 "$(emu_valid_tokens)"
}

@test "one token's wait does not hold up another" {
	genesys
	hold
	CC_NAME=other ok cc get
	release
}

@test "two processes of two names at once keep their tokens apart" {
	genesys
	CC_NAME=a "$CC_TOKEN" get >"$BATS_TEST_TMPDIR/a" 3>&- &
	CC_NAME=b "$CC_TOKEN" get >"$BATS_TEST_TMPDIR/b" 3>&- &
	wait
	run ! cmp -s "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	CC_NAME=a ok cc get
	same "$(<"$BATS_TEST_TMPDIR/a")" "$output"
}
