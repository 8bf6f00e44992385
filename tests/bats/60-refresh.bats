#!/usr/bin/env bats
# refresh: in the foreground and detached; when it renews, what it does on failure, how it ends.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/refresher

setup() { clean_environment; }
teardown() { refreshers_end; }

# In the foreground, as a background job of the test. Sets $pid.
foreground() {
	"$CC_TOKEN" refresh >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	await ready
}

# ends_with STATUS: the foreground refresher has ended so.
ends_with() {
	local have=0
	await gone "$pid"
	wait "$pid" || have=$?
	same "$1" "$have"
}

@test "--detach returns with a token stored, and holds nothing of its caller" {
	use_genesys
	# A pipe that a child kept open would not end.
	output=$(cc refresh --detach 2>&1 | cat)
	same '' "$output"
	[[ -s $(state_of)/token ]]
	pid=$(refresher_pid)
	# As far as the kernel lets us look: without CAP_SYS_PTRACE not even root may.
	if readlink "/proc/$pid/fd/0"; then
		same '/ /' "$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" | xargs)"
		same "$(state_of)/refresher.log" "$(readlink "/proc/$pid/fd/2")"
		for each in "/proc/$pid/fd"/*; do
			[[ $(readlink "$each") =~ ^(/$|anon_inode:|$(state_of)) ]]
		done
	fi
	# Its own session, no terminal, no parent that waits for it.
	[[ $(ps -o sid= -p "$pid") -ne $(ps -o sid= -p $$) ]]
	same '?' "$(ps -o tty= -p "$pid" | xargs)"
	tokens_asked 1
	same "$(<"$(state_of)/token")" "$(cc get)"
}

@test "--detach twice leaves one refresher; in the foreground a second one is refused" {
	use_genesys
	ok cc refresh --detach
	pid=$(refresher_pid)
	ok cc refresh --detach
	says 'a refresher keeps .* already'
	same "$pid" "$(refresher_pid)"
	fails 5 'a refresher keeps .* already: end it by cc-token stop' cc refresh
	tokens_asked 1
}

@test "many --detach at once start one refresher and make one request" {
	use_genesys latency=200
	pids=()
	for _ in 1 2 3 4 5 6 7 8; do
		cc refresh --detach 2>>"$BATS_TEST_TMPDIR/err" 3>&- &
		pids+=($!)
	done
	for each in "${pids[@]}"; do wait "$each"; done
	tokens_asked 1
	same 7 "$(grep -c 'a refresher keeps' "$BATS_TEST_TMPDIR/err")"
}

@test "--detach fails with the first token's error, and leaves no process" {
	use_genesys 401secret
	fails 3 'HTTP 401 invalid_client .*: check client-secret' cc refresh --detach
	run ! refresher_pid
	use_genesys 503
	CC_RETRY_FOR=0 fails 4 'HTTP 503' cc refresh --detach
	forget
	fails 2 'no credentials' cc refresh --detach
}

@test "--detach interrupted while it waits ends with what it started" {
	use_genesys hang
	"$CC_TOKEN" refresh --detach 2>/dev/null 3>&- &
	launcher=$!
	await requests_are 1
	pid=$(refresher_pid)
	kill -TERM "$launcher"
	have=0
	wait "$launcher" || have=$?
	same 143 "$have"
	await gone "$pid"
}

@test "the token is renewed before it dies: who reads the file is never refused" {
	use_genesys lifetime=2
	ok cc refresh --detach
	reads() {
		local state end=$((SECONDS + 7))
		state=$(state_of)
		while ((SECONDS < end)); do
			curl -sS --cacert "$EMU_CA_FILE" -o /dev/null -H "@$state/header" \
				"$EMU_API_URL/api/v2/users/me"
			[[ -s $state/token ]] || note "no token"
		done
	}
	reads
	refreshed 4
	same 0 "$(journal_count --kind api --status 401)"
	[[ $(journal_count --kind api) -gt 20 ]]
	ok cc stop
	same 0 "$(emu_valid_tokens)"
}

@test "tokens of one second, of none, and with an odd lifetime are kept without a storm" {
	use_genesys lifetime=1
	ok cc refresh --detach
	await refreshed 3
	ok cc stop
	use_genesys expires=0
	ok cc refresh --detach
	await requests_are 4
	# Half a second, then a back-off of 0.25 and one of 0.5 s at least.
	run -0 journal --kind token --field mono_ns
	((lines[3] - lines[0] > 1250000000))
}

@test "status tells when it was issued and when it will be refreshed, and that it runs" {
	use_genesys lifetime=1000
	ok cc refresh --detach
	before=$(date -d "$(status_of issued_at)" +%s)
	next=$(date -d "$(status_of next_refresh_at)" +%s)
	# 80 % less up to 5 %.
	((next - before >= 749 && next - before <= 801))
	status_is refresher process
	status_is refreshes 0
	ok cc status
	[[ $output == *'refresher    process'*'next refresh '* ]]
	kill -KILL "$(refresher_pid)"
	await status_is refresher none
	status_is next_refresh_at ''
}

@test "on failure the old token stays, the error is recorded, and it goes on when that passes" {
	use_genesys lifetime=6
	ok cc refresh --detach
	token=$(<"$(state_of)/token")
	emu_admin PUT faults 503
	await failed 'HTTP 503'
	same "$token" "$(<"$(state_of)/token")"
	[[ -n $(status_of next_refresh_at) ]]
	emu_admin PUT faults -
	await refreshed 1
	status_is last_error ''
	grep -q 'not renewed: .*HTTP 503.*next attempt in' "$(state_of)/refresher.log"
}

@test "Retry-After is honoured" {
	use_genesys lifetime=2,429+1x1,retry-after=3
	ok cc refresh --detach
	await requests_are 3
	run -0 journal --kind token --field mono_ns
	((lines[2] - lines[1] >= 3000000000))
}

@test "a refusal ends it, and is recorded" {
	use_genesys lifetime=2
	foreground
	emu_admin PUT faults 401secret
	ends_with 3
	grep -q 'HTTP 401 invalid_client' "$BATS_TEST_TMPDIR/err"
	status_is refresher none
	[[ $(status_of last_error) == *invalid_client* ]]
	requests=$(journal_count --kind token)
	same "$requests" "$(journal_count --kind token)"
}

@test "a first request that failed is told to those without credentials, with its hint" {
	use_genesys 401secret
	export CC_NAME=job
	fails 3 '401 invalid_client' cc refresh
	unset CC_CLIENT_ID CC_CLIENT_SECRET
	fails 3 'no token is stored, and the last request failed: .*401 invalid_client.*: check client-secret' cc get
	use_genesys 503
	export CC_NAME=other CC_RETRY_FOR=0
	fails 4 'HTTP 503' cc refresh
	unset CC_CLIENT_ID CC_CLIENT_SECRET
	fails 4 'no token is stored, and the last request failed: .*HTTP 503' cc get
	tokens_asked 1
}

@test "an answer that is no token does not end it" {
	use_genesys lifetime=3
	ok cc refresh --detach
	emu_admin PUT faults htmlx1
	await refreshed 1
	grep -q 'not renewed: .*the answer is no token' "$(state_of)/refresher.log"
}

@test "INT and TERM end it with 0, at once, and the state is whole" {
	for signal in INT TERM; do
		use_genesys
		foreground
		kill -"$signal" "$pid"
		ends_with 0
		same '' "$(<"$BATS_TEST_TMPDIR/out")"
		jq -e .token "$(state_of)/state.json" >/dev/null
		same "$(<"$(state_of)/token")" "$(cc get)"
		tokens_asked 1
		ok cc stop
	done
}

@test "a signal in the middle of a request loses no token" {
	use_genesys lifetime=4,latency+1=300
	foreground
	await requests_are 2
	kill -TERM "$pid"
	ends_with 0
	ok cc stop
	same 0 "$(emu_valid_tokens)"
}

@test "HUP ends it, unless it was ignored" {
	use_genesys
	foreground
	kill -HUP "$pid"
	ends_with 0
	nohup "$CC_TOKEN" refresh >/dev/null 2>&1 3>&- &
	pid=$!
	await status_is refresher process
	kill -HUP "$pid"
	ok cc get
	alive "$pid"
	kill -TERM "$pid"
	ends_with 0
}

@test "stop ends it and waits for that; nothing is left" {
	use_genesys lifetime=2
	ok cc refresh --detach
	pid=$(refresher_pid)
	await refreshed 1
	ok cc stop
	await gone "$pid"
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
	same 0 "$(emu_valid_tokens)"
	requests=$(journal_count --kind token)
	ok cc stop
	same "$requests" "$(journal_count --kind token)"
}

@test "stop in the middle of a request waits for its token and revokes it" {
	use_genesys lifetime=4,latency+1=1000
	ok cc refresh --detach
	await requests_are 2
	ok cc stop
	same 0 "$(emu_valid_tokens)"
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
}

@test "a refresher that does not obey is killed" {
	use_genesys
	ok cc refresh --detach
	pid=$(refresher_pid)
	kill -STOP "$pid"
	ok cc stop
	await gone "$pid"
	same 0 "$(emu_valid_tokens)"
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
}

@test "it ends when its state is removed, and revokes what nobody else can" {
	use_genesys lifetime=600
	foreground
	rm -r "$(state_of)"
	ends_with 0
	same 0 "$(emu_valid_tokens)"
	same '' "$(find "$CC_STATE_DIR" -mindepth 1)"
}

@test "it ends when the directory above is removed or moved, and makes nothing anew" {
	use_genesys
	foreground
	rm -r "$CC_STATE_DIR"
	ends_with 0
	[[ ! -e $CC_STATE_DIR ]]
	mkdir "$CC_STATE_DIR"
	foreground
	mv "$CC_STATE_DIR" "$CC_STATE_DIR.moved"
	ends_with 0
	[[ ! -e $CC_STATE_DIR ]]
}

@test "it ends when max-lifetime is over" {
	use_genesys
	CC_MAX_LIFETIME=1 foreground
	ends_with 0
	grep -q 'max-lifetime is over' "$BATS_TEST_TMPDIR/err"
	tokens_asked 1
}

@test "after kill -9 the next get works, and another refresher can start" {
	use_genesys lifetime=600
	ok cc refresh --detach
	kill -KILL "$(refresher_pid)"
	ok cc get --force
	ok cc refresh --detach
	await status_is refresher process
	tokens_asked 2
	ok cc stop
	same 0 "$(emu_valid_tokens)"
}

@test "kill -9 at random points: no reader sees a torn file, the next get works" {
	use_genesys lifetime=600,latency=15
	# The long run is tests/soak/kill.
	CC_NAME=soak run -0 python3 "$ROOT/tests/soak/kill.py" 20
	[[ $output == 'killed 20 times '* ]]
}

@test "what a killed writer left is swept at the next start" {
	use_genesys
	ok cc get
	touch "$(state_of)/.state.json.0123456789abcdef" "$(state_of)/stop" "$(state_of)/renew"
	ok cc refresh --detach
	same 'header lock refresher.log state.json token' \
		"$(find "$(state_of)" -mindepth 1 -printf '%f\n' | sort | xargs)"
}

@test "without credentials and refresher, what a step can do for a new token is said" {
	use_genesys
	ok cc get
	forget
	ok cc get
	fails 2 'a new token is needed: .*: give this step the credentials' cc get --force
}

@test "get without credentials has the refresher renew, and many at once make one request" {
	use_genesys lifetime=600
	ok cc refresh --detach
	export CC_TOKEN_STATE
	CC_TOKEN_STATE=$(state_of)
	token=$(cc get)
	forget_credentials() { unset CC_PROVIDER CC_CLIENT_ID CC_CLIENT_SECRET CC_TOKEN_URL CC_API_URL; }
	forget_credentials
	ok cc get --force
	[[ $output != "$token" ]]
	tokens_asked 2
	# Slow enough for all of them to ask before the first one is answered.
	emu_admin PUT faults latency=3000
	pids=()
	for _ in {1..20}; do
		cc get --force >>"$BATS_TEST_TMPDIR/tokens" 3>&- &
		pids+=($!)
	done
	for each in "${pids[@]}"; do wait "$each"; done
	# One for those that asked before it left, one for those that asked afterwards.
	[[ $(journal_count --kind token) -le 4 ]]
	[[ $(sort -u "$BATS_TEST_TMPDIR/tokens" | wc -l) -le 2 ]]
	ok cc get --format json
	same "$EMU_API_URL" "$(jq -r .api_url <<<"$output")"
	pid=$(refresher_pid)
	emu_admin PUT faults 401secret
	fails 3 'the refresher: .*invalid_client' cc get --force
	await gone "$pid"
	# A step without credentials is told why nobody renews any more.
	fails 3 'a new token is needed, .*: HTTP 401 invalid_client .*: check client-secret' cc get --force
}

unusable() { ! cc status >/dev/null; }

@test "200 get at the moment of expiry make one token request, with and without a refresher" {
	for refresher in no yes; do
		use_genesys lifetime=12
		ok cc get
		due=$(($(date -d "$(status_of expires_at)" +%s) - 6))
		# The next token lasts longer than the slowest machine needs for all of them.
		emu_admin PUT faults lifetime=900
		# The moment in which the token no longer counts as valid is that of its renewal.
		if [[ $refresher == yes ]]; then
			ok cc refresh --detach
			await reached "$due"
		else
			await unusable
		fi
		seq 200 | xargs -P 200 -I N "$CC_TOKEN" get >"$BATS_TEST_TMPDIR/$refresher"
		same 200 "$(wc -l <"$BATS_TEST_TMPDIR/$refresher")"
		await requests_are 2
		tokens_asked 2
		ok cc stop
	done
}

@test "on GitHub masks alone go to stdout, before the token is in any file" {
	use_genesys lifetime=2
	export GITHUB_ACTIONS=true
	foreground
	await refreshed 2
	kill -TERM "$pid"
	ends_with 0
	run ! grep -v '^::add-mask::' "$BATS_TEST_TMPDIR/out"
	same "$(journal --kind token --field issued | sort -u)" \
		"$(sed 's/::add-mask:://' "$BATS_TEST_TMPDIR/out" | while read -r value; do
			fingerprint "$value"
		done | sort -u | grep -Fxf <(journal --kind token --field issued))"
	grep -qxF "::add-mask::$CC_CLIENT_SECRET" "$BATS_TEST_TMPDIR/out"
	# Each is told once.
	same '' "$(sort "$BATS_TEST_TMPDIR/out" | uniq -d)"
}

@test "--from-stdin takes the settings from there, and shows them nowhere" {
	use_genesys
	secret=$CC_CLIENT_SECRET
	for name in "${!CC_@}"; do
		[[ $name == CC_TOKEN ]] || printf '%s=%s\0' "$name" "${!name}"
	done >"$BATS_TEST_TMPDIR/variables"
	env -i "$CC_TOKEN" refresh --detach --from-stdin <"$BATS_TEST_TMPDIR/variables"
	pid=$(refresher_pid)
	run ! grep -aFe "$secret" "/proc/$pid/environ" "/proc/$pid/cmdline"
	fails 2 'stdin holds no NAME=VALUE' cc refresh --from-stdin <<<nonsense
	ok cc stop
}

@test "between refreshes nothing wakes it" {
	use_genesys lifetime=3600
	ok cc refresh --detach
	pid=$(refresher_pid)
	switches() { awk '/^voluntary/ { print $2 }' "/proc/$pid/status"; }
	# After its first look around it stays asleep.
	sleeps() {
		before=$(switches)
		sleep 0.2
		[[ $(awk '{ print $3 }' "/proc/$pid/stat") == S && $(switches) == "$before" ]]
	}
	await sleeps
	for _ in {1..20}; do cat "$(state_of)/token" >/dev/null; cc get >/dev/null; done
	same "$before" "$(switches)"
	tokens_asked 1
}
