#!/usr/bin/env bats
# bats file_tags=docker,peers
# templates/cc-token.yml in pipelines, by gitlab-runner's executors and by gitlab-ci-local.

# shellcheck disable=SC2030,SC2031 # each test is a subshell
bats_require_minimum_version 1.5.0
load ../lib/emulator
load ../lib/gitlab

EMPTY_SHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

setup_file() {
	emulator_start
	gitlab_setup
}

teardown_file() { emulator_stop; }

setup() {
	emu_ns
	secret=$EMU_GENESYS_HOSTILE_SECRET
	gitlab_variable CC_CLIENT_ID "$EMU_GENESYS_HOSTILE_ID"
	gitlab_variable CC_CLIENT_SECRET "$secret"
}

is_clean() {
	gitlab_hides "$secret"
	gitlab_leaves_nothing
}

@test "gitlab, service: a job in any image uses the token and the CLI" {
	gitlab_pipeline service
	run -0 gitlab_run docker fetch
	[[ $(journal --kind api --field query) == $'by=environment\nby=file' ]]
	[[ $(journal_count --kind token) == 1 ]]
	is_clean
}

@test "gitlab, service: a job's own scripts keep those of the template, traced" {
	gitlab_pipeline service
	run -0 gitlab_run docker own-scripts
	[[ $output == *'mine before'*'mine after success'* ]]
	is_clean
}

@test "gitlab, service: a job has another service beside it" {
	gitlab_pipeline service
	run -0 gitlab_run docker other-service
	is_clean
}

@test "gitlab, service: a job whose image has another user than root" {
	local user
	for user in 0 1000; do
		gitlab_pipeline user
		sed -i "s/user: '1000'$/user: '$user'/" "$GITLAB_PROJECT/.gitlab-ci.yml"
		GITLAB_SERVICE_USER=$user run -0 gitlab_run docker fetch
		is_clean
	done
	[[ $(journal_count --kind token) == 2 && $(journal_count --kind revoke) == 2 ]]
}

@test "gitlab, service: one with another user than root, for a job of root" {
	gitlab_pipeline service
	sed -i "s/wait: 20/&\n      user: '1000'/" "$GITLAB_PROJECT/.gitlab-ci.yml"
	GITLAB_SERVICE_USER=1000 run -0 gitlab_run docker fetch
	[[ $(journal_count --kind token) == 1 ]]
	is_clean
}

@test "gitlab, service: a user that can't give the state to the job's says at once what to set" {
	gitlab_pipeline user
	sed -i "s/user: '1000'$/user: '1234'/" "$GITLAB_PROJECT/.gitlab-ci.yml"
	GITLAB_SERVICE_USER=1234 run -1 gitlab_run docker fetch
	[[ $output == *' 01E cc-token: the service runs as user 1234 and this image as user 1000: set the input user to 1000'* ]]
	[[ $(journal_count) == 0 ]]
	is_clean
}

# at_once PATTERN: the job fails by that message, without having waited for its time to be over.
at_once() {
	run -1 gitlab_run docker fetch
	# shellcheck disable=SC2053 # a pattern
	[[ $output == *' 01E cc-token: '$1* && $output != *'no token after'* ]] || { echo "$output" >&2; return 1; }
	is_clean
}

@test "gitlab, service: an empty secret is told at once" {
	gitlab_variable CC_CLIENT_SECRET ''
	gitlab_pipeline service
	at_once 'the input client-secret is empty: does the CI/CD variable exist*protected, on an unprotected branch'
	gitlab_variable CC_CLIENT_ID ''
	at_once 'the input client-secret is empty: does the CI/CD variable exist'
	[[ $(journal_count) == 0 ]]
}

@test "gitlab, service: settings that can't work are told at once" {
	gitlab_pipeline service
	sed -i "s/^variables:/&\n  CC_TIMEOUT: soon/" "$GITLAB_PROJECT/.gitlab-ci.yml"
	at_once 'timeout (from CC_TIMEOUT) must be seconds'
	gitlab_pipeline service /emulator/ca.pem
	sed -i 's,ca-file: .*,ca-file: /no/such.pem,' "$GITLAB_PROJECT/.gitlab-ci.yml"
	at_once '*no/such.pem'
	[[ $(journal_count) == 0 ]]
}

@test "gitlab, service: the token is kept fresh over several lifetimes" {
	emu_faults lifetime=5
	gitlab_pipeline service
	run -0 gitlab_run docker refresh
	[[ $(journal_count --kind api --status 401) == 0 ]]
	is_clean
}

@test "gitlab, service: a refused secret ends the wait, and the job says what the provider said" {
	emu_faults token.401secret
	gitlab_pipeline service
	run -1 gitlab_run docker fetch
	[[ $output == *' 01E cc-token: no token is stored, and the last request failed: '*'401 invalid_client'*'check client-secret'* ]]
	[[ $output != *'no token after'* ]]
	# What CI_DEBUG_SERVICES shows of the service.
	[[ $output == *'[service:'*'authentication failed'* ]]
	[[ $(journal_count --kind token) == 1 ]]
	is_clean
}

