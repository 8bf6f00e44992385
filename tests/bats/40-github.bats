#!/usr/bin/env bats
# The action and its post step by a GitHub runner's environment: what is written to which file, what
# is masked before it, what a user reads. 42-github-container.bats has the same in containers.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

FILES=(GITHUB_OUTPUT GITHUB_ENV GITHUB_STATE GITHUB_PATH GITHUB_STEP_SUMMARY)
TOKEN=aB.01~tokenToken+Of/This_Test-x==

setup() {
	clean_environment
	unset CC_STATE_DIR
	export GITHUB_ACTIONS=true CI=true GITHUB_WORKSPACE=$BATS_TEST_TMPDIR/work/repo/repo
	export RUNNER_TEMP=$BATS_TEST_TMPDIR/work/_temp RUNNER_WORKSPACE=$BATS_TEST_TMPDIR/work/repo
	mkdir -p "$GITHUB_WORKSPACE" "$RUNNER_TEMP"
	runner_files
}

# given FILE NAME: the value of a line of that file.
given() { sed -n "s/^$2=//p" "${!1}"; }

# names FILE: the names in it, in their order.
names() { sed 's/=.*//' "${!1}" | xargs; }

# masks TEXT: the values that a runner takes from it, unescaped as the runner does.
masks() { sed -n 's/^::add-mask:://p' <<<"$1" | sed 's/%0D/\r/g; s/%0A/\n/g; s/%25/%/g'; }

# masked TEXT VALUE…: each is masked in it, percent-encoded and in base64, too.
masked() {
	local all value form
	all=$(masks "$1")
	for value in "${@:2}"; do
		for form in "$value" "$(python3 -c 'import sys, urllib.parse as u; print(u.quote(sys.argv[1], safe=""))' "$value")" \
			"$(printf %s "$value" | base64 -w 0)"; do
			grep -qxF -- "$form" <<<"$all" || note "no mask for a form of value ${#value} long: $form"
		done
	done
}

# other_than_masks TEXT
other_than_masks() { grep -v '^::add-mask::' <<<"$1" || true; }

# shows_none TEXT VALUE…: no line but masks shows one of the values in any form.
shows_none() {
	other_than_masks "$1" >"$BATS_TEST_TMPDIR/shown"
	python3 "$ROOT/tests/lib/leaks.py" "$BATS_TEST_TMPDIR/shown" "${@:2}" </dev/null
}

basic() { printf '%s:%s' "$CC_CLIENT_ID" "$CC_CLIENT_SECRET" | base64 -w 0; }

known_token() { emu_admin PUT faults "token=${TOKEN//+/%2B},lifetime=5000" >/dev/null; }

@test "GITHUB_OUTPUT has the outputs of action.yml, and nothing else" {
	local state
	use_genesys
	known_token
	ok cc action
	same 'access-token token-type expires-in expires-at api-url token-file header-file fingerprint refresher' \
		"$(names GITHUB_OUTPUT)"
	same "$(names GITHUB_OUTPUT | tr ' ' '\n' | sort)" \
		"$(sed -n '/^outputs:/,/^runs:/s/^  \([a-z-]*\):$/\1/p' "$ROOT/action.yml" | sort)"
	state=$(given GITHUB_STATE state)
	same "$TOKEN" "$(given GITHUB_OUTPUT access-token)"
	same Bearer "$(given GITHUB_OUTPUT token-type)"
	[[ $(given GITHUB_OUTPUT expires-in) =~ ^(49[0-9][0-9]|5000)$ ]]
	[[ $(given GITHUB_OUTPUT expires-at) =~ ^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$ ]]
	same "$(cc status --json | jq -r .expires_at)" "$(given GITHUB_OUTPUT expires-at)"
	same "$EMU_API_URL" "$(given GITHUB_OUTPUT api-url)"
	same "$state/token" "$(given GITHUB_OUTPUT token-file)"
	same "$state/header" "$(given GITHUB_OUTPUT header-file)"
	same "$(fingerprint "$TOKEN")" "$(given GITHUB_OUTPUT fingerprint)"
	same none "$(given GITHUB_OUTPUT refresher)"
	same "$TOKEN" "$(<"$state/token")"
	same "Authorization: Bearer $TOKEN" "$(<"$state/header")"
}

