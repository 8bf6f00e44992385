#!/usr/bin/env bats
# exec --redact: what the command prints comes through at once and whole, but for the secrets.

load ../lib/common
load ../lib/emulator

setup() {
	clean_environment
	use_genesys
}

# filtered COMMAND…: run it; stdout is in the file out, stderr in the file err, bytes as they came.
filtered() {
	"$CC_TOKEN" exec --redact -- "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
}
out() { cat "$BATS_TEST_TMPDIR/out"; }
err() { cat "$BATS_TEST_TMPDIR/err"; }

# none_leaks FILE VALUE…: no form of a value is in the file.
none_leaks() { python3 "$ROOT/tests/lib/leaks.py" "$@" </dev/null; }

@test "the token and the secrets are replaced on stdout and stderr" {
	# shellcheck disable=SC2016 # for the command's shell
	SHOWN=$CC_CLIENT_SECRET filtered sh -c 'cat "$CC_TOKEN_FILE"; echo; printf "%s" "$CC_ACCESS_TOKEN" >&2
		cat "$CC_TOKEN_HEADER_FILE"; tr "," "\n" <"$CC_TOKEN_STATE/state.json" | grep access'
	same $'***\nAuthorization: Bearer ***"token":{"access_token":"***"' "$(out)"
	same '***' "$(err)"
}

