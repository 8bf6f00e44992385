#!/usr/bin/env bats
# exec: what the command gets, what it does not get, how it ends and what is sent to it.

# shellcheck disable=SC2154 # bats sets stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

signals() { python3 "$ROOT/tests/lib/signals.py" "$@"; }

@test "a hook for a 401 within the command: a refresher fetches for it, and without one it is told what to do" {
	local first=$BATS_TEST_TMPDIR/first
	use_genesys
	# shellcheck disable=SC2016 # for the command's shell
	local hook='echo "$CC_ACCESS_TOKEN" >"$1"; "$CC_TOKEN" get --force'
	run --separate-stderr cc exec -- sh -c "$hook" - "$first"
	same 2 "$status"
	same '' "$output"
	says 'a new token is needed: .*keep the token fresh by refresh: true'
	tokens_asked 1
	ok cc refresh --detach
	ok cc exec -- sh -c "$hook" - "$first"
	[[ $output != "$(<"$first")" ]]
	tokens_asked 2
	ok cc stop
}

@test "the command finds the token in its environment" {
	use_genesys
	local state token
	ok cc exec -- env
	state=$(state_of)
	token=$(<"$state/token")
	for line in "CC_ACCESS_TOKEN=$token" "GENESYSCLOUD_ACCESS_TOKEN=$token" "CC_TOKEN_FILE=$state/token" \
		"CC_TOKEN_HEADER_FILE=$state/header" "CC_TOKEN_STATE=$state" "CC_TOKEN_API_URL=$CC_API_URL" \
		GENESYSCLOUD_REGION=us-east-1; do
		grep -qxFe "$line" <<<"$output" || note "no $line"
	done
	grep -qE '^CC_TOKEN_EXPIRES_AT=20..-..-..T..:..:..Z$' <<<"$output"
	ok cc exec -- curl -sS --cacert "$EMU_CA_FILE" -w '%{http_code}' -o /dev/null \
		-H "@$state/header" "$CC_API_URL/api/v2/tokens/me"
	same 200 "$output"
	tokens_asked 1
}

@test "a CXone command finds what CXone's tools read" {
	use_cxone
	ok cc exec -- env
	grep -qE '^CXONE_ACCESS_TOKEN=.' <<<"$output"
	grep -qE '^CXONE_API_URL=https://' <<<"$output"
	run ! grep -E '^GENESYS' <<<"$output"
}

@test "no long-lived secret is left, under whatever name; what is no secret stays" {
	use_genesys
	local secret=$CC_CLIENT_SECRET name
	export GENESYSCLOUD_OAUTHCLIENT_SECRET=$secret GENESYS_CLOUD_CLIENT_SECRET=a GENESYS_CLIENT_SECRET=b
	export CXONE_CLIENT_SECRET=another-secret-1 CC_ACCESS_KEY_SECRET=c CXONE_ACCESS_KEY_SECRET=d
	export MY_SECRET=$secret MY_BASIC MY_URL="https://x/?s=$secret" MY_OTHER=xanother-secret-1x
	MY_BASIC="Authorization: Basic $(printf %s "me:$secret" | base64 -w0)"
	export SSLKEYLOGFILE=/nowhere http_proxy=http://u:$secret@127.0.0.1:1 NO_PROXY='*' OURS=stays
	run -0 env "INPUT_CLIENT-SECRET=$secret" INPUT_ACCESS_KEY_SECRET=e "INPUT_REGION=us-east-1" \
		"$CC_TOKEN" exec -- env
	for name in GENESYSCLOUD_OAUTHCLIENT_SECRET GENESYS_CLOUD_CLIENT_SECRET GENESYS_CLIENT_SECRET \
		CXONE_CLIENT_SECRET CC_ACCESS_KEY_SECRET CXONE_ACCESS_KEY_SECRET CC_CLIENT_SECRET \
		INPUT_CLIENT-SECRET INPUT_ACCESS_KEY_SECRET MY_SECRET MY_BASIC MY_URL MY_OTHER SSLKEYLOGFILE; do
		[[ $'\n'$output != *$'\n'"$name="* ]] || note "$name is left"
	done
	for name in "http_proxy=$http_proxy" 'NO_PROXY=*' OURS=stays INPUT_REGION=us-east-1 \
		"CC_CLIENT_ID=$CC_CLIENT_ID" "HOME=$HOME" "PATH=$PATH"; do
		grep -qxFe "$name" <<<"$output" || note "$name is gone"
	done
}

