#!/usr/bin/env bats
# The six ways to a token (docs/reference.md), at the vendors' real endpoints (by a proxy that leads their
# names to the emulator), and what a token answer may look like.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator

setup() { clean_environment; }

# real WORDS FAMILY: a namespace behind the proxy, and credentials; no URL is set.
real() {
	local id=EMU_$2_ID secret=EMU_$2_SECRET
	forget
	emu_ns - "${2,,}"
	HTTPS_PROXY=$(emu_proxy "$1")
	export HTTPS_PROXY CC_CA_FILE=$EMU_CA_FILE
	case $2 in
	CXONE_KEY) export CC_ACCESS_KEY_ID=${!id} CC_ACCESS_KEY_SECRET=${!secret} ;;
	*) export CC_CLIENT_ID=${!id} CC_CLIENT_SECRET=${!secret} ;;
	esac
	export CC_PROVIDER=${2%%_*}
}

# Every request of the namespace: METHOD https://host/path
requests() { journal_json | jq -r 'select(.kind != "proxy") | .method + " https://" + .host + .path'; }

@test "genesys: every one of the 18 regions, by its AWS name" {
	local region domain
	real - GENESYS
	while read -r region domain; do
		ok cc get --region "$region" --format env
		[[ $output == *"export CC_TOKEN_API_URL='https://api.$domain'"* ]] || note "$region: $output"
		[[ $output == *"export GENESYSCLOUD_REGION='$region'"* ]] || note "$region: $output"
		same "POST https://login.$domain/oauth/token" "$(requests | tail -n 1)"
	done <<-'E'
		us-east-1 mypurecloud.com
		us-east-2 use2.us-gov-pure.cloud
		us-west-2 usw2.pure.cloud
		ca-central-1 cac1.pure.cloud
		mx-central-1 mxc1.pure.cloud
		sa-east-1 sae1.pure.cloud
		eu-west-1 mypurecloud.ie
		eu-west-2 euw2.pure.cloud
		eu-central-1 mypurecloud.de
		eu-central-2 euc2.pure.cloud
		me-central-1 mec1.pure.cloud
		ap-south-1 aps1.pure.cloud
		ap-southeast-1 apse1.pure.cloud
		ap-southeast-2 mypurecloud.com.au
		ap-northeast-1 mypurecloud.jp
		ap-northeast-2 apne2.pure.cloud
		ap-northeast-3 apne3.pure.cloud
		eusc-de-east-1 edee1.eusc-pure.cloud
	E
	tokens_asked 18
}

@test "genesys: a region in any spelling means one host and one token" {
	local spelling
	real - GENESYS
	for spelling in eu-central-1 EU-CENTRAL-1 eu_central_1 Eu_Central-1 mypurecloud.de MyPureCloud.DE \
		login.mypurecloud.de api.mypurecloud.de apps.mypurecloud.de https://mypurecloud.de \
		https://login.mypurecloud.de https://api.mypurecloud.de/ https://apps.mypurecloud.de/directory/ \
		HTTPS://API.MYPURECLOUD.DE https://login.mypurecloud.de:443; do
		ok cc get --region "$spelling"
	done
	same 'POST https://login.mypurecloud.de/oauth/token' "$(requests)"
}

@test "genesys: us-east-1 without a region, and the vendors' variables for it" {
	real - GENESYS
	ok cc get
	same 'POST https://login.mypurecloud.com/oauth/token' "$(requests)"
	GENESYSCLOUD_REGION=eu-west-1 GENESYS_CLOUD_ENVIRONMENT=mypurecloud.jp ok cc get
	same 'POST https://login.mypurecloud.ie/oauth/token' "$(requests | tail -n 1)"
	GENESYS_CLOUD_ENVIRONMENT=mypurecloud.jp GENESYS_REGION=ap-south-1 ok cc get
	same 'POST https://login.mypurecloud.jp/oauth/token' "$(requests | tail -n 1)"
	GENESYS_REGION=ap-south-1 ok cc get
	same 'POST https://login.aps1.pure.cloud/oauth/token' "$(requests | tail -n 1)"
	CC_REGION=sa-east-1 GENESYSCLOUD_REGION=eu-west-1 ok cc get
	same 'POST https://login.sae1.pure.cloud/oauth/token' "$(requests | tail -n 1)"
}

