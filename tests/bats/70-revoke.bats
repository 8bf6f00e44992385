#!/usr/bin/env bats
# The end: `post` and `stop` revoke every token that was minted, and leave nothing, whatever fails.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }
setup_file() { load ../lib/emulator; oidc_start; }
teardown_file() { oidc_stop; }

# The action's post step, which takes nothing of the environment unless its inputs allow it.
post() { env INPUT_ALLOW-ENVIRONMENT=true "$CC_TOKEN" post; }
stop() { cc stop; }

nothing_left() {
	run ! compgen -G "$CC_STATE_DIR/*"
}

@test "stop and post revoke the token and remove its directory" {
	local command token
	for command in stop post; do
		use_genesys
		ok cc get
		token=$output
		ok "$command"
		says '1 token revoked'
		nothing_left
		same 0 "$(emu_valid_tokens)"
		same "DELETE /api/v2/tokens/me $(fingerprint "$token")" \
			"$(journal_json --kind revoke | jq -r '.method + " " + .path + " " + .presented')"
	done
}

@test "every token that was minted is revoked, the replaced ones too" {
	use_genesys
	ok cc get
	ok cc get --force
	ok cc get --force
	tokens_asked 3
	ok cc stop
	says '3 tokens revoked'
	same 0 "$(emu_valid_tokens)"
	nothing_left
}

@test "genesys by sub-domain, and oauth2 with its refresh token" {
	use_sub
	ok cc get
	ok cc stop
	same 0 "$(emu_valid_tokens)"
	use_oauth2 refresh
	ok cc get
	ok cc stop
	same 0 "$(emu_valid_tokens)"
	same 'refresh_token access_token' "$(journal --kind revoke --field form.token_type_hint | xargs)"
	same "$EMU_OAUTH2_ID:$EMU_OAUTH2_SECRET" \
		"$(journal --kind revoke --field header.authorization | head -n 1 | cut -d ' ' -f 2 | base64 -d)"
	use_oauth2
	ok cc get --client-auth body
	ok cc stop --client-auth body
	same "$EMU_OAUTH2_ID" "$(journal --kind revoke --field form.client_id)"
	same 0 "$(emu_valid_tokens)"
}

@test "genesys needs no secret to revoke" {
	use_genesys
	ok cc get
	local state
	state=$(state_of)
	forget
	CC_CA_FILE=$EMU_CA_FILE CC_TOKEN_STATE=$state ok cc stop
	same 0 "$(emu_valid_tokens)"
	nothing_left
}

@test "revoked or expired already is a quiet success" {
	use_genesys
	ok cc get
	emu_admin POST revoke-all
	ok cc stop
	keeps_quiet warning
	nothing_left
	use_genesys lifetime=1
	ok cc get
	while "$CC_TOKEN" status >/dev/null; do sleep 0.02; done
	ok cc stop
	keeps_quiet warning
	same 0 "$(journal_count --kind revoke)"
	nothing_left
}

@test "nothing stored: 0, and nothing done" {
	use_genesys
	ok cc stop
	ok post
	forget
	ok cc stop
	ok post
	same 0 "$(journal_count)"
	nothing_left
}

@test "what fails for a moment is tried again" {
	use_genesys revoke.503x1,revoke.429x1,retry-after=none
	ok cc get
	ok cc stop
	keeps_quiet warning
	same 0 "$(emu_valid_tokens)"
}

@test "what fails for good: post warns, with the reason and until when, and leaves no state" {
	local words
	for words in revoke.403 revoke.404 revoke.redirect revoke.503,retry-after=600 revoke.html \
		'revoke.json=%7B%22error%22%3A%22no%22%7D'; do
		use_genesys "$words"
		main_step
		post_step
		says "warning: 1 of 1 tokens could not be revoked.* at $(date -u +%Y).*Z .*: .*(403|404|307|503|200)"
		nothing_left
	done
	use_oauth2 norevoke
	ok cc get
	ok post
	says 'warning: .*404'
	nothing_left
}

@test "what fails for good: stop says so by its exit, and keeps the list for the next one" {
	local state words
	for words in '3 403 revoke.403' '3 404 revoke.404' '3 307 revoke.redirect' '3 HTML revoke.html' \
		'3 no revoke.json=%7B%22error%22%3A%22no%22%7D' '4 503 revoke.503,retry-after=600'; do
		read -r want why words <<<"$words"
		use_genesys
		emu_admin PUT faults "$words"
		ok cc get
		state=$(state_of)
		fails "$want" "1 of 1 tokens could not be revoked.*: .*$why" cc stop
		says 'is kept'
		jq -e .token.access_token "$state/state.json"
		emu_admin PUT faults ''
		ok cc stop
		says '1 token revoked'
		same 0 "$(emu_valid_tokens)"
		nothing_left
	done
}

@test "of several tokens those that were revoked leave the list" {
	use_genesys revoke.403x1
	ok cc get
	ok cc get --force
	ok cc get --force
	fails 3 '1 of 3 tokens' cc stop
	same 1 "$(emu_valid_tokens)"
	ok cc stop
	says '1 token revoked'
	same 0 "$(emu_valid_tokens)"
	nothing_left
}

