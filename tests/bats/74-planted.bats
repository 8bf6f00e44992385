#!/usr/bin/env bats
# What another step, or another user, may have put where our files stand, and a lock that is not given
# up: nothing waits for ever, nothing is given away, and the clean-up cleans.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/refresher

setup() { clean_environment; }
teardown() {
	refreshers_end
	as_root chown -R "$EUID" "$BATS_TEST_TMPDIR"
}

as_root() {
	if ((EUID)); then sudo -n "$@"; else "$@"; fi
}

other=54321
as_other() {
	local variables
	mapfile -d '' -t variables < <(env -0)
	as_root env -i "${variables[@]}" setpriv --reuid "$other" --regid "$other" --clear-groups -- "$@"
}
open_to_others() {
	local directory=$BATS_TEST_TMPDIR
	while [[ $directory != / && -O $directory ]]; do
		chmod o+x "$directory"
		directory=$(dirname "$directory")
	done
	cp "$EMU_CA_FILE" "$BATS_TEST_TMPDIR/ca.pem"
	cp "$CC_TOKEN" "$BATS_TEST_TMPDIR/cc-token"
	chmod 755 "$BATS_TEST_TMPDIR/ca.pem" "$BATS_TEST_TMPDIR/cc-token"
	CC_TOKEN=$BATS_TEST_TMPDIR/cc-token
	export CC_CA_FILE=$BATS_TEST_TMPDIR/ca.pem
}

nothing_left() {
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
	same 0 "$(emu_valid_tokens)"
}

# ends COMMAND…: it ends, well or not.
ends() {
	run --separate-stderr timeout 40 "$@"
	[[ $status != 124 ]] || note "it hangs: $*"
}

# plant KIND PATH: in the place of what is there.
plant() {
	rm -rf "$2"
	case $1 in
	pipe) mkfifo "$2" ;;
	directory) mkdir -p "$2/.x/y" && : >"$2/.x/y/z" ;;
	link) ln -s "$BATS_TEST_TMPDIR/precious" "$2" ;;
	hardlink) ln "$BATS_TEST_TMPDIR/precious" "$2" ;;
	closed) mkdir -p "$2/x" && chmod 0 "$2" ;;
	esac
}

@test "anything in the place of any file: nothing hangs, what it leads to stays, stop revokes and removes" {
	local dir kind name
	use_genesys
	for kind in pipe directory link hardlink closed; do
		for name in token header lock refresher.log renew stop .x core state.json; do
			printf precious >"$BATS_TEST_TMPDIR/precious"
			ok cc get
			dir=$(state_of)
			plant "$kind" "$dir/$name"
			ends "$CC_TOKEN" status
			ends "$CC_TOKEN" get
			ends "$CC_TOKEN" get --force
			ends "$CC_TOKEN" stop
			[[ $status == 0 && ! -e $dir ]] || note "$kind $name: $status $stderr $(ls -la "$dir")"
			same precious "$(<"$BATS_TEST_TMPDIR/precious")"
			same 0 "$(emu_valid_tokens)"
		done
	done
	nothing_left
}

@test "a refresher starts beside what was planted, or says what is in its way" {
	local name
	use_genesys
	for name in renew stop; do
		ok cc get
		plant directory "$(state_of)/$name"
		ok cc refresh --detach
		await ready
		ok cc stop
		nothing_left
	done
	ok cc get
	plant pipe "$(state_of)/refresher.log"
	fails 5 'refresher.log is not a regular file.*remove it' cc refresh --detach
	ok cc stop
	nothing_left
}

@test "a pipe that takes the place of the log of a refresher at work: stop ends, and so does it" {
	local pid
	use_genesys
	ok cc refresh --detach
	pid=$(refresher_pid)
	plant pipe "$(state_of)/refresher.log"
	ends "$CC_TOKEN" status
	ends "$CC_TOKEN" stop
	same 0 "$status"
	says 'warning: .*refresher.log'
	await gone "$pid"
	nothing_left
}