@test "GITHUB_ENV has the variables for later steps, by provider" {
	local state
	use_genesys
	known_token
	ok cc action
	state=$(given GITHUB_STATE state)
	same "CC_ACCESS_TOKEN=$TOKEN
CC_TOKEN_EXPIRES_AT=$(given GITHUB_OUTPUT expires-at)
CC_TOKEN_FILE=$state/token
CC_TOKEN_HEADER_FILE=$state/header
CC_TOKEN_API_URL=$EMU_API_URL
CC_TOKEN_STATE=$state
GENESYSCLOUD_ACCESS_TOKEN=$TOKEN
GENESYSCLOUD_REGION=us-east-1" "$(<"$GITHUB_ENV")"
	runner_files
	use_cxone
	ok cc action
	same 'CC_ACCESS_TOKEN CC_TOKEN_EXPIRES_AT CC_TOKEN_FILE CC_TOKEN_HEADER_FILE CC_TOKEN_API_URL CC_TOKEN_STATE CXONE_ACCESS_TOKEN CXONE_API_URL' \
		"$(names GITHUB_ENV)"
	runner_files
	use_oauth2
	ok cc action
	same 'CC_ACCESS_TOKEN CC_TOKEN_EXPIRES_AT CC_TOKEN_FILE CC_TOKEN_HEADER_FILE CC_TOKEN_API_URL CC_TOKEN_STATE' \
		"$(names GITHUB_ENV)"
}

@test "a token without an API host: no line speaks of one" {
	use_oauth2
	unset CC_API_URL
	ok cc action
	says 'oauth2 token fetched, [0-9]+ (s|min) left'
}

@test "a state-dir in the action's container alone is warned of" {
	use_genesys
	GITHUB_WORKSPACE=/github/workspace CC_STATE_DIR=$BATS_TEST_TMPDIR/alone ok cc action
	[[ $output == *'::warning '*"$BATS_TEST_TMPDIR/alone/"*' in this container alone'* ]]
	CC_STATE_DIR=$BATS_TEST_TMPDIR/alone ok cc action
	[[ $output != *'::warning '* ]]
}

@test "a token without an API host does not stand beside that of another token" {
	use_oauth2
	unset CC_API_URL
	CC_TOKEN_API_URL=https://api.other.example ok cc action
	grep -qx CC_TOKEN_API_URL= "$GITHUB_ENV"
	CC_TOKEN_API_URL=https://api.other.example ok cc get --format env
	[[ $output == *$'\n'"export CC_TOKEN_API_URL=''"$'\n'* ]]
	CC_TOKEN_API_URL=https://api.other.example ok cc exec -- sh -c 'echo "<$CC_TOKEN_API_URL>"'
	same '<>' "$output"
	runner_files
	ok cc action
	same 'CC_ACCESS_TOKEN CC_TOKEN_EXPIRES_AT CC_TOKEN_FILE CC_TOKEN_HEADER_FILE CC_TOKEN_STATE' \
		"$(names GITHUB_ENV)"
}

@test "GITHUB_STATE, GITHUB_PATH and the summary: a path, a path, a table; no secret in them" {
	use_genesys
	known_token
	ok cc action
	[[ $(<"$GITHUB_STATE") == "state=$RUNNER_TEMP/cc-token/genesys-"* ]]
	same 1 "$(wc -l <"$GITHUB_STATE")"
	same 1 "$(wc -l <"$GITHUB_PATH")"
	[[ -x $(<"$GITHUB_PATH")/cc-token ]]
	[[ $(<"$GITHUB_STEP_SUMMARY") == '|'*'|---|'*"genesys"*"$EMU_API_URL"*"$(fingerprint "$TOKEN")"* ]]
	cat "$GITHUB_STATE" "$GITHUB_PATH" "$GITHUB_STEP_SUMMARY" >"$BATS_TEST_TMPDIR/all"
	shows_none "$(<"$BATS_TEST_TMPDIR/all")" "$TOKEN" "$CC_CLIENT_SECRET" "$(basic)"
	STATE_state=$(given GITHUB_STATE state)
	runner_files
	export STATE_state
	ok cc post
	[[ $(<"$GITHUB_STEP_SUMMARY") == *'1 token revoked'* ]]
	same 0 "$(emu_valid_tokens)"
}