@test "gitlab, service: a provider that does not answer ends the wait when the service gives up" {
	emu_faults token.500
	gitlab_pipeline service
	sed -i "s/^variables:/&\n  CC_RETRY_FOR: '1'/" "$GITLAB_PROJECT/.gitlab-ci.yml"
	run -1 gitlab_run docker fetch
	[[ $output == *' 01E cc-token: no token is stored, and the last request failed: '*'HTTP 500'* ]]
	[[ $output != *'no token after'* ]]
	is_clean
}

@test "gitlab, service: one that does not come fails the job with what to do" {
	gitlab_pipeline service
	# A job's own services replace the template's.
	sed -i "s/wait: 20/wait: 2/; 0,/^  stage: test/s//&\n  services: [{name: 'debian:trixie-slim', alias: other}]/" \
		"$GITLAB_PROJECT/.gitlab-ci.yml"
	run -1 gitlab_run docker fetch
	[[ $output == *'cc-token: no token after 2 seconds'*CI_DEBUG_SERVICES* ]]
	[[ $(journal_count) == 0 ]]
	is_clean
}

@test "gitlab, service: cancelled, nothing is left and the tokens are refused" {
	emu_faults lifetime=5
	gitlab_pipeline service
	gitlab_cancel docker endless
	is_clean
}

@test "gitlab, script: the shell executor" {
	gitlab_pipeline script
	run -0 gitlab_run shell fetch
	[[ $(journal_count --kind api) == 1 ]]
	is_clean
}

@test "gitlab, script: the docker executor" {
	export GITLAB_URL=/emulator/cc-token
	gitlab_pipeline script /emulator/ca.pem
	sed -i "1i default: {image: $GITLAB_JOB_IMAGE}" "$GITLAB_PROJECT/.gitlab-ci.yml"
	run -0 gitlab_run docker own-scripts
	[[ $output == *'mine before'*'mine after success'* ]]
	is_clean
}

@test "gitlab, script: a job ends, though its refresher still works" {
	emu_faults lifetime=5
	gitlab_pipeline script
	run -0 gitlab_run shell refresh
	[[ $(journal_count --kind api --status 401) == 0 ]]
	is_clean
}

@test "gitlab, script: a binary with another checksum is not run" {
	export GITLAB_SHA256=${EMPTY_SHA256}
	gitlab_pipeline script
	run -1 gitlab_run shell fetch
	[[ $output == *'has another SHA-256'* ]]
	[[ $(journal_count) == 0 ]]
	is_clean
}

@test "gitlab, script: an image that cannot fetch the binary says what to do" {
	gitlab_pipeline script /emulator/ca.pem
	run -1 gitlab_run docker bare
	[[ $output == *' 01E cc-token: nothing here can fetch file://'*'install curl or wget'*'on PATH'*'extend .cc-token'* ]]
	[[ $output != *wget:* && $output == *'exit code 2'* ]]
	[[ $(journal_count) == 0 ]]
	is_clean
}

