#!/usr/bin/env bats
# `cc-token get`: what is sent, what is printed, and when a stored token does.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

@test "the request of Genesys, to the byte" {
	local version basic
	use_genesys
	version=$(<"$ROOT/VERSION")
	ok cc get
	basic=$(printf '%s:%s' "$EMU_GENESYS_ID" "$EMU_GENESYS_SECRET" | base64 -w 0)
	journal_json --kind token >"$BATS_TEST_TMPDIR/entry"
	same 'POST /oauth/token  grant_type=client_credentials' \
		"$(jq -r '[.method, .path, (.query // ""), .body] | join(" ")' "$BATS_TEST_TMPDIR/entry")"
	same "accept: application/json
authorization: Basic $basic
content-length: 29
content-type: application/x-www-form-urlencoded
host: ${EMU_URL#https://}
user-agent: cc-token/$version" \
		"$(jq -r '.headers[] | (.[0] | ascii_downcase) + ": " + .[1]' "$BATS_TEST_TMPDIR/entry" | sort)"
}

@test "the token alone on stdout, nothing else anywhere" {
	use_genesys
	run --separate-stderr --keep-empty-lines cc get
	[[ $status == 0 && -z $stderr ]]
	[[ $output =~ ^[A-Za-z0-9_-]{60,}$'\n'?$ ]]
	same "$(journal --kind token --field issued)" "$(fingerprint "${lines[0]}")"
	"$CC_TOKEN" get >"$BATS_TEST_TMPDIR/raw"
	same $((${#lines[0]} + 1)) "$(wc -c <"$BATS_TEST_TMPDIR/raw")"
}

@test "the formats" {
	local token dir
	use_genesys lifetime=5000
	ok cc get
	token=$output
	dir=$(state_of)
	ok cc get --format token
	same "$token" "$output"
	ok cc get --format header
	same "Authorization: Bearer $token" "$output"
	ok cc get -f json
	same "$token Bearer $EMU_API_URL $(fingerprint "$token") $dir/token $dir/header" \
		"$(jq -r '[.access_token, .token_type, .api_url, .fingerprint, .token_file, .header_file] | join(" ")' <<<"$output")"
	jq -e '.expires_in > 4900 and .expires_in <= 5000 and (.expires_at | fromdate) > 0' <<<"$output"
	ok cc get --format=env
	same "export CC_ACCESS_TOKEN='$token'" "$(grep ^'export CC_ACCESS_TOKEN=' <<<"$output")"
	same "export CC_TOKEN_FILE='$dir/token'" "$(grep ^'export CC_TOKEN_FILE=' <<<"$output")"
	fails 2 '--format.*token.*header.*env.*json' cc get --format yaml
	fails 2 '--format' cc get --format ''
	tokens_asked 1
}

@test "env lines come back from eval as they were, whatever they hold" {
	local hostile="$BATS_TEST_TMPDIR/it's \$HOME \`id\` \"x\" \\ ; echo injected & é"
	use_genesys
	export CC_STATE_DIR=$hostile
	mkdir "$hostile"
	ok cc get
	local token=$output
	ok cc get --format env
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/env"
	run -0 sh -euc '. "$1"; printf "%s\n" "$CC_ACCESS_TOKEN" "$CC_TOKEN_STATE" "$CC_TOKEN_API_URL" \
		"$GENESYSCLOUD_ACCESS_TOKEN" "$GENESYSCLOUD_REGION"; cat "$CC_TOKEN_HEADER_FILE"' - "$BATS_TEST_TMPDIR/env"
	same "$token
$(state_of)
$EMU_API_URL
$token
us-east-1
Authorization: Bearer $token" "$output"
	run -0 bash -euc 'eval "$(cat "$1")"; echo "$CC_TOKEN_STATE"' - "$BATS_TEST_TMPDIR/env"
	same "$(state_of)" "$output"
}

@test "every variable of the hand-over, and no setting among them but the region" {
	use_genesys
	ok cc get --format env
	same 'CC_ACCESS_TOKEN CC_TOKEN_API_URL CC_TOKEN_EXPIRES_AT CC_TOKEN_FILE CC_TOKEN_HEADER_FILE CC_TOKEN_STATE GENESYSCLOUD_ACCESS_TOKEN GENESYSCLOUD_REGION' \
		"$(sed -E 's/^export ([A-Z_]+)=.*/\1/' <<<"$output" | sort | xargs)"
	use_cxone
	ok cc get --format env
	same 'CC_ACCESS_TOKEN CC_TOKEN_API_URL CC_TOKEN_EXPIRES_AT CC_TOKEN_FILE CC_TOKEN_HEADER_FILE CC_TOKEN_STATE CXONE_ACCESS_TOKEN CXONE_API_URL' \
		"$(sed -E 's/^export ([A-Z0-9_]+)=.*/\1/' <<<"$output" | sort | xargs)"
}

@test "a stored token is printed without a request, and without the secret" {
	use_genesys
	ok cc get
	local token=$output
	ok cc get
	same "$token" "$output"
	unset CC_CLIENT_SECRET
	ok cc get
	same "$token" "$output"
	tokens_asked 1
}

@test "a later step finds the token by CC_TOKEN_STATE alone" {
	use_genesys
	ok cc get
	local token=$output state
	state=$(state_of)
	forget
	unset CC_STATE_DIR
	CC_TOKEN_STATE=$state ok cc get
	same "$token" "$output"
	CC_TOKEN_STATE=$state/ ok cc get --format header
	CC_TOKEN_STATE=$state ok cc status
	CC_TOKEN_STATE=$BATS_TEST_TMPDIR/nowhere/x fails 2 '(client-id|provider)' cc get
	CC_TOKEN_STATE=nonsense fails 2 'CC_TOKEN_STATE' cc get
	tokens_asked 1
}

@test "a later step with CC_TOKEN_STATE and the same credentials uses that token, however it is named" {
	use_genesys
	CC_NAME=special ok cc get
	local token=$output state
	state=$(state_of)
	unset CC_STATE_DIR
	CC_TOKEN_STATE=$state ok cc get
	same "$token" "$output"
	tokens_asked 1
}

@test "other credentials beside CC_TOKEN_STATE get a token of their own" {
	use_genesys
	ok cc get
	local token=$output state
	state=$(state_of)
	unset CC_STATE_DIR
	use_oauth2
	CC_TOKEN_STATE=$state ok cc get
	[[ $output != "$token" ]]
	tokens_asked 1
	same 2 "$(find "${state%/*}" -name state.json | wc -l)"
	CC_TOKEN_STATE=$state CC_SCOPE=other ok cc get
	tokens_asked 2
}

@test "--name finds another token beside the one of CC_TOKEN_STATE" {
	use_genesys
	CC_NAME=first ok cc get
	local first=$output
	CC_NAME=second ok cc get
	local second=$output
	[[ $first != "$second" ]]
	forget
	export CC_TOKEN_STATE=$CC_STATE_DIR/first
	unset CC_STATE_DIR
	ok cc get
	same "$first" "$output"
	ok cc get --name second
	same "$second" "$output"
	fails 2 'no token is stored' cc get --name third
}

@test "a token about to expire is replaced, by the buffer that is set" {
	use_genesys lifetime=100
	ok cc get
	ok cc get
	tokens_asked 1
	ok cc get --expiry-buffer 100
	tokens_asked 2
	CC_EXPIRY_BUFFER=200 ok cc get
	tokens_asked 3
	CC_EXPIRY_BUFFER=0 ok cc get
	tokens_asked 3
}

@test "--min-ttl fetches only when the stored token does not last that long" {
	use_genesys lifetime=1000
	ok cc get --min-ttl 900
	ok cc get --min-ttl 900
	tokens_asked 1
	ok cc get --min-ttl 15m
	tokens_asked 1
	use_faults lifetime=3000
	CC_NAME=$(basename "$(state_of)") ok cc get --min-ttl 2000
	tokens_asked 2
	same '' "$stderr"
	ok cc get --min-ttl 5000
	says 'warning: .*--min-ttl'
	ok cc get --min-ttl 50m
	same '' "$stderr"
	local bad
	for bad in -1 x 1.5 ''; do
		fails 2 '--min-ttl' cc get --min-ttl "$bad"
	done
}

@test "--force gets another token" {
	use_genesys
	ok cc get
	local token=$output
	ok cc get --force
	[[ $output != "$token" ]]
	local forced=$output
	ok cc get
	same "$forced" "$output"
	tokens_asked 2
}

@test "two clients, scopes and endpoints have tokens of their own; the same has one" {
	use_oauth2
	ok cc get
	ok cc get --scope a
	ok cc get --scope b
	ok cc get --audience a
	CC_CLIENT_ID=$EMU_OAUTH2_HOSTILE_ID CC_CLIENT_SECRET=$EMU_OAUTH2_HOSTILE_SECRET ok cc get
	tokens_asked 5
	ok cc get --scope a
	ok cc get
	tokens_asked 5
}

@test "one name holds one token: another scope or client under it is fetched, not mixed up" {
	use_oauth2
	export CC_NAME=shared
	ok cc get --scope a
	ok cc get --scope b
	same b "$(journal --kind token --field form.scope | tail -n 1)"
	CC_CLIENT_ID=$EMU_OAUTH2_HOSTILE_ID CC_CLIENT_SECRET=$EMU_OAUTH2_HOSTILE_SECRET ok cc get --scope b
	tokens_asked 3
}

@test "a name in use for another server is refused: its tokens could not be revoked" {
	use_oauth2
	export CC_NAME=shared
	ok cc get
	use_genesys
	export CC_NAME=shared
	fails 2 'shared.*(stop|--name)' cc get
	tokens_asked 0
}

@test "a failure prints nothing on stdout and one line on stderr, with status, code and correlation id" {
	use_genesys 401
	fails 3 '401 .*\[correlation id [0-9a-f-]+\]' cc get
	same 1 "${#stderr_lines[@]}"
	fails 3 401 cc get --format header
	fails 3 401 cc get --format json
}

@test "a token that RFC 6750 does not allow is refused, and not shown" {
	local bad
	use_genesys
	for bad in token=abcdefgh{with%20space,line%0Abreak,nul%00,tab%09,caf%C3%A9,%22quote%22,it%27s,a%3Bb,del%7F} \
		'token=%3D%3Dabcdefgh' 'json={"access_token":"","expires_in":60}' \
		'json={"access_token":["abcdefgh"]}' 'json={"access_token":null}' 'json={"expires_in":1}' \
		'json=["abcdefgh"]' 'json="abcdefgh"' 'json={}' 'type=mac'; do
		emu_admin PUT faults "${bad//,/%2C}"
		fails 3 'the answer is no token' cc get
		keeps_quiet abcdefgh
		run ! compgen -G "$CC_STATE_DIR/*/token"
	done
	emu_admin PUT faults 'token=AZaz09-._~%2B/%3D%3D'
	ok cc get
	same 'AZaz09-._~+/==' "$output"
}