@test "a hard link is neither given away nor written to by root" {
	local dir name before
	((EUID)) && skip 'root alone gives files away'
	use_genesys
	ok cc get
	dir=$(state_of)
	as_root chown -R "$other" "$CC_STATE_DIR"
	printf precious >"$BATS_TEST_TMPDIR/precious"
	before=$(stat -c '%u %g %a %s %h' "$BATS_TEST_TMPDIR/precious")
	for name in lock refresher.log; do
		plant hardlink "$dir/$name"
		ends "$CC_TOKEN" get --force
		ends "$CC_TOKEN" refresh --detach
		same 5 "$status"
		rm "$dir/$name"
		same "$before" "$(stat -c '%u %g %a %s %h' "$BATS_TEST_TMPDIR/precious")"
	done
}

@test "the runner's files: a pipe, a link and a hard link are refused, before any request" {
	local kind name
	use_genesys
	export GITHUB_ACTIONS=true
	printf precious >"$BATS_TEST_TMPDIR/precious"
	for kind in pipe directory link hardlink; do
		for name in OUTPUT ENV PATH STATE; do
			for all in OUTPUT ENV PATH STATE STEP_SUMMARY; do
				export "GITHUB_$all=$BATS_TEST_TMPDIR/$all"
				rm -rf "$BATS_TEST_TMPDIR/${all:?}"
				: >"$BATS_TEST_TMPDIR/$all"
			done
			plant "$kind" "$BATS_TEST_TMPDIR/$name"
			ends "$CC_TOKEN" action
			[[ $status == 5 && $stderr == *"GITHUB_$name"* ]] || note "$kind $name: $status $stderr"
		done
	done
	same precious "$(<"$BATS_TEST_TMPDIR/precious")"
	tokens_asked 0
}

@test "a summary that is a pipe: main and post warn, and end well" {
	use_genesys
	export GITHUB_ACTIONS=true
	for all in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		export "GITHUB_$all=$BATS_TEST_TMPDIR/$all"
		: >"$BATS_TEST_TMPDIR/$all"
	done
	plant pipe "$GITHUB_STEP_SUMMARY"
	ends "$CC_TOKEN" action
	same 0 "$status"
	STATE_state=$(saved) ends "$CC_TOKEN" post
	same 0 "$status"
	same 0 "$(emu_valid_tokens)"
}

@test "a directory that all may write to takes no token, unless it is sticky; one in it can be ended" {
	use_genesys
	ok cc get
	chmod 777 "$CC_STATE_DIR"
	fails 5 "all may write to $CC_STATE_DIR.*sticky.*state-dir" cc get --force
	ok cc stop
	nothing_left
	fails 5 'sticky' cc get
	chmod 1777 "$CC_STATE_DIR"
	ok cc get
	ok cc stop
	nothing_left
}

@test "a program of another user does not go on PATH" {
	use_genesys
	open_to_others
	chmod 1777 "$CC_STATE_DIR"
	for name in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		export "GITHUB_$name=$BATS_TEST_TMPDIR/$name"
		: >"$BATS_TEST_TMPDIR/$name"
	done
	export GITHUB_ACTIONS=true
	as_root install -d -o "$((other + 1))" -m 755 "$CC_STATE_DIR/.bin"
	chmod 666 "$BATS_TEST_TMPDIR"/{OUTPUT,ENV,PATH,STATE,STEP_SUMMARY}
	run --separate-stderr as_other "$CC_TOKEN" action
	[[ $status == 5 && $stderr == *.bin*"belongs to uid $((other + 1))"*install-cli* ]] || note "$status $stderr"
	as_root rm -r "$CC_STATE_DIR/.bin"
	as_root install -d -o "$other" -m 777 "$CC_STATE_DIR/.bin"
	run --separate-stderr as_other "$CC_TOKEN" action
	[[ $status == 5 && $stderr == *.bin*'others may write'* ]] || note "$status $stderr"
	same '' "$(<"$GITHUB_PATH")"
	as_root rm -r "$CC_STATE_DIR/.bin"
	ok as_other "$CC_TOKEN" action
	same "$CC_STATE_DIR/.bin" "$(<"$GITHUB_PATH")"
}

