#!/usr/bin/env bats
# bats file_tags=docker
# refresh: true in the container action: the refresher in a container of its own, on the fake runner.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts of jobs; each test is a subshell
load ../lib/common
load ../lib/emulator
load ../lib/runner

IMAGE=cc-token-refresh:test

setup_file() {
	"$ROOT/scripts/base-image" >&2
	docker build -q -t "$IMAGE" "$ROOT" >&2
	# An imported image has no PATH, which the runner needs; published ones have.
	docker build -q -t cc-token-refresh-job:test - >&2 <<-'FILE'
		FROM debian:trixie-slim
		ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	FILE
	# Another emulator than the suite's: one that containers can reach.
	unset EMU_DIR EMU_PID EMU_OWNER
	emulator_start --bind "$(runner_gateway)"
}

teardown_file() { emulator_stop; }

setup() {
	clean_environment
	emu_ns lifetime=4 genesys
}

teardown() {
	[[ -z ${ENGINE_PID-} ]] || kill "$ENGINE_PID" 2>/dev/null || true
	docker ps -aq --filter label=cc-token.state --filter "label=$(job_label)" |
		xargs -r docker rm -fv >/dev/null
}

job_label() { [[ -e ${JOB_RESULT-} ]] && job_get label || echo none; }

# job SCRIPT [JQ]: a job whose second step is SCRIPT, as JSON; JQ changes it.
job() {
	jq -n --arg ca "$EMU_CA_FILE" --arg url "$EMU_TOKEN_URL" --arg api "$EMU_API_URL" \
		--arg id "$EMU_GENESYS_ID" --arg secret "$EMU_GENESYS_SECRET" \
		--arg image "$IMAGE" --arg repo "$ROOT" --arg run "$1" '{
		files: {"ca.pem": $ca}, secrets: {ID: $id, SECRET: $secret},
		actions: {"org/cc-token@v1": {dir: $repo, image: $image}},
		steps: [
			{id: "token", uses: "org/cc-token@v1", with: {
				provider: "genesys", "client-id": "${{ secrets.ID }}",
				"client-secret": "${{ secrets.SECRET }}", "token-url": $url, "api-url": $api,
				"ca-file": "${{ github.workspace }}/ca.pem", refresh: "true"}},
			{id: "use", shell: "bash", run: $run}]}' | jq "${2:-.}"
}

# Nothing is left: container, process, file, token. And no secret was seen.
nothing_left() {
	same '[] [] []' "$(job_get leftover) $(job_get leftover_files) $(job_get orphans)"
	same 0 "$(emu_valid_tokens)"
	assert_no_secret_in_log "$EMU_GENESYS_SECRET"
}

# The warnings and errors of the first step.
annotations() { step_get token annotations | jq -r '.[] | "\(.level): \(.message)"'; }

# engine HOW…: a socket that misbehaves; sets $SOCKET.
engine() {
	SOCKET=$BATS_TEST_TMPDIR/docker.sock
	mkfifo "$BATS_TEST_TMPDIR/keep" "$BATS_TEST_TMPDIR/engine"
	python3 "$ROOT/tests/lib/engine.py" "$SOCKET" "$@" <"$BATS_TEST_TMPDIR/keep" \
		>"$BATS_TEST_TMPDIR/engine" 3>&- &
	ENGINE_PID=$!
	exec {keep}>"$BATS_TEST_TMPDIR/keep"
	read -r _ <"$BATS_TEST_TMPDIR/engine"
}

