#!/usr/bin/env bats
# Where settings come from, which source wins, and what is refused.
# tests/unit/test_settings.c goes through every setting and every variable.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

# The form field of the last token request.
asked() { journal --kind token --field "form.$1" | tail -n 1; }

# The user and password of the last token request's Basic value.
basic() { journal --kind token --field header.authorization | tail -n 1 | cut -d ' ' -f 2 | base64 -d; }

@test "option before input before environment before default" {
	use_oauth2
	ok cc get --force
	same - "$(asked scope)"
	CC_SCOPE=by-env ok cc get
	same by-env "$(asked scope)"
	CC_SCOPE=by-env ok env INPUT_SCOPE=by-input "$CC_TOKEN" get
	same by-input "$(asked scope)"
	CC_SCOPE=by-env ok env INPUT_SCOPE=by-input "$CC_TOKEN" get --scope by-option
	same by-option "$(asked scope)"
	CC_SCOPE=by-env ok env INPUT_SCOPE=by-input "$CC_TOKEN" get --scope=by-equals
	same by-equals "$(asked scope)"
	ok cc get --scope one --scope two
	same two "$(asked scope)"
	tokens_asked 6
}

@test "an empty value is none, in every source" {
	use_oauth2
	CC_SCOPE=by-env ok env INPUT_SCOPE= "$CC_TOKEN" get --scope ''
	same by-env "$(asked scope)"
	CC_SCOPE='' ok env INPUT_SCOPE= "$CC_TOKEN" get --scope=
	same - "$(asked scope)"
	ok env CC_TIMEOUT= INPUT_TIMEOUT= CC_LOG= CC_NAME= CC_REVOKE= "$CC_TOKEN" get --retry-for ''
	same '' "$stderr"
}

@test "inputs keep the dashes of their names, and their secrets are read" {
	use_genesys
	unset CC_CLIENT_ID CC_CLIENT_SECRET CC_TOKEN_URL CC_API_URL CC_PROVIDER CC_CA_FILE
	ok env "INPUT_CLIENT-ID=$EMU_GENESYS_ID" "INPUT_CLIENT-SECRET=$EMU_GENESYS_SECRET" \
		"INPUT_TOKEN-URL=$EMU_TOKEN_URL" "INPUT_API-URL=$EMU_API_URL" INPUT_PROVIDER=genesys \
		"INPUT_CA-FILE=$EMU_CA_FILE" "INPUT_CLIENT_ID=ignored" "$CC_TOKEN" get
	same "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" "$(basic)"
}

@test "an input goes before every variable, for a secret too" {
	use_genesys
	CC_CLIENT_SECRET=wrong ok env "INPUT_CLIENT-SECRET=$EMU_GENESYS_SECRET" "$CC_TOKEN" get
	same "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" "$(basic)"
}

@test "the variables of the vendors' own tools, in their order" {
	use_genesys
	local n set names=(GENESYSCLOUD_OAUTHCLIENT_ID GENESYS_CLOUD_CLIENT_ID GENESYS_CLIENT_ID)
	local secrets=(GENESYSCLOUD_OAUTHCLIENT_SECRET GENESYS_CLOUD_CLIENT_SECRET GENESYS_CLIENT_SECRET)
	unset CC_CLIENT_ID CC_CLIENT_SECRET CC_PROVIDER
	for n in 0 1 2; do
		set=("${names[n]}=$EMU_GENESYS_ID" "${secrets[n]}=$EMU_GENESYS_SECRET")
		((n == 2)) || set+=("${names[n + 1]}=later" "${secrets[n + 1]}=later-secret")
		ok env "${set[@]}" "$CC_TOKEN" get --force
		same "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" "$(basic)"
	done
	ok env "CC_CLIENT_ID=$EMU_GENESYS_ID" "CC_CLIENT_SECRET=$EMU_GENESYS_SECRET" \
		"${names[0]}=later" "${secrets[0]}=later-secret" "$CC_TOKEN" get --force
	same "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" "$(basic)"
	tokens_asked 4
}

@test "a secret is never an option, and is not repeated" {
	use_genesys
	local name
	for name in client-secret access-key-secret; do
		fails 2 "$name.*never an option" cc get "--$name=s3cr3t-value"
		keeps_quiet s3cr3t
		fails 2 "$name.*never an option" cc get "--$name" s3cr3t-value
		keeps_quiet s3cr3t
		fails 2 "$name.*never an option" cc get "--$name"
	done
	fails 2 'unknown option --client-secre' cc get --client-secre=s3cr3t-value
	keeps_quiet s3cr3t
	tokens_asked 0
}