@test "the waiting process shows no secret and no token either" {
	use_genesys
	# shellcheck disable=SC2016 # for the command's shell
	ok cc exec -- sh -c 'tr "\0" "\n" <"/proc/$PPID/environ"; tr "\0" " " <"/proc/$PPID/cmdline"'
	# Without CAP_SYS_PTRACE not even root can look, which is as well.
	[[ $output == *'HOME='* || $stderr == *'ermission denied'* ]]
	[[ $output != *"$EMU_GENESYS_SECRET"* && $output != *"$(<"$(state_of)/token")"* ]]
}

@test "the command's process is as the caller's would be: mask, signals, descriptors, input, arguments" {
	use_genesys
	cc get >/dev/null
	local direct
	# shellcheck disable=SC2016 # for the command's shell
	local script='umask; grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status; ls /proc/self/fd; cat; printf "<%s>" "$@"'
	umask 027
	direct=$(sh -c "$script" - -v --redact 'a b' '' <<<input)
	ok cc exec -- sh -c "$script" - -v --redact 'a b' '' <<<input
	same "$direct" "$output"
	ok cc exec sh -c "$script" - -v --redact 'a b' '' <<<input
	same "$direct" "$output"
}

@test "what nohup ignores stays ignored" {
	use_genesys
	# shellcheck disable=SC2016 # for that shell
	ok bash -c 'trap "" HUP PIPE; exec "$CC_TOKEN" exec -- grep SigIgn /proc/self/status'
	same 0000000000001001 "${output##*[[:space:]]}"
}

@test "exit codes: the command's own, 126, 127, 128+n" {
	use_genesys
	local code
	for code in 0 1 2 3 7 70 125 255; do
		run "$CC_TOKEN" exec -- sh -c "exit $code"
		same "$code" "$status"
	done
	for code in 1 2 9 15; do
		run python3 -c 'import subprocess, sys; print(subprocess.run(sys.argv[1:]).returncode)' \
			"$CC_TOKEN" exec -- sh -c "kill -$code \$\$"
		same $((128 + code)) "$output"
	done
	run -127 --separate-stderr cc exec -- no-such-command
	says "can't run no-such-command: No such file.*PATH"
	fails 126 "can't run /: Permission denied" cc exec -- /
	touch "$BATS_TEST_TMPDIR/file"
	fails 126 "can't run .*file: Permission denied.*chmod" cc exec -- "$BATS_TEST_TMPDIR/file"
	printf '#!/no/such/interpreter\n' >"$BATS_TEST_TMPDIR/script"
	chmod +x "$BATS_TEST_TMPDIR/script"
	run -127 --separate-stderr cc exec -- "$BATS_TEST_TMPDIR/script"
	says interpreter
}

@test "exit code 125 is for what fails before the command, which is not run then" {
	use_genesys
	local ran=$BATS_TEST_TMPDIR/ran
	fails 125 'no command to run' cc exec
	fails 125 'no command to run' cc exec --
	fails 125 'unknown option --frob' cc exec --frob -- touch "$ran"
	fails 125 'min-ttl must be seconds' cc exec --min-ttl soon -- touch "$ran"
	CC_TIMEOUT=bad fails 125 'CC_TIMEOUT' cc exec -- touch "$ran"
	CC_CLIENT_SECRET=wrong-secret fails 125 'HTTP 401' cc exec -- touch "$ran"
	CC_CLIENT_SECRET='' fails 125 'client-secret is not set|no token is stored' cc exec -- touch "$ran"
	[[ ! -e $ran ]]
}

@test "each signal that is sent to us reaches the command once" {
	use_genesys
	local file=$BATS_TEST_TMPDIR/signals
	ok signals send "$file" each "$CC_TOKEN" exec -- "$ROOT/tests/lib/signals.py" listen "$file"
	same $'1 ready 1 SIGINT 1 SIGTERM 1 SIGHUP 1 SIGQUIT 1 SIGUSR1 1 SIGCONT 1 SIGWINCH\n0' "$output"
}

