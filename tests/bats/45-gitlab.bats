#!/usr/bin/env bats
# In a GitLab job: nothing is masked there, so no line may try; the job's scripts find one token.
# 81-gitlab.bats has the same with the real runner.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/refresher

setup() {
	clean_environment
	unset CC_STATE_DIR
	export GITLAB_CI=true CI=true CI_JOB_ID=1 CI_PROJECT_DIR=$BATS_TEST_TMPDIR/builds/project
	export RUNNER_TEMP_PROJECT_DIR=$CI_PROJECT_DIR.tmp
	mkdir -p "$CI_PROJECT_DIR" "$RUNNER_TEMP_PROJECT_DIR"
	cd "$CI_PROJECT_DIR" || return
}

# plain COMMAND…: whatever it ends with, "::" begins no line of it, and no mask stands in one.
plain() {
	run --separate-stderr "$@"
	[[ $'\n'$output$'\n'$stderr != *$'\n'::* && $output$stderr != *add-mask* ]] ||
		note "a runner's command: $output $stderr"
}

@test "script and after_script: one token, and it is revoked" {
	use_genesys
	plain cc get
	local token=$output state
	[[ $status == 0 && -z $stderr ]]
	state=$(cc status --json | jq -r .state)
	[[ $state == "$RUNNER_TEMP_PROJECT_DIR/cc-token/genesys-"* ]]
	plain cc exec -- sh -c 'echo "$CC_TOKEN_STATE"; test "$CC_ACCESS_TOKEN" = "$(cat "$CC_TOKEN_FILE")"'
	same "0 $state" "$status $output"
	plain env -u CC_CLIENT_SECRET "$CC_TOKEN" get -f header
	same "Authorization: Bearer $token" "$output"
	plain cc stop
	says '^cc-token: 1 token revoked$'
	[[ $status == 0 && ! -e $state ]]
	same 0 "$(emu_valid_tokens)"
	same '' "$(find "$CI_PROJECT_DIR" -mindepth 1)"
	tokens_asked 1
}

@test "after_script has the variables of the job, not what script exported" {
	use_genesys
	ok bash -c 'eval "$("$CC_TOKEN" get -f env)"'
	ok cc stop
	same 0 "$(emu_valid_tokens)"
	# Run once more, as when the user's own after_script calls it, too.
	plain cc stop
	same 0 "$status"
	journal --kind revoke --count | grep -qx 1
}

@test "no line for GitHub, on success and on failure, at any level, for any command" {
	local words command
	for words in - 401secret,echo 'token=a%20b' 500; do
		use_genesys "$words"
		export CC_RETRY_FOR=0 CI_DEBUG_TRACE=true RUNNER_DEBUG=1
		for command in action get 'get -f env' 'exec -- true' 'refresh --max-lifetime 1' 'api /x' status post \
			stop 'get --region mars' frobnicate; do
			# shellcheck disable=SC2086 # words
			plain cc $command -v
			# shellcheck disable=SC2086
			plain cc $command
		done
	done
}

