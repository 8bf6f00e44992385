#!/usr/bin/env bats
# What other steps of a job can do to ours, and what they cannot: docs/security.md. The attacker owns a
# namespace of the emulator's, $evil; nothing may arrive there.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/refresher

FILES=(GITHUB_OUTPUT GITHUB_ENV GITHUB_STATE GITHUB_PATH GITHUB_STEP_SUMMARY)

setup() {
	local name
	clean_environment
	unset CC_STATE_DIR
	export GITHUB_ACTIONS=true CI=true GITHUB_WORKSPACE=$BATS_TEST_TMPDIR/work/repo/repo
	export RUNNER_TEMP=$BATS_TEST_TMPDIR/work/_temp RUNNER_WORKSPACE=$BATS_TEST_TMPDIR/work/repo
	mkdir -p "$GITHUB_WORKSPACE" "$RUNNER_TEMP"
	for name in "${FILES[@]}"; do export "$name=$BATS_TEST_TMPDIR/$name"; done
	new_step
	emu_ns - genesys
	evil_ns=$EMU_NS evil=$EMU_API_URL
}
teardown() {
	local log pid
	for log in "$RUNNER_TEMP"/cc-token/*/refresher.log; do
		pid=$(refresher_pid "$log") && kill -KILL "$pid"
	done
	return 0
}

# The runner gives each step empty files.
new_step() {
	local name
	for name in "${FILES[@]}"; do : >"${!name}"; done
}

# given FILE NAME: the value that counts, the last one.
given() { sed -n "s/^$2=//p" "${!1}" | tail -n 1; }

# as_inputs: what use_… has set as variables, as the inputs of a workflow; in the array INPUTS.
as_inputs() {
	local name
	INPUTS=()
	for name in "${!CC_@}"; do
		case $name in CC_TOKEN) continue ;; esac
		INPUTS+=("INPUT_$(tr _ - <<<"${name#CC_}")=${!name}")
		unset "$name"
	done
}

# uses COMMAND [NAME=VALUE…]: the action's step, with its inputs and these variables of other steps.
uses() {
	local command=$1
	shift
	run --separate-stderr env "$@" "${INPUTS[@]}" "$CC_TOKEN" "$command"
}

# as_post: what the runner sets for the post step, over what steps have put there.
as_post() {
	STATE_state=$(given GITHUB_STATE state)
	export STATE_state
	new_step
}

# nothing_arrived: the attacker's host was asked for nothing.
nothing_arrived() {
	local ours=$EMU_NS
	EMU_NS=$evil_ns
	same 0 "$(journal_count)" || journal >&2 || return
	EMU_NS=$ours
}

# edited STATE [FILTER]: every address in its state.json is the attacker's, as far as that works.
edited() {
	local file=$1/state.json
	jq --arg evil "$evil" '.endpoints |= (.token_url = $evil + "/oauth/token" | .api_url = $evil
		| .revoke_url = $evil + "/revoke" | .issuer = $evil | .auth = "body")
		| .ca_file = "/etc/passwd"'"${2:+ | $2}" "$file" >"$file.new"
	chmod 600 "$file.new"
	mv "$file.new" "$file"
}

@test "a variable of an earlier step: exit 2 that names the input, and no request" {
	local variable input
	use_genesys
	as_inputs
	while read -r input variable; do
		# What the workflow gives goes first; here it leaves that input out.
		local kept=("${INPUTS[@]}") each
		INPUTS=()
		for each in "${kept[@]}"; do [[ $each == "INPUT_${input^^}="* ]] || INPUTS+=("$each"); done
		uses action "$variable"
		[[ $status == 2 && $stderr == *"the input $input,"* && $stderr == *"${variable%%=*} says"* ]] ||
			note "$variable: $status $stderr"
		uses action "$variable" ACT=true GITLAB_CI=1
		same 2 "$status"
		INPUTS=("${kept[@]}")
	done <<-EOF
		token-url CC_TOKEN_URL=$evil/oauth/token
		api-url CC_API_URL=$evil
		revoke-url CC_REVOKE_URL=$evil/revoke
		issuer CC_ISSUER=$evil
		sub-domain GENESYS_SUB_DOMAIN=evil
		client-auth CC_CLIENT_AUTH=body
		ca-file SSL_CERT_FILE=$EMU_CA_FILE
		ca-file CC_CA_FILE=$EMU_CA_FILE
		provider CC_PROVIDER=oauth2
	EOF
	INPUTS=(INPUT_PROVIDER=genesys INPUT_CLIENT-ID=i INPUT_CLIENT-SECRET=some-secret)
	for variable in CC_REGION GENESYSCLOUD_REGION GENESYS_CLOUD_ENVIRONMENT GENESYS_REGION; do
		uses action "$variable=evil.example"
		[[ $status == 2 && $stderr == *"the input region,"* ]] || note "$variable: $stderr"
	done
	nothing_arrived
	tokens_asked 0
}

@test "an input goes before a variable, and allow-environment lets the variable say it; a variable can't lift it" {
	use_genesys
	as_inputs
	uses action "CC_TOKEN_URL=$evil/oauth/token" "CC_API_URL=$evil" CC_PROVIDER=cxone CC_CLIENT_ID=x
	same 0 "$status"
	nothing_arrived
	INPUTS=("${INPUTS[@]/#INPUT_API-URL=*/INPUT_X=}")
	uses action "CC_API_URL=$EMU_API_URL/other" CC_ALLOW_ENVIRONMENT=true
	same 2 "$status"
	uses action "CC_API_URL=$EMU_API_URL/other" INPUT_ALLOW-ENVIRONMENT=true
	same 0 "$status"
	same "$EMU_API_URL/other" "$(given GITHUB_OUTPUT api-url)"
}

