# shellcheck shell=bash
# The servers that tests talk to. tests/emulator/README.md is the manual.
#
#   setup_file()    { emulator_start; }
#   teardown_file() { emulator_stop; }
#   @test "…"       { emu_ns 429x2 genesys; run cc-token get --token-url "$EMU_TOKEN_URL"; … }

EMU_HOME=$(cd "${BASH_SOURCE[0]%/*}/../emulator" && pwd)

# Of the emulator's variables only EMU_DIR, EMU_PID and EMU_OWNER are exported, so that no secret of
# theirs is in the environment of what a test runs; each test reads the others from the env file.
if [ -r "${EMU_DIR-}/env" ]; then
	# shellcheck source=/dev/null
	. "$EMU_DIR/env"
fi

# Start the emulator unless one runs already, and set what its env file says.
# Call it from setup_file or setup_suite, never in a subshell: it ends with the shell that called it.
emulator_start() {
	if [ -n "${EMU_PID-}" ] && kill -0 "$EMU_PID" 2>/dev/null; then
		return
	fi
	local directory line='' fd
	directory=$(mktemp -d "${BATS_FILE_TMPDIR:-${BATS_SUITE_TMPDIR:-${TMPDIR:-/tmp}}}/emulator.XXXXXX")
	mkfifo "$directory/ready"
	python3 "$EMU_HOME/emulator.py" --dir "$directory" "$@" \
		</dev/null >"$directory/ready" 2>"$directory/log" 3>&- &
	exec {fd}<"$directory/ready"
	read -r line <&"$fd" || true
	exec {fd}<&-
	if [ "$line" != ready ]; then
		cat "$directory/log" >&2
		return 1
	fi
	EMU_OWNER=${BATS_TEST_FILENAME:-$$}
	# shellcheck source=/dev/null
	. "$directory/env"
	export EMU_DIR EMU_PID EMU_OWNER
}

# Stop it, where this file started it.
emulator_stop() {
	if [ -n "${EMU_PID-}" ] && [ "$EMU_OWNER" = "${BATS_TEST_FILENAME:-$$}" ]; then
		kill "$EMU_PID" 2>/dev/null || true
		unset EMU_DIR EMU_PID EMU_OWNER
	fi
}

# emu_ns [WORDS [VENDOR]]: a namespace of its own, with the misbehaviour that WORDS name ("-" is none).
# VENDOR is genesys (default), genesys-sub, cxone or oauth2. Sets EMU_NS and the URLs below it.
emu_ns() {
	EMU_COUNT=$((${EMU_COUNT:-0} + 1))
	EMU_NS=t${BATS_SUITE_TEST_NUMBER:-0}.$BASHPID.$EMU_COUNT
	emu_faults "${1:--}" "${2:-genesys}"
}

# emu_faults WORDS [VENDOR]: other words for the same namespace.
emu_faults() {
	EMU_VENDOR=${2:-$EMU_VENDOR}
	EMU_API_URL=$EMU_URL/ns/$EMU_NS/$1/$EMU_VENDOR
	EMU_ISSUER=$EMU_API_URL
	EMU_TOKEN_URL=$EMU_API_URL/oauth/token
	EMU_KEY_URL=$EMU_API_URL/authentication/v1/token/access-key
	EMU_REVOKE_URL=$EMU_API_URL/revoke
	if [ "$EMU_VENDOR" = oauth2 ]; then
		EMU_TOKEN_URL=$EMU_API_URL/token
	fi
}

# emu_proxy [WORDS]: the URL of a proxy through which the vendors' real host names lead to this
# test's namespace. PASSWORD=1 in front of it gives the proxy that wants a password.
emu_proxy() {
	local words=${1:--} url=$EMU_PROXY_URL secret=x
	if [ -n "${PASSWORD-}" ]; then
		url=http://${EMU_PROXY_AUTH_URL#*@}
		secret=p%40ss
	fi
	words=${words//%/%25}
	words=${words//@/%40}
	words=${words//:/%3A}
	words=${words//\//%2F}
	printf 'http://%s~%s:%s@%s\n' "$EMU_NS" "$words" "$secret" "${url#http://}"
}

# journal [OPTION…]: the journal of this test's namespace; see journal.py --help.
journal() {
	python3 "$EMU_HOME/journal.py" "$EMU_DIR" --ns "$EMU_NS" "$@"
}

journal_count() { journal --count "$@"; }
journal_json() { journal --json "$@"; }

# journal_wait N [OPTION…]: until so many requests match.
journal_wait() { journal --wait "$@" --count >/dev/null; }

# emu_admin METHOD COMMAND [BODY]: tokens, valid?fingerprint=X, revoke-all, expire-all, faults.
emu_admin() {
	curl -sS --fail-with-body --noproxy '*' -X "$1" ${3+--data-raw "$3"} \
		"$EMU_HTTP_URL/admin/ns/$EMU_NS/$2"
}

# How many of this namespace's tokens are still good; the number that the end of a test wants is 0.
emu_valid_tokens() {
	emu_admin GET tokens | python3 -c \
		'import json, sys; print(sum(one["valid"] for one in json.load(sys.stdin)))'
}