@test "a signal to our process group reaches the command once" {
	use_genesys
	local file=$BATS_TEST_TMPDIR/signals
	ok signals send "$file" group "$CC_TOKEN" exec -- "$ROOT/tests/lib/signals.py" listen "$file"
	same $'1 ready 20 SIGTERM 1 SIGWINCH\n0' "$output"
}

@test "what a terminal sends reaches the command once" {
	use_genesys
	local file=$BATS_TEST_TMPDIR/signals
	ok signals send "$file" terminal "$CC_TOKEN" exec -- "$ROOT/tests/lib/signals.py" listen "$file"
	same $'1 ready 20 SIGINT 1 SIGWINCH\n0' "$output"
}

@test "a shell's job control stops and continues the command and us" {
	use_genesys
	cc get >/dev/null
	local file=$BATS_TEST_TMPDIR/signals
	ok signals stop "$file" "$CC_TOKEN" exec -- "$ROOT/tests/lib/signals.py" listen "$file"
	same $'stopped and continued\ninterrupted 1\nended' "$output"
}

@test "when we are killed, so is the command" {
	use_genesys
	local file=$BATS_TEST_TMPDIR/fifo pid
	mkfifo "$file"
	# shellcheck disable=SC2016 # for the command's shell
	"$CC_TOKEN" exec -- sh -c 'echo ready >"$1"; exec sleep 600 >"$1"' - "$file" 3>&- &
	pid=$!
	exec {fd}<"$file"
	read -r line <&"$fd"
	same ready "$line"
	kill -KILL "$pid"
	wait "$pid" || same 137 $?
	# The end of the file: nobody has it open any more.
	run -0 cat <&"$fd"
	same '' "$output"
	exec {fd}<&-
}

@test "--min-ttl gets a token that lasts; one that can't is a warning" {
	use_genesys lifetime=600
	ok cc exec --min-ttl 500 -- true
	ok cc exec --min-ttl 9m -- true
	tokens_asked 1
	ok cc exec --min-ttl 1h -- true
	says 'warning: .*last 600 s.*3600 s'
	tokens_asked 2
	ok cc exec --min-ttl 10m -- true
	same '' "$stderr"
	tokens_asked 3
}

@test "on GitHub and act the masks come before the command; elsewhere there are none" {
	use_genesys
	local token all
	token=$(cc get)
	# shellcheck disable=SC2016 # for the command's shell
	GITHUB_ACTIONS=true ok cc exec -- sh -c 'echo now >&2; echo "$CC_ACCESS_TOKEN"'
	same "$token" "$output"
	# shellcheck disable=SC2154 # set by run
	all=${stderr%%now*}
	grep -qxF "::add-mask::$token" <<<"$all"
	grep -qxF "::add-mask::$EMU_GENESYS_SECRET" <<<"$all"
	GITHUB_ACTIONS=true ACT=true ok cc exec -- true
	grep -qxF "::add-mask::$token" <<<"$stderr"
	GITLAB_CI=true ok cc exec -- true
	same '' "$stderr"
	ok cc exec -- true
	same '' "$stderr"
}

@test "a line that stands open before the masks makes none of them show" {
	use_genesys
	local log=$BATS_TEST_TMPDIR/log step
	for step in get "exec -- true" "api /api/v2/organizations/me"; do
		# shellcheck disable=SC2086 # a command and its arguments
		{ printf '{"open":1}'; GITHUB_ACTIONS=true cc $step >/dev/null; } >"$log" 2>&1
		grep -q '^::add-mask::' "$log"
		run ! grep -v '^::add-mask::' <(grep -F "$(cc get 2>/dev/null)" "$log")
		run ! grep -v '^::add-mask::' <(grep -F "$EMU_GENESYS_SECRET" "$log")
	done
}

@test "a token that another process minted is masked, with no credentials here" {
	use_genesys
	local token state
	token=$(cc get)
	state=$(state_of)
	clean_environment
	export GITHUB_ACTIONS=true CC_TOKEN_STATE=$state
	ok cc get
	same "$token" "$output"
	grep -qxF "::add-mask::$token" <<<"$stderr"
	ok cc exec -- true
	grep -qxF "::add-mask::$token" <<<"$stderr"
}
