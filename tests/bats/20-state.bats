#!/usr/bin/env bats
# The directory of one token (docs/reference.md): what stands in it, for whom, and what happens when something
# else stands there. Some tests give files to other users: who is not root needs sudo for them.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }
teardown() { as_root chown -R "$EUID" "$BATS_TEST_TMPDIR"; }

as_root() {
	if ((EUID)); then sudo -n "$@"; else "$@"; fi
}

# as_user UID COMMAND…: with this environment.
as_user() {
	local variables
	mapfile -d '' -t variables < <(env -0)
	as_root env -i "${variables[@]}" setpriv --reuid "$1" --regid "$1" --clear-groups -- "${@:2}"
}

# Another user, for whom the program and the test's directory can be reached.
other=54321
as_other() { as_user "$other" "$@"; }
open_to_others() {
	local directory=$BATS_TEST_TMPDIR
	chmod 777 "$BATS_TEST_TMPDIR"
	while [[ $directory != / && -O $directory ]]; do
		chmod o+x "$directory"
		directory=$(dirname "$directory")
	done
	cp "$EMU_CA_FILE" "$BATS_TEST_TMPDIR/ca.pem"
	chmod 644 "$BATS_TEST_TMPDIR/ca.pem"
	cp "$CC_TOKEN" "$BATS_TEST_TMPDIR/cc-token"
	CC_TOKEN=$BATS_TEST_TMPDIR/cc-token
	export CC_CA_FILE=$BATS_TEST_TMPDIR/ca.pem
}

@test "the files, their contents and modes" {
	local dir
	use_genesys
	ok cc get
	dir=$(state_of)
	same 'header lock state.json token' "$(find "$dir" -mindepth 1 -printf "%f\n" | sort | xargs)"
	same 700 "$(stat -c %a "$dir")"
	same 600 "$(stat -c %a "$dir"/* | sort -u)"
	printf %s "$output" | cmp - "$dir/token"
	printf 'Authorization: Bearer %s' "$output" | cmp - "$dir/header"
	jq -e '.version == 1' "$dir/state.json"
	run -0 curl -sS --fail --cacert "$EMU_CA_FILE" -H @"$dir/header" "$EMU_API_URL/api/v2/tokens/me"
	run -0 curl -sS --fail --cacert "$EMU_CA_FILE" -H "Authorization: Bearer $(<"$dir/token")" \
		"$EMU_API_URL/api/v2/tokens/me"
}

@test "the secret stands in no file" {
	use_cxone
	ok cc get -v
	run ! grep -rF -e "$EMU_CXONE_SECRET" -e "$EMU_CXONE_KEY_SECRET" "$CC_STATE_DIR"
}

@test "status shows what is stored, and never a secret" {
	local token
	use_genesys lifetime=3000
	ok cc get
	token=$output
	ok cc status
	[[ $output == *genesys* && $output == *"$(fingerprint "$token")"* && $output == *"$EMU_API_URL"* ]]
	[[ $output != *"$token"* && $output != *"$EMU_GENESYS_SECRET"* ]]
	ok cc status --json
	[[ $output != *"$token"* ]]
	jq -e --arg f "$(fingerprint "$token")" '.valid and .fingerprint == $f and .expires_in > 2900 and
		(.expires_at | fromdate) > (.issued_at | fromdate) and .provider == "genesys" and .last_error == ""' <<<"$output"
	tokens_asked 1
}

@test "status without a token: exit 1, and still one JSON object" {
	use_genesys
	run --separate-stderr cc status
	same 1 "$status"
	[[ $stderr == *'no token is stored'* ]]
	run --separate-stderr cc status --json
	same 1 "$status"
	same false "$(jq .valid <<<"$output")"
	forget
	run --separate-stderr cc status --json
	same 1 "$status"
	same false "$(jq .valid <<<"$output")"
	run ! compgen -G "$CC_STATE_DIR/*"
	tokens_asked 0
}

@test "status tells the last error, and that the old token is expired" {
	use_genesys lifetime=1
	ok cc get
	journal_wait 1 --kind token
	while "$CC_TOKEN" status >/dev/null; do sleep 0.02; done
	emu_admin PUT faults 401secret
	run --separate-stderr cc get
	same 3 "$status"
	run --separate-stderr cc status --json
	same 1 "$status"
	jq -e '(.valid | not) and (.last_error | test("401"))' <<<"$output"
	emu_admin PUT faults lifetime=900
	ok cc get
	ok cc status --json
	jq -e '.valid and .last_error == ""' <<<"$output"
}