@test "what stood in the files stays" {
	local name
	use_genesys
	for name in "${FILES[@]}"; do printf 'before=1\n' >"${!name}"; done
	ok cc action
	for name in "${FILES[@]}"; do
		same before=1 "$(head -n 1 "${!name}")"
		(($(wc -l <"${!name}") > 1))
	done
}

@test "masks for token, secret and Basic value, and their forms, on stdout; nothing else shows them" {
	use_genesys
	CC_CLIENT_ID=$EMU_GENESYS_HOSTILE_ID CC_CLIENT_SECRET=$EMU_GENESYS_HOSTILE_SECRET
	known_token
	ok cc action
	masked "$output" "$TOKEN" "$CC_CLIENT_SECRET" "$(basic)"
	same '' "$(other_than_masks "$output")"
	shows_none "$stderr" "$TOKEN" "$CC_CLIENT_SECRET" "$(basic)"
	[[ $stderr != *::* ]]
}

@test "masks for refresh token and id token, and for both secrets of a password grant" {
	local refresh
	use_cxone
	CC_CLIENT_ID=$EMU_CXONE_HOSTILE_ID CC_CLIENT_SECRET=$EMU_CXONE_HOSTILE_SECRET
	ok cc action
	refresh=$(jq -r '.. | .refresh_token? // empty' "$(given GITHUB_STATE state)/state.json")
	masked "$output" "$(given GITHUB_OUTPUT access-token)" "$refresh" "$CC_CLIENT_SECRET" \
		"$CC_ACCESS_KEY_SECRET" "$(basic)"
	use_oauth2
	emu_admin PUT faults 'json={"access_token":"'"$TOKEN"'"%2C"refresh_token":"known-refresh+token/1"%2C"id_token":"known-id+token/1"%2C"token_type":"bearer"%2C"expires_in":900}' >/dev/null
	ok cc action
	masked "$output" "$TOKEN" known-refresh+token/1 known-id+token/1 "$CC_CLIENT_SECRET"
	shows_none "$output$stderr" "$TOKEN" known-refresh+token/1 known-id+token/1
}

@test "a client id alone is no secret: it is not masked" {
	use_genesys
	ok cc action
	run ! grep -qF -- "$CC_CLIENT_ID" <<<"$(masks "$output")"
}

@test "the masks are out before a value is handed over, and before a failure is told" {
	use_genesys 401secret,echo
	fails_here 3 '401' cc action
	masked "$output" "$CC_CLIENT_SECRET" "$(basic)"
	[[ $(grep -n '^::error' <<<"$output" | cut -d: -f1) -gt $(grep -n '^::add-mask' <<<"$output" | tail -n 1 | cut -d: -f1) ]]
	use_genesys
	known_token
	GITHUB_OUTPUT=/dev/full fails_here 5 'GITHUB_OUTPUT' cc action
	masked "$output" "$TOKEN"
	GITHUB_ENV=/dev/full fails_here 5 'GITHUB_ENV' cc action
	masked "$output" "$TOKEN"
}

