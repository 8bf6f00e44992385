#!/usr/bin/env bats
# bats file_tags=docker
# The action as its users have it: jobs on the fake runner (tests/runner), with the image that ships.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/runner

setup_file() {
	export CC_IMAGE=${CC_IMAGE:-cc-token:test} JOB_IMAGE=cc-token-job-$$:1
	docker image inspect "$CC_IMAGE" >/dev/null 2>&1 || docker build -q -t "$CC_IMAGE" "$ROOT"
	python3 "$ROOT/tests/runner/testimage.py" "$JOB_IMAGE"
	emulator_start --bind "$(runner_gateway)"
}

teardown_file() {
	emulator_stop
	docker rmi --force "$JOB_IMAGE" >/dev/null
}

# A call as a workflow makes it.
CALL='curl -sS --noproxy "*" --cacert ca.pem -o /dev/null -w "%{http_code}\n" -H "@$CC_TOKEN_HEADER_FILE" "$CC_TOKEN_API_URL/api/v2/users"'

setup() {
	emu_ns - genesys
	SECRET=$EMU_GENESYS_SECRET
	ID=$EMU_GENESYS_ID
}

# faults WORDS: in the URLs, for the next job.
faults() { emu_faults "$1" genesys; }

# job FILTER: a job with one step of the action, id token, as the jq filter changes it, for which
# action(ID; INPUTS) is a step of the action and use(SCRIPT) a step that runs one.
job() {
	jq -n --arg ca "$EMU_CA_FILE" --arg api "$EMU_API_URL" --arg token_url "$EMU_TOKEN_URL" \
		--arg dir "$ROOT" --arg image "$CC_IMAGE" --arg job_image "$JOB_IMAGE" \
		--arg id "$ID" --arg secret "$SECRET" --arg http "$EMU_HTTP_URL/ns/$EMU_NS/-/genesys" \
		--arg other "${EMU_API_URL%/genesys}/oauth2" --arg call "$CALL" \
		--arg other_id "$EMU_OAUTH2_HOSTILE_ID" --arg other_secret "$EMU_OAUTH2_HOSTILE_SECRET" '
		def action($id; $more): {id: $id, uses: "org/cc-token-action@v1", with: ({
			provider: "genesys", "client-id": "${{ secrets.ID }}", "client-secret": "${{ secrets.SECRET }}",
			"token-url": $token_url, "api-url": $api, "retry-for": "5",
			"ca-file": "${{ github.workspace }}/ca.pem"} + $more)};
		def use($id; $script): {id: $id, run: $script};
		{files: {"ca.pem": $ca}, secrets: {ID: $id, SECRET: $secret, OTHER: $other_secret},
		 actions: {"org/cc-token-action@v1": {dir: $dir, image: $image}},
		 runner: {uid: 1001}, steps: [action("token"; {})]} | '"$1"
}

# ran STEP: it ended well.
ran() { [[ $(step_get "$1" conclusion) == success ]] || note "$(step_get "$1" unmasked_log)"; }

# tidy VALUE…: the job left nothing, no token is good, nothing of this shows.
tidy() {
	same '[]' "$(job_get leftover)"
	same '[]' "$(job_get leftover_files)"
	same 0 "$(emu_valid_tokens)"
	ran post:token
	same 0 "$(step_get post:token exit_code)"
	python3 "$RUNNER_HOME/result.py" "$JOB_RESULT" public >"$BATS_TEST_TMPDIR/public"
	# Every token that was used is in the journal.
	journal_json | python3 "$ROOT/tests/lib/leaks.py" "$BATS_TEST_TMPDIR/public" "$SECRET" \
		"$(printf '%s:%s' "$ID" "$SECRET" | base64 -w 0)" "$@"
}

# all_ways FILTER: later steps use the token by file, variable, output and program, in a job that
# this filter changes.
all_ways() {
	local step
	run_job < <(job '.steps += [
		use("file"; $call),
		use("output"; "test ${{ steps.token.outputs.access-token }} = \"$(cat \"${{ steps.token.outputs.token-file }}\")\""),
		use("careless"; "set -x; cat \"$CC_TOKEN_FILE\"; echo; echo \"$CC_ACCESS_TOKEN\" >&2; env"),
		use("cli"; "test \"$(cc-token get)\" = \"$CC_ACCESS_TOKEN\" && cc-token status && cc-token api /api/v2/organizations/me && cc-token exec -- env"),
		use("modes"; "stat -c %u:%a \"$CC_TOKEN_FILE\" \"$CC_TOKEN_HEADER_FILE\" \"$CC_TOKEN_STATE\"")]
		| '"$1")
	same 0 "$JOB_STATUS" || note "$(masked_log)"
	for step in token file output careless cli modes; do ran "$step"; done
	[[ $(step_get careless unmasked_log) == *"$(step_output token access-token)"* ]]
	[[ $(step_get modes output) == *1001:600*1001:600*1001:700* ]]
	same 1 "$(journal_count --kind token)"
	same 2 "$(journal_count --kind api --status 200)"
	tidy "$(step_output token access-token)"
}

@test "a job on the runner's machine: the token by file, variable, output and program" {
	all_ways .
	[[ $(step_output token token-file) == "$JOB_ROOT/_work/_temp/cc-token/genesys-"*/token ]]
	same none "$(step_output token refresher)"
	same Bearer "$(step_output token token-type)"
	[[ $(step_get token env | jq -r 'keys | join(" ")') == 'CC_ACCESS_TOKEN CC_TOKEN_API_URL'* ]]
}