@test "a torn, foreign or odd state.json is left aside: a warning, a new token, a good state" {
	local dir good case
	use_genesys
	ok cc get
	dir=$(state_of)
	good=$(<"$dir/state.json")
	while IFS= read -r case; do
		printf '%b' "$case" >"$dir/state.json"
		run --separate-stderr cc get
		[[ $status == 0 && $stderr == *'left aside'* ]] || note "$case: $status $stderr"
		same 1 "$(grep -c 'left aside' <<<"$stderr")"
		jq -e .token.access_token "$dir/state.json" >/dev/null || note "$case: not mended"
		ok cc get
		same '' "$stderr"
	done <<-E
		${good:0:1}
		${good:0:50}
		${good:0:300}
		${good:0:-1}
		${good}x
		null
		[]
		"text"
		{}
		\\\\0
		{"version":0}
		{"version":2}
		{"version":"1"}
		{"version":1e300}
		{"version":1.5}
		{"version":1,"token":[]}
		{"version":1,"token":{"access_token":"a b"}}
		{"version":1,"token":{"access_token":"abcdefgh"}}
		{"version":1,"token":{"access_token":"abcdefgh","lifetime":1e300,"issued_boot_ms":0,"issued":0,"boot_id":""}}
		{"version":1,"replaced":[{}]}
		$(jq -c '.token.boot_id = "0123456789012345678901234567890123456789"' <<<"$good")
		$(jq -c '.token.access_token = "line\nbreak"' <<<"$good")
	E
	: >"$dir/state.json"
	run --separate-stderr cc get
	[[ $status == 0 && $stderr == *'left aside'* ]]
	head -c 9000000 /dev/zero >"$dir/state.json"
	run --separate-stderr cc get
	[[ $status == 0 && $stderr == *'left aside'* ]]
}

@test "numbers out of all bounds in state.json do no harm" {
	local dir
	use_genesys
	ok cc get
	dir=$(state_of)
	jq -c '.minted = 1e300 | .next_refresh = -1e300 | .last_error = {"kind": 1e300, "boot_ms": 1e300,
		"at": -1e300, "text": "x", "hint": "y"}' "$dir/state.json" >"$BATS_TEST_TMPDIR/odd"
	cat "$BATS_TEST_TMPDIR/odd" >"$dir/state.json"
	ok cc get
	ok cc status
	ok cc get --force
}

@test "a token from the future, or of another boot, does not last for ever" {
	local dir
	use_genesys lifetime=900
	ok cc get
	dir=$(state_of)
	jq -c '.token.issued_boot_ms += 86400000' "$dir/state.json" >"$BATS_TEST_TMPDIR/odd"
	cat "$BATS_TEST_TMPDIR/odd" >"$dir/state.json"
	run --separate-stderr cc status --json
	jq -e '.expires_in <= 900' <<<"$output"
	jq -c '.token.boot_id = "00000000-0000-0000-0000-000000000000" | .token.issued -= 890' "$dir/state.json" >"$BATS_TEST_TMPDIR/odd"
	cat "$BATS_TEST_TMPDIR/odd" >"$dir/state.json"
	run --separate-stderr cc status --json
	jq -e '.expires_in <= 10' <<<"$output"
	ok cc get
	tokens_asked 2
}

@test "token and header that are missing or changed are mended without a request" {
	local dir token
	use_genesys
	ok cc get
	token=$output
	dir=$(state_of)
	rm "$dir/token"
	ok cc get
	same "$token" "$(<"$dir/token")"
	printf 'Authorization: Bearer evil' >"$dir/header"
	ok cc get
	same "Authorization: Bearer $token" "$(<"$dir/header")"
	printf 'a much longer file than the token was, to see that no tail of it stays behind: %0200d' 0 >"$dir/token"
	ok cc get
	same "$token" "$(<"$dir/token")"
	chmod 644 "$dir/token"
	ok cc get --force
	same 600 "$(stat -c %a "$dir/token")"
	tokens_asked 2
}

