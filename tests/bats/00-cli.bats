#!/usr/bin/env bats
# The command line itself: what is no command, what is no option, help and version.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

@test "without a command: exit 2, one line on stderr, nothing on stdout" {
	fails 2 'no command.*help' cc
	same 1 "${#stderr_lines[@]}"
}

@test "an unknown command: exit 2" {
	fails 2 'unknown command.*help' cc fetch
	fails 2 'unknown command' cc ''
	fails 2 'unknown command' cc 'get token'
	fails 2 'unknown command' cc GET
	fails 2 'unknown command' cc --frobnicate
}

@test "a word that is no command is not repeated: it may be a secret" {
	fails 2 'unknown command' cc s3cr3t-value
	keeps_quiet s3cr3t
}

@test "help, --help and -h print the commands and every setting to stdout" {
	local name all
	ok cc help
	all=$output
	ok cc --help
	same "$all" "$output"
	ok cc -h
	same "$all" "$output"
	same '' "$stderr"
	for name in action post get stop status providers version help; do
		grep -qE "^ +$name " <<<"$all" || note "no command $name in help"
	done
	for name in provider client-id client-secret access-key-id access-key-secret region sub-domain \
		tenant-id issuer token-url api-url revoke-url client-auth scope audience expiry-buffer \
		timeout retry-for ca-file name state-dir export-env install-cli refresh max-lifetime revoke \
		log-level; do
		grep -qE "^ +(--)?$name " <<<"$all" || note "no setting $name in help"
	done
	for name in CC_CLIENT_SECRET GENESYSCLOUD_OAUTHCLIENT_ID GENESYS_CLOUD_CLIENT_ID CXONE_CLIENT_ID \
		GENESYSCLOUD_REGION SSL_CERT_FILE TENANT_ID CC_LOG; do
		[[ $all == *"$name"* ]] || note "no variable $name in help"
	done
	[[ $all != *--client-secret* && $all != *--access-key-secret* ]]
}

@test "help CMD and CMD --help print the same, for every command of the table" {
	local name text names
	ok cc help
	mapfile -t names < <(sed -n '/^commands:/,/^$/p' <<<"$output" |
		awk 'NR > 1 && NF && $1 != "help" { print $1 }')
	for name in "${names[@]}"; do
		ok cc help "$name"
		text=$output
		[[ $text == *"cc-token $name"* ]] || note "no usage line for $name"
		ok cc "$name" --help
		same "$text" "$output"
		ok cc "$name" -h
		same "$text" "$output"
	done
}

@test "help needs no settings, and bad ones do not stop it" {
	CC_TIMEOUT=bad ok cc help
	CC_TIMEOUT=bad ok cc get --help
	CC_TIMEOUT=bad ok cc version
	CC_TIMEOUT=bad ok cc providers
}

@test "help of what is no command: exit 2" {
	fails 2 'no command' cc help fetch
	fails 2 'too many' cc help get extra
}

@test "help --markdown has every setting, and no tag or control character" {
	ok cc help --markdown
	[[ $output == *'| `client-secret` (secret) |'*CC_CLIENT_SECRET* ]]
	[[ $output == *'`cc-token get'* ]]
	run ! grep -P '[\x00-\x08\x0b-\x1f]' <<<"$output"
}

