#!/usr/bin/env bats
# bats file_tags=docker,peers
# The workflows of tests/act, run by a real act with a real engine.

bats_require_minimum_version 1.5.0
load ../lib/emulator
load ../lib/act

setup_file() {
	emulator_start
	act_setup
}

teardown_file() { emulator_stop; }

setup() {
	emu_ns
	act_secret CLIENT_ID "$EMU_GENESYS_ID"
	secret=$EMU_GENESYS_SECRET
}

# The ways by which requests of the API came, in their order.
ways() { journal --kind api --field query; }

@test "act: outputs, environment, files and CLI reach later steps" {
	act_secret CLIENT_SECRET "$secret"
	run -0 act_run tests/act/handover.yml
	[[ $(ways) == $'by=output\nby=environment\nby=file\nby=exec' ]]
	[[ $(journal_count --kind token) == 1 ]]
	[[ $output == *'careless: ***'* ]]
	act_hides "$secret"
	act_leaves_nothing
}

@test "act: a secret with special characters works, and stays hidden" {
	rm "$BATS_TEST_TMPDIR/secrets.yml"
	act_secret CLIENT_ID "$EMU_GENESYS_HOSTILE_ID"
	act_secret CLIENT_SECRET "$EMU_GENESYS_HOSTILE_SECRET"
	run -0 act_run tests/act/handover.yml
	act_hides "$EMU_GENESYS_HOSTILE_SECRET"
	act_leaves_nothing
}

@test "act: the same from the other kind of secrets file" {
	{
		act_secret_line CLIENT_ID "$EMU_GENESYS_HOSTILE_ID"
		act_secret_line CLIENT_SECRET "$EMU_GENESYS_HOSTILE_SECRET"
	} >"$BATS_TEST_TMPDIR/secrets"
	run -0 act_run tests/act/container.yml --secret-file "$BATS_TEST_TMPDIR/secrets"
	act_hides "$EMU_GENESYS_HOSTILE_SECRET"
	act_leaves_nothing
}

@test "act: a job in a container uses the token and the CLI" {
	act_secret CLIENT_SECRET "$secret"
	run -0 act_run tests/act/container.yml
	act_hides "$secret"
	act_leaves_nothing
}

@test "act: two providers in one job, each with its own token, both revoked" {
	act_secret CLIENT_SECRET "$secret"
	act_secret OTHER_ID "$EMU_OAUTH2_ID"
	act_secret OTHER_SECRET "$EMU_OAUTH2_SECRET"
	run -0 act_run tests/act/two.yml --var "OTHER_URL=${EMU_API_URL%/genesys}/oauth2"
	[[ $(journal_count --kind token) == 2 ]]
	[[ $(journal_count --kind revoke) == 2 ]]
	act_hides "$secret" "$EMU_OAUTH2_SECRET"
	act_leaves_nothing
}

@test "act: a refused secret fails the step with an annotation" {
	act_secret CLIENT_SECRET "not-$secret"
	run -1 act_run tests/act/refused.yml
	[[ $output == *'::error title='*'401'* ]]
	[[ $output != *reached* ]]
	act_hides "not-$secret"
	act_leaves_nothing
}

@test "act: refresh: true keeps the token fresh over several lifetimes" {
	emu_faults lifetime=5
	act_secret CLIENT_SECRET "$secret"
	run -0 act_run tests/act/refresh.yml
	[[ $(journal_count --kind api --status 401) == 0 ]]
	[[ $output == *'careless: ***'* ]]
	act_hides "$secret"
	act_leaves_nothing
}

@test "act: a refresher whose state and CA file stand on one volume" {
	act_secret CLIENT_SECRET "$secret"
	run -0 act_run tests/act/workspace.yml
	act_hides "$secret"
	act_leaves_nothing
}

@test "act: cancelled in the middle, nothing is left and the tokens are refused" {
	emu_faults lifetime=5
	act_secret CLIENT_SECRET "$secret"
	act_command tests/act/cancel.yml
	# A shell without job control lets its background jobs ignore INT: give it back.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "${ACT_COMMAND[@]}" </dev/null >"$BATS_TEST_TMPDIR/act.log" 2>&1 3>&- &
	local act=$!
	journal_wait 1 --kind api --timeout 120
	kill -INT "$act"
	status=0
	wait "$act" || status=$?
	[[ $status != 0 ]]
	act_hides "$secret"
	act_leaves_nothing
}
