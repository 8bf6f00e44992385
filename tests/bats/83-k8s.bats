#!/usr/bin/env bats
# bats file_tags=docker
# Kubernetes runners: the image's target k8s, started the way the container hooks do, and a job
# container whose steps call the program (docs/runners.md).

bats_require_minimum_version 1.5.0
load ../lib/emulator

ROOT=$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)
IMAGE=cc-token-k8s:test

setup_file() {
	emulator_start
	"$ROOT/scripts/base-image" >&2
	docker build -q --target k8s -t "$IMAGE" "$ROOT" >&2
}

teardown_file() { emulator_stop; }

setup() {
	emu_ns
	work=$BATS_TEST_TMPDIR/work
	mkdir -p "$work"/_temp/{_github_home,_github_workflow,_runner_file_commands} "$work/project/project"
	echo '{}' >"$work/_temp/_github_workflow/event.json"
	for name in set_output set_env add_path save_state step_summary; do
		: >"$work/_temp/_runner_file_commands/${name}_1"
	done
	cp "$EMU_CA_FILE" "$work/project/project/ca.pem"
	containers=()
}

teardown() {
	if ((${#containers[@]})); then docker rm -fv "${containers[@]}" >/dev/null; fi
}

# variables WORKSPACE TEMP COMMANDS: a step's variables as JSON, with the directories as it sees them.
variables() {
	jq -n --arg id "$EMU_GENESYS_HOSTILE_ID" --arg secret "$EMU_GENESYS_HOSTILE_SECRET" \
		--arg token "$EMU_TOKEN_URL" --arg api "$EMU_API_URL" --arg workspace "$1" --arg temp "$2" \
		--arg commands "$3" '{
			"GITHUB_ACTIONS": "true", "CI": "true", "RUNNER_WORKSPACE": "/runner/_work/project",
			"GITHUB_WORKSPACE": $workspace, "RUNNER_TEMP": $temp,
			"GITHUB_OUTPUT": ($commands + "/set_output_1"), "GITHUB_ENV": ($commands + "/set_env_1"),
			"GITHUB_PATH": ($commands + "/add_path_1"), "GITHUB_STATE": ($commands + "/save_state_1"),
			"GITHUB_STEP_SUMMARY": ($commands + "/step_summary_1"),
			"INPUT_PROVIDER": "genesys", "INPUT_CLIENT-ID": $id, "INPUT_CLIENT-SECRET": $secret,
			"INPUT_TOKEN-URL": $token, "INPUT_API-URL": $api, "INPUT_CA-FILE": ($workspace + "/ca.pem")
		}'
}

# start IMAGE [OPTION…]: a pod of one container, with volumes of its own; sets pod.
start() {
	pod=$(docker run -d --network host -v /__e -v /__w -v /github -w /__w --entrypoint tail \
		"${@:2}" "$1" -f /dev/null)
	containers+=("$pod")
}

# copy_in: execCpToPod() of packages/k8s/src/k8s/index.ts, and its comparison of the two sides.
copy_in() {
	local list="find . -type f -not -path '*/_runner_hook_responses*' -exec stat -c '%s %n' {} \\;"
	tar -C "$work" -c . | docker exec -i "$pod" sh -c "tar xf - --no-same-owner -C '/__w' 2>/dev/null; \
		find '/__w' -type f -exec chmod u+rw {} \\; 2>/dev/null; find '/__w' -type d -exec chmod u+rwx {} \\; 2>/dev/null"
	[[ $(docker exec "$pod" sh -c "cd '/__w' && $list" | sort) == "$(cd "$work" && sh -c "$list" | sort)" ]]
}

# container_step ENTRYPOINT: run_container_step in a new pod.
container_step() {
	start "$IMAGE"
	variables /github/workspace /github/runner_temp /github/file_commands |
		python3 "$ROOT/tests/k8s/step_script.py" "$1" >"$work/_temp/step.sh"
	copy_in
	rm "$work/_temp/step.sh"
	run -0 docker exec "$pod" sh -e /__w/_temp/step.sh
}

# shared_volume: what hooks before 0.8 do by a volume, and 0.8 does not: the step's files come back.
shared_volume() {
	rm -r "$work/_temp/_github_home" "$work/_temp/_runner_file_commands"
	docker cp "$pod:/github/home" "$work/_temp/_github_home"
	docker cp "$pod:/github/file_commands" "$work/_temp/_runner_file_commands"
}

# The value of a name in a file of NAME=VALUE lines.
value() { sed -n "s/^$1=//p" "$2"; }

@test "k8s: the hooks can start the image, and the action hands over and revokes" {
	container_step /cc-token-action
	[[ $output == *::add-mask::* ]]
	[[ $(journal_count --kind token) == 1 ]]
	shared_volume
	[[ $(value refresher "$work/_temp/_runner_file_commands/set_output_1") == none ]]
	[[ $(value CC_ACCESS_TOKEN "$work/_temp/_runner_file_commands/set_env_1") == \
		"$(value access-token "$work/_temp/_runner_file_commands/set_output_1")" ]]
	# The runner takes the entries of PATH as they are: for jobs on the machine, and in a container.
	[[ $(<"$work/_temp/_runner_file_commands/add_path_1") == \
		$'/__w/_temp/_github_home/cc-token/.bin\n/runner/_work/_temp/_github_home/cc-token/.bin' ]]
	[[ -x $work/_temp/_github_home/cc-token/.bin/cc-token ]]
	[[ $(emu_valid_tokens) == 1 ]]
	container_step /cc-token-post
	[[ $(emu_valid_tokens) == 0 ]]
}

@test "k8s: a post step without the state of the main step is a quiet success" {
	container_step /cc-token-post
	[[ $output != *error* ]]
}

@test "k8s: the program in a job's container serves its run steps" {
	containers+=("$(docker create "$IMAGE")")
	docker cp "${containers[0]}:/cc-token" "$BATS_TEST_TMPDIR/cc-token"
	start debian:trixie-slim -v "$BATS_TEST_TMPDIR/cc-token:/usr/local/bin/cc-token:ro"
	copy_in
	variables /__w/project/project /__w/_temp /__w/_temp/_runner_file_commands |
		jq -r 'to_entries[] | "\(.key)=\(.value)"' >"$BATS_TEST_TMPDIR/env"
	in_step() { docker exec --env-file "$BATS_TEST_TMPDIR/env" "$pod" "$@"; }
	run -0 in_step cc-token action
	run -0 --separate-stderr in_step cc-token get
	[[ $output == "$(in_step sed -n 's/^access-token=//p' /__w/_temp/_runner_file_commands/set_output_1)" ]]
	run -0 in_step cc-token post
	[[ $(emu_valid_tokens) == 0 ]]
}

@test "k8s: k8s/action.yml has the inputs and outputs of action.yml" {
	between() { sed -n '/^inputs:/,/^runs:/p' "$1"; }
	[[ -n $(between "$ROOT/action.yml") ]]
	diff -u <(between "$ROOT/action.yml") <(between "$ROOT/k8s/action.yml")
	diff -u <(grep entrypoint: "$ROOT/action.yml") <(grep entrypoint: "$ROOT/k8s/action.yml")
}
