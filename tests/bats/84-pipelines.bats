#!/usr/bin/env bats
# bats file_tags=docker,peers
# The project's own workflows and pipeline: by linters, and by act and gitlab-ci-local as far as these can.

bats_require_minimum_version 1.5.0
load ../lib/emulator
load ../lib/act

setup_file() {
	emulator_start
	act_setup
	PATH=$("$ACT_ROOT/scripts/peers" --bin):$PATH
	export PATH
}

teardown_file() { emulator_stop; }

setup() {
	emu_ns
	cd "$ACT_PROJECT" || return
}

@test "pipelines: actionlint finds nothing in the workflows" {
	run -0 actionlint -shellcheck= .github/workflows/*.yml tests/act/*.yml
	sed 's/runs-on: /runs-off: /' .github/workflows/use.yml >.github/workflows/broken.yml
	run -1 actionlint -shellcheck= .github/workflows/broken.yml
	rm .github/workflows/broken.yml
}

@test "pipelines: shellcheck finds nothing in the workflows' scripts" {
	run -0 actionlint -shellcheck=shellcheck .github/workflows/*.yml tests/act/*.yml
}

@test "pipelines: zizmor finds nothing in the workflows and the actions" {
	audit() { zizmor --offline --no-progress --config .github/zizmor.yml "$@"; }
	run -0 audit .github/workflows tests/act/*.yml action.yml k8s/action.yml
	sed '/^permissions:/d; s/actions\/checkout@[0-9a-f]*/actions\/checkout@v5/' \
		.github/workflows/use.yml >"$BATS_TEST_TMPDIR/broken.yml"
	run ! audit "$BATS_TEST_TMPDIR/broken.yml"
}

@test "pipelines: act runs the matrix that uses the action" {
	act_secret UNUSED not-used-by-this-workflow
	run -0 act_run .github/workflows/use.yml --matrix runner:ubuntu-24.04 --concurrent-jobs 3
	[[ $(grep -c 'Job succeeded' <<<"$output") == 6 ]]
	act_leaves_nothing
}

@test "pipelines: gitlab-ci-local builds, and uses the template" {
	# Without an image it runs a job in this machine's own shell.
	sed -i '/^  image: /d' .gitlab-ci.yml
	run -0 gitlab-ci-local build use
	[[ $output != *::add-mask::* ]]
	[[ -z $(compgen -G '.cc-token-*') ]]
}