@test "symbolic links are not followed, and what they lead to is not touched" {
	local dir name
	use_genesys
	ok cc get
	dir=$(state_of)
	for name in state.json token header; do
		printf precious >"$BATS_TEST_TMPDIR/precious"
		ln -sf "$BATS_TEST_TMPDIR/precious" "$dir/$name"
		ok cc get --force
		same precious "$(<"$BATS_TEST_TMPDIR/precious")"
		[[ ! -L $dir/$name && -f $dir/$name ]]
	done
	ln -sf "$BATS_TEST_TMPDIR/precious" "$dir/lock"
	fails 5 'lock' cc get --force
	rm "$dir/lock"
	mv "$dir" "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$dir"
	fails 5 "$dir" cc get
	tokens_asked 4
}

@test "a pipe, a device or a directory in place of a file does not hang it" {
	local dir
	use_genesys
	ok cc get
	dir=$(state_of)
	rm "$dir/state.json" "$dir/token"
	mkfifo "$dir/state.json" "$dir/token"
	run --separate-stderr timeout 20 "$CC_TOKEN" get
	same 0 "$status"
	[[ -f $dir/state.json && -f $dir/token ]]
	rm "$dir/token"
	mkdir "$dir/token"
	fails 5 'token' cc get --force
}

@test "a directory of another user is refused; files of another user are left aside" {
	local dir
	use_genesys
	ok cc get
	dir=$(state_of)
	as_root chown "$other" "$dir/state.json"
	run --separate-stderr cc get
	[[ $status == 0 && $stderr == *'left aside'* ]]
	same "$EUID" "$(stat -c %u "$dir/state.json")"
	chmod 666 "$dir/state.json"
	run --separate-stderr cc get
	[[ $status == 0 && $stderr == *'left aside'* ]]
	as_root chown "$other" "$dir"
	fails 5 "$dir" cc get
	as_root chown "$EUID" "$dir"
	chmod 777 "$dir"
	ok cc get
	same 700 "$(stat -c %a "$dir")"
}

# Whose the shared directory and all in it is.
owners() { as_root find "$BATS_TEST_TMPDIR/shared" -printf '%U:%G\n' | sort -u; }

@test "root writes for the owner of the shared directory" {
	local token
	use_genesys
	open_to_others
	mkdir "$BATS_TEST_TMPDIR/shared"
	as_root chown "$other:$((other + 1))" "$BATS_TEST_TMPDIR/shared"
	export CC_STATE_DIR=$BATS_TEST_TMPDIR/shared/below/it CC_NAME=one
	ok as_user 0 "$CC_TOKEN" get
	token=$output
	same "$other:$((other + 1))" "$(owners)"
	same "$token" "$(as_other cat "$CC_STATE_DIR/one/token")"
	ok as_other "$CC_TOKEN" get
	same "$token" "$output"
	ok as_other "$CC_TOKEN" get --force
	ok as_user 0 "$CC_TOKEN" get --force
	same "$other:$((other + 1))" "$(owners)"
	ok as_user 0 "$CC_TOKEN" stop
	same '' "$(as_root find "$CC_STATE_DIR" -mindepth 1)"
}

@test "without state-dir: XDG_RUNTIME_DIR, then a directory of our own in /tmp" {
	local fallback=/tmp/cc-token-$other
	use_genesys
	open_to_others
	unset CC_STATE_DIR
	as_root rm -rf "$fallback"
	mkdir "$BATS_TEST_TMPDIR/xdg"
	as_root chown "$other" "$BATS_TEST_TMPDIR/xdg"
	XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/xdg ok as_other "$CC_TOKEN" get
	same 1 "$(as_root find "$BATS_TEST_TMPDIR/xdg/cc-token" -name token | wc -l)"
	XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/nowhere ok as_other "$CC_TOKEN" get
	same "700 $other" "$(stat -c '%a %u' "$fallback")"
	same 1 "$(as_root find "$fallback" -name token | wc -l)"
	as_root rm -rf "$fallback"
	# XDG_RUNTIME_DIR of another user, as sudo -E leaves it, is not ours.
	as_root chown "$EUID" "$BATS_TEST_TMPDIR/xdg"
	XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/xdg ok as_other "$CC_TOKEN" get
	same 1 "$(as_root find "$fallback" -name token | wc -l)"
	as_root rm -rf "$fallback"
}

