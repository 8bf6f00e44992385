# shellcheck shell=bash
# Runs workflows by a real act, against the emulator, and looks at what is left of them.
#
#   setup_file()    { emulator_start; act_setup; }
#   teardown_file() { emulator_stop; }
#   @test "…"       { emu_ns; act_secret CLIENT_SECRET "$EMU_GENESYS_SECRET"; run act_run tests/act/handover.yml; … }

ACT_ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
ACT_JOB_IMAGE=cc-token-act-job

# act_setup: installs act, makes the job's image, and a repository that holds this checkout.
act_setup() {
	"$ACT_ROOT/scripts/peers" >&2
	"$ACT_ROOT/scripts/base-image" >&2
	docker build -q -t "$ACT_JOB_IMAGE" "$ACT_ROOT/tests/act/image" >&2
	export ACT_PROJECT=$BATS_FILE_TMPDIR/project
	mkdir "$ACT_PROJECT"
	git -C "$ACT_ROOT" ls-files -z --cached --others --exclude-standard |
		rsync -a --from0 --files-from=- --ignore-missing-args "$ACT_ROOT/" "$ACT_PROJECT/"
	act_git init -q -b main
	act_git add -A
	act_git -c user.name=t -c user.email=t@example.invalid commit -qm test
	act_git remote add origin https://github.com/example/project.git
}

act_git() { git -C "$ACT_PROJECT" "$@"; }

# act_secret NAME VALUE: for every act_run of this test. The file is YAML, of which JSON strings are a part.
act_secret() {
	jq -nr --arg name "$1" --arg value "$2" '"\($name): \($value | tojson)"' \
		>>"$BATS_TEST_TMPDIR/secrets.yml"
}

# act_secret_line NAME VALUE: prints it as act's other kind of secrets file has it.
act_secret_line() {
	# shellcheck disable=SC2001 # one replacement for three characters
	printf '%s="%s"\n' "$1" "$(sed 's/["$\\]/\\&/g' <<<"$2")"
}

# act_command WORKFLOW [OPTION…]: sets the array ACT_COMMAND to what runs that file of the checkout.
act_command() {
	ACT_COMMAND=("$("$ACT_ROOT/scripts/peers" --bin)/act" push --rm --pull=false
		-C "$ACT_PROJECT" -W "$ACT_PROJECT/$1"
		-P "ubuntu-latest=$ACT_JOB_IMAGE" -P "ubuntu-24.04=$ACT_JOB_IMAGE"
		--secret-file "$BATS_TEST_TMPDIR/secrets.yml"
		--var "TOKEN_URL=$EMU_TOKEN_URL" --var "API_URL=$EMU_API_URL"
		--container-options "--volume $EMU_CA_FILE:/emulator/ca.pem:ro" --no-cache-server
		"${@:2}")
}

# act_run WORKFLOW [OPTION…]: its log goes to stdout and to act.log of this test.
act_run() {
	act_command "$@"
	"${ACT_COMMAND[@]}" </dev/null 2>&1 | tee "$BATS_TEST_TMPDIR/act.log"
	return "${PIPESTATUS[0]}"
}

# act_leaves_nothing: no container is left on the volume that act gives a job, and no good token.
act_leaves_nothing() {
	local left
	left=$(docker ps -a --filter volume=/var/run/act --format '{{.Names}} {{.Status}}')
	[[ -z $left ]] || { printf 'left: %s\n' "$left" >&2; return 1; }
	[[ $(emu_valid_tokens) == 0 ]]
}

# act_hides VALUE…: neither these values nor a token stand in the log: see leaks.py.
act_hides() {
	journal_json | python3 "$ACT_ROOT/tests/lib/leaks.py" "$BATS_TEST_TMPDIR/act.log" "$@"
}
