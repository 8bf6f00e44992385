# shellcheck shell=bash disable=SC2154 # emulator.bash and bats set what is not set here
# What the tests of `cc-token api` share: lists, and whether every item came once and in order.

# wanted [FROM-]N [tricks]: the emulator's items, a line each, as `api --paginate` prints them.
wanted() {
	python3 - "$EMU_HOME" "$@" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
import items
first, _, last = sys.argv[2].rpartition("-")
for number in range(int(first or 0), int(last)):
    sys.stdout.buffer.write(items.item(number, 0, "tricks" in sys.argv) + b"\n")
PYTHON
}

# lists N ARGUMENT…: `api --paginate ARGUMENT…` ends with 0 and prints the first N items, to the byte.
lists() {
	listed 0 "$@"
}

# listed STATUS N ARGUMENT…: the same with another status. $stderr is set.
listed() {
	local code=0
	cc api --paginate "${@:3}" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || code=$?
	stderr=$(<"$BATS_TEST_TMPDIR/err")
	[[ $code == "$1" ]] || note "status $code, not $1, of: api ${*:3}" "stderr: $stderr" || return
	wanted "$2" >"$BATS_TEST_TMPDIR/wanted"
	cmp "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/out" >&2 ||
		note "not the items of: api ${*:3}" "stderr: $stderr"
}

# asked N [OPTION…]: so many API requests were made in this namespace.
asked() { same "$1" "$(journal_count --kind api "${@:2}")"; }

# use_plain_list: settings for tests/lib/plainlist.py, which runs until plain_list_stop.
use_plain_list() {
	local from port
	forget
	exec {from}< <(exec python3 "$ROOT/tests/lib/plainlist.py" 3>&-)
	plain_list=$!
	read -r port <&"$from"
	export CC_PROVIDER=oauth2 CC_CLIENT_ID=id CC_CLIENT_SECRET=secret
	export CC_API_URL=http://127.0.0.1:$port CC_TOKEN_URL=http://127.0.0.1:$port/token
}
plain_list_stop() { kill "$plain_list"; }
