#!/usr/bin/env bats
# In a job of Azure Pipelines, by a likeness of its agent: tests/runner/azure.py.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() {
	clean_environment
	unset CC_STATE_DIR
	export TF_BUILD=True AGENT_TEMPDIRECTORY=$BATS_TEST_TMPDIR/_temp
	mkdir -p "$AGENT_TEMPDIRECTORY"
}

# job [OPTION…] STEP…: by the agent; what it logs is in output.
job() { run -"${expect:-0}" python3 "$ROOT/tests/runner/azure.py" "$@"; echo "$output" >&2; }

action='"$CC_TOKEN" action'

@test "later steps have paths and the API host; the token where they map it, and masked" {
	use_genesys
	job --env 'TOKEN=$(CC_ACCESS_TOKEN)' "$action" \
		'echo "api $CC_TOKEN_API_URL"; test -z "${CC_ACCESS_TOKEN-}" && test -z "${GENESYSCLOUD_ACCESS_TOKEN-}"' \
		'test "$(cat "$CC_TOKEN_FILE")" = "$TOKEN" && echo "token $TOKEN"' \
		'cc-token status >/dev/null && echo "found by the CLI"'
	[[ $output == *"api $EMU_API_URL"* && $output == *'token ***'* && $output == *'found by the CLI'* ]]
}

@test "nothing secret is in the log, however it is written, at the loudest level" {
	use_genesys
	CC_LOG=debug job "$action" 'cat "$CC_TOKEN_FILE" "$CC_TOKEN_HEADER_FILE"' \
		'printf %s "before the masks: "; "$CC_TOKEN" get --force >"$AGENT_TEMPDIRECTORY/x"; cat "$AGENT_TEMPDIRECTORY/x"'
	local token secret=$CC_CLIENT_SECRET
	token=$(<"$AGENT_TEMPDIRECTORY/x")
	[[ -n $token && $output != *"$token"* && $output != *"$secret"* && $output == *'***'* ]]
	[[ $output != *"$(printf '%s:%s' "$CC_CLIENT_ID" "$secret" | base64 -w0)"* ]]
}

@test "a failure is an issue of the job, and has no secret" {
	use_genesys 401secret
	expect=3 job "$action"
	[[ $output == *'##[error]'*'invalid_client'* && $output != *"$CC_CLIENT_SECRET"* ]]
}

@test "the state stands in the agent's temp directory, and stop revokes" {
	use_genesys
	job "$action" 'case $CC_TOKEN_STATE in "$AGENT_TEMPDIRECTORY"/cc-token/*) ;; *) exit 1 ;; esac' 'cc-token stop'
	[[ $output == *'1 token revoked'* ]]
	same 0 "$(emu_valid_tokens)"
	same '' "$(find "$AGENT_TEMPDIRECTORY" -mindepth 1)"
}