@test "version names the program, its commit and its libraries" {
	local version
	version=$(<"$ROOT/VERSION")
	ok cc version
	[[ ${lines[0]} == "cc-token $version"* ]]
	[[ $output == *libcurl/* && $output == *cJSON/* && $output == *OpenSSL/* ]]
	ok cc --version
	[[ ${lines[0]} == "cc-token $version"* ]]
	ok cc version --json
	same "$version" "$(jq -r .version <<<"$output")"
	jq -e '.commit and .libcurl and .cjson' <<<"$output"
}

@test "an unknown option: exit 2, named, its value not shown" {
	local command
	for command in get status stop action post; do
		fails 2 'unknown option --frobnicate' cc "$command" --frobnicate=s3cr3t-value
		keeps_quiet s3cr3t
		fails 2 'unknown option --frobnicate' cc "$command" --frobnicate s3cr3t-value
		keeps_quiet s3cr3t
		fails 2 'unknown option -Z' cc "$command" -Z
	done
	fails 2 'unknown option' cc get --forc
	fails 2 'unknown option' cc get --force-
	fails 2 'unknown option' cc version --format token
}

@test "an option without its value, a flag with one, and words too many: exit 2" {
	use_genesys
	fails 2 '--region needs a value' cc get --region
	fails 2 '--format needs a value' cc get --format
	fails 2 '--force takes no value' cc get --force=yes
	fails 2 'too many' cc get s3cr3t-value
	keeps_quiet s3cr3t
	fails 2 'too many' cc get -- --force
	fails 2 'too many' cc status -
	tokens_asked 0
}

@test "the links of the image are their commands, and take no words" {
	use_genesys
	runner_files
	ln -s "$CC_TOKEN" "$BATS_TEST_TMPDIR/cc-token-action"
	ln -s "$CC_TOKEN" "$BATS_TEST_TMPDIR/cc-token-post"
	GITHUB_ACTIONS=true ok "$BATS_TEST_TMPDIR/cc-token-action"
	tokens_asked 1
	GITHUB_ACTIONS=true STATE_state=$(saved) ok "$BATS_TEST_TMPDIR/cc-token-post"
	same 0 "$(emu_valid_tokens)"
	fails 2 'too many' "$BATS_TEST_TMPDIR/cc-token-action" get
}

@test "-q is errors only, -v everything, on every command" {
	use_genesys
	ok cc get -q
	same '' "$stderr"
	ok cc get -v --force
	says 'debug: .*token request.*200'
	ok cc stop -q
	same '' "$stderr"
}

@test "providers lists 18 Genesys regions, the CXone areas, and their hosts" {
	ok cc providers
	[[ $output == *us-east-1*api.mypurecloud.com* && $output == *na1* && $output == *oauth2* ]]
	ok cc providers --json
	same 18 "$(jq '[.regions[] | select(.provider == "genesys")] | length' <<<"$output")"
	same https://login.edee1.eusc-pure.cloud/oauth/token \
		"$(jq -r '.regions[] | select(.region == "eusc-de-east-1").token_url' <<<"$output")"
	same https://na1.nice-incontact.com/authentication/v1/token/access-key \
		"$(jq -r '.regions[] | select(.region == "na1").token_url' <<<"$output")"
	same 6 "$(jq '.flows | length' <<<"$output")"
}

@test "a full or closed stdout: exit 5" {
	use_genesys
	local command
	for command in help version providers get 'get --format json' 'status'; do
		# shellcheck disable=SC2086 # words
		fails 5 'stdout' bash -c '"$CC_TOKEN" "$@" >/dev/full' - $command
		# shellcheck disable=SC2086
		fails 5 'stdout' bash -c '"$CC_TOKEN" "$@" >&-' - $command
	done
}

# without_dev SCRIPT: in a mount namespace whose /dev is empty.
without_dev() {
	unshare --map-root-user --mount bash -c 'mount -t tmpfs none /dev && exec bash -c "$1"' - "$1"
}

@test "closed descriptors, and no /dev/null: what is for them goes into no file" {
	local closed
	export GITHUB_ACTIONS=true
	use_genesys
	for closed in '>&-' '2>&-' '<&- 2>&-' '<&- >&- 2>&-'; do
		run without_dev "\"\$CC_TOKEN\" get --force $closed"
		[[ $status == 5 ]] || note "$closed: $status $output"
	done
	[[ -n $(find "$CC_STATE_DIR" -name lock -size 0) ]]
	run -1 grep -r add-mask "$CC_STATE_DIR"
}

@test "a reader that ends early is no crash" {
	run bash -c '"$CC_TOKEN" help 2>/dev/null | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"'
	[[ $output == 0 || $output == 5 ]]
}
