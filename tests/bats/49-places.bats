#!/usr/bin/env bats
# Where the job around us is not as it should be: what is said, and what to do about it.
# Some tests give files to other users: who is not root needs sudo for them.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts of other shells; each test is a subshell
load ../lib/common
load ../lib/emulator

setup() {
	clean_environment
	use_genesys
}

teardown() { as_root chown -R "$EUID" "$BATS_TEST_TMPDIR"; }

as_root() {
	if ((EUID)); then sudo -n "$@"; else "$@"; fi
}

# ours: the variables of this test, as words for env.
ours() {
	mapfile -t variables < <(env | grep -E '^(CC_|GITHUB_|HOME=|PATH=|XDG_)')
}

# mounted OPTIONS SCRIPT: a script that sees a fresh file system, of such options, at $CC_STATE_DIR.
mounted() {
	unshare --map-root-user --mount bash -c '
		mount -t tmpfs -o rw,size=64m none "$CC_STATE_DIR"
		"${@:3}" && mount -o "remount,$1" "$CC_STATE_DIR" && eval "$2"' - "$1" "$2" "${@:3}"
}

@test "a file system from which nothing runs: a warning, and no entry on PATH" {
	export GITHUB_ACTIONS=true
	runner_files
	ok mounted noexec '"$CC_TOKEN" action' true
	[[ $output == *'::warning title=cc-token::no program can be run from '*"$CC_STATE_DIR/.bin (Permission denied)"*'install-cli: false'* ]]
	same '' "$(<"$GITHUB_PATH")"
	grep -q '^access-token=' "$GITHUB_OUTPUT"
	runner_files
	ok mounted exec '"$CC_TOKEN" action' true
	[[ $output != *::warning* ]]
	same "$CC_STATE_DIR/.bin" "$(<"$GITHUB_PATH")"
}

@test "a read-only file system: another place is to be chosen, nothing is to be removed" {
	run --separate-stderr mounted ro '"$CC_TOKEN" get' true
	same 5 "$status"
	says 'Read-only file system: choose another place by state-dir \(CC_STATE_DIR\)$'
	# The same where a state is there already.
	run --separate-stderr mounted ro '"$CC_TOKEN" get --force' "$CC_TOKEN" get
	same 5 "$status"
	says 'Read-only file system: choose another place by state-dir'
	keeps_quiet 'remove it'
	# And where no place is named, under /tmp.
	unset XDG_RUNTIME_DIR
	run --separate-stderr unshare --map-root-user --mount bash -c 'unset CC_STATE_DIR
		mount -t tmpfs -o ro none /tmp && exec /proc/self/fd/9 get' 9<"$CC_TOKEN"
	same 5 "$status"
	says 'can.t make /tmp/cc-token-[^:]*: Read-only file system: choose another place by state-dir'
	keeps_quiet 'remove it'
}

@test "a full file system: room is to be made" {
	run --separate-stderr mounted rw 'head -c 70000000 /dev/zero >"$CC_STATE_DIR/full"; "$CC_TOKEN" get' true
	same 5 "$status"
	says 'No space left on device: make room there, or choose another place by state-dir'
	same 0 "$(emu_valid_tokens)"
}

@test "something else in the place of the directory: it is to be removed" {
	: >"$CC_STATE_DIR/job"
	CC_NAME=job fails 5 "the state directory .*/job: can't open it: Not a directory: remove it, or choose another place" cc get
	rm "$CC_STATE_DIR/job"
	ln -s /nowhere "$CC_STATE_DIR/job"
	CC_NAME=job fails 5 'remove it, or choose another place by state-dir' cc get
	tokens_asked 0
}

@test "a step that runs as another user than the one before: both are named, and how to let them be one" {
	local variables user=$((EUID + 4321))
	ok cc get
	chmod a+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
	chmod 755 "$CC_STATE_DIR"
	ours
	fails 5 "Permission denied: it belongs to user $EUID and this step runs as user $user: .*options: --user $EUID" \
		as_root env -i "${variables[@]}" setpriv --reuid "$user" --regid "$user" --clear-groups -- "$CC_TOKEN" get
	chmod 700 "$CC_STATE_DIR"
	fails 5 "it belongs to user $EUID and this step runs as user $user" \
		as_root env -i "${variables[@]}" setpriv --reuid "$user" --regid "$user" --clear-groups -- "$CC_TOKEN" get
}

@test "a file that can't be given to the directory's owner: its path is named, and what to do" {
	local variables
	as_root chown 4321 "$CC_STATE_DIR"
	ours
	fails 5 "can't give $CC_STATE_DIR/[^ ]* to its directory's owner, uid 4321: Operation not permitted: .*CHOWN.*state-dir" \
		as_root env -i "${variables[@]}" setpriv --bounding-set=-chown --inh-caps=-chown -- "$CC_TOKEN" get
	same 0 "$(emu_valid_tokens)"
}

@test "a secret that is the path of a file is not sent" {
	local name
	for name in CC_CLIENT_SECRET CC_CLIENT_ID; do
		(
			export "$name=$BATS_TEST_TMPDIR/secret"
			: >"$BATS_TEST_TMPDIR/secret"
			fails 2 "$name\) is the path of a file: give what stands in it .*Variable, not File" cc get
			keeps_quiet "$BATS_TEST_TMPDIR"
		)
	done
	tokens_asked 0
	# One that only looks like a path may be a secret.
	CC_CLIENT_SECRET=/no/such/file fails 3 401 cc get
}

@test "roots of the host, in a container that has them not: what to name instead" {
	unset CC_CA_FILE
	SSL_CERT_FILE=/no/such.pem fails 2 \
		"ca-file \(from SSL_CERT_FILE\): can't open /no/such.pem: No such file.*: name a PEM file .* container .*workspace" cc get
}

@test "a proxy on a loopback address: whose that is" {
	export CC_RETRY_FOR=0 CC_TOKEN_URL=https://login.example.invalid/token
	HTTPS_PROXY=http://127.0.0.1:1 fails 4 'no connection .*check HTTPS_PROXY: its loopback address .*this container alone' cc get
	https_proxy=http://u:p@localhost:1 fails 4 'check https_proxy: its loopback address' cc get
}
