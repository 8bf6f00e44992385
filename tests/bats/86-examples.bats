#!/usr/bin/env bats
# examples/: each gets every item once and in order, though its token dies between two pages.

# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/api

NODE_EXAMPLES=$ROOT/build/examples/node

# The packages at the versions of the lock file, once; without npm's registry, a failure in CI.
setup_file() {
	emulator_start
	install_packages >&2 || [[ ${CI-} != true ]]
}

teardown_file() { emulator_stop; }

setup() {
	clean_environment
	export PATH=${CC_TOKEN%/*}:$PATH
}

# A program finds its packages beside it. The stamp is written when all are there.
install_packages() {
	mkdir -p "$NODE_EXAMPLES"
	(
		exec {lock}<"$NODE_EXAMPLES"
		flock "$lock"
		cp "$ROOT"/examples/node/*.{json,mjs} "$NODE_EXAMPLES" && cd "$NODE_EXAMPLES" || exit
		cmp -s package-lock.json node_modules/.stamp && exit
		npm ci --ignore-scripts --no-audit --no-fund && cp package-lock.json node_modules/.stamp
	)
}

# For the first line of a test with Node.
packages_needed() {
	cmp -s "$NODE_EXAMPLES/package-lock.json" "$NODE_EXAMPLES/node_modules/.stamp" ||
		skip "the packages could not be installed: npm's registry was not reached"
}

node_example() { NODE_EXTRA_CA_CERTS=$EMU_CA_FILE node "$NODE_EXAMPLES/$1"; }

# Debian's Python, which finds Debian's requests.
python_example() { REQUESTS_CA_BUNDLE=$EMU_CA_FILE /usr/bin/python3 "$ROOT/examples/python/$1"; }

# One JSON object a line on stdin; what tells one from another.
names() { jq -c '[.id, .name]'; }

# What users have: the variables of the hand-over, without credentials.
hand_over() {
	local variables
	variables=$(cc get --format env)
	unset CC_CLIENT_ID CC_CLIENT_SECRET CC_ACCESS_KEY_ID CC_ACCESS_KEY_SECRET
	eval "$variables"
}

# outlives COMMAND…: it prints 250 items, in three pages, though its first token ends after the first of
# them. A page is more than a pipe holds: while all but a line waits, no second page has been asked for.
outlives() {
	local out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err code=0 pid fd line
	mkfifo "$out.pipe"
	(
		hand_over
		"$@"
	) >"$out.pipe" 2>"$err" 3>&- &
	pid=$!
	exec {fd}<"$out.pipe"
	IFS= read -r line <&"$fd" || true
	printf '%s\n' "$line" >"$out"
	emu_admin POST expire-all >/dev/null
	cc get --force >"$BATS_TEST_TMPDIR/new"
	cat <&"$fd" >>"$out"
	wait "$pid" || code=$?
	[[ $code == 0 ]] || note "status $code of: $*" "stderr: $(<"$err")" || return
	wanted 250 | names | cmp - <(names <"$out")
	same 3 "$(journal_count --kind api)"
	same 0 "$(journal_count --status 401)"
	same 2 "$(journal --kind api --field presented | uniq | wc -l)"
	same "$(fingerprint "$(<"$BATS_TEST_TMPDIR/new")")" "$(journal --kind api --field presented | tail -n 1)"
}

# tells_no_token COMMAND…: it fails, says so, and prints no token.
tells_no_token() {
	hand_over
	run --separate-stderr "$@"
	[[ $status != 0 && -z $output && -n $stderr ]] || note "status $status" "$output" "$stderr" || return
	[[ $stderr != *"$CC_ACCESS_TOKEN"* ]]
}

PAGES=items=250,itemsize=4000

@test "shell: all active users, with a token that expires on the way" {
	use_genesys items=250,expire@2,api.429@3,retry-after=0
	ok "$ROOT/examples/genesys-users.sh" -q
	same "$(wanted 250)" "$output"
	same 1 "$(journal_count --status 401)"
	same 'state=active&pageSize=100' "$(journal --kind api --field query | head -n 1 | cut -d '&' -f 1-2)"
}

@test "shell: all interactions, with a token that expires on the way" {
	use_cxone items=250,expire@2,api.429@3,retry-after=0
	ok "$ROOT/examples/cxone-interactions.sh" -q
	same "$(wanted 250)" "$output"
	same 1 "$(journal_count --status 401)"
}

@test "Python requests: all active users, with a token that is replaced" {
	use_genesys $PAGES
	outlives python_example genesys_users.py
}

@test "Python requests: all interactions, with a token that is replaced" {
	use_cxone $PAGES
	outlives python_example cxone_interactions.py
}

@test "Python requests: 429 and 503 are waited for" {
	use_genesys items=250,api.429@2,api.503@3,retry-after=0
	hand_over
	ok python_example genesys_users.py
	same "$(wanted 250 | names)" "$(names <<<"$output")"
	use_cxone items=250,api.429@2,api.503@3,retry-after=0
	hand_over
	ok python_example cxone_interactions.py
	same "$(wanted 250 | names)" "$(names <<<"$output")"
}

@test "axios: all active users, with a token that is replaced" {
	packages_needed
	use_genesys $PAGES
	outlives node_example genesys-users.mjs
}

@test "axios: all interactions, with a token that is replaced" {
	packages_needed
	use_cxone $PAGES
	outlives node_example cxone-interactions.mjs
}

@test "the JavaScript SDK: all active users, with a token that is replaced" {
	packages_needed
	use_genesys $PAGES
	outlives node_example genesys-users-sdk.mjs
}

@test "Python requests: no item is no error, and an error tells no token" {
	use_genesys items=0
	hand_over
	ok python_example genesys_users.py
	same '' "$output"
	use_cxone items=0
	hand_over
	ok python_example cxone_interactions.py
	same '' "$output"
	use_genesys api.404
	tells_no_token python_example genesys_users.py
	use_cxone api.404
	tells_no_token python_example cxone_interactions.py
}

@test "Node: no item is no error, and an error tells no token" {
	local program words
	packages_needed
	for program in genesys-users.mjs genesys-users-sdk.mjs; do
		use_genesys items=0
		hand_over
		ok node_example $program
		same '' "$output"
		for words in api.404 api.close; do
			use_genesys $words
			tells_no_token node_example $program
		done
	done
	use_cxone items=0
	hand_over
	ok node_example cxone-interactions.mjs
	same '' "$output"
	for words in api.404 api.close; do
		use_cxone $words
		tells_no_token node_example cxone-interactions.mjs
	done
}

# Terraform itself is no package of Debian's, npm's or PyPI's: a stand-in asks by what it was given.

@test "Terraform: what the workflow runs hands over a token that works, and no secret" {
	local commands
	use_genesys
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/terraform" <<-'STUB'
		#!/usr/bin/env bash
		echo "$2"
		[[ $2 == init ]] && exit
		env >"$BATS_TEST_TMPDIR/seen"
		curl -fsS --cacert "$CC_CA_FILE" -H "@-" -o /dev/null "$CC_TOKEN_API_URL/api/v2/organizations/me" \
			<<<"Authorization: Bearer $GENESYSCLOUD_ACCESS_TOKEN"
	STUB
	chmod +x "$BATS_TEST_TMPDIR/bin/terraform"
	commands=$(sed -n 's/^ *- run: //p' "$ROOT/examples/terraform/workflow.yml")
	same 2 "$(wc -l <<<"$commands")"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH ok bash -ec "$commands"
	same $'init\napply' "$output"
	same 200 "$(journal --kind api --field status)"
	grep -q '^GENESYSCLOUD_REGION=us-east-1$' "$BATS_TEST_TMPDIR/seen"
	run ! grep -Fe "$EMU_GENESYS_SECRET" "$BATS_TEST_TMPDIR/seen"
}
