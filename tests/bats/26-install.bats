#!/usr/bin/env bats
# install-cli: the program beside the tokens, for later steps, and for the job beside a service.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() {
	clean_environment
	use_genesys
	export GITHUB_ACTIONS=true
	runner_files
}

@test "install-cli: later steps find the program on PATH until the post step" {
	ok cc action
	program=$(<"$GITHUB_PATH")/cc-token
	same 755 "$(stat -c %a "$program")"
	cmp "$CC_TOKEN" "$program"
	run -0 --separate-stderr "$program" get
	tokens_asked 1
	STATE_state=$(saved) ok cc post
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
}

@test "install-cli: the program goes with the last of the job's tokens" {
	CC_NAME=one ok cc action
	local first
	first=$(saved)
	CC_NAME=two ok cc action
	program=$(sort -u "$GITHUB_PATH")/cc-token
	STATE_state=$(saved) ok cc post
	[[ -x $program ]]
	STATE_state=$first ok cc post
	[[ ! -e $program ]]
}

@test "install-cli: false installs nothing" {
	CC_INSTALL_CLI=false ok cc action
	same '' "$(<"$GITHUB_PATH")"
	[[ -z $(find "$CC_STATE_DIR" -type f -name cc-token) ]]
	ok cc post
}

@test "install-cli: refresh installs the program where that is asked for" {
	ok cc refresh --detach
	[[ -z $(find "$CC_STATE_DIR" -type f -name cc-token) ]]
	ok cc stop
	CC_INSTALL_CLI=true ok cc refresh --detach
	cmp "$CC_TOKEN" "$CC_STATE_DIR/.bin/cc-token"
	ok cc stop
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
}