@test "every form of every value is replaced" {
	local token=$BATS_TEST_TMPDIR/token
	export CC_CLIENT_SECRET=$EMU_GENESYS_HOSTILE_SECRET CC_CLIENT_ID=$EMU_GENESYS_HOSTILE_ID
	cc get | tr -d '\n' >"$token"
	printf %s "$CC_CLIENT_SECRET" >"$BATS_TEST_TMPDIR/secret"
	filtered python3 - "$token" "$BATS_TEST_TMPDIR/secret" "$CC_CLIENT_ID" <<-'EOT'
		import base64, json, shlex, sys
		from urllib.parse import quote, quote_plus
		client = sys.argv[3]
		for name in sys.argv[1:3]:
		    with open(name) as file:
		        value = file.read()
		    print(value, json.dumps(value), shlex.quote(value), quote(value, safe=""), quote_plus(value))
		    for before in ("", "u:", "user:", client + ":", "x"):
		        raw = (before + value).encode()
		        print(base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="))
		        print(base64.b64encode(raw + b"@host").decode(), file=sys.stderr)
	EOT
	none_leaks "$BATS_TEST_TMPDIR/out" "$(<"$token")" "$CC_CLIENT_SECRET"
	none_leaks "$BATS_TEST_TMPDIR/err" "$(<"$token")" "$CC_CLIENT_SECRET"
	# The whole Basic value is a form of its own.
	filtered printf 'Basic %s' "$(printf %s "$CC_CLIENT_ID:$CC_CLIENT_SECRET" | base64 -w0)"
	same 'Basic ***' "$(out)"
}

@test "base64 that is wrapped is replaced, whatever stands before the value in it" {
	local token before
	token=$(cc get)
	cat >"$BATS_TEST_TMPDIR/wrap" <<-'EOT'
		for lines in 'base64' 'base64 -w 64' 'openssl base64' 'basenc --base64url' 'basenc --base64 -w 60'; do
			printf %s%s "$1" "$CC_ACCESS_TOKEN" | $lines
			printf '%s%s\n' "$1" "$SHOWN" | $lines | sed 's/$/\r/' >&2
		done
	EOT
	for before in '' u: 'Authorization: Bearer ' "a word: $(printf %070d 0)"; do
		SHOWN=$EMU_GENESYS_SECRET$EMU_GENESYS_SECRET filtered sh "$BATS_TEST_TMPDIR/wrap" "$before"
		none_leaks "$BATS_TEST_TMPDIR/out" "$token" "$EMU_GENESYS_SECRET"
		none_leaks "$BATS_TEST_TMPDIR/err" "$token" "$EMU_GENESYS_SECRET"
		same 5 "$(grep -c '\*\*\*' "$BATS_TEST_TMPDIR/out")"
	done
	# And in a variable that the command would inherit.
	# shellcheck disable=SC2016 # for the command's shell
	WRAPPED=$(printf %050d%s 0 "$EMU_GENESYS_SECRET" | base64) filtered sh -c 'echo "${WRAPPED-gone}"'
	same gone "$(out)"
}

@test "across writes of any size" {
	local size token
	token=$(cc get)
	for size in 1 2 3 7 16 64; do
		filtered python3 -c '
import os, sys
token = os.environ["CC_ACCESS_TOKEN"]
data = f"a {token} b {token[:-1]}! ".encode() * 20
size = int(sys.argv[1])
for at in range(0, len(data), size):
    os.write(1, data[at:at + size])' "$size"
		# shellcheck disable=SC2183 # one for each of the twenty
		same "$(printf "a *** b ${token%?}! %.0s" {1..20})" "$(out)"
	done
}

@test "a prompt without a newline comes at once; the beginning of a secret waits for its end" {
	local line token
	token=$(cc get)
	mkfifo "$BATS_TEST_TMPDIR/in"
	exec {answer}<>"$BATS_TEST_TMPDIR/in"
	# shellcheck disable=SC2016 # for the command's shell
	coproc SHELL_ { "$CC_TOKEN" exec --redact -- sh -c '
		printf "name? "; read -r x; printf "%.20s" "$CC_ACCESS_TOKEN"; read -r x
		printf "%s|" "${CC_ACCESS_TOKEN#"${CC_ACCESS_TOKEN%"${CC_ACCESS_TOKEN#????????????????????}"}"}"
		read -r x; printf "%.10s" "$CC_ACCESS_TOKEN"' <&"$answer" 3>&-; }
	# Bash closes its own descriptor as soon as the command has ended.
	exec {printed}<&"${SHELL_[0]}"
	IFS= read -r -d ' ' -t 30 line <&"$printed"
	same 'name?' "$line"
	echo me >&"$answer"
	# The next is the token in two parts; the first alone would be read up to the timeout.
	echo >&"$answer"
	IFS= read -r -d '|' -t 30 line <&"$printed"
	same '***' "$line"
	echo >&"$answer"
	IFS= read -r -t 30 line <&"$printed" || true
	same "${token:0:10}" "$line"
	exec {answer}>&- {printed}<&-
}

@test "stdout and stderr stay apart, each in order; where both are one they stay in one order" {
	# shellcheck disable=SC2016 # for the command's shell
	local script='for i in $(seq 100); do echo out$i; echo err$i >&2; done'
	filtered sh -c "$script"
	same "$(seq 100 | sed s/^/out/)" "$(out)"
	same "$(seq 100 | sed s/^/err/)" "$(err)"
	run cc exec --redact -- sh -c "$script"
	same "$(seq 100 | sed 's/.*/out&\nerr&/')" "$output"
}

@test "all other bytes come through as they are" {
	local file=$BATS_TEST_TMPDIR/random
	{ head -c 3000000 /dev/urandom; printf '\0\n\377'; } >"$file"
	filtered cat "$file"
	cmp "$file" "$BATS_TEST_TMPDIR/out"
	"$CC_TOKEN" exec --redact -- cat "$file" | cmp - "$file"
	filtered true
	same '' "$(out)$(err)"
}

@test "tokens that come while the command runs are replaced from the first on, and so are the old" {
	local old
	old=$(cc get)
	# shellcheck disable=SC2016 # for the command's shell
	filtered bash -c '
		for i in {1..20}; do
			read -r line
			printf "%s=%s " "$i" "$(<"$CC_TOKEN_FILE")"; cat "$CC_TOKEN_FILE" >&2
		done
		echo "$CC_ACCESS_TOKEN"' < <(for _ in {1..20}; do cc get --force >/dev/null && echo; done)
	tokens_asked 21
	same 20 "$(grep -o '=\*\*\*' "$BATS_TEST_TMPDIR/out" | wc -l)"
	same '***' "$(tail -n 1 "$BATS_TEST_TMPDIR/out" | sed 's/.* //')"
	same "$(printf '***%.0s' {1..20})" "$(err)"
	jq -r '.token.access_token, .replaced[].access_token' "$(state_of)/state.json" >"$BATS_TEST_TMPDIR/all"
	same 21 "$(wc -l <"$BATS_TEST_TMPDIR/all")"
	grep -qxFe "$old" "$BATS_TEST_TMPDIR/all"
	run ! grep -qFf "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
}

@test "exit codes and signals are as without" {
	local code file=$BATS_TEST_TMPDIR/signals
	for code in 0 7 125; do
		run -$code "$CC_TOKEN" exec --redact -- sh -c "exit $code"
	done
	run -137 "$CC_TOKEN" exec --redact -- sh -c 'kill -9 $$'
	run -127 "$CC_TOKEN" exec --redact -- no-such-command
	run -126 "$CC_TOKEN" exec --redact -- /
	ok python3 "$ROOT/tests/lib/signals.py" send "$file" each \
		"$CC_TOKEN" exec --redact -- "$ROOT/tests/lib/signals.py" listen "$file"
	same $'1 ready 1 SIGINT 1 SIGTERM 1 SIGHUP 1 SIGQUIT 1 SIGUSR1 1 SIGCONT 1 SIGWINCH\n0' "$output"
}

@test "when nobody reads any more, the command gets to know" {
	run bash -c '"$CC_TOKEN" exec --redact -- yes | head -n 1; echo "${PIPESTATUS[0]}"'
	same $'y\n141' "$output"
	# stderr goes on without stdout.
	run bash -c '{ "$CC_TOKEN" exec --redact -- sh -c "trap : PIPE; echo x; echo x; echo y >&2" |
		true; } 2>&1'
	[[ $output == *y* ]]
}

@test "lost output is a failure of ours: exit 125" {
	# shellcheck disable=SC2016 # for that shell
	run -125 --separate-stderr bash -c '"$CC_TOKEN" exec --redact -- echo lost >/dev/full'
	says "can't write to stdout: No space left"
}

@test "what the command leaves running holds us only for moments, and loses nothing of the command's" {
	local pid=$BATS_TEST_TMPDIR/pid
	# shellcheck disable=SC2016 # for the command's shell
	filtered sh -c 'sleep 600 & echo $! >"$1"; head -c 900000 /dev/zero; echo end' - "$pid"
	kill "$(<"$pid")"
	same 900004 "$(stat -c %s "$BATS_TEST_TMPDIR/out")"
	# Nor when our own reader comes only after the 2 seconds that we would wait for more.
	# shellcheck disable=SC2016 # for the command's shell
	same 900004 "$(cc exec --redact -- sh -c 'sleep 600 & echo $! >"$1"; head -c 900000 /dev/zero; echo end' \
		- "$pid" | { sleep 3; wc -c; })"
	kill "$(<"$pid")"
	# shellcheck disable=SC2016
	filtered bash -c 'echo "$CC_ACCESS_TOKEN" > >(read -r x; sleep 0.1; echo "late $x")'
	same 'late ***' "$(out)"
}

@test "a stalled stdout does not stop stderr, and our descriptors are not made non-blocking" {
	ok python3 - "$CC_TOKEN" <<-'EOT'
		import fcntl, os, subprocess, sys
		stdout, theirs = os.pipe()
		process = subprocess.Popen(
		    [sys.argv[1], "exec", "--redact", "--", "sh", "-c",
		     "(head -c 5000000 /dev/zero; echo) & echo on stderr >&2; wait"],
		    stdout=theirs, stderr=subprocess.PIPE)
		assert process.stderr.readline() == b"on stderr\n"
		assert not fcntl.fcntl(theirs, fcntl.F_GETFL) & os.O_NONBLOCK
		os.close(theirs)
		count = 0
		while data := os.read(stdout, 65536):
		    count += len(data)
		assert count == 5000001, count
		assert process.wait() == 0
	EOT
}

@test "a mask line that the command prints shows nothing either, and on GitLab we print none" {
	# shellcheck disable=SC2016 # for the command's shell
	GITLAB_CI=true filtered sh -c 'echo "::add-mask::$CC_ACCESS_TOKEN"'
	same '::add-mask::***' "$(out)"
	same '' "$(err)"
}

@test "more tokens than can be hidden: none is handed out, and stop revokes them" {
	use_genesys
	ok cc get
	local state
	state=$(state_of)/state.json
	jq -c '.token as $t | .replaced = [range(12000) | $t + {access_token: "replaced-token-number-\(.)"}]' \
		"$state" >"$BATS_TEST_TMPDIR/full"
	cat "$BATS_TEST_TMPDIR/full" >"$state"
	fails 5 'more tokens than can be hidden.*cc-token stop' cc get
	fails 125 'more tokens than can be hidden' cc exec -- true
	GITHUB_ACTIONS=true fails 5 'more tokens than can be hidden' cc get --force
	same '' "$output"
	ok cc stop
	same 0 "$(emu_valid_tokens)"
}