@test "genesys: an unknown name is refused with the nearest known, before any request" {
	real - GENESYS
	fails 2 'region.*--region.*eu-central-1' cc get --region eu-central-11
	fails 2 'region.*CC_REGION.*eu-west-[12]' env CC_REGION=eu-west-3 "$CC_TOKEN" get
	fails 2 'region.*GENESYSCLOUD_REGION.*us-east' env GENESYSCLOUD_REGION=us_east_9 "$CC_TOKEN" get
	local bad
	for bad in US virginia us-east-1a 'us east 1' us-east-1. .mypurecloud.com mypurecloud..com -a.com \
		'mypurecloud.com/x' 'a.com:443' 'user@a.com' 'http://mypurecloud.com' "$(printf '%0300d' 0)" 'a.com#' 'ü.com'; do
		fails 2 'region' cc get --region "$bad"
	done
	same '' "$(requests)"
}

@test "genesys: a domain that is not in the table is taken as it is" {
	real - GENESYS
	CC_RETRY_FOR=0 fails 4 'login.newr1.pure.cloud' cc get --region newr1.pure.cloud
}

@test "genesys: a sub-domain has its own hosts, id and secret in the form" {
	real - GENESYS
	export CC_SUB_DOMAIN=$EMU_SUB_DOMAIN
	ok cc get --format env
	[[ $output == *"CC_TOKEN_API_URL='https://api.acme.mypurecloud.com'"* ]]
	[[ $output != *GENESYSCLOUD_REGION* ]]
	same 'POST https://api.acme.mypurecloud.com/oauth/token' "$(requests)"
	same "grant_type=client_credentials&client_id=$EMU_GENESYS_ID&client_secret=$EMU_GENESYS_SECRET" \
		"$(journal_json --kind token | jq -r .body)"
	same - "$(journal --kind token --field header.authorization)"
	ok cc stop
	same 0 "$(emu_valid_tokens)"
	local bad
	for bad in a.b 'a/b' 'a b' 'a@b' "$(printf '%064d' 0)" '-' 'a?'; do
		fails 2 'sub-domain' cc get --sub-domain "$bad"
	done
}

@test "genesys: a client that its region alone knows is named as such" {
	real - GENESYS_REGIONAL
	ok cc get --region eu-west-2
	fails 3 '400 .*client not found.*client-id.*region' cc get --region eu-west-1
	fails 3 'region' cc get
}

@test "cxone, client credentials: api.cxone.com, id and secret in the form" {
	real - CXONE
	ok cc get --format env
	[[ $output == *"CC_TOKEN_API_URL='https://api.cxone.com'"*"CXONE_API_URL='https://api.cxone.com'"* ]]
	same 'POST https://api.cxone.com/oauth/token' "$(requests)"
	# What another vendor's tools call so too is no concern of this flow.
	CXONE_REGION=US ok cc get
	tokens_asked 1
	same "grant_type=client_credentials&client_id=$EMU_CXONE_ID&client_secret=$EMU_CXONE_SECRET" \
		"$(journal_json --kind token | jq -r .body)"
}

@test "cxone, password grant: discovery, Basic, then the API host of the tenant" {
	real - CXONE
	export CC_ACCESS_KEY_ID=$EMU_CXONE_KEY_ID CC_ACCESS_KEY_SECRET=$EMU_CXONE_KEY_SECRET
	ok cc get --format env
	[[ $output == *"CC_TOKEN_API_URL='https://api-na1.niceincontact.com'"* ]]
	same 'GET https://cxone.niceincontact.com/.well-known/openid-configuration
POST https://cxone.niceincontact.com/auth/token
GET https://cxone.niceincontact.com/.well-known/cxone-configuration' "$(requests)"
	same password "$(journal --kind token --field form.grant_type)"
	same "$EMU_CXONE_KEY_ID" "$(journal --kind token --field form.username)"
	same "$EMU_CXONE_KEY_SECRET" "$(journal --kind token --field form.password)"
	[[ $(journal_json --kind token | jq -r .body) == *%3D%3D%3D%3D* ]]
	same "$EMU_CXONE_ID:$EMU_CXONE_SECRET" \
		"$(journal --kind token --field header.authorization | cut -d ' ' -f 2 | base64 -d)"
	same "tenantId=$EMU_CXONE_TENANT" "$(journal_json --kind discovery | jq -r 'select(.path | contains("cxone-conf")).query')"
	same 0 "$(journal_json --kind discovery | jq -r '.headers[][0] | select(ascii_downcase == "authorization")' | wc -l)"
}

