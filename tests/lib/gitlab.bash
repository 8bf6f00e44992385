# shellcheck shell=bash
# Runs GitLab pipelines that include templates/cc-token.yml, against the emulator: by gitlab-runner's
# executors (tests/gitlab/runner) and by gitlab-ci-local.
#
#   setup_file() { emulator_start; gitlab_setup; }
#   @test "…"    { emu_ns; gitlab_variable CC_CLIENT_ID "$EMU_GENESYS_ID"; …
#                  run gitlab_run docker service fetch; … }

GITLAB_ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
GITLAB_IMAGE=${CC_IMAGE:-cc-token:test}
GITLAB_HELPER_IMAGE=cc-token-gitlab-helper
GITLAB_JOB_IMAGE=cc-token-act-job

# gitlab_setup: installs the runners, makes the images, and a project with the templates in it.
gitlab_setup() {
	"$GITLAB_ROOT/scripts/peers" >&2
	"$GITLAB_ROOT/scripts/base-image" >&2
	PATH=$("$GITLAB_ROOT/scripts/peers" --bin):$PATH
	export PATH
	docker build -q -t "$GITLAB_JOB_IMAGE" "$GITLAB_ROOT/tests/act/image" >&2
	docker build -q -t "$GITLAB_HELPER_IMAGE" "$GITLAB_ROOT/tests/gitlab/helper" >&2
	docker image inspect "$GITLAB_IMAGE" >/dev/null 2>&1 || docker build -q -t "$GITLAB_IMAGE" "$GITLAB_ROOT" >&2
	export GITLAB_BINARY=$BATS_FILE_TMPDIR/cc-token
	gitlab_binary >"$GITLAB_BINARY"
	chmod 755 "$GITLAB_BINARY"
	# A service's user may be another than root.
	export GITLAB_CA_FILE=$BATS_FILE_TMPDIR/ca.pem
	install -m 644 "$EMU_CA_FILE" "$GITLAB_CA_FILE"
	export GITLAB_PROJECT=$BATS_FILE_TMPDIR/project
	mkdir "$GITLAB_PROJECT"
	cp -r "$GITLAB_ROOT/templates" "$GITLAB_PROJECT/"
	gitlab_git init -q -b main
	gitlab_git add -A
	gitlab_git -c user.name=t -c user.email=t@example.invalid commit -qm test
	gitlab_git remote add origin https://gitlab.example/group/project.git
}

gitlab_git() { git -C "$GITLAB_PROJECT" "$@"; }

# The static binary, out of the image.
gitlab_binary() {
	local container
	container=$(docker create "$GITLAB_IMAGE")
	docker cp "$container:/cc-token" - | tar -xO
	docker rm "$container" >&2
}

# gitlab_variable NAME VALUE: a CI/CD variable of the project's settings, for this test.
gitlab_variable() {
	local file=$BATS_TEST_TMPDIR/variables.json
	[[ -e $file ]] || echo '{}' >"$file"
	jq --arg name "$1" --arg value "$2" '.[$name] = $value' "$file" >"$file.new"
	mv "$file.new" "$file"
}

# gitlab_pipeline PIPELINE [CA]: writes tests/gitlab/<pipeline>.yml into the project, with this
# test's URLs; CA is where its jobs find the emulator's certificate.
gitlab_pipeline() {
	sed -e "s|@TOKEN_URL@|$EMU_TOKEN_URL|; s|@API_URL@|$EMU_API_URL|; s|@CA_FILE@|${2-$EMU_CA_FILE}|" \
		-e "s|@IMAGE@|$GITLAB_IMAGE|; s|@BINARY_URL@|file://${GITLAB_URL-$GITLAB_BINARY}|" \
		-e "s|@SHA256@|${GITLAB_SHA256-$(sha256sum <"$GITLAB_BINARY" | cut -c 1-64)}|" \
		"$GITLAB_ROOT/tests/gitlab/$1.yml" >"$GITLAB_PROJECT/.gitlab-ci.yml"
}

