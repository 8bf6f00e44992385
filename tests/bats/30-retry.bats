#!/usr/bin/env bats
# The network, honestly: what is tried again and what is not, for how long, and what is said.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

# The seconds between the token requests N and N + 1 of this namespace.
pause() { journal_json --kind token | jq -s ".[$1 + 1].mono_ns - .[$1].mono_ns | . / 1e9"; }
at_least() { jq -en "$1 >= $2" >/dev/null || note "$1 s, wanted $2 at least"; }

@test "429, 5xx and the vendor's own 400 are tried again, and the answers are not glued together" {
	local words
	for words in 408x1 500x1 502x1 504x1 htmlx1=502 429x1,503x1,400ratex1; do
		use_genesys "$words,retry-after=none"
		ok cc get
		[[ $output =~ ^[A-Za-z0-9_-]{86}$ ]]
		says 'HTTP [45]..*next attempt in'
		[[ $(journal_count --kind token) -ge 2 ]]
	done
}

@test "what breaks on the way is tried again" {
	local words
	for words in close reset short chunkcut noclose headcut headopen interim; do
		use_genesys "${words}x1"
		ok cc get
		says 'next attempt in' || note "$words"
		tokens_asked 2
		use_genesys "$words"
		CC_RETRY_FOR=0 fails 4 'broke off' cc get
		use_genesys "api.$words"
		CC_RETRY_FOR=0 fails 4 'broke off' cc api /api/v2/users/x
	done
	for words in close headcut headopen interim; do # a 204 has no body that could be cut
		use_genesys "revoke.${words}x1"
		ok cc get
		ok cc stop
		says '1 token revoked'
		same 2 "$(journal_count --kind revoke)"
	done
	use_genesys hangx1
	CC_TIMEOUT=1 ok cc get
	says 'no answer in time'
	tokens_asked 2
	use_genesys slowx1=500
	CC_TIMEOUT=1 ok cc get
	tokens_asked 2
	use_genesys chunked
	ok cc get
	use_genesys nolength
	ok cc get
	same '' "$stderr"
}

@test "in clear, the end of the connection is the end of a body without a length" {
	local words
	use_genesys noclose
	CC_TOKEN_URL=${CC_TOKEN_URL/$EMU_URL/$EMU_HTTP_URL} ok cc get
	same '' "$stderr"
	for words in headcut headopen interim short chunkcut; do
		use_genesys "$words"
		CC_RETRY_FOR=0 CC_TOKEN_URL=${CC_TOKEN_URL/$EMU_URL/$EMU_HTTP_URL} fails 4 'broke off' cc get
	done
}

@test "Retry-After in seconds, and as a date, is waited for" {
	use_genesys 429x1,retry-after=2
	ok cc get
	says 'next attempt in 2([.][0-9])? s'
	at_least "$(pause 0)" 2
	use_genesys 503x1,retry-after=date%2B2
	ok cc get
	at_least "$(pause 0)" 1
	use_genesys 429x1,retry-after=date%2B2,date=%2B3600
	ok cc get
	at_least "$(pause 0)" 1
	use_genesys 429x1,retry-after=0
	ok cc get
	tokens_asked 2
}

@test "a Retry-After of 0, or in the past, does not make us ask without end" {
	local value
	for value in 0 date-60; do
		use_genesys "429,retry-after=$value"
		CC_RETRY_FOR=3 fails 4 429 cc get
		[[ $(journal_count --kind token) -le 8 ]]
	done
}

@test "a Retry-After that is garbage falls back to the back-off" {
	use_genesys 429x1,retry-after=garbage
	ok cc get
	tokens_asked 2
	use_genesys 429x1,retry-after=-5
	ok cc get
	use_genesys 429x1,retry-after=1.5
	ok cc get
}

@test "a Retry-After with a fraction or a unit is read, and rounded up" {
	local value
	for value in 1.05 2.0 '2%20seconds' 1500ms; do
		use_genesys "429x1,retry-after=$value"
		ok cc get
		says 'next attempt in 2([.][0-9])? s'
		at_least "$(pause 0)" 2
	done
	use_genesys 429,retry-after=292.05
	CC_RETRY_FOR=10 fails 4 '429.*wait 4 min' cc get
	tokens_asked 1
}