@test "cxone, password grant at the other issuers" {
	local issuer
	real - CXONE
	export CC_ACCESS_KEY_ID=$EMU_CXONE_KEY_ID CC_ACCESS_KEY_SECRET=$EMU_CXONE_KEY_SECRET
	for issuer in https://cxone-gov.niceincontact.com https://nicecxone-sov1.au https://nicecxone-sov1.eu/; do
		CXONE_ISSUER=$issuer ok cc get
		same "POST ${issuer%/}/auth/token" "$(requests | grep POST | tail -n 1)"
	done
	tokens_asked 3
}

@test "cxone: the tenant that is set goes before the token's; without any, a warning" {
	use_cxone
	CXONE_TENANT_ID=other ok cc get
	says 'warning: .*API host.*404'
	same 'tenantId=other' "$(journal_json --kind discovery | jq -r 'select(.path | contains("cxone-conf")).query' | tail -n 1)"
	use_cxone
	CC_TENANT_ID='a b&c=d' ok cc get
	same 'tenantId=a%20b%26c%3Dd' "$(journal_json --kind discovery | jq -r 'select(.path | contains("cxone-conf")).query' | tail -n 1)"
	use_cxone notenant
	ok cc get
	says 'warning: .*(tenant-id|api-url)'
	use_cxone notenant
	TENANT_ID=$EMU_CXONE_TENANT ok cc get
	same '' "$stderr"
	# A name that others use, too.
	TENANT_ID=0a1b2c3d-of-azure ok cc get --force
	says 'could not be discovered: .*check tenant-id \(from TENANT_ID\): .*CC_TENANT_ID goes before it'
	use_cxone notenant
	CC_API_URL=https://api.example.com ok cc get
	same '' "$stderr"
}

@test "cxone: an API host that is no https URL is not taken" {
	use_cxone apiurl=http%3A%2F%2Fevil.example.com
	ok cc get --format env
	[[ $output != *evil* ]]
	says 'warning: .*https'
}

@test "cxone, access key: JSON to the area's host, and the API host by discovery" {
	real - CXONE_KEY
	CXONE_REGION=NA1 ok cc get --format env
	[[ $output == *"CC_TOKEN_API_URL='https://api-na1.niceincontact.com'"* ]]
	same 'POST https://na1.nice-incontact.com/authentication/v1/token/access-key
GET https://cxone.niceincontact.com/.well-known/cxone-configuration' "$(requests)"
	same application/json "$(journal --kind token --field header.content-type)"
	same "{\"accessKeyId\":\"$EMU_CXONE_KEY_ID\",\"accessKeySecret\":\"$EMU_CXONE_KEY_SECRET\"}" \
		"$(journal_json --kind token | jq -r .body)"
	fails 2 'region.*CXONE_REGION' cc get
	fails 2 'region.*CXONE_REGION.*known' env CXONE_REGION=US "$CC_TOKEN" get
}

@test "cxone, access key: without discovery the area's own API host" {
	real discovery.404 CXONE_KEY
	CXONE_REGION=eu1 ok cc get --format env
	[[ $output == *"CC_TOKEN_API_URL='https://api-eu1.niceincontact.com'"* ]]
}

@test "cxone has no revocation, and stop says so" {
	local flow
	for flow in use_cxone use_cxone_key; do
		$flow
		ok cc get
		ok cc stop
		says 'no revocation'
		same 0 "$(journal_count --kind revoke)"
		run ! compgen -G "$CC_STATE_DIR/*"
	done
}

@test "the refresh token first, at the endpoint of its flow" {
	use_cxone
	ok cc get
	ok cc get --force
	same 'password refresh_token' "$(journal --kind token --field form.grant_type | xargs)"
	use_cxone_key
	ok cc get
	ok cc get --force
	ok cc get --force
	same '/authentication/v1/token/access-key /public/user/refresh /public/user/refresh' \
		"$(journal --kind token --field path | xargs)"
	real - CXONE_KEY
	CC_REGION=na1 ok cc get
	CC_REGION=na1 ok cc get --force
	same 'POST https://na1.nice-incontact.com/public/user/refresh' "$(requests | grep POST | tail -n 1)"
	use_oauth2 refresh
	ok cc get
	ok cc get --force
	same 'client_credentials refresh_token' "$(journal --kind token --field form.grant_type | xargs)"
}

