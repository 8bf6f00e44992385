#!/usr/bin/env bats
# The helpers of tests/lib/emulator.bash, and the certified server beside the emulator.

load ../lib/emulator

setup_file() {
	emulator_start
	oidc_start 60
}

teardown_file() {
	emulator_stop
}

fetch() {
	curl -sS --noproxy '*' --cacert "$EMU_CA_FILE" "$@"
}

login() {
	fetch -o "$BATS_TEST_TMPDIR/body" -w '%{http_code}' -u "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" \
		-d grant_type=client_credentials "$@"
}

@test "a namespace has its own words, journal and tokens" {
	emu_ns 429x1
	[ "$(login "$EMU_TOKEN_URL")" = 429 ]
	[ "$(login "$EMU_TOKEN_URL")" = 200 ]
	[ "$(journal_count --kind token)" -eq 2 ]
	[ "$(journal --field status | paste -sd' ')" = "429 200" ]
	[ "$(emu_valid_tokens)" -eq 1 ]
	emu_admin POST revoke-all
	[ "$(emu_valid_tokens)" -eq 0 ]
	emu_ns
	[ "$(journal_count)" -eq 0 ]
	[ "$(emu_valid_tokens)" -eq 0 ]
}

@test "with options it is another emulator, without them the one that runs" {
	local first=$EMU_PID
	emulator_start
	[ "$EMU_PID" = "$first" ]
	emulator_start --name bridge.example
	[ "$EMU_PID" != "$first" ]
	openssl x509 -in "$EMU_DIR/server.pem" -noout -checkhost bridge.example | grep 'does match'
	emulator_stop
}

@test "words can change while the URL stays" {
	emu_ns
	emu_admin PUT faults 503
	[ "$(login "$EMU_TOKEN_URL")" = 503 ]
	emu_admin PUT faults -
	[ "$(login "$EMU_TOKEN_URL")" = 200 ]
}

@test "the journal is waited for" {
	emu_ns latency=200
	login "$EMU_TOKEN_URL" >"$BATS_TEST_TMPDIR/status" 3>&- &
	journal_wait 1 --path /oauth/token
	wait
	[ "$(cat "$BATS_TEST_TMPDIR/status")" = 200 ]
}

@test "the vendors' names lead to this namespace through a proxy, with a password and without" {
	emu_ns
	local proxy
	for proxy in "$(emu_proxy 503x1,expires=%225%22)" "$(PASSWORD=1 emu_proxy 502x1)"; do
		[[ "$(fetch -o /dev/null -w '%{http_code}' --noproxy '' -x "$proxy" \
			-u "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" -d grant_type=client_credentials \
			https://login.euc2.pure.cloud/oauth/token)" == 50[23] ]]
	done
	run fetch --noproxy '' -x "$(emu_proxy expires=%225%22)" \
		-u "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" -d grant_type=client_credentials \
		https://login.mypurecloud.com.au/oauth/token
	[[ "$output" == *'"expires_in":"5"'* ]]
	[ "$(journal_count --host login.mypurecloud.com.au)" -eq 1 ]
}

@test "no secret is in the environment" {
	oidc_needed
	[ -n "$EMU_GENESYS_SECRET" ]
	[ -n "$OIDC_SECRET" ]
	[ "$(env | grep -c SECRET)" -eq 0 ]
}

@test "the certified server takes both ways of client authentication, and revokes" {
	oidc_needed
	local token
	token=$(fetch -u "$OIDC_ID:$OIDC_SECRET" -d grant_type=client_credentials "$OIDC_URL/token" |
		sed -E 's/.*"access_token":"([^"]+)".*/\1/')
	[ "$(oidc_active "$token")" = true ]
	fetch -f -u "$OIDC_ID:$OIDC_SECRET" -d "token=$token" "$OIDC_URL/token/revocation"
	[ "$(oidc_active "$token")" = false ]
	fetch -f -d grant_type=client_credentials --data-urlencode "client_id=$OIDC_POST_ID" \
		--data-urlencode "client_secret=$OIDC_POST_SECRET" "$OIDC_URL/token"
	[ "$(EMU_NS=oidc journal_count --kind revoke --status 200)" -eq 1 ]
}

@test "a secret with special characters is form-encoded before base64" {
	oidc_needed
	local encoded
	encoded=$(python3 -c 'import sys, urllib.parse as u; print(":".join(map(u.quote_plus, sys.argv[1:])))' \
		"$OIDC_HOSTILE_ID" "$OIDC_HOSTILE_SECRET")
	fetch -f -u "$encoded" -d grant_type=client_credentials "$OIDC_URL/token"
	run fetch -f -u "$OIDC_HOSTILE_ID:$OIDC_HOSTILE_SECRET" -d grant_type=client_credentials \
		"$OIDC_URL/token"
	[ "$status" -ne 0 ]
}