@test "a value that does not parse: exit 2, naming setting and source" {
	use_genesys
	local setting variable value
	while read -r setting variable value; do
		value=${value//_/ }
		fails 2 "$setting.*$variable" env "$variable=$value" "$CC_TOKEN" get
		fails 2 "$setting.*input" env "INPUT_${setting^^}=$value" "$CC_TOKEN" get
		fails 2 "$setting.*--$setting" cc get "--$setting=$value"
	done <<-'E'
		provider CC_PROVIDER genesis
		provider CC_PROVIDER genesys|cxone
		client-auth CC_CLIENT_AUTH post
		expiry-buffer CC_EXPIRY_BUFFER -1
		expiry-buffer CC_EXPIRY_BUFFER 1.5
		expiry-buffer CC_EXPIRY_BUFFER 0x10
		timeout CC_TIMEOUT ten
		timeout CC_TIMEOUT 0
		timeout CC_TIMEOUT 30_
		timeout CC_TIMEOUT 30sec
		timeout CC_TIMEOUT 99999999999999999999
		retry-for CC_RETRY_FOR 1y
		max-lifetime CC_MAX_LIFETIME forever
		export-env CC_EXPORT_ENV maybe
		install-cli CC_INSTALL_CLI 2
		refresh CC_REFRESH truee
		revoke CC_REVOKE -
		log-level CC_LOG loud
		name CC_NAME a/b
		name CC_NAME ..
		name CC_NAME .hidden
		name CC_NAME a_b
		token-url CC_TOKEN_URL example.com/token
		token-url CC_TOKEN_URL ftp://example.com/token
		token-url CC_TOKEN_URL http://example.com/token
		token-url CC_TOKEN_URL https://user:pw@example.com/token
		token-url CC_TOKEN_URL https://exa_mple.com/
		api-url CC_API_URL http://10.0.0.1
		revoke-url CC_REVOKE_URL https://
		issuer CC_ISSUER //example.com
	E
	tokens_asked 0
}

@test "flags take every usual word for true and false, in any case" {
	use_genesys
	local word
	for word in true True TRUE false 1 0 yes no on off; do
		ok env "CC_REVOKE=$word" "$CC_TOKEN" get
		ok cc get "--export-env=$word"
	done
	ok cc get --revoke
	tokens_asked 1
}

@test "seconds may carry a unit" {
	use_genesys
	local value
	for value in 90 90s 2m 1h; do
		ok cc get --retry-for "$value" --max-lifetime 1d
	done
}

@test "choices are read in any case" {
	use_oauth2
	CC_LOG=DEBUG CC_PROVIDER=OAuth2 CC_CLIENT_AUTH=Body ok cc get
	says 'debug: '
	same "$EMU_OAUTH2_SECRET" "$(asked client_secret)"
}

@test "a URL with a password in it is refused without showing it" {
	use_genesys
	fails 2 'token-url' cc get --token-url 'https://user:s3cr3t@login.example.com/oauth/token'
	keeps_quiet s3cr3t
	CC_API_URL='https://s3cr3t@example.com' fails 2 'api-url' cc get
	keeps_quiet s3cr3t
}

@test "a secret with a line break or control character is refused and not shown" {
	use_genesys
	local bad
	for bad in $'s3cr3t\n' $'s3c\nr3t' $'s3cr3t\r' $'\ts3cr3t' $'s3cr3t\x7f' $'s3cr3t\e[31m'; do
		CC_CLIENT_SECRET=$bad fails 2 'client-secret.*CC_CLIENT_SECRET' cc get
		keeps_quiet 's3c|r3t'
	done
	CC_CLIENT_ID=$'id\r\nX-Injected: 1' fails 2 'client-id' cc get
	CC_SCOPE=$'a\nb' fails 2 'scope' cc get
	tokens_asked 0
}

@test "values that are too long, or no text, are refused" {
	use_genesys
	local long
	printf -v long '%070000d' 0
	CC_CLIENT_SECRET=$long fails 2 'client-secret' cc get
	CC_CLIENT_ID=$'\xff\xfe' fails 2 'client-id' cc get
	CC_SCOPE=$'caf\xe9' fails 2 'scope' cc get
	[[ $(printf %s "$stderr" | wc -c) -lt 1000 ]]
	tokens_asked 0
}

@test "http is for loopback addresses alone" {
	local host
	use_genesys
	for host in 127.0.0.1 127.8.9.10 '[::1]' localhost LOCALHOST; do
		CC_TOKEN_URL=http://$host:1/token CC_RETRY_FOR=0 run --separate-stderr cc get
		[[ $status == 4 ]] || note "$host: $status $stderr"
	done
	for host in 127.0.0.1.example.com localhost.example.com 0.0.0.0 10.1.2.3 '[::]' 128.0.0.1 \
		127.0.0.1@example.com; do
		CC_TOKEN_URL=http://$host/token fails 2 'token-url' cc get
	done
}

@test "the provider is the one whose credentials are there" {
	use_genesys
	unset CC_PROVIDER CC_CLIENT_ID CC_CLIENT_SECRET
	GENESYS_CLIENT_ID=$EMU_GENESYS_ID GENESYS_CLIENT_SECRET=$EMU_GENESYS_SECRET ok cc get
	same "$EMU_GENESYS_ID:$EMU_GENESYS_SECRET" "$(basic)"
	use_cxone_key
	unset CC_PROVIDER
	ok cc get
	same POST "$(journal --kind token --field method)"
	unset CC_ACCESS_KEY_ID CC_ACCESS_KEY_SECRET
	ok env "INPUT_ACCESS-KEY-ID=$EMU_CXONE_KEY_ID" "INPUT_ACCESS-KEY-SECRET=$EMU_CXONE_KEY_SECRET" \
		"$CC_TOKEN" get --force
}

@test "no provider, or several: exit 2, listing the names found, never a value" {
	use_genesys
	unset CC_PROVIDER CC_CLIENT_ID CC_CLIENT_SECRET
	fails 2 'provider.*CC_PROVIDER' cc get
	CC_CLIENT_ID=s3cr3t-id CC_CLIENT_SECRET=s3cr3t fails 2 'provider.*CC_CLIENT_ID, CC_CLIENT_SECRET' cc get
	keeps_quiet s3cr3t
	GENESYSCLOUD_OAUTHCLIENT_ID=s3cr3t CXONE_CLIENT_ID=s3cr3t CXONE_CLIENT_SECRET=s3cr3t \
		fails 2 'provider.*GENESYSCLOUD_OAUTHCLIENT_ID.*CXONE_CLIENT_ID.*CXONE_CLIENT_SECRET' cc get
	keeps_quiet s3cr3t
	fails 2 'provider.*client-id' env INPUT_CLIENT-ID=s3cr3t CXONE_CLIENT_ID= GENESYS_CLIENT_ID=x \
		CXONE_ACCESS_KEY_ID=y "$CC_TOKEN" get
	keeps_quiet s3cr3t
	tokens_asked 0
}

@test "a given provider goes before what the credentials say" {
	use_oauth2
	GENESYSCLOUD_OAUTHCLIENT_ID=x CXONE_CLIENT_ID=y CXONE_ACCESS_KEY_ID=z ok cc get
	same - "$(asked username)"
}

@test "another vendor's variables are not read" {
	use_genesys
	unset CC_CLIENT_SECRET
	CXONE_CLIENT_SECRET=$EMU_GENESYS_SECRET fails 2 'client-secret.*CC_CLIENT_SECRET' cc get
	use_oauth2
	unset CC_CLIENT_SECRET
	GENESYS_CLIENT_SECRET=$EMU_OAUTH2_SECRET fails 2 'client-secret' cc get
	tokens_asked 0
}

@test "what is missing is named, with the variables that would give it" {
	use_genesys
	unset CC_CLIENT_ID
	fails 2 'client-id.*CC_CLIENT_ID.*GENESYSCLOUD_OAUTHCLIENT_ID' cc get
	use_cxone_key
	unset CC_ACCESS_KEY_SECRET
	fails 2 'access-key-secret.*CXONE_ACCESS_KEY_SECRET' cc get
	use_oauth2
	unset CC_TOKEN_URL
	fails 2 'token-url.*issuer|issuer.*token-url' cc get
}

@test "ca-file that is missing, a directory, or no PEM: exit 2, naming its source" {
	use_genesys
	CC_CA_FILE=/nowhere/ca.pem fails 2 'ca-file.*(CC_CA_FILE|/nowhere/ca.pem)' cc get
	CC_CA_FILE=/etc fails 2 'ca-file' cc get
	CC_CA_FILE=/etc/hostname fails 2 'ca-file.*certificate' cc get
	unset CC_CA_FILE
	SSL_CERT_FILE=/nowhere/ca.pem fails 2 'ca-file.*SSL_CERT_FILE' cc get
	SSL_CERT_FILE=$EMU_CA_FILE ok cc get
}

@test "-v shows no setting's value that is secret" {
	use_genesys
	ok cc get -v
	keeps_quiet "$EMU_GENESYS_SECRET"
}