@test "a directory in /tmp that another user put there first is refused" {
	local fallback=/tmp/cc-token-$other
	use_genesys
	open_to_others
	unset CC_STATE_DIR
	as_root rm -rf "$fallback"
	mkdir -m 777 "$fallback"
	as_root chown $((other + 1)) "$fallback"
	fails 5 "$fallback" as_other "$CC_TOKEN" get
	as_root rmdir "$fallback"
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	chmod 777 "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$fallback"
	fails 5 "$fallback" as_other "$CC_TOKEN" get
	rm "$fallback"
	mkdir "$fallback"
	chmod 777 "$fallback"
	as_root chown "$other" "$fallback"
	fails 5 "$fallback" as_other "$CC_TOKEN" get
	as_root rm -rf "$fallback"
	tokens_asked 0
}

@test "a relative state-dir is handed over as an absolute path" {
	use_genesys
	cd "$BATS_TEST_TMPDIR"
	CC_STATE_DIR=some/where ok cc get --format env
	[[ $output == *"CC_TOKEN_STATE='$BATS_TEST_TMPDIR/some/where/"* ]]
	CC_STATE_DIR=some/where/ ok cc get --format env
	[[ $output == *"CC_TOKEN_STATE='$BATS_TEST_TMPDIR/some/where/genesys-"* ]]
	tokens_asked 1
}

@test "a place that cannot be written: exit 5, before any request" {
	use_genesys
	CC_STATE_DIR=/proc/nowhere fails 5 '/proc/nowhere' cc get
	CC_STATE_DIR=/dev/null/x fails 5 '/dev/null' cc get
	CC_STATE_DIR=$BATS_TEST_TMPDIR/$(printf '%0300d' 0) fails 5 'File name too long' cc get
	open_to_others
	mkdir -m 555 "$BATS_TEST_TMPDIR/readonly"
	CC_STATE_DIR=$BATS_TEST_TMPDIR/readonly fails 5 'readonly.*Permission denied' as_other "$CC_TOKEN" get
	tokens_asked 0
}

@test "a full disk: exit 5, the old state whole, no token lost without revocation" {
	local dir before
	use_genesys
	ok cc get
	dir=$(state_of)
	before=$(sha256sum "$dir"/{token,header,state.json})
	fails 5 'File too large' bash -c \
		'(ulimit -f 0; exec "$CC_TOKEN" get --force) 2>&1 | cat >&2; exit "${PIPESTATUS[0]}"'
	same "$before" "$(sha256sum "$dir"/{token,header,state.json})"
	same 1 "$(emu_valid_tokens)"
	same 'header lock state.json token' "$(find "$dir" -mindepth 1 -printf "%f\n" | sort | xargs)"
	ok cc get
}

@test "readers never see half a file, nor a token and header of different ages for long" {
	local dir reader
	use_genesys
	ok cc get
	dir=$(state_of)
	while :; do
		grep -qE '^[A-Za-z0-9_-]{86}$' "$dir/token" || echo "token: $(<"$dir/token")"
		grep -qE '^Authorization: Bearer [A-Za-z0-9_-]{86}$' "$dir/header" || echo "header: $(<"$dir/header")"
		jq -e .token.access_token "$dir/state.json" >/dev/null || echo 'state.json'
	done >"$BATS_TEST_TMPDIR/torn" 2>&1 3>&- &
	reader=$!
	for _ in {1..25}; do
		"$CC_TOKEN" get --force >/dev/null
	done
	kill "$reader"
	wait "$reader" || true
	same '' "$(<"$BATS_TEST_TMPDIR/torn")"
}

@test "with no credentials: the only token that is stored; of several, a choice" {
	use_genesys
	CC_NAME=one ok cc get
	local token=$output
	forget
	ok cc get
	same "$token" "$output"
	ok cc status
	use_genesys
	CC_NAME=two ok cc get
	forget
	fails 2 'one.*two.*--name|two.*one.*--name' cc get
	fails 2 '--name' cc status
	ok cc status --name one
	ok cc get --name one
	same "$token" "$output"
}

@test "an expired token without credentials: exit 2, saying what is missing" {
	use_genesys lifetime=1
	ok cc get
	while "$CC_TOKEN" status >/dev/null; do sleep 0.02; done
	unset CC_CLIENT_SECRET
	fails 2 'client-secret.*CC_CLIENT_SECRET' cc get
}

@test "files that others left in the directory go with it" {
	local dir
	use_genesys
	ok cc get
	dir=$(state_of)
	touch "$dir/.token.0123456789abcdef" "$dir/core"
	ok cc stop
	[[ ! -e $dir ]]
}
