#!/usr/bin/env bats
# In a plain shell: what a person and a script get, without any runner.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

# plain COMMAND…: whatever it ends with, no line of it is a command for a runner.
plain() {
	run --separate-stderr "$@"
	[[ $'\n'$output$'\n'$stderr != *$'\n'::* ]] || note "a runner's command: $output $stderr"
}

@test "a day in a shell: get, use, look, stop" {
	local token header
	use_genesys
	plain cc get
	token=$output
	[[ $status == 0 && -z $stderr ]]
	header=$(state_of)/header
	ok curl -sS --noproxy '*' --cacert "$EMU_CA_FILE" -H "@$header" -o /dev/null -w '%{http_code}' \
		"$CC_API_URL/api/v2/tokens/me"
	same 200 "$output"
	same "$(fingerprint "$token")" "$(journal --kind api --field presented)"
	plain cc exec -- sh -c 'test "$CC_ACCESS_TOKEN" = "$(cat "$CC_TOKEN_FILE")" && test -z "$CC_CLIENT_SECRET"'
	[[ $status == 0 ]]
	plain cc status
	[[ $status == 0 && $output == *"$(fingerprint "$token")"* && $output != *"$token"* ]]
	plain cc stop
	[[ $status == 0 && -z $output ]]
	says '^cc-token: 1 token revoked$'
	same 0 "$(emu_valid_tokens)"
	plain cc status
	[[ $status == 1 ]]
	run ! test -e "${header%/*}"
	tokens_asked 1
}

@test "no line for a runner, whether it works or not, at any level" {
	local words command
	for words in - 401secret,echo; do
		use_genesys "$words"
		export CC_RETRY_FOR=0 RUNNER_DEBUG=1
		for command in action get 'get -f env' 'get -f json' 'exec -- true' 'api /x' status post stop; do
			# shellcheck disable=SC2086 # words
			plain cc $command -v
			# shellcheck disable=SC2086
			plain cc $command
		done
	done
}

@test "GITHUB_ACTIONS that is not true makes no runner, and its files stay as they are" {
	local value name
	use_genesys
	for name in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		: >"$BATS_TEST_TMPDIR/$name"
		export "GITHUB_$name=$BATS_TEST_TMPDIR/$name"
	done
	for value in '' false 0; do
		GITHUB_ACTIONS=$value plain cc action
		[[ $status == 0 && -z $output ]]
		GITHUB_ACTIONS=$value plain cc post
		[[ $status == 0 && -z $output ]]
	done
	for name in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		run ! test -s "$BATS_TEST_TMPDIR/$name"
	done
	# Nothing was saved for a post step, and it takes no variable's word for where the token is.
	ok cc stop
	same 0 "$(emu_valid_tokens)"
}

@test "every shell reads the lines of --format env as they were meant" {
	local hostile shell
	use_genesys
	hostile="$BATS_TEST_TMPDIR/'; touch \"\$PWN\" #\$(touch \"\$PWN\")\`touch \"\$PWN\"\`%s\\n\\ \$HOME ~ * é ::x::"
	mkdir "$hostile"
	export CC_STATE_DIR=$hostile CC_NAME=it PWN=$BATS_TEST_TMPDIR/pwned
	ok cc get
	local token=$output
	for shell in sh dash bash 'bash --posix'; do
		# shellcheck disable=SC2086 # words
		run -0 $shell -euc 'eval "$("$CC_TOKEN" get --format env)"
			printf "%s\n" "$CC_ACCESS_TOKEN" "$CC_TOKEN_STATE" "$CC_TOKEN_FILE" "$CC_TOKEN_HEADER_FILE"
			cat "$CC_TOKEN_FILE"'
		same "$token
$hostile/it
$hostile/it/token
$hostile/it/header
$token" "$output"
		[[ ! -e $PWN ]]
	done
	plain cc get --format env
	[[ $status == 0 ]]
}

# evals STATUS ARGUMENT…: eval fails so in every shell, with set -e and without, and runs nothing.
evals() {
	local shell want=$1
	for shell in sh dash bash 'bash --posix' 'busybox sh'; do
		# shellcheck disable=SC2086 # words
		run -"$want" --separate-stderr $shell -ec 'eval "$("$CC_TOKEN" get "$@")"; echo "reached"' - "${@:2}"
		same '' "$output"
		says '^cc-token: '
		# shellcheck disable=SC2086
		run -0 --separate-stderr $shell -c 'eval "$("$CC_TOKEN" get "$@")" || echo "$? ${CC_ACCESS_TOKEN-none}"' \
			- "${@:2}"
		same "$want none" "$output"
	done
}

@test "a failing get makes eval fail, by its own exit code" {
	use_genesys
	CC_REGION=mars CC_TOKEN_URL='' evals 2 --format env
	evals 2 --format env --no-such-option
	evals 2 --no-such-option -fenv
	evals 2 --format token --min-ttl soon --format=env
	evals 2 -f env one too-many
	CC_CLIENT_SECRET='' evals 2 --format env
	CC_STATE_DIR=/dev/null evals 5 --format env
	use_genesys 401secret
	evals 3 --format env
	use_genesys 503
	CC_RETRY_FOR=0 evals 4 --format env
}

