# shellcheck shell=bash disable=SC2154 # bats sets status, output, stderr
# What the tests of the commands share: a clean environment for each, and how a run is judged.
#
#	load ../lib/common
#	load ../lib/emulator
#	setup() { clean_environment; }
#	@test "…" { use_genesys 429x1; ok cc get; fails 2 'region' cc get --region mars; }

bats_require_minimum_version 1.5.0

ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
# The program under test, by an absolute path.
export CC_TOKEN=${CC_TOKEN:-$ROOT/build/cc-token}
[[ $CC_TOKEN == /* ]] || CC_TOKEN=$PWD/$CC_TOKEN

# Nothing of the caller's settings, runner or proxies reaches the program; its state stands in a
# directory of the test's own.
clean_environment() {
	local name
	while IFS= read -r name; do
		case ${name^^} in
		CC_TOKEN) ;;
		CC_* | INPUT_* | STATE_* | GITHUB_* | RUNNER_* | ACTIONS_* | GITLAB_* | CI | CI_* | ACT | TF_BUILD | AGENT_* | \
			BUILD_TAG | BUILDKITE_* | SYSTEM_* | BITBUCKET_* | CIRCLE_* | GENESYS* | CXONE* | TENANT_ID | *_PROXY | SSL_CERT_* | SSLKEYLOGFILE | XDG_*)
			unset "$name" ;;
		esac
	done < <(compgen -e)
	export HOME=$BATS_TEST_TMPDIR/home CC_STATE_DIR=$BATS_TEST_TMPDIR/state
	mkdir -p "$HOME" "$CC_STATE_DIR"
}

# The program by its short name.
cc() { "$CC_TOKEN" "$@"; }

# runner_files: the files that GitHub's runner gives each step, empty.
runner_files() {
	local name
	for name in GITHUB_OUTPUT GITHUB_ENV GITHUB_STATE GITHUB_PATH GITHUB_STEP_SUMMARY; do
		export "$name=$BATS_TEST_TMPDIR/$name"
		: >"${!name}"
	done
}

# What the main step has put into GITHUB_STATE for its post step: the last such line.
saved() { sed -n 's/^state=//p' "$GITHUB_STATE" | tail -n 1; }

# The action's two steps as GitHub runs them: to post counts what main has saved, and no variable.
main_step() {
	runner_files
	GITHUB_ACTIONS=true ok "$CC_TOKEN" action "$@"
}
post_step() { GITHUB_ACTIONS=true STATE_state=$(saved) ok "$CC_TOKEN" post "$@"; }

# No settings but where the state stands.
forget() {
	local name
	for name in "${!CC_@}"; do
		case $name in CC_TOKEN | CC_STATE_DIR) ;; *) unset "$name" ;; esac
	done
}

# use_genesys [WORDS], use_sub, use_cxone, use_oauth2: settings for a namespace of the emulator's.
use_genesys() {
	forget
	emu_ns "${1:--}" genesys
	export CC_PROVIDER=genesys CC_CLIENT_ID=$EMU_GENESYS_ID CC_CLIENT_SECRET=$EMU_GENESYS_SECRET
	use_urls
}
use_sub() {
	forget
	emu_ns "${1:--}" genesys-sub
	export CC_PROVIDER=genesys CC_CLIENT_ID=$EMU_GENESYS_ID CC_CLIENT_SECRET=$EMU_GENESYS_SECRET
	export CC_SUB_DOMAIN=$EMU_SUB_DOMAIN
	use_urls
}
use_oauth2() {
	forget
	emu_ns "${1:--}" oauth2
	export CC_PROVIDER=oauth2 CC_CLIENT_ID=$EMU_OAUTH2_ID CC_CLIENT_SECRET=$EMU_OAUTH2_SECRET
	use_urls
	export CC_REVOKE_URL=$EMU_REVOKE_URL
}
# use_cxone [WORDS]: the password grant, by discovery; use_cxone_key: the access key alone.
use_cxone() {
	forget
	emu_ns "${1:--}" cxone
	export CC_PROVIDER=cxone CC_CLIENT_ID=$EMU_CXONE_ID CC_CLIENT_SECRET=$EMU_CXONE_SECRET
	export CC_ACCESS_KEY_ID=$EMU_CXONE_KEY_ID CC_ACCESS_KEY_SECRET=$EMU_CXONE_KEY_SECRET
	export CC_CA_FILE=$EMU_CA_FILE CC_ISSUER=$EMU_ISSUER
}
use_cxone_key() {
	forget
	emu_ns "${1:--}" cxone
	export CC_PROVIDER=cxone
	export CC_ACCESS_KEY_ID=$EMU_CXONE_KEY_ID CC_ACCESS_KEY_SECRET=$EMU_CXONE_KEY_SECRET
	export CC_CA_FILE=$EMU_CA_FILE CC_ISSUER=$EMU_ISSUER CC_TOKEN_URL=$EMU_KEY_URL
}
use_urls() {
	export CC_CA_FILE=$EMU_CA_FILE CC_TOKEN_URL=$EMU_TOKEN_URL CC_API_URL=$EMU_API_URL
}

# Faults from now on, in the namespace that is in use.
use_faults() {
	emu_faults "$1"
	export CC_TOKEN_URL=$EMU_TOKEN_URL CC_API_URL=$EMU_API_URL
}

# note TEXT…: why a test fails, for the one who reads it.
note() { printf '%s\n' "$@" >&2; return 1; }

# ok COMMAND…: it ends with 0. Sets $output and $stderr.
ok() {
	run --separate-stderr "$@"
	[[ $status == 0 ]] || note "status $status of: $*" "stdout: $output" "stderr: $stderr"
}

# fails STATUS PATTERN COMMAND…: it ends so, prints nothing on stdout, and its last line on stderr
# is the one error line, which matches the extended regular expression.
fails() {
	local want=$1 pattern=$2 last
	run --separate-stderr "${@:3}"
	last=${stderr##*$'\n'}
	if [[ $status != "$want" || -n $output || $last != 'cc-token: '* || ! $last =~ $pattern ]]; then
		note "wanted status $want and /$pattern/; got $status from: ${*:3}" "stdout: $output" \
			"stderr: $stderr"
	fi
}

# says PATTERN, keeps_quiet PATTERN: whether the last run's stderr matches.
says() { [[ $stderr =~ $1 ]] || note "no /$1/ in: $stderr"; }
keeps_quiet() { [[ ! $stderr =~ $1 ]] || note "/$1/ in: $stderr"; }

# same WANT HAVE: two texts are equal.
same() { [[ $1 == "$2" ]] || note "wanted: $1" "got:    $2"; }

# tokens_asked N: so many token requests were made in this namespace.
tokens_asked() { same "$1" "$(journal_count --kind token)"; }

# The one directory of a token under the state directory.
state_of() {
	local all=("$CC_STATE_DIR"/*/)
	[[ ${#all[@]} == 1 && -d ${all[0]} ]] || note "not one state: ${all[*]}" || return
	printf '%s\n' "${all[0]%/}"
}

fingerprint() { printf %s "$1" | sha256sum | cut -c 1-16; }

# hold_lock FILE: a process holds it until release. A living one: a PID namespace's /proc/locks
# shows no others.
hold_lock() {
	[[ -p $BATS_TEST_TMPDIR/release ]] || mkfifo "$BATS_TEST_TMPDIR/release"
	flock "$1" cat "$BATS_TEST_TMPDIR/release" 3>&- &
	holder=$!
	while flock -n "$1" true; do sleep 0.02; done
}
release() {
	: >"$BATS_TEST_TMPDIR/release"
	wait "$holder"
}
