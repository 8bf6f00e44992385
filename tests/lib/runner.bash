# shellcheck shell=bash
# Jobs on the fake GitHub runner. tests/runner/README.md is the manual.
#
#   @test "…" {
#       run_job < <(jq -n --arg image "$IMAGE" '{actions: {…}, steps: […]}')
#       [ "$JOB_STATUS" -eq 0 ]
#       [ "$(step_output token token-type)" = Bearer ]
#       assert_no_secret_in_log "$SECRET" "$(step_output token access-token)"
#   }

RUNNER_HOME=$(cd "${BASH_SOURCE[0]%/*}/../runner" && pwd)

# run_job [OPTION…] <JOB: run the job that is on stdin. Not at the end of a pipe, whose subshell
# would keep the variables.
# Sets JOB_STATUS (0 success, 1 failure, 3 cancelled, 4 crashed), JOB_RESULT (the file of the
# result) and JOB_ROOT (the runner's root directory, another one for each job unless
# --work is given). A job description that is wrong fails the test.
run_job() {
	local directory
	directory=$(mktemp -d "$BATS_TEST_TMPDIR/job.XXXXXX")
	# `run` steps of another user have to come this far.
	chmod a+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" "$directory"
	JOB_ROOT=$directory/runner
	JOB_RESULT=$directory/result.json
	JOB_STATUS=0
	python3 "$RUNNER_HOME/runner.py" - --work "$JOB_ROOT" --json "$JOB_RESULT" "$@" ||
		JOB_STATUS=$?
	[ "$JOB_STATUS" -ne 2 ]
}

# step_output STEP NAME: an output of a step. Fails where there is none.
step_output() { python3 "$RUNNER_HOME/result.py" "$JOB_RESULT" output "$1" "$2"; }

# step_get STEP KEY: another part of a step: conclusion, exit_code, annotations, env, path, …
# STEP is post:ID for the post run.
step_get() { python3 "$RUNNER_HOME/result.py" "$JOB_RESULT" get "$1" "$2"; }

# job_get KEY: a part of the job: conclusion, outputs, leftover, leftover_files, label, …
job_get() { python3 "$RUNNER_HOME/result.py" "$JOB_RESULT" job "$1"; }

# The log as a user sees it.
masked_log() { python3 "$RUNNER_HOME/result.py" "$JOB_RESULT" log; }

# assert_no_secret_in_log VALUE…: none of the values, in no form that leaks.py knows, in anything
# that leaves the runner: log, annotations with their titles, summaries, job outputs.
assert_no_secret_in_log() {
	python3 "$RUNNER_HOME/result.py" "$JOB_RESULT" public >"$JOB_RESULT.public"
	python3 "$RUNNER_HOME/../lib/leaks.py" "$JOB_RESULT.public" "$@" </dev/null
}

# The address of this machine that containers of every bridge network reach:
#     emulator_start --bind "$(runner_gateway)"
# The emulator's certificate then names it, and its URLs hold it.
runner_gateway() { python3 "$RUNNER_HOME/gateway.py"; }