# hides SHELL LINE: whether a script with that line goes on behind it.
hides() {
	# shellcheck disable=SC2086 # words
	PATH=$BATS_TEST_TMPDIR/bin:$PATH URL=x $1 -ec "cd \"\$BATS_TEST_TMPDIR\"; $2; echo reached" 2>/dev/null |
		grep -q reached && echo hidden || echo seen
}

@test "what hides a failure is as the documents say, line by line" {
	local line failing gone shell count=0
	use_genesys 401secret
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s /bin/true "$BATS_TEST_TMPDIR/bin/curl"
	while IFS='|' read -r _ line failing gone _; do
		line=${line# \`} line=${line%\` }
		for shell in bash dash 'busybox sh'; do
			ln -sf "$CC_TOKEN" "$BATS_TEST_TMPDIR/bin/cc-token"
			same "$shell: $line:$failing" "$shell: $line: $(hides "$shell" "$line") "
			rm "$BATS_TEST_TMPDIR/bin/cc-token"
			same "$shell: $line:$gone" "$shell: $line: $(hides "$shell" "$line") "
		done
		count=$((count + 1))
	done < <(sed -n '/<!-- hidden:begin/,/<!-- hidden:end/p' "$ROOT/docs/runners.md" | grep '^| `')
	same 7 "$count"
}

@test "a get that is ended by a signal leaves eval what fails, too" {
	use_genesys hang
	"$CC_TOKEN" get --format env >"$BATS_TEST_TMPDIR/out" 3>&- &
	local get=$!
	journal_wait 1 --kind token
	kill "$get"
	wait "$get" || same 143 "$?"
	same '(exit 143)' "$(<"$BATS_TEST_TMPDIR/out")"
}

@test "other formats of a failing get leave stdout empty" {
	local format
	use_genesys 401secret
	for format in token header json; do fails 3 401 cc get --format "$format"; done
	fails 2 'format must be' cc get --format envy
	run -3 sh -c 'out=$("$CC_TOKEN" get --format env) || exit; eval "$out"; echo reached'
	[[ $output != *reached* ]]
}

@test "the state stands in the user's runtime directory, else in one of their own under /tmp" {
	use_genesys
	unset CC_STATE_DIR
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	ok cc get
	[[ $(cc status --json | jq -r .state) == "$XDG_RUNTIME_DIR/cc-token/genesys-"* ]]
	ok cc stop
	unset XDG_RUNTIME_DIR
	ok cc get
	local state
	state=$(cc status --json | jq -r .state)
	[[ $state == "/tmp/cc-token-$(id -u)/genesys-"* ]]
	same '700 600 600 600' "$(stat -c %a "$state" "$state/token" "$state/header" "$state/state.json" | xargs)"
	ok cc stop
	run ! test -e "$state"
}

@test "jobs of one user: each has a state of its own, and the end of one leaves the other's token" {
	local job first second
	use_genesys
	unset CC_STATE_DIR
	first=$(BUILD_TAG=jenkins-$BATS_ROOT_PID-1 cc get)
	second=$(BUILD_TAG=jenkins-$BATS_ROOT_PID-2 cc get)
	[[ $first != "$second" ]]
	same "$first" "$(BUILD_TAG=jenkins-$BATS_ROOT_PID-1 cc get)"
	tokens_asked 2
	BUILD_TAG=jenkins-$BATS_ROOT_PID-1 ok cc stop
	same 1 "$(emu_valid_tokens)"
	BUILD_TAG=jenkins-$BATS_ROOT_PID-2 ok cc status
	BUILD_TAG=jenkins-$BATS_ROOT_PID-2 ok cc stop
	same 0 "$(emu_valid_tokens)"
	job=$(BUILD_TAG=jenkins-$BATS_ROOT_PID-1 cc status 2>&1 | sed 's/.* //')
	[[ $job == "/tmp/cc-token-$(id -u)-"* ]]
	rmdir "${job%/genesys-*}"
}

@test "the token that a shell hands on works without the secret, and stop revokes it" {
	use_genesys
	run -0 bash -euc 'eval "$("$CC_TOKEN" get --format env)"
		unset CC_CLIENT_ID CC_CLIENT_SECRET CC_PROVIDER CC_TOKEN_URL CC_API_URL CC_STATE_DIR
		test "$("$CC_TOKEN" get)" = "$CC_ACCESS_TOKEN"
		"$CC_TOKEN" exec -- sh -c "test -n \"\$CC_ACCESS_TOKEN\""
		"$CC_TOKEN" status
		"$CC_TOKEN" stop'
	tokens_asked 1
	same 0 "$(emu_valid_tokens)"
}
