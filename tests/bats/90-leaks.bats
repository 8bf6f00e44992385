#!/usr/bin/env bats
# No secret shows, whatever is run and whatever the server answers: every command of the program's
# own help, at the loudest level, on every kind of runner. tests/lib/canary.py runs and searches.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

# use_hostile VENDOR: credentials that look different in every form.
use_hostile() {
	case $1 in
	genesys) use_genesys ;;
	genesys-sub) use_sub ;;
	oauth2) use_oauth2 ;;
	cxone) use_cxone ;;
	cxone-key) use_cxone_key ;;
	esac
	case $1 in
	genesys*) CC_CLIENT_ID=$EMU_GENESYS_HOSTILE_ID CC_CLIENT_SECRET=$EMU_GENESYS_HOSTILE_SECRET ;;
	oauth2) CC_CLIENT_ID=$EMU_OAUTH2_HOSTILE_ID CC_CLIENT_SECRET=$EMU_OAUTH2_HOSTILE_SECRET ;;
	cxone) CC_CLIENT_ID=$EMU_CXONE_HOSTILE_ID CC_CLIENT_SECRET=$EMU_CXONE_HOSTILE_SECRET ;;
	esac
	export CC_RETRY_FOR=0
}

# nothing_shows WORDS RUNNER…: with these misbehaviours of the server.
nothing_shows() {
	run --separate-stderr python3 "$ROOT/tests/lib/canary.py" --work "$BATS_TEST_TMPDIR/work" \
		--admin "$EMU_HTTP_URL/admin/ns/$EMU_NS" --faults "$1" "${@:2}"
	[[ $status == 0 ]] || note "$stderr"
}

# ended WITH PATTERN: commands that match ended so, and there are some.
ended() {
	local lines
	lines=$(grep -E -- "$2" <<<"$output") || note "no command like $2" || return
	run ! grep -v "=$1\$" <<<"$lines"
}

# instead_of_program LINES: a program that does the same, and something more.
instead_of_program() {
	printf '#!/bin/sh\nreal=%s\n%s\n' "$CC_TOKEN" "$1" >"$BATS_TEST_TMPDIR/instead"
	chmod +x "$BATS_TEST_TMPDIR/instead"
	export CC_TOKEN=$BATS_TEST_TMPDIR/instead
}

@test "the search finds what shows" {
	use_hostile genesys
	# shellcheck disable=SC2016 # for that shell
	instead_of_program '
case $1 in
version) printf %s "$CC_CLIENT_SECRET" | base64 -w 0 >&2 ;;
providers) printf "%s\n" "$CC_CLIENT_SECRET" ;;
api) cat "$CC_STATE_DIR"/*/token >"$TMPDIR/left-behind" ;;
status) sh -c "sleep 0.5; :" "$CC_CLIENT_SECRET" ;;
esac
exec "$real" "$@"'
	run --separate-stderr nothing_shows '' shell
	[[ $status == 1 ]]
	local place
	for place in 'CC_CLIENT_SECRET, base64: in stderr of shell: version' \
		'CC_CLIENT_SECRET, plain: in stdout of shell: providers' \
		'token, plain: in left-behind of shell: api' \
		'CC_CLIENT_SECRET, plain: in arguments of shell: status'; do
		says "$place"
	done
}

@test "a command that the search does not know ends it" {
	use_hostile genesys
	# shellcheck disable=SC2016
	instead_of_program 'case $1 in help) "$real" help | sed "s/^  help /  leak  it\n&/" ;; *) exec "$real" "$@" ;; esac'
	run --separate-stderr nothing_shows '' shell
	[[ $status == 1 ]]
	says 'does not know how to run all of: .* leak'
}

@test "every command, every kind of runner" {
	use_hostile genesys
	nothing_shows '' shell github act gitlab
	ended 0 '^github: (action|post|get|api /api|refresh|stop)'
}

@test "every flow: id and secret in the form, in encoded Basic, in a password grant, in JSON" {
	local vendor
	for vendor in genesys-sub oauth2 cxone cxone-key; do
		use_hostile "$vendor"
		nothing_shows '' github
		ended 0 '^github: (action|post|get|stop|refresh)'
	done
}

@test "refused: the server repeats what it was sent" {
	local vendor
	for vendor in genesys oauth2 cxone cxone-key; do
		use_hostile "$vendor"
		nothing_shows 'any.401,echo' github
		ended 3 '^github: (action|get)='
	done
}

@test "gone, busy, broken: the server repeats what it was sent" {
	local word
	use_hostile genesys
	for word in 500 429 400rate 400client 403; do
		nothing_shows "token.$word,api.$word,revoke.400,echo" github
		ended '[34]' '^github: (action|get)='
	done
}

@test "an API and a revocation that fail" {
	use_hostile oauth2
	nothing_shows 'api.401,revoke.503x1,echo' github
	ended 0 '^github: (action|post|get)='
	nothing_shows 'api.500,revoke.400,echo' shell
}

@test "answers that are no token, or half of one" {
	local word
	use_hostile genesys
	for word in halfjson reset 'json=[GOOD]' \
		'json=%7B%22access_token%22:%22a b%22%2C%22more%22:GOOD%7D'; do
		nothing_shows "$word" gitlab
		ended '[34]' '^gitlab: (action|get)='
	done
}
