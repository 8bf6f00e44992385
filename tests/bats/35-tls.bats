#!/usr/bin/env bats
# Whom we talk to: certificates, redirects, proxies. No secret goes anywhere else.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

# The real hosts, by a proxy.
behind() {
	forget
	emu_ns - genesys
	export CC_PROVIDER=genesys CC_CLIENT_ID=$EMU_GENESYS_ID CC_CLIENT_SECRET=$EMU_GENESYS_SECRET
	export CC_CA_FILE=$EMU_CA_FILE CC_RETRY_FOR=0
}

@test "each fault of a certificate has its own text: exit 4, once, before any secret is sent" {
	local url why
	use_genesys
	while read -r url why; do
		CC_TOKEN_URL=$url/ns/$EMU_NS/-/genesys/oauth/token fails 4 "the server's certificate $why" cc get
		keeps_quiet 'next attempt'
	done <<-E
		$EMU_UNTRUSTED_URL is not trusted: .*issued by "cc-token emulator stranger".*CC_CA_FILE
		$EMU_EXPIRED_URL has expired: the one of "expired".*on 2020-01-02T00:00:00Z: check this machine's clock
		$EMU_FUTURE_URL is not valid yet: .*before 2048-01-01T00:00:00Z: check this machine's clock
		$EMU_WRONGNAME_URL is for another name: it is of "wrongname".*: check the URL
	E
	unset CC_CA_FILE
	fails 4 'certificate.*CC_CA_FILE' cc get
	tokens_asked 0
}

@test "the proxy's certificate is told as the proxy's" {
	local url why
	behind
	while read -r url why; do
		HTTPS_PROXY=$url fails 4 "HTTPS_PROXY: the proxy's certificate $why" cc get
	done <<-E
		$EMU_UNTRUSTED_URL is not trusted
		$EMU_EXPIRED_URL has expired
		$EMU_WRONGNAME_URL is for another name
	E
	tokens_asked 0
}

@test "a connection that ends says how, in no library's numbers" {
	use_genesys
	CC_RETRY_FOR=0 CC_TOKEN_URL=$EMU_REFUSED_URL/x fails 4 'no connection .*: Connection refused\)' cc get
	CC_RETRY_FOR=0 CC_TIMEOUT=1 CC_TOKEN_URL=$EMU_SILENT_URL/x fails 4 'no answer in time|TLS failed' cc get
	keeps_quiet 'error:0|SSL_ERROR'
}

@test "a handshake that no later one will better is tried once, and says why" {
	local url why
	use_genesys
	while read -r url why; do
		CC_RETRY_FOR=60 CC_TOKEN_URL=$url/oauth/token fails 4 "no TLS with this server .*; $why" cc get
		keeps_quiet 'next attempt'
		keeps_quiet 'error:'
	done <<-E
		$EMU_MUTUAL_URL the server wants a client certificate
		$EMU_MUTUAL12_URL the server has no cipher in common with us, or wants a client certificate
		$EMU_OLDTLS_URL the server speaks no TLS version that is spoken here
		$EMU_CIPHER_URL the server has no cipher in common
		$EMU_PLAIN_URL what answers does not speak TLS
	E
	tokens_asked 0
}