@test "a server that hangs does not hold up the end for long" {
	use_genesys revoke.hang
	main_step
	fails 4 'in time' cc stop --timeout 1
	post_step --timeout 1
	says 'warning: .*in time'
	nothing_left
}

@test "a torn or removed list: what is still there is revoked" {
	local end
	for end in stop post; do
		use_genesys
		ok cc get
		printf torn >"$(state_of)/state.json"
		ok "$end"
		says 'warning: .*left aside'
		says '1 token revoked'
		same 0 "$(emu_valid_tokens)"
		nothing_left
		use_genesys
		ok cc get
		rm "$(state_of)/state.json"
		ok "$end"
		says '1 token revoked'
		same 0 "$(emu_valid_tokens)"
		nothing_left
	done
}

@test "a list that tells of no token: the one that steps were given is revoked" {
	local state
	use_genesys
	ok cc get
	state=$(state_of)
	jq -c 'del(.token)' "$state/state.json" >"$BATS_TEST_TMPDIR/none"
	cat "$BATS_TEST_TMPDIR/none" >"$state/state.json"
	ok cc stop
	says '1 token revoked'
	same 0 "$(emu_valid_tokens)"
}

@test "revoke false leaves the token alive, and the state is gone" {
	use_genesys
	ok cc get
	ok cc stop --revoke=false
	same 1 "$(emu_valid_tokens)"
	same 0 "$(journal_count --kind revoke)"
	nothing_left
}

@test "revoke-url goes before the server's" {
	use_oauth2
	unset CC_REVOKE_URL
	ok cc get
	ok cc stop --revoke-url "$EMU_API_URL/revoke"
	same 0 "$(emu_valid_tokens)"
}

@test "oauth2 without a revocation endpoint says so" {
	use_oauth2
	unset CC_REVOKE_URL
	ok cc get
	ok cc stop
	says 'oauth2 has no revocation endpoint that is known'
	GITHUB_ACTIONS=true ok cc get
	GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=/dev/null ok post
	[[ $output != *::warning* ]]
	nothing_left
}

@test "what the server never revokes is told, and no warning" {
	use_oauth2 'revoke.json=%7B"error":"unsupported_token_type"%7D'
	ok cc get
	ok cc stop
	says 'the server does not revoke such tokens'
	keeps_quiet warning
	nothing_left
}

@test "a token that can't be used is refused by name of what is wrong, and revoked" {
	use_oauth2 'token=abc%22def'
	fails 3 'access_token holds the character U\+0022' cc get
	use_oauth2 type=DPoP
	fails 3 'token_type is not Bearer, but "DPoP"' cc get
	same 0 "$(emu_valid_tokens)"
	same 1 "$(journal_count --kind revoke)"
	use_oauth2 'token=a!b:c%7Cd$e%25f'
	ok cc get
	same 'a!b:c|d$e%f' "$output"
}

@test "another server's credentials are not sent to revoke" {
	use_oauth2
	export CC_NAME=one
	ok cc get
	local ns=$EMU_NS
	use_oauth2
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_NAME=one CC_ISSUER=https://other.example.com ok cc stop
	says 'warning: .*credentials'
	says "warning: 1 token not revoked, alive until $(date -u +%Y).*Z"
	EMU_NS=$ns
	same 0 "$(journal_count --kind revoke)"
	nothing_left
}

@test "of two tokens only the one that is meant ends; and --name ends the other" {
	use_genesys
	CC_NAME=one ok cc get
	CC_NAME=two ok cc get
	CC_NAME=one ok cc stop
	same 1 "$(emu_valid_tokens)"
	[[ ! -e $CC_STATE_DIR/one && -e $CC_STATE_DIR/two ]]
	ok cc stop --name two
	same 0 "$(emu_valid_tokens)"
}

@test "stop does not choose: of several tokens none ends, and the exit is 2" {
	use_genesys
	CC_NAME=one ok cc get
	CC_NAME=two ok cc get
	forget
	fails 2 'one.*two|two.*one' cc stop
	ok post
	says 'warning: .*(one.*two|two.*one)'
	same 2 "$(emu_valid_tokens)"
}

@test "settings that are wrong: 2 from stop, and the state stays" {
	use_genesys
	ok cc get
	fails 2 timeout cc stop --timeout never
	same 1 "$(emu_valid_tokens)"
	ok cc stop
}

@test "a certified server: discovery, token, revocation, checked by introspection" {
	oidc_needed
	export CC_PROVIDER=oauth2 CC_CLIENT_ID=$OIDC_ID CC_CLIENT_SECRET=$OIDC_SECRET
	export CC_ISSUER=$OIDC_URL CC_CA_FILE=$EMU_CA_FILE
	ok cc get
	local token=$output
	same true "$(oidc_active "$token")"
	ok cc get --force
	local second=$output
	[[ $token != "$second" ]]
	ok cc stop
	says '2 tokens revoked'
	same false "$(oidc_active "$token")"
	same false "$(oidc_active "$second")"
	CC_CLIENT_AUTH=body run --separate-stderr cc get
	[[ $status == [03] ]]
	CC_CLIENT_SECRET=wrong-secret-value fails 3 '401.*client-secret' cc get --name wrong
}
