#!/usr/bin/env bats
# bats file_tags=docker,peers
# step.yml, by what is published of GitLab's step runner (tests/gitlab/runner/step).

bats_require_minimum_version 1.5.0
load ../lib/emulator
load ../lib/gitlab

setup_file() {
	emulator_start
	gitlab_setup
}

teardown_file() { emulator_stop; }

setup() {
	emu_ns
	export CC_TOKEN_URL=$EMU_TOKEN_URL CC_API_URL=$EMU_API_URL CC_CA_FILE=$EMU_CA_FILE
	export CI_BUILDS_DIR=$BATS_TEST_TMPDIR CI_JOB_ID=7 GITLAB_CI=true
	inputs=$(jq -n --arg id "$EMU_GENESYS_HOSTILE_ID" --arg secret "$EMU_GENESYS_HOSTILE_SECRET" \
		--arg url "file://$GITLAB_BINARY" --arg sum "$(sha256sum <"$GITLAB_BINARY" | cut -c 1-64)" \
		'{provider: "genesys", client_id: $id, client_secret: $secret, url: $url, sha256: $sum}')
}

# step [FILTER]: runs the step with these inputs, as the filter changes them.
step() {
	jq "${1-.}" <<<"$inputs" >"$BATS_TEST_TMPDIR/inputs.json"
	gitlab-step --file "$GITLAB_ROOT/step.yml" --inputs "$BATS_TEST_TMPDIR/inputs.json"
}

@test "gitlab step: outputs and exports reach later steps, and stop revokes" {
	run -0 --separate-stderr step
	result=$output
	# shellcheck disable=SC2154 # stderr is set by run
	[[ $stderr != *"$EMU_GENESYS_HOSTILE_SECRET"* && $stderr != *::add-mask::* ]]
	[[ $(jq -r '.outputs | keys_unsorted | sort | join(" ")' <<<"$result") == \
		'access_token api_url expires_at header_file token_file' ]]
	curl -fsS --cacert "$EMU_CA_FILE" -H "@$(jq -r .outputs.header_file <<<"$result")" \
		"$(jq -r .outputs.api_url <<<"$result")/api/v2/organizations/me"
	[[ $(jq -r .exports.CC_ACCESS_TOKEN <<<"$result") == $(jq -r .outputs.access_token <<<"$result") ]]
	[[ $(PATH=$(jq -r .exports.PATH <<<"$result") CC_STATE_DIR=$(jq -r .exports.CC_STATE_DIR <<<"$result") \
		CC_NAME=$(jq -r .exports.CC_NAME <<<"$result") cc-token get) == $(jq -r .outputs.access_token <<<"$result") ]]
	run -0 step '.do = "stop"'
	[[ $(emu_valid_tokens) == 0 ]]
	[[ ! -e $BATS_TEST_TMPDIR/.cc-token-7 ]]
}

@test "gitlab step: a binary with another checksum is not run" {
	run -1 step '.sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"'
	[[ $output == *'has another SHA-256'* ]]
	[[ $(journal_count) == 0 ]]
}

@test "gitlab step: an unknown do is refused" {
	run -2 step '.do = "revoke"'
	[[ $output == *'must be fetch or stop'* ]]
}

@test "gitlab step: where the program cannot come from is told" {
	local bin=$BATS_TEST_TMPDIR/bin tool
	mkdir "$bin"
	for tool in sh mkdir rm; do ln -s "$(command -v "$tool")" "$bin/"; done
	gitlab-step() { PATH=$bin "$step_runner" "$@"; }
	step_runner=$(type -P gitlab-step)
	run -2 step
	[[ $output == 'cc-token: nothing here can fetch file://'*'install curl or wget'* ]]
	run -2 step '.url = ""'
	[[ $output == 'cc-token: there is no cc-token on PATH: '*url* ]]
}

@test "gitlab step: what stop can't revoke fails it and stays; another stop ends it" {
	run -0 step
	run -0 step '.name = "second"'
	rm "$BATS_TEST_TMPDIR/.cc-token-7/second/state.json"
	emu_admin PUT faults revoke.403x1
	run -3 step '.do = "stop"'
	[[ $output == *'could not be revoked'* && $(emu_valid_tokens) == 1 ]]
	run -0 step '.do = "stop"'
	[[ $(emu_valid_tokens) == 0 && ! -e $BATS_TEST_TMPDIR/.cc-token-7 ]]
}

@test "gitlab step: stop revokes every token of the job, whatever its name" {
	run -0 step
	run -0 step '.name = "second"'
	[[ $(emu_valid_tokens) == 2 ]]
	run -0 step '.do = "stop"'
	[[ $(emu_valid_tokens) == 0 ]]
	[[ ! -e $BATS_TEST_TMPDIR/.cc-token-7 ]]
}