@test "a 403 with Retry-After, or with no requests left, is a limit" {
	local words
	for words in 'retry-after=1' 'retry-after=soon' 'header=X-RateLimit-Remaining%3A0' \
		'header=RateLimit%3A%22a%22;r=0;t=1'; do
		use_genesys "403x1,$words"
		ok cc get
		tokens_asked 2
		use_genesys "403,$words"
		CC_RETRY_FOR=0 fails 4 'gave up after 1 attempt.*403' cc get
		keeps_quiet 'roles'
		use_genesys "api.403x1,$words"
		ok cc api /api/v2/users
		ok cc api POST /api/v2/routing/queues -d '{"name":"a"}'
		same 3 "$(journal_count --kind api)"
		use_genesys "api.403,$words"
		CC_RETRY_FOR=0 run --separate-stderr cc api /api/v2/users
		same 1 "$status"
		says 'gave up after 1 attempt.*403'
		keeps_quiet 'role'
	done
	use_genesys 403,header=X-RateLimit-Remaining%3A7
	fails 3 '403.*roles' cc get
	tokens_asked 1
}

@test "a Retry-After beyond the budget: given up at once, naming the time" {
	use_genesys 429,retry-after=huge
	fails 4 '429.*wait.*retry-for' cc get
	tokens_asked 1
	use_genesys 429,retry-after=600
	fails 4 '429.*wait 10 min.*retry-for' cc get
	tokens_asked 1
	use_genesys 429,retry-after=5
	CC_RETRY_FOR=4 fails 4 '429.*5 s' cc get
	tokens_asked 1
}

@test "the back-off grows" {
	use_genesys 503x3,retry-after=none
	ok cc get
	at_least "$(pause 0)" 0.2
	at_least "$(pause 1)" 0.4
	at_least "$(pause 2)" 0.9
}

@test "the budget ends it: exit 4, with the last reason and the number of attempts" {
	use_genesys 503,retry-after=none
	CC_RETRY_FOR=2 fails 4 '[2-9] attempts.*503' cc get
	[[ $(journal_count --kind token) -ge 2 ]]
	use_genesys hang
	CC_RETRY_FOR=2 CC_TIMEOUT=1 fails 4 'no answer in time.*CC_TIMEOUT' cc get
}

@test "retry-for 0 is one attempt" {
	local words
	for words in 429 503 close 400rate; do
		use_genesys "$words"
		CC_RETRY_FOR=0 fails 4 'gave up after 1 attempt' cc get
		tokens_asked 1
	done
}

@test "discovery shares the budget, and is tried again too" {
	use_cxone discovery.503x1,retry-after=none
	ok cc get
	use_oauth2 discovery.503,retry-after=none
	unset CC_TOKEN_URL
	CC_ISSUER=$EMU_ISSUER CC_RETRY_FOR=1 fails 4 'discovery.*503' cc get
	tokens_asked 0
}

@test "what a retry cannot mend is asked once, and each class says what to do" {
	local words pattern
	while read -r words pattern; do
		use_genesys "$words"
		fails 3 "$pattern" cc get
		tokens_asked 1
		same '1' "${#stderr_lines[@]}"
	done <<-'E'
		400client 400.invalid_client.*client.not.found.*client-id.*CC_CLIENT_ID.*region
		401secret 401.invalid_client.*client-secret.*CC_CLIENT_SECRET
		401 401.*client-secret
		403 403.*scopes.*roles.*15.minutes
		400scope 400.invalid_scope
		400grant 400.invalid_grant
		400 400
		404 404
		redirect 307.*redirect.*token-url
		html not.valid.JSON
		empty not.valid.JSON|no.token
		halfjson not.valid.JSON
		big=2000000 larger
		bigchunked=2000000 larger
	E
}

@test "the hints name the setting where it came from" {
	use_genesys 401secret
	unset CC_CLIENT_SECRET
	GENESYSCLOUD_OAUTHCLIENT_SECRET=$EMU_GENESYS_SECRET fails 3 'GENESYSCLOUD_OAUTHCLIENT_SECRET' cc get
	use_genesys 400client
	unset CC_CLIENT_ID
	GENESYSCLOUD_REGION=eu-west-2 fails 3 'client-id .from the action input.*region.*GENESYSCLOUD_REGION' \
		env "INPUT_CLIENT-ID=$EMU_GENESYS_ID" "$CC_TOKEN" get
	use_cxone_key 401
	fails 3 '401.*access-key-secret.*CC_ACCESS_KEY_SECRET' cc get
	use_oauth2 400client
	fails 3 'client-id.*CC_CLIENT_ID' cc get
}