# fails_here STATUS PATTERN COMMAND…: the one error line on stderr, and the same as an annotation.
fails_here() {
	local said
	run --separate-stderr "${@:3}"
	said=${stderr##*$'\n'}
	[[ $status == "$1" && $said == 'cc-token: '* && $said =~ $2 ]] ||
		note "wanted status $1 and /$2/; got $status" "stdout: $output" "stderr: $stderr" || return
	same 1 "$(grep -c '^::error title=cc-token::' <<<"$output")"
	said=${said#cc-token: }
	said=${said//%/%25}
	same "::error title=cc-token::$said" "$(grep '^::error' <<<"$output")"
}

@test "a runner's file that can't be written: exit 5, and post still revokes" {
	local name
	use_genesys
	for name in GITHUB_OUTPUT GITHUB_ENV GITHUB_PATH; do
		runner_files
		(
			export "$name=/dev/full"
			fails_here 5 "$name" cc action
		)
		STATE_state=$(given GITHUB_STATE state | head -n 1) ok cc post
		same 0 "$(emu_valid_tokens)"
	done
}

all_files() { find "$BATS_TEST_TMPDIR" ! -name 'separate-stderr-*' | sort; }

# not_given NAME PATTERN: it is told before any request, and nothing is made.
not_given() {
	local before
	before=$(all_files)
	fails_here 5 "$1.*$2" cc action
	same "$before" "$(all_files)"
	same '' "$(cat "${FILES[@]/#/$BATS_TEST_TMPDIR/}" | grep -vx state=)"
}

@test "a file that the runner does not give: exit 5 before any request, and none is made" {
	local name place pattern
	use_genesys
	mkdir "$BATS_TEST_TMPDIR/directory"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	for name in GITHUB_OUTPUT GITHUB_STATE GITHUB_ENV GITHUB_PATH; do
		for place in no-such-file no/such/directory GITHUB_ENV/below directory fifo ''; do
			case $place in
			'') pattern='2\.297 or later' ;;
			directory | fifo) pattern= ;;
			*) pattern='mounted at the same path' ;;
			esac
			(
				export "$name=${place:+$BATS_TEST_TMPDIR/$place}"
				not_given "$name" "$pattern"
			)
		done
		(
			unset "$name"
			not_given "$name" '2\.297 or later'
		)
	done
	tokens_asked 0
}

@test "what is not asked for needs no file, and the message says so" {
	use_genesys
	GITHUB_ENV=$BATS_TEST_TMPDIR/none fails_here 5 'or set export-env: false' cc action
	GITHUB_ENV=$BATS_TEST_TMPDIR/none CC_EXPORT_ENV=false ok cc action
	GITHUB_PATH='' fails_here 5 'or set install-cli: false' cc action
	GITHUB_PATH='' CC_INSTALL_CLI=false ok cc action
	[[ ! -e $BATS_TEST_TMPDIR/none ]]
}

@test "no summary is a warning alone, in main and post" {
	local place
	use_genesys
	for place in "$BATS_TEST_TMPDIR/none" '' /dev/full; do
		runner_files
		GITHUB_STEP_SUMMARY=$place ok cc action
		[[ $output == *'::warning title=cc-token::no summary: '*GITHUB_STEP_SUMMARY* ]]
		GITHUB_STEP_SUMMARY=$place STATE_state=$(given GITHUB_STATE state) ok cc post
		[[ $output == *'::warning title=cc-token::'*GITHUB_STEP_SUMMARY* ]]
		same 0 "$(emu_valid_tokens)"
	done
	[[ ! -e $BATS_TEST_TMPDIR/none ]]
}

@test "what the main step failed by is not annotated once more by post" {
	local row inputs
	use_genesys
	inputs=(INPUT_PROVIDER=genesys "INPUT_CLIENT-ID=$CC_CLIENT_ID" "INPUT_CLIENT-SECRET=$CC_CLIENT_SECRET"
		"INPUT_TOKEN-URL=$CC_TOKEN_URL" "INPUT_API-URL=$CC_API_URL" "INPUT_CA-FILE=$CC_CA_FILE")
	forget
	for row in INPUT_REGION=mars INPUT_TIMEOUT=x INPUT_STATE-DIR=/dev/null INPUT_CLIENT-SECRET= INPUT_CA-FILE=/no \
		INPUT_PROVIDER=none GITHUB_OUTPUT=/none/x; do
		runner_files
		run env "${inputs[@]}" "$row" "$CC_TOKEN" action
		[[ $status != 0 ]]
		same 1 "$(grep -c '^::error\|^::warning' <<<"$output")"
		ok env "${inputs[@]}" "$row" "STATE_state=$(given GITHUB_STATE state)" "$CC_TOKEN" post
		[[ $output != *::error* && $output != *::warning* ]] || note "$row: $output"
		[[ $row != INPUT_TIMEOUT* && $row != INPUT_CLIENT* ]] || {
			ok env "${inputs[@]}" "$row" ACT=true "$CC_TOKEN" post
			[[ $output != *::error* && $output != *::warning* ]] || note "act, $row: $output"
		}
	done
}

@test "GITHUB_STATE that can't be written: exit 5 before there is a token to lose" {
	use_genesys
	GITHUB_STATE=/dev/full fails_here 5 GITHUB_STATE cc action
	tokens_asked 0
}

@test "an annotation keeps to its line, whatever it tells" {
	local place
	use_genesys
	place="$BATS_TEST_TMPDIR/50%0A::warning::x%25"
	: >"$place"
	CC_STATE_DIR=$place/in fails_here 5 '50%0A' cc action
	[[ $output == *'50%250A::warning::x%2525'* ]]
	tokens_asked 0
}

@test "server text can't begin a line, nor hold a control character" {
	use_genesys 401,ctrl
	run --separate-stderr cc action
	same 3 "$status"
	same 1 "$(other_than_masks "$output" | grep -c .)"
	same 1 "${#stderr_lines[@]}"
	run ! grep -P '[\x00-\x09\x0b-\x1f\x7f]' <<<"$output$stderr"
	((${#stderr} < 2000))
}

@test "RUNNER_DEBUG=1 tells more, and nothing secret" {
	use_genesys
	CC_CLIENT_ID=$EMU_GENESYS_HOSTILE_ID CC_CLIENT_SECRET=$EMU_GENESYS_HOSTILE_SECRET
	known_token
	RUNNER_DEBUG=1 ok cc action
	says 'debug: '
	shows_none "$output"$'\n'"$stderr" "$TOKEN" "$CC_CLIENT_SECRET" "$(basic)"
	RUNNER_DEBUG=1 ok cc post
	says 'debug: '
	shows_none "$output"$'\n'"$stderr" "$TOKEN" "$CC_CLIENT_SECRET" "$(basic)"
	use_genesys 401,echo
	CC_CLIENT_SECRET=$EMU_GENESYS_HOSTILE_SECRET
	RUNNER_DEBUG=1 fails_here 3 401 cc action
	shows_none "$output"$'\n'"$stderr" "$CC_CLIENT_SECRET" "$(basic)"
}

@test "export-env: false sets no variable; the outputs are there" {
	use_genesys
	ok env INPUT_EXPORT-ENV=false "$CC_TOKEN" action
	same '' "$(<"$GITHUB_ENV")"
	[[ -n $(given GITHUB_OUTPUT access-token) && -n $(given GITHUB_OUTPUT token-file) ]]
	runner_files
	ok env INPUT_EXPORT-ENV= "$CC_TOKEN" action
	[[ -s $GITHUB_ENV ]]
}

@test "inputs are read by their names, win over the environment, and empty ones are none" {
	local secret
	use_genesys
	secret=$CC_CLIENT_SECRET
	export CC_CLIENT_SECRET=not-this-one
	ok env "INPUT_CLIENT-ID=$CC_CLIENT_ID" "INPUT_CLIENT-SECRET=$secret" INPUT_REGION= INPUT_SCOPE= \
		INPUT_NAME=chosen INPUT_REVOKE= INPUT_ALLOW-ENVIRONMENT=true "$CC_TOKEN" action
	[[ $(given GITHUB_STATE state) == */chosen\?* ]]
	masked "$output" "$secret"
	fails_here 2 'timeout .*action input' env INPUT_TIMEOUT=soon "$CC_TOKEN" action
}

@test "a secret that came empty: exit 2 before any request, with GitHub's reasons" {
	local id secret why='does the secret exist\? Pull requests from forks and by Dependabot get none$'
	use_genesys
	id=$CC_CLIENT_ID secret=$CC_CLIENT_SECRET
	unset CC_CLIENT_ID CC_CLIENT_SECRET
	fails_here 2 "the input client-secret is empty: $why" \
		env "INPUT_CLIENT-ID=$id" INPUT_CLIENT-SECRET= "$CC_TOKEN" action
	fails_here 2 "the input client-secret is empty: $why" \
		env INPUT_CLIENT-ID= INPUT_CLIENT-SECRET= "$CC_TOKEN" action
	fails_here 2 "the input client-id is empty: $why" \
		env INPUT_PROVIDER=genesys INPUT_CLIENT-ID= "INPUT_CLIENT-SECRET=$secret" \
		"$CC_TOKEN" action
	CC_PROVIDER='' fails_here 2 "the input client-secret is empty: $why" \
		env INPUT_CLIENT-ID= INPUT_CLIENT-SECRET= INPUT_PROVIDER= "$CC_TOKEN" action
	CC_PROVIDER=cxone CC_TOKEN_URL='' fails_here 2 "the input access-key-secret is empty: $why" \
		env INPUT_CLIENT-ID= INPUT_CLIENT-SECRET= INPUT_ACCESS-KEY-ID=x INPUT_ACCESS-KEY-SECRET= \
		"INPUT_API-URL=$CC_API_URL" INPUT_REGION=na1 "$CC_TOKEN" action
	# The same by a variable, as `env:` of a step makes it.
	CC_CLIENT_ID=$id CC_CLIENT_SECRET='' run --separate-stderr cc get
	same 2 "$status"
	says 'CC_CLIENT_SECRET is empty: does the secret exist'
	# act knows no forks.
	fails_here 2 'the input client-secret is empty: does the secret exist\? act takes it from' \
		env ACT=true "client-id=$id" client-secret= "$CC_TOKEN" action
	tokens_asked 0
}

@test "a value with a line break is refused before it is written or asked for" {
	local name
	use_genesys
	for name in CC_STATE_DIR CC_API_URL CC_TOKEN_URL CC_NAME CC_REGION CC_CLIENT_ID CC_CLIENT_SECRET; do
		runner_files
		(
			export "$name=${!name-/tmp}"$'\nINJECTED=1'
			run --separate-stderr cc action
			[[ $status == 2 && $stderr == 'cc-token: '* ]] || note "$name: status $status $stderr"
			[[ $name != *SECRET || $output$stderr != *INJECTED* ]]
		)
		run ! grep -h INJECTED "$GITHUB_OUTPUT" "$GITHUB_ENV" "$GITHUB_STATE" "$GITHUB_PATH"
	done
	tokens_asked 0
	emu_admin PUT faults 'token=abcdefgh%0AINJECTED=1' >/dev/null
	fails_here 3 'no token' cc action
	run ! grep -h INJECTED "$GITHUB_OUTPUT" "$GITHUB_ENV"
}

@test "two tokens in one job: the second keeps the first one's state, and both are revoked" {
	local first second
	use_genesys
	ok cc action
	first=$(given GITHUB_STATE state)
	runner_files
	ok env INPUT_NAME=other "$CC_TOKEN" action
	second=$(given GITHUB_STATE state)
	[[ $first != "$second" ]]
	same 2 "$(emu_valid_tokens)"
	STATE_state=$second ok env INPUT_NAME=other "$CC_TOKEN" post
	[[ -e $first/token && ! -e $second ]]
	STATE_state=$first ok cc post
	same 0 "$(emu_valid_tokens)"
	same '' "$(find "$RUNNER_TEMP" -mindepth 1 -type f)"
}

@test "two actions with different credentials, the first one's variables in force" {
	local first line
	use_genesys
	ok cc action
	first=$(given GITHUB_STATE state)
	use_oauth2
	while IFS= read -r line; do export "${line?}"; done <"$GITHUB_ENV"
	runner_files
	ok cc action
	[[ $output == *"::warning title=cc-token::"*"earlier token in $first now hold"*'export-env: false'* ]]
	[[ $(given GITHUB_STATE state) != "$first" ]]
	same "$EMU_API_URL" "$(given GITHUB_OUTPUT api-url)"
	[[ $(given GITHUB_OUTPUT access-token) != "$(<"$first/token")" ]]
	tokens_asked 1
	STATE_state=$(given GITHUB_STATE state) ok env INPUT_ALLOW-ENVIRONMENT=true "$CC_TOKEN" post
	same 0 "$(emu_valid_tokens)"
	[[ -e $first/token ]]
}

@test "a second token that exports nothing, or the same one once more, is not warned of" {
	local line
	use_genesys
	ok cc action
	while IFS= read -r line; do export "${line?}"; done <"$GITHUB_ENV"
	runner_files
	ok cc action
	[[ $output != *::warning* ]]
	CC_NAME=other CC_EXPORT_ENV=false ok cc action
	[[ $output != *::warning* ]]
	same "$(given GITHUB_OUTPUT access-token | tail -n 1)" "$(cc get --name other 2>/dev/null)"
}

@test "a sub-domain hands over no region, and says so unless the job knows it" {
	use_sub
	ok cc action
	[[ $(names GITHUB_ENV) != *GENESYSCLOUD_REGION* ]]
	says 'no GENESYSCLOUD_REGION is handed over.* set it'
	ok cc exec -- true
	says 'no GENESYSCLOUD_REGION'
	export GENESYSCLOUD_REGION=eu-west-1
	ok cc action
	keeps_quiet GENESYSCLOUD_REGION
	use_genesys
	unset GENESYSCLOUD_REGION
	ok cc action
	keeps_quiet GENESYSCLOUD_REGION
}

@test "later steps: get, exec and api mask on stderr, before the token is on stdout" {
	local line state
	use_genesys
	known_token
	ok cc action
	state=$(given GITHUB_STATE state)
	forget
	export CC_TOKEN_STATE=$state CC_CA_FILE=$EMU_CA_FILE
	ok cc get
	same "$TOKEN" "$output"
	masked "$stderr" "$TOKEN"
	run -0 bash -c '"$CC_TOKEN" get 2>&1'
	line=$(grep -nxF -- "$TOKEN" <<<"$output" | cut -d : -f 1)
	masked "$(head -n "$((line - 1))" <<<"$output")" "$TOKEN"
	run -0 bash -c '"$CC_TOKEN" exec -- sh -c "echo \$CC_ACCESS_TOKEN" 2>&1'
	line=$(grep -nxF -- "$TOKEN" <<<"$output" | cut -d : -f 1)
	masked "$(head -n "$((line - 1))" <<<"$output")" "$TOKEN"
	ok cc api /api/v2/tokens/me
	masked "$stderr" "$TOKEN"
	[[ $output != *::add-mask* ]]
}

@test "act: a value with :: is masked by its parts, since act would print the whole" {
	use_genesys
	export ACT=true
	CC_CLIENT_ID=$EMU_GENESYS_HOSTILE_ID CC_CLIENT_SECRET=$EMU_GENESYS_HOSTILE_SECRET
	ok cc action
	local all whole=$CC_CLIENT_SECRET part
	all=$(masks "$output")
	run ! grep -F :: <<<"$all"
	while [[ -n $whole ]]; do
		part=${whole%%::*}
		[[ ${#part} -lt 4 ]] || grep -qxF -- "$part" <<<"$all"
		[[ $whole == *::* ]] && whole=${whole#*::} || whole=
	done
}

@test "a log that takes no masks: exit 5, and neither a request nor a hand-over" {
	local redirection
	use_genesys
	for redirection in '>/dev/full' '>&-'; do
		run --separate-stderr bash -c "\"\$CC_TOKEN\" action $redirection"
		[[ $status == 5 && $stderr == *mask* ]] || note "$redirection: $status $stderr"
	done
	same '' "$(<"$GITHUB_OUTPUT")$(<"$GITHUB_ENV")"
	tokens_asked 0
	for redirection in '2>/dev/full' '2>&-'; do
		run bash -c "\"\$CC_TOKEN\" get $redirection"
		same 5 "$status"
		same '' "$output"
	done
}

@test "what the runner can't be told is stored nowhere, and revoked" {
	use_genesys
	export GITHUB_ACTIONS=true
	run -5 bash -c '"$CC_TOKEN" get 2>/dev/full'
	same '' "$output"
	same '' "$(grep -rlE 'access_token|Bearer' "$CC_STATE_DIR" || true)"
	same '1 0' "$(journal_count --kind token) $(emu_valid_tokens)"
}