@test "gitlab, script: without url the program on PATH is taken, and there must be one" {
	gitlab_pipeline script
	sed -i '/^ *\(url\|sha256\):/d' "$GITLAB_PROJECT/.gitlab-ci.yml"
	cat >>"$GITLAB_PROJECT/.gitlab-ci.yml" <<-E
		there:
		  extends: .cc-token-script
		  stage: test
		  before_script:
		    - PATH=${GITLAB_BINARY%/*}:\$PATH
		    - !reference [.cc-token-script, before_script]
		  script:
		    - test "\$(cc-token get)" = "\$CC_ACCESS_TOKEN"
		  after_script: # a new shell, which knows nothing of that PATH
		    - PATH=${GITLAB_BINARY%/*}:\$PATH
		    - !reference [.cc-token-script, after_script]
	E
	run -0 gitlab_run shell there
	is_clean
	run -1 gitlab_run shell fetch
	[[ $output == *' 01E cc-token: there is no cc-token on PATH: set the input url'* ]]
	is_clean
}

@test "gitlab, script: cancelled, nothing is left and the tokens are refused" {
	emu_faults lifetime=5
	gitlab_pipeline script
	gitlab_cancel shell endless
	is_clean
}

# directory_goes PATTERN: the directory of the token is gone soon.
directory_goes() {
	# shellcheck disable=SC2016 # the inner shell's own argument
	timeout 20 bash -c 'while compgen -G "$1" >/dev/null; do sleep 0.1; done' - "$1"
}

@test "gitlab, script: the runner is killed, and the tokens are refused all the same" {
	emu_faults lifetime=5
	gitlab_pipeline script
	gitlab_cancel shell endless KILL
	directory_goes "$BATS_TEST_TMPDIR/builds/.cc-token-*"
	kill "$(find "$BATS_TEST_TMPDIR/builds" -name pid -exec cat {} +)"
	is_clean
}

# two_tokens PIPELINE WAY: adds the snippet of docs/runners.md to the pipeline, for that way.
two_tokens() {
	gitlab_variable CRM_ID "$EMU_OAUTH2_ID"
	gitlab_variable CRM_SECRET "$EMU_OAUTH2_SECRET"
	gitlab_variable CRM_URL "$EMU_URL/ns/$EMU_NS/-/oauth2"
	gitlab_pipeline "$1"
	sed -n '/<!-- two-tokens:begin -->/,/<!-- two-tokens:end -->/p' "$GITLAB_ROOT/docs/runners.md" |
		sed "/^<!--/d; /^\`\`\`/d; s/\.cc-token\>/$2/" >>"$GITLAB_PROJECT/.gitlab-ci.yml"
}

# Both providers gave a token and were used, each by its own; nothing is left of either.
two_are_used() {
	[[ $(journal_count --kind token) == 2 && $(journal_count --kind revoke) == 2 ]]
	[[ $(journal_count --kind api --vendor genesys --status 200) == 1 ]]
	[[ $(journal_count --kind api --vendor oauth2 --status 200) == 1 ]]
	grep -q ' 01O the second is \*\*\*' "$BATS_TEST_TMPDIR/gitlab.log"
	gitlab_hides "$EMU_OAUTH2_SECRET"
	is_clean
}

@test "gitlab, service: two tokens in one job, as the documents say" {
	two_tokens service .cc-token
	run -0 gitlab_run docker sync
	two_are_used
}

@test "gitlab, script: two tokens in one job, as the documents say" {
	two_tokens script .cc-token-script
	run -0 gitlab_run shell sync
	two_are_used
}

@test "gitlab, script: a second token of a vendor with revocation needs no after_script" {
	two_tokens script .cc-token-script
	gitlab_variable CRM_ID "$EMU_GENESYS_ID"
	gitlab_variable CRM_SECRET "$EMU_GENESYS_SECRET"
	gitlab_variable CRM_URL "$EMU_API_URL"
	sed -i '/crm stop/d; s/CC_PROVIDER=oauth2/CC_PROVIDER=genesys/; s/CC_REVOKE_URL=[^ ]*//; s,CRM_URL/token,CRM_URL/oauth/token,
		s,crm refresh --detach,crm get >token,; s,/contacts,/api/v2/organizations/me,' "$GITLAB_PROJECT/.gitlab-ci.yml"
	run -0 gitlab_run shell sync
	[[ $(journal_count --kind token) == 2 && $(journal_count --kind revoke) == 2 ]]
	is_clean
}

@test "gitlab-ci-local: the script way, as a component" {
	gitlab_pipeline script
	run -0 gitlab_run local fetch
	[[ $(journal_count --kind api) == 1 ]]
	is_clean
}

@test "gitlab-ci-local: a job's own scripts keep those of the template, traced" {
	gitlab_pipeline script
	run -0 gitlab_run local own-scripts
	[[ $output == *'mine before'*'mine after success'* ]]
	is_clean
}

@test "gitlab-ci-local: cancelled, the tokens are refused and no refresher is left" {
	emu_faults lifetime=5
	gitlab_pipeline script
	gitlab_cancel local endless
	# What gitlab-ci-local leaves running of a cancelled job.
	kill "$(cat "$GITLAB_PROJECT/pid")"
	directory_goes "$GITLAB_PROJECT/.cc-token-*"
	is_clean
}

# Its containers are in networks of their own, so the emulator stands in one of them. What a service
# gets is expanded twice, so a dollar sign in the secret would be lost.
@test "gitlab-ci-local: the service way" {
	local emulator=cc-token-emulator-$$ url
	gitlab_variable CC_CLIENT_ID "$EMU_GENESYS_ID"
	gitlab_variable CC_CLIENT_SECRET "$EMU_GENESYS_SECRET"
	mkdir "$BATS_TEST_TMPDIR/emulator"
	docker network create "$emulator" >/dev/null
	docker run -d --name "$emulator" --network "$emulator" -v "$GITLAB_ROOT/tests/emulator:/code:ro" \
		-v "$BATS_TEST_TMPDIR/emulator:/data" "$GITLAB_JOB_IMAGE" \
		sh -c "python3 /code/emulator.py --dir /data --bind 0.0.0.0 --name $emulator & wait" >/dev/null
	timeout 20 bash -c "until docker logs $emulator | grep -q ready; do sleep 0.1; done"
	install -m 644 "$BATS_TEST_TMPDIR/emulator/ca.pem" "$GITLAB_CA_FILE"
	url=$(sed -n 's/^EMU_URL=//p' "$BATS_TEST_TMPDIR/emulator/env")
	export EMU_DIR=$BATS_TEST_TMPDIR/emulator
	export EMU_API_URL=https://$emulator:${url##*:}/ns/$EMU_NS/-/genesys
	export EMU_TOKEN_URL=$EMU_API_URL/oauth/token
	gitlab_pipeline local
	run gitlab_run local fetch --network "$emulator"
	docker rm -f "$emulator" >/dev/null
	docker network rm "$emulator" >/dev/null
	[[ $status == 0 ]]
	[[ $(journal_count --kind token) == 1 && $(journal_count --kind revoke) == 1 ]]
	gitlab_hides "$EMU_GENESYS_SECRET"
}