@test "a runner before 2.329, without its temp directory in the container" {
	all_ways '.runner.temp_mounted = false'
	[[ $(step_output token token-file) == "$JOB_ROOT/_work/_temp/_github_home/cc-token/genesys-"*/token ]]
}

@test "stderr read before stdout: no value comes before its mask" {
	all_ways '.runner.stderr_first = true'
}

@test "step debug logging shows no secret" {
	all_ways '.runner.debug = true'
	[[ $(step_get token output) == *debug:* ]]
}

@test "secrets with percent signs, quotes, dollars, spaces and log commands" {
	SECRET=$EMU_GENESYS_HOSTILE_SECRET ID=$EMU_GENESYS_HOSTILE_ID
	all_ways '.runner.debug = true'
	SECRET='pa:ss%25::error::%0A"$(id)`id` %s\n'"'"
	emu_faults 401,echo
	run_job < <(job .)
	same 1 "$JOB_STATUS"
	tidy
}

@test "a job in a container: paths that it sees, the program on its PATH" {
	run_job < <(job '.container = {image: $job_image} | .steps += [
		use("file"; "cd / && wget -q -O /dev/null --header \"$(cat \"$CC_TOKEN_HEADER_FILE\")\" " + $http + "/api/v2/users"),
		use("cli"; "test \"$(cc-token get)\" = \"$CC_ACCESS_TOKEN\" && test \"$(cat \"$CC_TOKEN_FILE\")\" = \"$CC_ACCESS_TOKEN\" && cc-token api /api/v2/users"),
		{id: "output", run: "cat \"$FILE\" >/dev/null", env: {FILE: "${{ steps.token.outputs.token-file }}"}}]')
	local step
	for step in token file cli output; do ran "$step"; done
	same 2 "$(journal_count --kind api --status 200)"
	tidy "$(step_output token access-token)"
}

@test "two actions in one job: each its own token, both revoked, in reverse" {
	run_job < <(job '.steps += [action("second"; {provider: "oauth2", "client-id": $other_id,
			"client-secret": "${{ secrets.OTHER }}", "token-url": ($other + "/token"), "api-url": $other,
			"revoke-url": ($other + "/revoke")}),
		use("first"; "cat \"${{ steps.token.outputs.token-file }}\" >/dev/null"),
		use("cli"; "test \"$(cc-token get)\" = \"${{ steps.second.outputs.access-token }}\"")]')
	local step
	for step in token second first cli post:second; do ran "$step"; done
	[[ $(step_output token access-token) != "$(step_output second access-token)" ]]
	[[ $(step_output token token-file) != "$(step_output second token-file)" ]]
	same 2 "$(journal_count --kind token)"
	tidy "$(step_output token access-token)" "$(step_output second access-token)" "$EMU_OAUTH2_HOSTILE_SECRET"
}

@test "the same action twice with the same credentials: one token, and no failure in post" {
	run_job < <(job '.steps += [action("again"; {}), use("use"; $call)]')
	ran again
	ran use
	ran post:again
	same "$(step_output token access-token)" "$(step_output again access-token)"
	same 1 "$(journal_count --kind token)"
	tidy "$(step_output token access-token)"
}

@test "a fetch that is refused fails the step, with one annotation; post has nothing to do" {
	emu_faults 401secret
	run_job < <(job '.steps += [use("never"; "echo reached")]')
	same 1 "$JOB_STATUS"
	same failure "$(step_get token conclusion)"
	same 3 "$(step_get token exit_code)"
	same '1 error' "$(step_get token annotations | jq -r '[.[] | select(.title == "cc-token")] | "\(length) \(.[0].level)"')"
	[[ $(step_get token annotations) == *401*client-secret* ]]
	same skipped "$(step_get never conclusion)"
	same '[]' "$(step_get post:token annotations)"
	tidy
}

@test "settings that are wrong fail the step without a request" {
	run_job < <(job '.steps[0].with.region = "us-esat-1" | .steps[0].with["token-url"] = ""')
	same 2 "$(step_get token exit_code)"
	[[ $(step_get token annotations) == *us-east-1* ]]
	same 0 "$(journal_count)"
	tidy
}

@test "post after a later step failed: revoked all the same" {
	run_job < <(job '.steps += [use("bad"; "exit 7")]')
	same 1 "$JOB_STATUS"
	same 1 "$(journal_count --kind revoke)"
	tidy "$(step_output token access-token)"
}

@test "a revocation that fails is a warning, not a failure" {
	emu_faults revoke.400
	run_job < <(job .)
	same 0 "$JOB_STATUS"
	same 0 "$(step_get post:token exit_code)"
	same warning "$(step_get post:token annotations | jq -r '.[0].level')"
	same '[]' "$(job_get leftover_files)"
}

@test "cancelled while the server keeps it waiting: ended at once, nothing left" {
	emu_faults hang
	run_job < <(job '.cancel = {step: "token", on: "file", path: "cancel"} | .steps[0].with["retry-for"] = "120"') 3>&- &
	journal_wait 1 --kind token --timeout 60
	touch "$(echo "$BATS_TEST_TMPDIR"/job.*/runner/_work/[!_]*/*)/cancel"
	wait "$!"
	# shellcheck disable=SC2034 # read by runner.bash
	JOB_RESULT=$(echo "$BATS_TEST_TMPDIR"/job.*/result.json)
	same cancelled "$(step_get token conclusion)"
	same '["SIGINT"]' "$(step_get token signals)"
	tidy
}
