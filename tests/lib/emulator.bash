# shellcheck shell=bash
# The servers that tests talk to. tests/emulator/README.md is the manual.
#
#   setup_file()    { emulator_start; }
#   teardown_file() { emulator_stop; }
#   @test "…"       { emu_ns 429x2 genesys; run cc-token get --token-url "$EMU_TOKEN_URL"; … }

EMU_HOME=$(cd "${BASH_SOURCE[0]%/*}/../emulator" && pwd)

# Of the servers' variables only EMU_DIR, EMU_PID and EMU_OWNER are exported, so that no secret of
# theirs is in the environment of what a test runs; each test reads the others from the env files.
for emu_file in "${EMU_DIR-}/env" "${EMU_DIR-}/oidc.env"; do
	if [ -r "$emu_file" ]; then
		# shellcheck source=/dev/null
		. "$emu_file"
	fi
done

# Start the emulator and set what its env file says. Without options, one that runs already will do.
# Call it from setup_file or setup_suite, never in a subshell: it ends with the shell that called it.
emulator_start() {
	if [ $# -eq 0 ] && [ -n "${EMU_PID-}" ] && kill -0 "$EMU_PID" 2>/dev/null; then
		return
	fi
	local directory
	directory=$(mktemp -d "${BATS_FILE_TMPDIR:-${BATS_SUITE_TMPDIR:-${TMPDIR:-/tmp}}}/emulator.XXXXXX")
	emu_launch "$directory/log" python3 "$EMU_HOME/emulator.py" --dir "$directory" "$@" || return
	EMU_OWNER=${BATS_TEST_FILENAME:-$$}
	# shellcheck source=/dev/null
	. "$directory/env"
	export EMU_DIR EMU_PID EMU_OWNER
}

# emu_launch LOG COMMAND…: start a server, its stderr in LOG, and wait for its line "ready".
emu_launch() {
	local log=$1 line='' fd
	mkfifo "$log.ready"
	"${@:2}" </dev/null >"$log.ready" 2>"$log" 3>&- &
	exec {fd}<"$log.ready"
	read -r line <&"$fd" || true
	exec {fd}<&-
	rm "$log.ready"
	if [ "${line%% *}" != ready ]; then
		cat "$log" >&2
		return 1
	fi
}

# Stop it, where this file started it, and what was started beside it.
emulator_stop() {
	if [ -n "${EMU_PID-}" ] && [ "$EMU_OWNER" = "${BATS_TEST_FILENAME:-$$}" ]; then
		oidc_stop
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
# shellcheck disable=SC2034 # what it sets is read by the tests
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
# test's namespace. PASSWORD=1 in front of it gives the proxy that wants a password, SOCKS=1 one that
# speaks SOCKS 5.
emu_proxy() {
	local words=${1:--} url=$EMU_PROXY_URL secret=x
	if [ -n "${PASSWORD-}" ]; then
		url=http://${EMU_PROXY_AUTH_URL#*@}
		secret=p%40ss
	elif [ -n "${SOCKS-}" ]; then
		url=$EMU_SOCKS_URL
	fi
	words=${words//%/%25}
	words=${words//@/%40}
	words=${words//:/%3A}
	words=${words//\//%2F}
	printf '%s://%s~%s:%s@%s\n' "${url%%:*}" "$EMU_NS" "$words" "$secret" "${url#*://}"
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

# oidc_start [LIFETIME]: a certified OAuth 2 server, oidc-provider, beside the emulator; its access tokens
# live LIFETIME seconds (600). Sets OIDC_URL (the issuer) and the ids and secrets of its clients. Where npm
# can't be reached it starts none, which is a failure in CI; tests say oidc_needed first.
oidc_start() {
	if ! oidc_install; then
		[ "${CI-}" != true ]
		return
	fi
	emu_launch "$EMU_DIR/oidc.log" node "$EMU_HOME/oidc/server.mjs" "$EMU_DIR" "$@" || return
	# shellcheck source=/dev/null
	. "$EMU_DIR/oidc.env"
}

# For the first line of a test that talks to it.
oidc_needed() {
	[ -n "${OIDC_URL-}" ] || [ -r "${EMU_DIR-}/oidc.env" ] ||
		skip "oidc-provider could not be installed: npm's registry was not reached"
}

# Its packages, at the versions of its lock file, once.
oidc_install() {
	(
		cd "$EMU_HOME/oidc" || exit
		exec {lock}<package.json
		flock "$lock"
		[ -d node_modules ] && exit
		../../../scripts/attempt npm npm ci --omit=dev --no-audit --no-fund && exit
		rm -rf node_modules
		exit 1
	)
}

# Stop the one that stands beside this emulator.
oidc_stop() {
	if [ -r "${EMU_DIR-}/oidc.env" ]; then
		kill "$OIDC_PID" 2>/dev/null || true
		rm -f "$EMU_DIR/oidc.env"
		unset OIDC_PID
	fi
}

# oidc_active TOKEN: whether the server still knows the token, by introspection: true or false.
oidc_active() {
	# shellcheck disable=SC2153 # it comes from oidc.env
	curl -sS --cacert "$EMU_CA_FILE" --noproxy '*' -u "$OIDC_ID:$OIDC_SECRET" \
		--data-urlencode "token=$1" "$OIDC_URL/token/introspection" |
		python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["active"]))'
}