@test "no setting and no variable of others turns the check off" {
	use_genesys
	unset CC_CA_FILE
	printf 'insecure\n' >"$HOME/.curlrc"
	for name in CURL_INSECURE GIT_SSL_NO_VERIFY NODE_TLS_REJECT_UNAUTHORIZED PYTHONHTTPSVERIFY; do
		export "$name=0"
	done
	CURL_CA_BUNDLE=$EMU_CA_FILE SSL_CERT_DIR=${EMU_CA_FILE%/*} fails 4 'certificate' cc get
	run --separate-stderr cc get --insecure
	same 2 "$status"
	tokens_asked 0
}

@test "TLS keys are written nowhere, and .netrc is not read" {
	use_oauth2
	printf 'machine 127.0.0.1 login netrc-user password netrc-secret\ndefault login a password b\n' >"$HOME/.netrc"
	chmod 600 "$HOME/.netrc"
	SSLKEYLOGFILE=$BATS_TEST_TMPDIR/keys ok cc get --client-auth body
	[[ ! -e $BATS_TEST_TMPDIR/keys ]]
	same - "$(journal --kind token --field header.authorization)"
}

@test "plain http is served on loopback" {
	use_genesys
	CC_TOKEN_URL=$EMU_HTTP_URL/ns/$EMU_NS/-/genesys/oauth/token ok cc get
}

@test "redirects are not followed, wherever they lead" {
	local where
	for where in redirect redirect=other redirect=same redirect=https%3A%2F%2Fevil.example.com%2F; do
		use_genesys "$where"
		fails 3 '307.*redirects are not followed' cc get
		tokens_asked 1
		same 1 "$(journal_count)"
	done
	use_oauth2 discovery.redirect=same
	unset CC_TOKEN_URL
	CC_ISSUER=$EMU_ISSUER fails 3 '307' cc get
	tokens_asked 0
}

@test "a bundle with comments, other PEM blocks, CRLF and broken certificates still serves" {
	local bundle=$BATS_TEST_TMPDIR/bundle.pem
	use_genesys
	{
		echo '# a comment'
		printf -- '-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n'
		printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
		printf -- '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
		openssl genpkey -algorithm ed25519
		cat /etc/ssl/certs/ca-certificates.crt
		echo 'subject=/CN=text between'
		sed 's/$/\r/' "$EMU_CA_FILE"
		printf -- '-----BEGIN CERTIFICATE-----\nMIIB'
	} >"$bundle"
	CC_CA_FILE=$bundle ok cc get
	unset CC_CA_FILE
	SSL_CERT_FILE=$bundle ok cc get --force
	CC_CA_FILE=/dev/null fails 2 'ca-file.*certificate' cc get --force
}

@test "an HTTPS proxy, in every spelling of its variable, by CONNECT alone" {
	local name proxy
	for name in HTTPS_PROXY https_proxy ALL_PROXY all_proxy; do
		behind
		proxy=$(emu_proxy)
		ok env "$name=$proxy" "$CC_TOKEN" get --force
		same login.mypurecloud.com:443 "$(journal --kind proxy --field target | tail -n 1)"
		tokens_asked 1
	done
}

@test "a proxy that wants a password gets it, and nobody sees it" {
	behind
	HTTPS_PROXY=$(PASSWORD=1 emu_proxy) ok cc get -v
	keeps_quiet 'p@ss|p%40ss'
	tokens_asked 1
	HTTPS_PROXY=http://user:wr0ng-pass@${EMU_PROXY_AUTH_URL#*@} fails 4 'proxy.*(407|HTTPS_PROXY).*password' cc get --force -v
	keeps_quiet 'wr0ng-pass'
	HTTPS_PROXY=http://user:s3cr3t-pass@127.0.0.1:1 fails 4 'proxy' cc get --force -v
	keeps_quiet 's3cr3t-pass'
	HTTPS_PROXY=http://user:s3cr3t-pass@proxy.nowhere.invalid:3128 fails 4 'proxy' cc get --force -v
	keeps_quiet 's3cr3t-pass'
	tokens_asked 1
}

@test "an address of a proxy that is none: exit 2 before any look-up, and nothing of it is seen" {
	local address name
	behind
	export CC_RETRY_FOR=60
	for address in 'http://svc:P@ssw0rd-Tail#1@127.0.0.1:3128' 'svc:P@ssw0rd-Tail#1@127.0.0.1:3128' \
		'http://svc:Passw0rd-Tail/1@127.0.0.1' 'http://svc:Passw0rd-Tail%@127.0.0.1:3128' \
		'http://svc:Passw0rd-Tail%0a@127.0.0.1:3128' "'http://svc:Passw0rd-Tail@127.0.0.1:3128'" \
		' http://svc:Passw0rd-Tail@127.0.0.1:3128' 'http://svc:Passw0rd-Tail@127.0.0.1:99999' \
		'http://svc:Passw0rd-Tail@127.0.0.1:x' 'http://svc:Passw0rd-Tail@127.0.0.1:' \
		'gopher://svc:Passw0rd-Tail@127.0.0.1:3128' 'http://svc:s3cr3t-Tail pass@bad host:x'; do
		for name in HTTPS_PROXY https_proxy ALL_PROXY all_proxy; do
			fails 2 "$name: this is not the address of a proxy: .*percent-encoded" \
				env "$name=$address" "$CC_TOKEN" get -v
			keeps_quiet 'Tail|ssw0rd|svc|next attempt'
		done
	done
	HTTPS_PROXY="'http://p:1'" fails 2 'HTTPS_PROXY' cc api /api/v2/users
	HTTPS_PROXY="'http://p:1'" run --separate-stderr cc doctor
	same 2 "$status"
	[[ $output =~ proxy.*HTTPS_PROXY ]]
	tokens_asked 0
}

@test "an address of a proxy that is not used may be wrong" {
	use_genesys
	HTTPS_PROXY="'" NO_PROXY=127.0.0.1 ok cc get
	HTTP_PROXY="'" ok cc get --force
	https_proxy='' HTTPS_PROXY='' ok cc get --force
	HTTPS_PROXY="'" https_proxy=$EMU_PROXY_URL ok cc get --force
}

@test "a proxy that refuses, or is no proxy" {
	behind
	HTTPS_PROXY=$(emu_proxy proxy.403) fails 4 'HTTPS_PROXY: the proxy does not allow this host .HTTP 403.*NO_PROXY' cc get
	https_proxy=$(emu_proxy proxy.404) fails 4 'https_proxy: the proxy refused .HTTP 404' cc get
	HTTPS_PROXY=$(emu_proxy) fails 4 "the proxy can't reach the host .HTTP 502" cc get --region nowhere.example.com
	HTTPS_PROXY=$EMU_URL fails 4 '.' cc get
	tokens_asked 0
}

@test "a proxy that can't reach the host for the moment is asked again, as it says" {
	local words
	for words in 429x1 500x1 502x1 503x1 504x1 403x1,proxy.retry-after=1; do
		behind
		CC_RETRY_FOR=60 HTTPS_PROXY=$(emu_proxy "proxy.$words") ok cc get --force
		says "the proxy can't reach the host .HTTP ${words%%x*}.; next attempt"
		same 2 "$(journal_count --kind proxy)"
		tokens_asked 1
	done
	behind
	CC_RETRY_FOR=10 HTTPS_PROXY=$(emu_proxy proxy.503,proxy.retry-after=30.5) fails 4 'gave up after 1 attempt' cc get --force
	same 1 "$(journal_count --kind proxy)"
	# What never left may be sent again, whatever it does.
	use_genesys
	ok cc get
	HTTPS_PROXY=$(emu_proxy proxy.503x1) ok cc api POST /api/v2/routing/queues -d '{}'
	same 2 "$(journal_count --kind proxy)"
	same 1 "$(journal_count --kind api)"
}

@test "a SOCKS proxy is told apart like another" {
	behind
	HTTPS_PROXY=$(SOCKS=1 emu_proxy) ok cc get
	behind
	CC_RETRY_FOR=60 ALL_PROXY=$(SOCKS=1 emu_proxy proxy.socksx1=4) ok cc get --force
	says "ALL_PROXY: the proxy can't reach the host .*; next attempt"
	HTTPS_PROXY=$(SOCKS=1 emu_proxy proxy.socks=2) CC_RETRY_FOR=60 fails 4 'HTTPS_PROXY: the proxy does not allow' cc get --force
	HTTPS_PROXY=$(SOCKS=1 emu_proxy proxy.socks=7) CC_RETRY_FOR=60 fails 4 'HTTPS_PROXY: the proxy refused' cc get --force
	HTTPS_PROXY=$EMU_SOCKS_AUTH_URL CC_RETRY_FOR=60 fails 4 'HTTPS_PROXY: the proxy asks who we are' cc get --force
}

@test "a proxy that asks who we are: which scheme is told" {
	behind
	HTTPS_PROXY=$(emu_proxy proxy.407,proxy.header=Proxy-Authenticate%3ANegotiate) \
		CC_RETRY_FOR=60 fails 4 'HTTPS_PROXY: .*407; it asks for Negotiate.*Basic' cc get
	HTTPS_PROXY=http://${EMU_PROXY_AUTH_URL#*@} CC_RETRY_FOR=60 fails 4 '407; it asks for Basic.*USER:PASSWORD' cc get
	tokens_asked 0
}

@test "NO_PROXY goes before the proxy" {
	use_genesys
	HTTPS_PROXY=http://127.0.0.1:1 NO_PROXY=127.0.0.1 ok cc get
	HTTPS_PROXY=http://127.0.0.1:1 no_proxy='*' ok cc get --force
	HTTPS_PROXY=http://127.0.0.1:1 CC_RETRY_FOR=0 fails 4 'proxy|connection' cc get --force
}

@test "what goes to loopback in clear goes through no proxy elsewhere" {
	use_genesys
	export CC_TOKEN_URL=$EMU_HTTP_URL/ns/$EMU_NS/-/genesys/oauth/token CC_RETRY_FOR=0
	http_proxy=http://proxy.nowhere.invalid:3128 ok cc get
	ALL_PROXY=http://proxy.nowhere.invalid:3128 ok cc get --force
	HTTP_PROXY=http://proxy.nowhere.invalid:3128 ok cc get --force
}

@test "revocation goes to the host of the token alone" {
	use_genesys revoke.redirect=other
	ok cc get
	fails 3 'could not be revoked.*307' cc stop
	same 1 "$(journal_count --kind revoke)"
}