@test "a refresh token that is refused: the login again, once, and no failure" {
	use_cxone refreshdenied
	ok cc get
	ok cc get --force
	says 'refresh token was refused'
	same 'password refresh_token password' "$(journal --kind token --field form.grant_type | xargs)"
	use_cxone_key refreshdenied
	ok cc get
	ok cc get --force
	tokens_asked 3
}

@test "a refresh token without a new one in the answer is kept" {
	local before
	use_cxone
	ok cc get
	before=$(jq -r .token.refresh_token "$(state_of)/state.json")
	emu_admin PUT faults norefresh
	ok cc get --force
	same refresh_token "$(journal --kind token --field form.grant_type | tail -n 1)"
	same "$before" "$(jq -r .token.refresh_token "$(state_of)/state.json")"
}

@test "oauth2: the token URL alone, Basic by default, with form-encoded id and secret" {
	use_oauth2
	ok cc get
	same 'grant_type=client_credentials' "$(journal_json --kind token | jq -r .body)"
	same "$EMU_OAUTH2_ID:$EMU_OAUTH2_SECRET" \
		"$(journal --kind token --field header.authorization | cut -d ' ' -f 2 | base64 -d)"
	same 0 "$(journal_count --kind discovery)"
	use_oauth2
	CC_CLIENT_ID=$EMU_OAUTH2_HOSTILE_ID CC_CLIENT_SECRET=$EMU_OAUTH2_HOSTILE_SECRET ok cc get
	CC_CLIENT_ID=$EMU_OAUTH2_HOSTILE_ID CC_CLIENT_SECRET=$EMU_OAUTH2_HOSTILE_SECRET ok cc get --force --client-auth body
}

@test "oauth2: client-auth body, or basic, as the server wants it" {
	use_oauth2 authmethod=client_secret_post
	fails 3 '401.*client-secret' cc get
	ok cc get --client-auth body
	same "$EMU_OAUTH2_ID" "$(journal --kind token --field form.client_id | tail -n 1)"
	same - "$(journal --kind token --field header.authorization | tail -n 1)"
	use_oauth2 authmethod=client_secret_basic
	ok cc get --client-auth basic
	# Discovery tells it, at revocation too; what is set counts all the same.
	use_oauth2 authmethod=client_secret_post
	unset CC_TOKEN_URL
	CC_ISSUER=$EMU_API_URL ok cc get
	CC_ISSUER=$EMU_API_URL ok cc stop
	says '1 token revoked'
	CC_ISSUER=$EMU_API_URL fails 3 '401.*client-secret' cc get --client-auth basic
}

@test "client-auth also changes the vendors' flows" {
	use_genesys
	CC_CLIENT_AUTH=body run --separate-stderr cc get
	same "$EMU_GENESYS_ID" "$(journal --kind token --field form.client_id)"
	use_sub
	CC_CLIENT_AUTH=basic run --separate-stderr cc get
	same "Basic $(printf '%s:%s' "$EMU_GENESYS_ID" "$EMU_GENESYS_SECRET" | base64 -w 0)" \
		"$(journal --kind token --field header.authorization)"
}

@test "oauth2: scope and audience, encoded" {
	use_oauth2
	ok cc get --scope 'read:a write:b&c=d' --audience 'https://api.example.com/?x=1&y=ü'
	same 'grant_type=client_credentials&scope=read%3Aa+write%3Ab%26c%3Dd&audience=https%3A%2F%2Fapi.example.com%2F%3Fx%3D1%26y%3D%C3%BC' \
		"$(journal_json --kind token | jq -r .body)"
}

@test "oauth2: discovery by OpenID and by RFC 8414, at an issuer with a path" {
	local way
	for way in metadata=oidc metadata=oauth metadata=both; do
		use_oauth2 "$way"
		unset CC_TOKEN_URL CC_REVOKE_URL
		export CC_ISSUER=$EMU_ISSUER
		ok cc get
		tokens_asked 1
		ok cc stop
		same 1 "$(journal_count --kind revoke)"
		same 0 "$(emu_valid_tokens)"
	done
}

@test "oauth2: an issuer with a slash at its end is the same issuer" {
	use_oauth2 metadata=oidc
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER/ ok cc get
}

