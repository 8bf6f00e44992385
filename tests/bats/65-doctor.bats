#!/usr/bin/env bats
# doctor: what it finds, what it says to do, how it ends, and what it must never send.

load ../lib/common
load ../lib/emulator

setup() {
	clean_environment
	unset SSL_CERT_FILE
}

# use_names ID SECRET: the vendors' own host names, through the emulator's proxy.
use_names() {
	emu_ns
	export CC_CA_FILE=$EMU_CA_FILE CC_PROVIDER=genesys CC_CLIENT_ID=$1 CC_CLIENT_SECRET=$2
	export HTTPS_PROXY
	HTTPS_PROXY=$(emu_proxy)
}

# line STATUS CHECK PATTERN: the report has such a line.
line() {
	# shellcheck disable=SC2154 # set by run
	grep -qE "^$1 +$2: .*$3" <<<"$output" || note "no line $1 $2 /$3/ in:" "$output" "$stderr"
}

# ends STATUS COMMAND…: it ends so; the report is on stdout, and the last line of stderr is the error.
ends() {
	run --separate-stderr "${@:2}"
	[[ $status == "$1" && ($status == 0 || ${stderr##*$'\n'} == 'cc-token: '*) ]] ||
		note "wanted $1, got $status" "$output" "$stderr"
}

# no_secrets: neither of the two last streams holds a secret or a token.
no_secrets() {
	[[ $output$stderr != *"$CC_CLIENT_SECRET"* ]] || note "the secret is shown"
	[[ $output$stderr != *"$(printf %s "$CC_CLIENT_ID:$CC_CLIENT_SECRET" | base64 -w0)"* ]]
}

@test "all is well: each check has a line, the token is revoked, nothing is left" {
	use_genesys
	ends 0 cc doctor
	line ok setting 'client-id \(from CC_CLIENT_ID\) = '
	line ok setting 'client-secret \(from CC_CLIENT_SECRET\)$'
	line ok provider 'genesys, by region, region us-east-1'
	line ok runner shell
	line ok state "$CC_STATE_DIR"
	line ok refresher .
	line ok name '127.0.0.1 is 127.0.0.1'
	line ok TLS "TLSv1.*certificate of server by cc-token emulator.*trusted roots: $EMU_CA_FILE"
	line ok clock "the server's$"
	line ok token 'lasts 24 h'
	line ok API 'accepts the token \(HTTP 200\)'
	line ok revocation revoked
	same '' "$stderr"
	no_secrets
	tokens_asked 1
	same 0 "$(emu_valid_tokens)"
	same '' "$(ls -A "$CC_STATE_DIR")"
}

@test "a stored token is left alone" {
	use_genesys
	local token
	token=$(cc get)
	ends 0 cc doctor
	same "$token" "$(cc get)"
	same 1 "$(emu_valid_tokens)"
}

@test "--json has the same" {
	use_genesys
	ends 0 cc doctor --json
	jq -e '.failed == 0 and .warning == 0 and .ok == (.checks | length)
		and any(.checks[]; .check == "token" and .status == "ok")' <<<"$output"
	CC_CLIENT_SECRET=wrong-secret ends 3 cc doctor --json
	jq -e '.failed == 1 and .checks[-1].check == "token" and .checks[-1].status == "failed"
		and (.checks[-1].hint | test("client-secret"))' <<<"$output"
}

@test "settings: what is wrong, what is missing, what overrules what" {
	use_genesys
	CC_TIMEOUT=bad ends 2 cc doctor
	line failed setting 'CC_TIMEOUT.*must be seconds'
	CC_CLIENT_SECRET='' ends 2 cc doctor
	line failed provider 'CC_CLIENT_SECRET is empty: give it a value'
	ends 2 env -u CC_CLIENT_SECRET "$CC_TOKEN" doctor
	line failed provider 'client-secret is not set: set one of CC_CLIENT_SECRET'
	GENESYS_CLIENT_ID=another ends 0 cc doctor
	line warning setting 'client-id \(from CC_CLIENT_ID\) is used, and GENESYS_CLIENT_ID has another value'
	CC_CLIENT_SECRET="'$EMU_GENESYS_SECRET'" ends 3 cc doctor
	line warning setting 'client-secret .*begins with a quote: store the value without it'
	no_secrets
	ends 2 env -u CC_PROVIDER -u CC_CLIENT_ID -u CC_CLIENT_SECRET "$CC_TOKEN" doctor
	line failed provider 'no credentials.*set provider'
	fails 2 'unknown option' cc doctor --frob
}

@test "the credentials are refused: exit 3, with the reason" {
	use_genesys
	CC_CLIENT_SECRET=wrong-secret ends 3 cc doctor
	line failed token 'HTTP 401 invalid_client.*check client-secret \(from CC_CLIENT_SECRET\)'
	use_genesys 503
	ends 4 cc doctor
	line failed token 'HTTP 503'
	tokens_asked 1
}

@test "name, connection, TLS and CA file: the failed one is named" {
	use_genesys
	CC_TOKEN_URL=https://no-such-host.invalid/x ends 4 cc doctor
	line failed name "no-such-host.invalid: the name can't be resolved"
	CC_TOKEN_URL=https://127.0.0.1:1/x ends 4 cc doctor
	line failed connection '127.0.0.1: no connection'
	CC_CA_FILE='' ends 4 cc doctor
	line failed TLS 'not trusted.*issued by "cc-token emulator.*ca-file \(CC_CA_FILE\)'
	CC_CA_FILE=/no/such/file ends 2 cc doctor
	line failed TLS "ca-file \(from CC_CA_FILE\): can't open"
	CC_TOKEN_URL=$EMU_EXPIRED_URL/x ends 4 cc doctor
	line failed TLS "expired.*check this machine's clock"
	CC_TOKEN_URL=$EMU_WRONGNAME_URL/x ends 4 cc doctor
	line failed TLS 'the certificate is of wrongname'
	tokens_asked 0
}

@test "a clock that differs from the server's is a warning" {
	use_genesys date=+3600
	ends 0 cc doctor
	line warning clock "clock is (59|60) min behind the server's: set it"
	use_genesys date=-7300
	ends 0 cc doctor
	line warning clock "clock is 2 h . min ahead of the server's"
	use_genesys date=none
	ends 0 cc doctor
}

@test "a state directory that can't be used: exit 5" {
	use_genesys
	CC_STATE_DIR=/proc/nowhere ends 5 cc doctor
	line failed state "can't make nowhere in /proc/nowhere.*state-dir"
	line ok token lasts
	CC_STATE_DIR=$BATS_TEST_TMPDIR/new/place ends 0 cc doctor
	line ok state "$BATS_TEST_TMPDIR/new/place"
	[[ ! -e $BATS_TEST_TMPDIR/new ]]
}

@test "what stands in the query of a URL is not shown" {
	use_oauth2
	export CC_TOKEN_URL="$CC_TOKEN_URL?api_key=S3cr3t" CC_REVOKE_URL="$CC_REVOKE_URL?api_key=S3cr3t"
	export CC_API_URL="$CC_API_URL?api_key=S3cr3t#S3cr3t" CC_ISSUER="$EMU_ISSUER?api_key=S3cr3t"
	run --separate-stderr cc doctor -v
	[[ $output == *"token-url (from CC_TOKEN_URL) = ${CC_TOKEN_URL%%\?*}"$'\n'* ]]
	[[ $output$stderr != *S3cr3t* ]]
	run --separate-stderr cc doctor --json
	[[ $output$stderr != *S3cr3t* ]]
}

@test "the proxy: the one in use, one left out, one that refuses, one that is not there" {
	use_names "$EMU_GENESYS_ID" "$EMU_GENESYS_SECRET"
	ends 0 cc doctor
	line ok proxy 'HTTPS_PROXY \(127.0.0.1\) leads to login.mypurecloud.com'
	line ok proxy 'leads to api.mypurecloud.com'
	HTTPS_PROXY=$(PASSWORD=1 emu_proxy | sed s/p%40ss/wr0ng-password/) ends 4 cc doctor
	line failed proxy 'HTTPS_PROXY: the proxy asks who we are.*407'
	[[ $output$stderr != *wr0ng-password* ]]
	unset HTTPS_PROXY
	https_proxy=http://127.0.0.1:1 ends 4 cc doctor
	line failed connection 'check https_proxy: its loopback address'
	use_genesys
	HTTPS_PROXY=http://127.0.0.1:1 NO_PROXY=127.0.0.1 ends 0 cc doctor
	line ok proxy 'HTTPS_PROXY is set, but not used for 127.0.0.1'
}

@test "a client of another region: the region is found, and the secret never leaves the named one" {
	use_names "$EMU_GENESYS_REGIONAL_ID" "$EMU_GENESYS_REGIONAL_SECRET"
	CC_REGION=eu-west-1 ends 3 cc doctor
	line failed token 'HTTP 400 invalid_client'
	line failed region 'known in eu-west-2 \(.*\), not in eu-west-1: set region \(from CC_REGION\) to eu-west-2'
	no_secrets
	# The real secret went to the named region, once; all others saw another one.
	journal_json --kind token >"$BATS_TEST_TMPDIR/journal"
	python3 - "$BATS_TEST_TMPDIR/journal" "$CC_CLIENT_ID:$CC_CLIENT_SECRET" <<-'EOT'
		import base64, json, sys
		real, others = [], []
		for line in open(sys.argv[1]):
		    request = json.loads(line)
		    basic = dict((k.lower(), v) for k, v in request["headers"])["authorization"]
		    sent = base64.b64decode(basic.split()[1]).decode()
		    (real if sent == sys.argv[2] else others).append((request["host"], sent, request["status"]))
		assert [host for host, _, _ in real] == ["login.mypurecloud.ie"], real
		assert others[-1][0] == "login.euw2.pure.cloud" and others[-1][2] == 401, others
		assert len({sent for _, sent, _ in others}) == len(others), "a made-up secret was used twice"
		assert not any(sys.argv[2].split(":")[1] in sent for _, sent, _ in others)
		assert 2 <= len(others) <= 18, others
	EOT
	same 0 "$(emu_valid_tokens)"
}

@test "no region knows the client; and none is asked where the secret is wrong, or the endpoint was given" {
	use_names no-such-client no-such-secret
	ends 3 cc doctor
	line failed region 'no region that answered knows the client: check client-id \(from CC_CLIENT_ID\)'
	tokens_asked 19
	CC_CLIENT_ID=$EMU_GENESYS_ID ends 3 cc doctor
	tokens_asked 20
	unset HTTPS_PROXY
	use_genesys
	CC_CLIENT_ID=no-such-client ends 3 cc doctor
	tokens_asked 1
}

@test "CXone and a plain server: discovery, API and revocation" {
	use_cxone
	ends 0 cc doctor
	line ok API 'https://.* answers'
	line ok revocation 'the provider has none; the token that was got here lasts'
	clean_environment
	use_oauth2
	ends 0 cc doctor
	line ok revocation revoked
	same 0 "$(emu_valid_tokens)"
	clean_environment
	use_oauth2
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER ends 0 cc doctor
	line ok revocation revoked
}

@test "a server without revocation, or one that does not revoke such tokens, is a good server" {
	use_oauth2 norevoke
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER ends 0 cc doctor
	line ok revocation 'the server names no endpoint.*the token that was got here lasts'
	clean_environment
	use_oauth2 'revoke.json=%7B"error":"unsupported_token_type"%7D'
	ends 0 cc doctor
	line ok revocation 'does not revoke such tokens; the token that was got here lasts'
	clean_environment
	use_oauth2
	CC_REVOKE=false ends 0 cc doctor
	line ok revocation 'revoke is false'
	same 1 "$(emu_valid_tokens)"
}

@test "the runner and its engine" {
	use_genesys
	GITHUB_ACTIONS=true GITHUB_WORKSPACE=/github/workspace CC_REFRESH=true ends 0 cc doctor
	line ok runner 'github, in a container action'
	grep -qE '^(ok|warning) +refresher: ' <<<"$output"
	GITLAB_CI=true ends 0 cc doctor
	line ok runner gitlab
	[[ $output$stderr != *::add-mask::* ]]
}
