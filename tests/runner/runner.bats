#!/usr/bin/env bats
# The helpers of tests/lib/runner.bash.
# bats file_tags=docker

load ../lib/emulator
load ../lib/runner

setup_file() {
	export IMAGE=fakerunner-bats-$$:1
	python3 "$BATS_TEST_DIRNAME/testimage.py" "$IMAGE"
}

teardown_file() { docker rmi --force "$IMAGE" >/dev/null; }

@test "outputs, parts and the log of a job" {
	run_job <<-'JSON'
		{"steps": [{"id": "a", "run": "echo ::add-mask::s3cret-one; echo o=s3cret-one >>$GITHUB_OUTPUT"},
		           {"id": "b", "run": "echo ${{ steps.a.outputs.o }}; exit 5"}]}
	JSON
	[ "$JOB_STATUS" -eq 1 ]
	[ "$(step_output a o)" = s3cret-one ]
	[ "$(step_get b exit_code)" = 5 ]
	[ "$(job_get conclusion)" = failure ]
	run masked_log
	[[ $output == *$'##[endgroup]\n***\n##[error]Process completed with exit code 5.'* ]]
	run step_output a none
	[ "$status" -eq 1 ]
}

@test "a secret in the log is found, and in a title and a summary too" {
	local place
	for place in 'echo czNjcmV0LW9uZQ==' 'echo ::notice title=s3cret-one::x' \
		"echo s3cret-one >>\$GITHUB_STEP_SUMMARY"; do
		run_job < <(jq -n --arg run "$place" '{steps: [{run: $run}]}')
		run assert_no_secret_in_log s3cret-one
		[ "$status" -eq 1 ]
		assert_no_secret_in_log s3cret-two
	done
}

@test "a wrong description fails" {
	run run_job <<<'{"steps": [{"rnu": "x"}]}'
	[ "$status" -ne 0 ]
	[[ $output == *'unknown key rnu'* ]]
}

@test "another user's steps reach the workspace" {
	run_job <<<'{"runner": {"uid": 1001}, "steps": [{"id": "a", "run": "id -u; touch mine"}]}'
	[ "$JOB_STATUS" -eq 0 ]
	[[ $(step_get a output) == *1001* ]]
}

@test "containers reach the emulator by the gateway, from the bridge and from a job's network" {
	emulator_start --bind "$(runner_gateway)"
	run_job < <(jq -n --arg image "$IMAGE" --arg url "$EMU_HTTP_URL/" '{container: {image: $image},
		steps: [{id: "a", run: ("wget -q -O /dev/null " + $url + " 2>&1 || true")}]}')
	step_get a output | grep 'HTTP/1.[01] 404'
	run docker run --rm "$IMAGE" wget -q -O /dev/null "$EMU_HTTP_URL/"
	emulator_stop
	[[ $output == *'HTTP/1.'[01]' 404'* ]]
}
