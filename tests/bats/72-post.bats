#!/usr/bin/env bats
# The end of a job that action began: post finds its refresher, its tokens and its files.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/refresher

setup() { clean_environment; }
teardown() { refreshers_end; }

# No file, and no token that is still good.
nothing_left() {
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
	same 0 "$(emu_valid_tokens)"
}

# The runner's variables for a step, with files for what it hands on.
on_github() {
	export GITHUB_ACTIONS=true
	local name
	for name in OUTPUT ENV PATH STATE STEP_SUMMARY; do
		export "GITHUB_$name=$BATS_TEST_TMPDIR/$name"
		: >"$BATS_TEST_TMPDIR/$name"
	done
}

# What the action's main step has saved for its post step.
as_post() {
	STATE_state=$(sed -n 's/^state=//p' "$GITHUB_STATE")
	export STATE_state
	: >"$GITHUB_STEP_SUMMARY"
}

@test "tokens of another client under the same name are revoked, too" {
	use_genesys
	CC_NAME=one ok cc get
	CC_NAME=one CC_SCOPE=other ok cc get
	CC_NAME=one ok cc stop
	nothing_left
}

@test "post finds what the action has saved, whatever its own settings are, and sums up" {
	use_genesys lifetime=4
	on_github
	ok env "INPUT_REFRESH=true" "$CC_TOKEN" action
	grep -qx 'refresher=process' "$GITHUB_OUTPUT"
	pid=$(refresher_pid)
	await refreshed 2
	as_post
	forget
	export CC_CA_FILE=$EMU_CA_FILE
	run -0 --separate-stderr cc post
	[[ $output != *::warning* ]]
	await gone "$pid"
	grep -qE '^cc-token: [2-9] refreshes, [12] tokens? revoked\.$' "$GITHUB_STEP_SUMMARY"
	nothing_left
}

@test "the runner's own directory goes when it is empty, one that was chosen stays" {
	use_genesys
	unset CC_STATE_DIR
	on_github
	export RUNNER_TEMP=$BATS_TEST_TMPDIR/temp
	mkdir "$RUNNER_TEMP"
	ok cc action
	[[ -x $RUNNER_TEMP/cc-token/.bin/cc-token ]]
	as_post
	ok cc post
	same '' "$(find "$RUNNER_TEMP" -mindepth 1)"
	same 0 "$(emu_valid_tokens)"
}

@test "the refresher that action starts in a shell shows no secret, and its output is free" {
	use_genesys
	on_github
	export RUNNER_TRACKING_ID=github_1234
	output=$(env INPUT_REFRESH=true "$CC_TOKEN" action 2>&1 | cat)
	[[ $output == *::add-mask::* ]]
	pid=$(refresher_pid)
	run ! grep -aFe "$CC_CLIENT_SECRET" "/proc/$pid/environ" "/proc/$pid/cmdline"
	# By this a runner finds what a job has left running. Without CAP_SYS_PTRACE not even root may look.
	if [[ $(tr '\0' '\n' <"/proc/$pid/environ") != RUNNER_TRACKING_ID=github_1234 ]]; then
		run cat "/proc/$pid/environ"
		[[ $output == *'ermission denied'* ]]
	fi
	as_post
	ok cc post
	await gone "$pid"
	nothing_left
}

@test "a provider that the vendor's own variables tell is told to the refresher" {
	use_genesys lifetime=4
	on_github
	export GENESYSCLOUD_OAUTHCLIENT_ID=$CC_CLIENT_ID GENESYSCLOUD_OAUTHCLIENT_SECRET=$CC_CLIENT_SECRET
	unset CC_PROVIDER CC_CLIENT_ID CC_CLIENT_SECRET
	ok env INPUT_REFRESH=true "$CC_TOKEN" action
	await refreshed 1
	as_post
	ok cc post
	nothing_left
}

@test "a get that waits while the state is removed makes no token" {
	use_genesys lifetime=600
	ok cc get
	state=$(state_of)
	hold_lock "$state/lock"
	"$CC_TOKEN" get --force >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	waits() { grep -q -- "-> FLOCK .* $pid " /proc/locks; }
	await waits
	rm -r "$state"
	release
	have=0
	wait "$pid" || have=$?
	same 1 "$have"
	grep -q 'has been removed' "$BATS_TEST_TMPDIR/err"
	tokens_asked 1
}