@test "a wrong secret and a wrong id, for real" {
	use_genesys
	CC_CLIENT_SECRET=wrong-secret fails 3 '401.*client-secret' cc get
	keeps_quiet wrong-secret
	CC_CLIENT_ID=00000000-0000-4000-8000-000000000000 fails 3 '400.*client not found' cc get
	use_oauth2
	CC_CLIENT_SECRET=wrong-secret fails 3 '401.*client-secret' cc get
	use_cxone
	CC_ACCESS_KEY_SECRET=wrong-secret fails 3 '400.*invalid_grant' cc get
	keeps_quiet wrong-secret
}

@test "server text is cut, and loses control characters and log commands" {
	use_genesys 400,ctrl
	fails 3 400 cc get
	[[ $(printf %s "$stderr" | wc -c) -lt 2000 ]]
	same 1 "$(printf '%s\n' "$stderr" | wc -l)"
	run ! grep -aqP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$stderr"
	run ! grep -qE '^(::|##\[)|##\[' <<<"$stderr"
	use_genesys 503,ctrl
	CC_RETRY_FOR=1 fails 4 503 cc get
	run ! grep -aqP '[\x00-\x08\x0b-\x1f\x7f]' <<<"$stderr"
}

@test "a server that repeats the credentials does not make us print them" {
	local use
	for use in use_genesys use_sub use_oauth2 use_cxone use_cxone_key; do
		$use token.400,echo
		fails 3 400 cc get -v
		run ! grep -F -e "$(printf %s "${CC_CLIENT_ID-}:${CC_CLIENT_SECRET-}" | base64 -w 0)" \
			-e "${CC_CLIENT_SECRET:-none-here}" -e "${CC_ACCESS_KEY_SECRET:-none-here}" <<<"$stderr"
	done
}

@test "what comes compressed unasked is asked for once more as it is" {
	local coding
	for coding in gzip deflate br zstd; do
		use_genesys "token.encoding=$coding"
		ok cc get
		says "the answer is encoded, and nobody asked for that .$coding."
		same $'-\nidentity' "$(journal --kind token --field header.accept-encoding)"
		use_genesys "token.encoding=$coding%21"
		fails 3 "encoded.*nobody asked.*$coding.*Accept-Encoding: identity" cc get
		tokens_asked 2
		use_genesys "401secret,token.encoding=$coding"
		fails 3 '401 invalid_client.*client-secret' cc get
		tokens_asked 2
		use_genesys "401secret,token.encoding=$coding%21"
		fails 3 "401 .*encoded by $coding, and nobody asked.*client-secret" cc get
		tokens_asked 2
	done
	use_genesys 503x1,encoding=gzip
	ok cc get
	tokens_asked 2
	use_cxone discovery.encoding=gzip
	ok cc get
	use_genesys token.header=Content-Encoding%3Autf-8
	ok cc get
	tokens_asked 1
}

@test "a last attempt that the budget cuts short does not hide the answer before it" {
	use_genesys 503x1,retry-after=2,token.hang
	CC_RETRY_FOR=4 fails 4 'gave up after 2 attempts: HTTP 503' cc get
}

@test "nobody listens, and a name that is none: exit 4, saying which" {
	use_genesys
	CC_TOKEN_URL=https://127.0.0.1:1/token CC_RETRY_FOR=0 fails 4 'no connection.*(network|proxy)' cc get
	CC_TOKEN_URL=https://login.nowhere.invalid/token CC_RETRY_FOR=0 fails 4 "resolve.*login.nowhere.invalid.*region or URL" cc get
}

@test "the answer's headers are bounded too" {
	use_genesys
	python3 - "$BATS_TEST_TMPDIR/port" <<-'E' 3>&- &
		import socket, sys
		server = socket.create_server(("127.0.0.1", 0))
		with open(sys.argv[1] + ".new", "w") as port:
		    port.write(str(server.getsockname()[1]))
		import os
		os.rename(sys.argv[1] + ".new", sys.argv[1])
		connection, _ = server.accept()
		connection.recv(65536)
		try:
		    connection.sendall(b"HTTP/1.1 200 OK\r\n")
		    while True:
		        connection.sendall(b"X-Filler: " + b"x" * 8000 + b"\r\n")
		except OSError:
		    pass
	E
	until [[ -e $BATS_TEST_TMPDIR/port ]]; do sleep 0.02; done
	CC_TOKEN_URL=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")/token CC_RETRY_FOR=0 \
		run --separate-stderr cc get
	[[ $status == [34] ]]
	wait
}