@test "which runner it is: what other steps set beside it changes nothing for action and post" {
	local variable
	for variable in GITLAB_CI=1 TF_BUILD=True 'A=b'; do
		use_genesys
		as_inputs
		new_step
		uses action "$variable"
		[[ $status == 0 && $output == *::add-mask::* && -n $(given GITHUB_OUTPUT access-token) &&
			-n $(given GITHUB_ENV CC_ACCESS_TOKEN) ]] || note "$variable: $status $stderr"
		as_post
		uses post "$variable"
		[[ $status == 0 && $stderr == *'1 token revoked'* ]] || note "$variable: $stderr"
		same 0 "$(emu_valid_tokens)"
	done
}

@test "act: an input that the workflow leaves out can't be set by another step" {
	use_genesys
	as_inputs
	# act names each input of the action by itself, too, with what the workflow gives.
	local named=(client-secret= token-url= api-url= revoke-url= provider= client-id= ca-file=) each
	for each in "${INPUTS[@]}"; do
		each=${each#INPUT_}
		named+=("$(tr '[:upper:]' '[:lower:]' <<<"${each%%=*}")=${each#*=}")
	done
	uses action ACT=true "INPUT_REVOKE-URL=$evil/revoke" INPUT_ALLOW-ENVIRONMENT=true "CC_ISSUER=$evil" \
		"${named[@]}"
	[[ $status == 2 && $stderr == *CC_ISSUER* ]]
	uses action ACT=true "INPUT_REVOKE-URL=$evil/revoke" "${named[@]}"
	same 0 "$status"
	uses post ACT=true "INPUT_REVOKE-URL=$evil/revoke" "${named[@]}"
	says '1 token revoked'
	nothing_arrived
}

@test "commands in steps read no inputs: those of another action are none of theirs" {
	use_genesys
	ok env INPUT_NAME=other INPUT_REGION=mars INPUT_TIMEOUT=x "INPUT_TOKEN-URL=$evil/oauth/token" \
		"$CC_TOKEN" get
	ok env ACT=true INPUT_NAME=other "INPUT_TOKEN-URL=$evil/oauth/token" "$CC_TOKEN" get
	tokens_asked 1
	[[ $(status_of state) == */genesys-* ]]
	nothing_arrived
}

@test "an edited state.json: whoever has a secret goes where inputs and the table say" {
	local state vendor
	for vendor in genesys sub oauth2; do
		"use_$vendor"
		export CC_NAME=$vendor
		ok cc get
		state=$RUNNER_TEMP/cc-token/$vendor
		edited "$state"
		ok cc get --force
		edited "$state" '.token.lifetime = 1'
		ok cc get
		edited "$state"
		[[ $vendor == oauth2 ]] || ok cc api /api/v2/tokens/me
		ok cc exec -- true
		ok cc get --format json
		same "$EMU_API_URL" "$(jq -r .api_url <<<"$output")"
		edited "$state"
		ok cc stop
		says '[1-3] tokens? revoked'
		same 0 "$(emu_valid_tokens)"
		nothing_arrived
	done
}

@test "an edited state.json, where endpoints are discovered: they are asked again, at the issuer that is given" {
	use_cxone
	export CC_NAME=one
	ok cc get
	edited "$RUNNER_TEMP/cc-token/one"
	ok cc get --force
	edited "$RUNNER_TEMP/cc-token/one"
	ok cc get --format json
	[[ $(jq -r .api_url <<<"$output") == "$EMU_API_URL"* ]] || note "$output"
	edited "$RUNNER_TEMP/cc-token/one"
	ok cc stop
	use_oauth2
	unset CC_TOKEN_URL CC_REVOKE_URL
	export CC_ISSUER=$EMU_ISSUER CC_NAME=two
	ok cc get
	edited "$RUNNER_TEMP/cc-token/two"
	ok cc get --force
	edited "$RUNNER_TEMP/cc-token/two"
	ok cc stop
	says '2 tokens revoked'
	same 0 "$(emu_valid_tokens)"
	nothing_arrived
}

@test "an edited state.json of another identity: neither secret nor token leaves for what it names" {
	local how
	for how in '.identity = "x"' '.identity = "x" | .flow = "oauth2"' \
		'.identity = "x" | .client_id = "x" | .flow = "oauth2"' '.flow = "cxone, access key"'; do
		use_genesys
		export CC_NAME=one
		ok cc get
		edited "$RUNNER_TEMP/cc-token/one" "$how"
		run --separate-stderr cc stop
		[[ $status == 0 ]] || note "$how: $status $stderr"
		run --separate-stderr cc stop
		nothing_arrived
	done
}

@test "an edited state.json and a file renew: the refresher sends the secret where it was told at its start" {
	local state first
	use_genesys
	as_inputs
	INPUTS+=(INPUT_REFRESH=true)
	uses action
	same 0 "$status"
	state=$(given GITHUB_OUTPUT token-file)
	state=${state%/token}
	edited "$state"
	first=$(<"$state/token")
	printf %s "$(fingerprint "$first")" >"$BATS_TEST_TMPDIR/renew"
	mv "$BATS_TEST_TMPDIR/renew" "$state/renew"
	await renewed "$state" "$first"
	edited "$state"
	as_post
	uses post
	says '2 tokens revoked'
	same 0 "$(emu_valid_tokens)"
	nothing_arrived
}
renewed() { [[ $(<"$1/token") != "$2" ]]; }

@test "post goes where inputs say: variables of a later step, an edited state, a planted STATE_state" {
	local state
	use_genesys
	as_inputs
	uses action
	state=$(given GITHUB_OUTPUT token-file)
	edited "${state%/token}"
	as_post
	uses post "CC_REVOKE_URL=$evil/revoke" "CC_API_URL=$evil" "CC_TOKEN_URL=$evil/oauth/token" \
		CC_PROVIDER=oauth2 CC_REGION=mars CC_CA_FILE=/nowhere CC_NAME=a/b CC_TIMEOUT=abc CC_REVOKE=false \
		GENESYSCLOUD_REGION=evil.example "CC_STATE_DIR=$BATS_TEST_TMPDIR/elsewhere" CC_LOG=trace
	[[ $status == 0 && $output != *::warning* && $stderr == *'1 token revoked'* ]] || note "$stderr"
	same 0 "$(emu_valid_tokens)"
	nothing_arrived
}

@test "post on act believes no STATE_state: any step can put it there" {
	local planted=$BATS_TEST_TMPDIR/planted
	use_genesys
	as_inputs
	uses action ACT=true
	mkdir -m 700 "$planted"
	cp -p "$RUNNER_TEMP"/cc-token/*/state.json "$planted"
	edited "$planted"
	touch "$planted/keep"
	uses post ACT=true "STATE_state=$planted"
	[[ $status == 0 && $stderr == *'1 token revoked'* && -e $planted/keep ]] || note "$stderr"
	same 0 "$(emu_valid_tokens)"
	nothing_arrived
}

@test "a main step that fails leaves no room for a planted STATE_state" {
	use_genesys
	as_inputs
	uses action "CC_ISSUER=$evil"
	same 2 "$status"
	grep -qx 'state=' "$GITHUB_STATE"
}

@test "a step without a secret sends the token to the record's API host, never to a variable's" {
	local state
	use_genesys
	as_inputs
	uses action
	state=$(given GITHUB_ENV CC_TOKEN_STATE)
	export CC_TOKEN_STATE=$state CC_API_URL=$evil CC_REVOKE_URL=$evil/revoke CC_TOKEN_URL=$evil/oauth/token
	ok cc api /api/v2/tokens/me
	CC_CLIENT_ID=$EMU_GENESYS_ID CC_PROVIDER=genesys ok cc api /api/v2/tokens/me
	ok cc stop
	same 0 "$(emu_valid_tokens)"
	nothing_arrived
}