@test "who may not look is told so, and not that there is nothing" {
	use_genesys
	open_to_others
	ok cc get
	fails 5 "$CC_STATE_DIR" as_other "$CC_TOKEN" stop
	chmod 700 "$CC_STATE_DIR"
	fails 5 "$CC_STATE_DIR" as_other "$CC_TOKEN" stop
	fails 5 "$CC_STATE_DIR" as_other "$CC_TOKEN" status
	forget
	fails 5 "$CC_STATE_DIR" as_other "$CC_TOKEN" stop
	chmod 755 "$CC_STATE_DIR"
	fails 5 "$CC_STATE_DIR" as_other "$CC_TOKEN" stop
	same 1 "$(emu_valid_tokens)"
}

@test "a directory above that is closed for a while: the refresher goes on" {
	local pid state
	use_genesys lifetime=4
	open_to_others
	mkdir "$BATS_TEST_TMPDIR/above"
	as_root chown "$other" "$BATS_TEST_TMPDIR/above"
	export CC_STATE_DIR=$BATS_TEST_TMPDIR/above/states
	ok as_other "$CC_TOKEN" refresh --detach
	state=$(as_root find "$CC_STATE_DIR" -mindepth 1 -maxdepth 1 -type d)
	pid=$(refresher_pid "$state/refresher.log")
	as_root chmod 0 "$BATS_TEST_TMPDIR/above"
	await requests_are 3
	as_root chmod 700 "$BATS_TEST_TMPDIR/above"
	alive "$pid"
	same 0 "$(journal_count --kind revoke)"
	ok as_other "$CC_TOKEN" stop
	await gone "$pid"
	same 0 "$(emu_valid_tokens)"
}

@test "a lock that is not given up: get ends with 4, stop does without" {
	use_genesys
	ok cc get
	hold_lock "$(state_of)/lock"
	CC_RETRY_FOR=1 fails 4 'lock.*lslocks' cc get --force
	CC_RETRY_FOR=0 CC_TIMEOUT=1 fails 4 'lock' cc get --force
	CC_RETRY_FOR=1 ok cc get
	ok cc stop
	says 'warning: .*without the lock'
	says '1 token revoked'
	nothing_left
	release
}

@test "a stopped get that holds the lock brings nothing back when it goes on" {
	local pid
	use_genesys latency=2000
	ok cc get
	"$CC_TOKEN" get --force >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	holds() { grep -q -- ": FLOCK .* $pid " /proc/locks; }
	await holds
	kill -STOP "$pid"
	ok cc stop
	kill -CONT "$pid"
	wait "$pid" || true
	same '' "$(<"$BATS_TEST_TMPDIR/out")"
	nothing_left
}

@test "TERM while the lock is waited for: nothing is removed" {
	local command have pid
	use_genesys
	main_step
	hold_lock "$(state_of)/lock"
	for command in stop post; do
		GITHUB_ACTIONS=true STATE_state=$(saved) "$CC_TOKEN" "$command" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
		pid=$!
		waits() { grep -q -- "-> FLOCK .* $pid " /proc/locks; }
		await waits
		kill -TERM "$pid"
		have=0
		wait "$pid" || have=$?
		[[ $command == post && $have == 0 || $have == 143 ]] || note "$command: $have"
		jq -e .token.access_token "$(state_of)/state.json"
	done
	release
	ok cc stop
	nothing_left
}

@test "without credentials post has the refresher revoke; where there is none, it says until when" {
	local pid
	use_oauth2 lifetime=900
	export CC_NAME=one
	main_step
	ok cc get --force
	ok cc refresh --detach
	pid=$(refresher_pid)
	post_step
	keeps_quiet warning
	await gone "$pid"
	nothing_left
	use_oauth2 lifetime=900
	main_step
	post_step
	says "warning: 1 token not revoked, alive until $(date -u +%Y).*Z.*set client-id and client-secret"
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
	same 1 "$(emu_valid_tokens)"
}