@test "oauth2: metadata of another issuer, or with a bad endpoint, are refused" {
	use_oauth2 issuer=https%3A%2F%2Fevil.example.com
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER fails 3 'another issuer' cc get
	use_oauth2 tokenurl=http%3A%2F%2Fevil.example.com%2Ftoken
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER run --separate-stderr cc get
	[[ $status == [23] && $stderr == *https* ]]
	tokens_asked 0
	use_oauth2 discovery.html
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER fails 3 'issuer|JSON|discovery' cc get
	use_oauth2 discovery.404
	unset CC_TOKEN_URL CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER fails 3 'discovery.*404.*issuer' cc get
}

@test "oauth2: another issuer under one name is not asked at the old endpoint" {
	use_oauth2
	unset CC_TOKEN_URL CC_REVOKE_URL
	export CC_NAME=one
	CC_ISSUER=$EMU_ISSUER ok cc get
	emu_ns - oauth2
	CC_ISSUER=$EMU_ISSUER run --separate-stderr cc get
	[[ $status == 2 ]] || tokens_asked 1
}

@test "oauth2: what is set goes before what discovery finds" {
	use_oauth2
	unset CC_REVOKE_URL
	CC_ISSUER=$EMU_ISSUER/nowhere CC_TOKEN_URL=$EMU_TOKEN_URL CC_REVOKE_URL=$EMU_REVOKE_URL ok cc get
	same 0 "$(journal_count --kind discovery)"
}

@test "hostile secrets arrive as they are, in every flow" {
	real - GENESYS_HOSTILE
	ok cc get
	CC_SUB_DOMAIN=$EMU_SUB_DOMAIN ok cc get
	real - CXONE_HOSTILE
	ok cc get
	export CC_ACCESS_KEY_ID=$EMU_CXONE_KEY_ID CC_ACCESS_KEY_SECRET=$EMU_CXONE_KEY_SECRET
	ok cc get
	real - OAUTH2_HOSTILE
	unset HTTPS_PROXY
	ok cc get --token-url "$EMU_URL/ns/$EMU_NS/-/oauth2/token"
}

@test "expires_in: absent, zero, negative, text, a fraction, huge, nonsense" {
	local value want
	while read -r value want; do
		use_oauth2 "expires=$value"
		ok cc get -q --format json
		jq -e "$want" <<<"$output" >/dev/null || note "$value: $output"
		tokens_asked 1
	done <<-'E'
		absent .expires_in>0
		0 .expires_in==0
		-5 .expires_in==0
		"3600" .expires_in>3500
		"3600.5" .expires_in>3500
		3600.9 .expires_in>3500
		1e30 .expires_in>86400*365
		99999999999999999999999 .expires_in>86400*365
		"soon" .expires_in>0
		null .expires_in>0
		true .expires_in>0
		[60] .expires_in>0
		"" .expires_in>0
		"nan" .expires_in>0
		"inf" .expires_in>0
	E
}

@test "a token that is born expired is told, and never counts as stored" {
	use_genesys expires=0
	ok cc get
	says 'warning: .*expired'
	run --separate-stderr cc status
	same 1 "$status"
	ok cc get
	tokens_asked 2
}

@test "a token without expires_in lives as its JWT says" {
	use_cxone_key expires=absent,lifetime=777
	ok cc get --format json
	jq -e '.expires_in > 700 and .expires_in <= 777' <<<"$output"
}

@test "a clock that is an hour off changes nothing" {
	local offset
	for offset in +3600 -3600 none garbage; do
		use_genesys "date=$offset,lifetime=900"
		ok cc get --format json
		jq -e '.expires_in > 800 and .expires_in <= 900' <<<"$output"
		ok cc get
		tokens_asked 1
	done
	use_cxone_key 'expires=absent,lifetime=900,date=none'
	ok cc get --format json
	jq -e '.expires_in > 800 and .expires_in <= 900' <<<"$output"
}

@test "token_type is Bearer in any case, or absent; all else is refused" {
	local type
	for type in type=bearer type=BEARER notype; do
		use_oauth2 "$type"
		ok cc get --format json
		same Bearer "$(jq -r .token_type <<<"$output")"
	done
	use_oauth2 type=DPoP
	fails 3 'token_type' cc get
}

@test "an error in a 200 is an error" {
	use_oauth2 'json=%7B"error":"invalid_scope"%2C"error_description":"no%20such%20scope"%7D'
	fails 3 'invalid_scope.*no such scope' cc get
}