@test "a job longer than its tokens: who reads the file is never refused, nothing is left" {
	emu_ns lifetime=5 genesys
	run_job < <(job '
		end=$((SECONDS + LONG))
		while ((SECONDS < end)); do
			curl -sS --cacert ca.pem -o /dev/null -H "@$CC_TOKEN_HEADER_FILE" $CC_TOKEN_API_URL/api/v2/users/me
			[[ -s $CC_TOKEN_FILE ]]
		done
		cc-token status --json >status.json
		jq -e ".refresher == \"container\" and .refreshes >= 3 and .last_error == \"\"" status.json
		rm status.json' ".env.LONG = \"${JOB_SECONDS:-10}\"")
	same 0 "$JOB_STATUS"
	same container "$(step_output token refresher)"
	same 0 "$(journal_count --kind api --status 401)"
	[[ $(journal_count --kind api) -gt 20 ]]
	[[ $(step_get post:token masked_summary) =~ 'cc-token: '[0-9]+' refreshes, '[0-9]+' token'.*' revoked' ]]
	nothing_left
}

@test "the container may do little, shows no secret, and is found by the runner's label" {
	run_job < <(job '
		id=$(docker ps -q --no-trunc --filter label=cc-token.state)
		docker inspect $id | tee inspect.json | jq ".[0]" >one.json
		for secret in "$SECRET" "$CC_ACCESS_TOKEN" "$(printf %s "$ID:$SECRET" | base64 -w 0)"; do
			if grep -qFe "$secret" inspect.json; then echo "a secret in docker inspect"; exit 1; fi
		done
		jq -e ".HostConfig | .AutoRemove and .ReadonlyRootfs and .CapDrop == [\"ALL\"]
			and (.SecurityOpt | index(\"no-new-privileges\")) and .Memory > 0 and .PidsLimit > 0
			and .Privileged == false and .RestartPolicy.Name != \"always\" and .LogConfig.Type == \"none\"" one.json
		jq -e --arg user "$(id -u):$(id -g)" ".Config.User == \$user" one.json
		jq -e "[.Mounts[].Destination] | index(\"/var/run/docker.sock\") | not" one.json
		jq -e "[.Mounts[] | select(.RW) | .Destination] == [\"/github/runner_temp/cc-token\"]" one.json
		[[ $(docker ps -q --no-trunc --filter "label=$LABEL") == *"$id"* ]]
		[[ -z $(docker logs $id 2>&1 | grep -Fe "$SECRET") ]]
		rm inspect.json one.json' \
		'.steps[1].env = {SECRET: "${{ secrets.SECRET }}", ID: "${{ secrets.ID }}"}
		 | .env = {LABEL: ""} | .runner = {uid: 1234}' | sed "s/\"LABEL\": \"\"/\"LABEL\": \"cc-token.state\"/")
	same 0 "$JOB_STATUS"
	nothing_left
}

@test "in a job with a container, on the job's network, the program is on PATH there too" {
	run_job < <(job '
		cc-token status | grep -q "refresher    container"
		first=$(cc-token get)
		until [ "$(cat "$CC_TOKEN_FILE")" != "$first" ]; do sleep 0.1; done' \
		'.container = {image: "cc-token-refresh-job:test"} | .steps[1].shell = "sh"')
	same 0 "$JOB_STATUS"
	same container "$(step_output token refresher)"
	nothing_left
}

@test "on a runner before 2.329 the home directory is shared" {
	run_job < <(job 'cc-token status | grep -q "refresher    container"' '.runner = {temp_mounted: false}')
	same 0 "$JOB_STATUS"
	nothing_left
}

@test "two tokens in one job have a refresher each" {
	run_job < <(job '
		[[ $(docker ps -q --filter label=cc-token.state=one --filter label=cc-token.state) ]]
		[[ $(docker ps -q --filter label=cc-token.state=two) ]]
		[[ $(cc-token get --name one) != "$(cc-token get --name two)" ]]' \
		'.steps[0].with.name = "one" | .steps[2] = .steps[1]
		 | .steps[1] = (.steps[0] | .id = "other" | .with.name = "two")')
	same 0 "$JOB_STATUS"
	same 'container container' "$(step_output token refresher) $(step_output other refresher)"
	nothing_left
}

@test "a failing job leaves nothing" {
	run_job < <(job 'exit 7')
	same 1 "$JOB_STATUS"
	nothing_left
}

@test "a cancelled job leaves nothing, whenever the cancellation comes" {
	for moment in '{step: "use", on: "output", match: "^waiting"}' '{step: "token", on: "running"}'; do
		emu_ns lifetime=4 genesys
		run_job < <(job 'echo waiting; exec sleep 60' ".cancel = $moment")
		same 3 "$JOB_STATUS"
		nothing_left
	done
}

@test "a job cancelled while the refresher starts leaves no container" {
	engine POST /start hang
	run_job < <(job 'echo never' ".runner = {docker_sock: \"$SOCKET\"}
		| .steps[0].with[\"log-level\"] = \"debug\"
		| .cancel = {step: \"token\", on: \"output\", match: \"containers/create.*201\"}")
	same 3 "$JOB_STATUS"
	nothing_left
	run ! grep -q 'left behind' <(masked_log)
	# Nothing to mend: the engine answers.
	grep -q ': interrupted by signal 2$' <(masked_log)
}

@test "without a socket the step succeeds, warns once, and says what to do instead" {
	run_job < <(job 'cc-token get >/dev/null; cc-token status | grep -q "refresher    none"' \
		'.runner = {docker_sock: false}')
	same 0 "$JOB_STATUS"
	same none "$(step_output token refresher)"
	same 1 "$(annotations | wc -l)"
	[[ $(annotations) == 'warning: no refresher, since no container can be started here ('*'cc-token get'*'background: true'* ]]
	nothing_left
}

@test "where docker has made a directory of the socket it is the same" {
	mkdir "$BATS_TEST_TMPDIR/directory"
	run_job < <(job 'true' ".runner = {docker_sock: \"$BATS_TEST_TMPDIR/directory\"}")
	same 0 "$JOB_STATUS"
	same none "$(step_output token refresher)"
	[[ $(annotations) == 'warning: '*'is no socket'* ]]
	nothing_left
}

@test "a socket that is of no working engine fails the step loudly, within seconds" {
	for how in refuse hang garbage html silent; do
		emu_ns - genesys
		engine "$how"
		SECONDS=0
		run_job < <(job 'echo never' ".runner = {docker_sock: \"$SOCKET\"}")
		((SECONDS < 20)) || note "$how took $SECONDS s"
		same 1 "$JOB_STATUS"
		[[ $(annotations) == 'error: the refresher could not be started: the Docker engine at /var/run/docker.sock: '* ]] ||
			note "$how: $(annotations)"
		same 5 "$(step_get token exit_code)"
		nothing_left
		kill "$ENGINE_PID"
		rm "$SOCKET" "$BATS_TEST_TMPDIR/keep" "$BATS_TEST_TMPDIR/engine"
	done
}

@test "an engine that refuses any of the calls fails the step with its words, and nothing is left" {
	while read -r method pattern status words; do
		emu_ns - genesys
		engine "$method" "$pattern" "$status"
		run_job < <(job 'echo never' ".runner = {docker_sock: \"$SOCKET\"}")
		same 1 "$JOB_STATUS"
		[[ $(annotations) == "error: the refresher could not be started: "*"$words"* ]] ||
			note "$pattern: $(annotations)"
		nothing_left
		kill "$ENGINE_PID"
		rm "$SOCKET" "$BATS_TEST_TMPDIR/keep" "$BATS_TEST_TMPDIR/engine"
	done <<-'CALLS'
		GET /version 403 HTTP 403: no luck today
		HEAD /archive 404 does not know this container
		GET /containers/.*/json$ 500 HTTP 500: no luck today
		POST /containers/create 403 HTTP 403: no luck today: let the engine
		POST /containers/create 409 HTTP 409: no luck today: remove the container that is in the way
		POST /attach 500 it did not attach: HTTP 500
		POST /attach 0 it did not attach
		POST /start 500 HTTP 500: no luck today: see the engine's own log
	CALLS
}

@test "a refresher that ends before it is ready fails the step with its last words" {
	engine replace '"--from-stdin"' '"--from-elsew"'
	run_job < <(job 'echo never' ".runner = {docker_sock: \"$SOCKET\"}")
	same 1 "$JOB_STATUS"
	[[ $(annotations) == 'error: the refresher could not be started: cc-token: '*'unknown option'* ]] ||
		note "$(annotations)"
	nothing_left
}

@test "a state directory that no other container can share is said so" {
	run_job < <(job 'echo never' '.steps[0].with["state-dir"] = "/opt/state"')
	same 1 "$JOB_STATUS"
	[[ $(annotations) == 'error: the refresher could not be started: /opt/state is on no volume of this container: choose'* ]] ||
		note "$(annotations)"
}

@test "the refresher's container is killed in the middle: get goes on, post leaves nothing" {
	run_job < <(job '
		docker kill $(docker ps -q --filter label=cc-token.state) >/dev/null
		cc-token status | grep -q "refresher    none"
		cc-token get --min-ttl 1 >/dev/null || [[ $? == 2 ]]')
	same 0 "$JOB_STATUS"
	nothing_left
}

@test "a container that does not obey is removed by force" {
	run_job < <(job 'docker pause $(docker ps -q --filter label=cc-token.state) >/dev/null')
	same 0 "$JOB_STATUS"
	nothing_left
}

@test "a container that the engine does not remove is told by the engine's words" {
	local left
	engine DELETE /containers/ 409
	run_job < <(job 'docker pause $(docker ps -q --filter label=cc-token.state) >/dev/null' \
		".runner = {docker_sock: \"$SOCKET\", keep_leftover: true}")
	left=$(docker ps -q --filter label=cc-token.state --filter "label=$(job_label)")
	docker rm -f "$left" >/dev/null
	same 0 "$JOB_STATUS"
	[[ $(step_get post:token annotations) == *"${left:0:12}"*'HTTP 409: no luck today'* ]] ||
		note "$(step_get post:token annotations)"
	same 0 "$(emu_valid_tokens)"
}

@test "the runner is lost and post never runs: it ends at max-lifetime, or when the temp directory is emptied" {
	label=cc-token.state=lost$BATS_TEST_NUMBER
	running() { [[ $(docker ps -q --filter "label=$label") ]]; }
	ended() { [[ -z $(docker ps -aq --filter "label=$label") ]]; }
	lost=".steps[0].with.name = \"lost$BATS_TEST_NUMBER\" | .runner = {keep_leftover: true}
		| .crash = {step: \"use\", on: \"output\", match: \"^waiting\"}"
	load ../lib/refresher
	run_job < <(job 'echo waiting; exec sleep 60' "$lost | .steps[0].with[\"max-lifetime\"] = \"6\"")
	same 4 "$JOB_STATUS"
	running
	await ended
	emu_ns - genesys
	run_job < <(job 'echo waiting; exec sleep 60' "$lost")
	same 4 "$JOB_STATUS"
	running
	same 1 "$(emu_valid_tokens)"
	rm -rf "$JOB_ROOT/_work/_temp"
	await ended
	same 0 "$(emu_valid_tokens)"
}