@test "what another runner sets beside it is told, and no line tries: the mask would be the leak" {
	local name command
	use_genesys
	export GITHUB_ACTIONS=true ACT=true
	for name in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		: >"$BATS_TEST_TMPDIR/$name"
		export "GITHUB_$name=$BATS_TEST_TMPDIR/$name"
	done
	for command in get 'get --force' 'exec -- true' 'api /x' 'refresh --detach' stop; do
		# shellcheck disable=SC2086
		plain cc $command -v
		[[ $status =~ ^(2|125)$ && $stderr == *'more than one CI'*'--runner'* ]] || note "$command: $stderr"
	done
	tokens_asked 0
	for command in 'get -q' 'get --force' 'exec -- true' 'api /api/v2/tokens/me' 'refresh --detach' 'stop -q'; do
		# shellcheck disable=SC2086
		plain cc ${command%% *} -v --runner gitlab ${command#* }
		same 0 "$status"
	done
	for name in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		run ! test -s "$BATS_TEST_TMPDIR/$name"
	done
}

@test "the option tells it, whatever a dotenv report says" {
	use_genesys
	export GITHUB_ACTIONS=true GITLAB_CI=
	plain cc get --runner gitlab -v
	same 0 "$status"
	plain cc stop --runner gitlab
	same 0 "$status"
	unset GITHUB_ACTIONS
	fails 2 '--runner must be one of .*gitlab' cc get --runner jenkins
}

@test "a secret that came empty: exit 2 before any request, with GitLab's reasons" {
	local why='does the CI/CD variable exist\? Is it protected, on an unprotected branch\?$'
	use_genesys
	unset CC_CLIENT_ID CC_CLIENT_SECRET
	fails 2 "the input client-secret is empty: $why" \
		env INPUT_CLIENT-ID= INPUT_CLIENT-SECRET= "$CC_TOKEN" refresh
	CC_CLIENT_ID=x CC_CLIENT_SECRET='' fails 2 "CC_CLIENT_SECRET is empty: $why" cc get
	CC_CLIENT_ID=x CC_CLIENT_SECRET='' fails 2 "CC_CLIENT_SECRET is empty: $why" cc refresh --detach
	CC_PROVIDER='' CC_CLIENT_ID='' CC_CLIENT_SECRET='' fails 2 "CC_CLIENT_SECRET is empty: $why" cc get
	tokens_asked 0
}

# as_service [NAME=VALUE…]: what the template's service runs, in the background.
as_service() {
	env "$@" "$CC_TOKEN" refresh --await-state-dir >"$BATS_TEST_TMPDIR/service" 2>&1 3>&- &
	service=$!
}

@test "a service beside the job: it begins when the job has made the directory, and works for its user" {
	use_genesys
	as_service CC_STATE_DIR="$BATS_TEST_TMPDIR/tokens" CC_NAME=job CC_INSTALL_CLI=true
	mkdir "$BATS_TEST_TMPDIR/other"
	same '' "$(<"$BATS_TEST_TMPDIR/service")"
	tokens_asked 0
	mkdir -m 700 "$BATS_TEST_TMPDIR/tokens.new"
	[[ $EUID != 0 ]] || chown 12345:23456 "$BATS_TEST_TMPDIR/tokens.new"
	mv "$BATS_TEST_TMPDIR/tokens.new" "$BATS_TEST_TMPDIR/tokens"
	await test -s "$BATS_TEST_TMPDIR/tokens/job/token"
	await test -s "$BATS_TEST_TMPDIR/tokens/job/header"
	same "$(stat -c %u:%g "$BATS_TEST_TMPDIR/tokens")" \
		"$(find "$BATS_TEST_TMPDIR/tokens" -printf '%U:%G\n' | sort -u)"
	[[ -x $BATS_TEST_TMPDIR/tokens/.bin/cc-token ]]
	kill "$service"
	wait "$service"
	[[ ! -e $BATS_TEST_TMPDIR/tokens/.failed ]]
}

@test "a service that fails leaves the reason where the job looks, whatever it is" {
	local row words
	for row in "CC_TIMEOUT=soon|timeout (from CC_TIMEOUT) must be seconds" \
		"CC_PROVIDER=mars|provider (from CC_PROVIDER) must be one of" \
		"CC_CLIENT_SECRET=|CC_CLIENT_SECRET is empty: does the CI/CD variable exist?" \
		"CC_CA_FILE=/no/such.pem|/no/such.pem" "INPUT_CLIENT-SECRET=|the input client-secret is empty"; do
		use_genesys
		[[ $row != INPUT* ]] || unset CC_CLIENT_SECRET
		export CC_STATE_DIR=$BATS_TEST_TMPDIR/tokens
		mkdir -m 700 "$CC_STATE_DIR"
		as_service "${row%%|*}"
		if wait "$service"; then note "no failure: $row"; fi
		[[ $(<"$CC_STATE_DIR/.failed") == *"${row#*|}"* ]] || note "$row: $(<"$CC_STATE_DIR/.failed")"
		rm -r "$CC_STATE_DIR"
	done
	tokens_asked 0
	for words in 401secret 503; do
		use_genesys "$words"
		export CC_STATE_DIR=$BATS_TEST_TMPDIR/tokens CC_RETRY_FOR=0
		mkdir -m 700 "$CC_STATE_DIR"
		as_service
		if wait "$service"; then note "no failure: $words"; fi
		[[ $(<"$CC_STATE_DIR/.failed") == "no token is stored, and the last request failed: token request"*" HTTP ${words:0:3}"* ]]
		same 600 "$(stat -c %a "$CC_STATE_DIR/.failed")"
		rm -r "$CC_STATE_DIR"
	done
}

@test "a service whose job never comes ends by TERM, and asks nobody" {
	use_genesys
	as_service CC_STATE_DIR="$BATS_TEST_TMPDIR/tokens"
	# Its handlers are there before it waits.
	await grep -q 'SigCgt:.*[1-9a-f]' "/proc/$service/status"
	kill "$service"
	wait "$service" || same 143 "$?"
	[[ ! -e $BATS_TEST_TMPDIR/tokens ]]
	tokens_asked 0
}

@test "a refused secret is one line on stderr, without an annotation" {
	use_genesys 401secret
	fails 3 '401 .*CC_CLIENT_SECRET' cc get
	same 1 "${#stderr_lines[@]}"
	fails 125 401 cc exec -- true
	ok cc stop
}

@test "without the runner's directory the token stands elsewhere, and never in the project" {
	use_genesys
	unset RUNNER_TEMP_PROJECT_DIR
	export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	ok cc get
	[[ $(cc status --json | jq -r .state) == "$XDG_RUNTIME_DIR/"* ]]
	same '' "$(find "$CI_PROJECT_DIR" -mindepth 1)"
	ok cc stop
}