# gitlab_command EXECUTOR JOB [OPTION…]: sets the array GITLAB_COMMAND to what runs that job of the
# pipeline: by gitlab-runner's executor docker or shell, or by gitlab-ci-local (local).
gitlab_command() {
	local file=$BATS_TEST_TMPDIR/variables
	if [[ $1 == local ]]; then
		# In its file a dollar sign is written twice.
		jq 'map_values(gsub("\\$"; "$$"))' "$file.json" >"$file.yml"
		GITLAB_COMMAND=(env -C "$GITLAB_PROJECT" gitlab-ci-local --variables-file "$file.yml"
			--helper-image "$GITLAB_HELPER_IMAGE" --pull-policy if-not-present
			--volume "$GITLAB_CA_FILE:/emulator/ca.pem:ro" "${@:3}" "$2")
		return
	fi
	# The preview leaves out the user of a service.
	env -C "$GITLAB_PROJECT" gitlab-ci-local --preview |
		sed "s/^\( *\)alias: cc-token$/&\n\1docker: {user: '${GITLAB_SERVICE_USER-0}'}/" \
			>"$BATS_TEST_TMPDIR/pipeline.yml"
	GITLAB_COMMAND=(gitlab-job --pipeline "$BATS_TEST_TMPDIR/pipeline.yml" --job "$2"
		--variables "$file.json" --executor "$1" --helper "$GITLAB_HELPER_IMAGE"
		--builds "$(if [[ $1 == shell ]]; then echo "$BATS_TEST_TMPDIR/builds"; fi)"
		--volume "$GITLAB_CA_FILE:/emulator/ca.pem:ro" --volume "$GITLAB_BINARY:/emulator/cc-token:ro")
}

# gitlab_run EXECUTOR JOB [OPTION…]: its log goes to stdout and to gitlab.log of this test.
gitlab_run() {
	gitlab_command "$@" || return
	"${GITLAB_COMMAND[@]}" </dev/null 2>&1 | tee "$BATS_TEST_TMPDIR/gitlab.log"
	return "${PIPESTATUS[0]}"
}

# gitlab_cancel EXECUTOR JOB [SIGNAL]: runs it in the background until its first request of the API,
# then sends the signal (INT) to the runner and waits for its end.
gitlab_cancel() {
	gitlab_command "$1" "$2" || return
	# A shell without job control lets its background jobs ignore INT: give it back.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' "${GITLAB_COMMAND[@]}" </dev/null >"$BATS_TEST_TMPDIR/gitlab.log" 2>&1 3>&- &
	local runner=$!
	journal_wait 1 --kind api --timeout 60
	kill -s "${3-INT}" "$runner"
	if wait "$runner"; then return 1; fi
}

# gitlab_leaves_nothing: no container or volume of the runner is left, no directory of a token, and
# no good token; and no log had a command of GitHub's in it.
gitlab_leaves_nothing() {
	local left
	left=$(docker ps -a --filter name='^runner-' --filter name='^gcl-' --format '{{.Names}} {{.Status}}'
		docker volume ls --filter name='^runner-' --filter name='^gcl-' --format '{{.Name}}'
		find "$GITLAB_PROJECT" "$BATS_TEST_TMPDIR" -name '.cc-token-*')
	[[ -z $left ]] || { printf 'left: %s\n' "$left" >&2; return 1; }
	[[ $(emu_valid_tokens) == 0 ]]
	[[ $(grep -c '^::\|[^:]::add-mask::[^x]' "$BATS_TEST_TMPDIR/gitlab.log") == 0 ]]
}

# gitlab_hides VALUE…: see tests/lib/leaks.py.
gitlab_hides() { journal_json | python3 "$GITLAB_ROOT/tests/lib/leaks.py" "$BATS_TEST_TMPDIR/gitlab.log" "$@"; }
