#!/usr/bin/env bats
# `cc-token api`: one call, and all that is mended on its way.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/api

setup() { clean_environment; }

ME=/api/v2/organizations/me

sent() { journal_json --kind api | jq -r "$@"; }

@test "GET by default, with the token, the body to stdout as received" {
	local token
	use_genesys
	ok cc api $ME
	same '{"id":"6b2b9b4c-0000-4000-8000-000000000001","name":"Emulator","domain":"emulator"}' "$output"
	[[ -z $stderr ]]
	token=$(cc get)
	same "GET $ME Bearer $token application/json" \
		"$(sent '(.headers | map({(.[0] | ascii_downcase): .[1]}) | add) as $h
			| "\(.method) \(.path) \($h.authorization) \($h.accept)"')"
	tokens_asked 1
}

@test "a step without ca-file trusts what the one trusted that got the token" {
	use_genesys
	CC_CA_FILE=$(realpath --relative-to=. "$EMU_CA_FILE") ok cc get
	forget
	ok cc api $ME
	ok cc stop
	says '1 token revoked'
	use_genesys
	CC_CA_FILE=$BATS_TEST_TMPDIR/ca
	cp "$EMU_CA_FILE" "$CC_CA_FILE"
	ok cc get
	rm "$CC_CA_FILE"
	forget
	fails 4 'certificate.*CC_CA_FILE' cc api $ME
}

@test "the method, in all the ways to give it" {
	use_genesys
	ok cc api DELETE /api/v2/routing/queues/7
	ok cc api -X PUT /api/v2/routing/queues/7 -d '{"name":"x"}'
	ok cc api /api/v2/routing/queues --data '{"name":"x"}'
	ok cc api /api/v2/routing/queues -f name=x
	ok cc api --method=GET /api/v2/routing/queues -f name=x
	same 'DELETE PUT POST POST GET' "$(sent .method | paste -sd ' ')"
	fails 2 'twice' cc api -X PUT GET $ME
	fails 2 'capital' cc api get $ME
	fails 2 'no path' cc api
	fails 2 'too many' cc api GET $ME more
}

# mistaken STATUS PATTERN ARGUMENT…: so ends `api ARGUMENT…`, whether somebody would answer or nobody.
mistaken() {
	fails "$1" "$2" cc api "${@:3}"
	CC_TOKEN_URL=$EMU_REFUSED_URL/token fails "$1" "$2" cc api "${@:3}"
}

@test "what is wrong with the command line is told before any request" {
	local list=/api/v2/users jobs=/api/v2/analytics/conversations/details/jobs
	use_genesys
	mistaken 2 'no path'
	mistaken 2 'path is empty' ''
	mistaken 2 'too many' GET $ME more
	mistaken 2 'unknown option' $ME --none
	mistaken 2 'capital' get $ME
	mistaken 2 'twice' -X PUT GET $ME
	mistaken 2 'longer than' "/$(printf 'x%.0s' {1..9000})"
	mistaken 2 'another origin' "https://example.com$ME"
	mistaken 2 'user or a password' "https://x:y@${EMU_URL#https://}$ME"
	mistaken 5 "can't open.*/none" $ME --data @/none
	mistaken 5 "can't open.*/none" $ME -F x=@/none
	mistaken 2 'KEY=VALUE' $ME -F x
	mistaken 2 'NAME:VALUE' $ME -H x
	mistaken 2 'control character' $ME -H $'X: a\r\nY: b'
	mistaken 2 '--limit must be a whole number' $list --limit x
	mistaken 2 '--max-pages must be a whole number' $list --max-pages 0
	mistaken 2 '--page-size must be a whole number' $list --page-size -1
	mistaken 2 '--concurrency must be a whole number' $list --concurrency 99
	mistaken 2 'no such style for GET' $list --paging G11
	mistaken 2 'no such style for POST' POST $list --paging G7
	mistaken 2 '--start-page means nothing for G2' $list --paging G2 --start-page 2
	mistaken 2 '--start-page needs --page-size' /api/v2/scim/v2/users --start-page 2
	mistaken 2 'no numbered pages and no cursor' $list --paging G2 --start-cursor x
	mistaken 2 'no JSON object' $list --data '[]' --page-size 5
	mistaken 2 '--include is for one answer' $list --paginate --include
	mistaken 2 '--poll must be seconds' $jobs --wait --data '{}' --poll x
	mistaken 2 '--wait-for must be seconds' $jobs --wait --data '{}' --wait-for x
	mistaken 2 '--limit must be a whole number' $jobs --wait --data '{}' --limit x
	mistaken 2 '--start-page means nothing for G10' $jobs --wait --data '{}' --start-page 2
	tokens_asked 0
	asked 0
	use_cxone
	fails 2 '--limit must be a whole number' cc api /incontactapi/services/v30.0/agents --limit x
	same 0 "$(journal_count)"
	ok cc api --silent "$EMU_API_URL/incontactapi/services/v30.0/agents"
	fails 2 'another origin' cc api "$EMU_STORAGE_URL/incontactapi/services/v30.0/agents"
	asked 1
}

@test "a body from the command line, a file, and stdin, sent as it is" {
	local body='{"big":12345678901234567890,"u":"\u00e9 é","x":1.10}'
	use_genesys
	printf %s "$body" >"$BATS_TEST_TMPDIR/body"
	ok cc api /api/v2/routing/queues --data "$body"
	ok cc api /api/v2/routing/queues --data "@$BATS_TEST_TMPDIR/body"
	ok cc api /api/v2/routing/queues --data - <"$BATS_TEST_TMPDIR/body"
	same "$body"$'\n'"$body"$'\n'"$body" "$(sent .body)"
	same 'application/json' "$(sent '.headers[] | select((.[0] | ascii_downcase) == "content-type") | .[1]' | sort -u)"
	fails 5 "can't open.*/none" cc api $ME --data @/none
}

@test "a body from stdin when that is a socket, as programs give it" {
	use_genesys
	python3 - "$CC_TOKEN" <<'PYTHON'
import socket, subprocess, sys
ours, theirs = socket.socketpair()
with subprocess.Popen([sys.argv[1], "api", "/api/v2/routing/queues", "--data", "-"], stdin=theirs,
                      stdout=subprocess.DEVNULL) as program:
    theirs.close()
    ours.sendall(b'{"name":"x"}')
    ours.close()
assert program.returncode == 0
PYTHON
	same '{"name":"x"}' "$(sent .body)"
}

@test "fields make the body: typed, nested, arrays" {
	use_genesys
	printf 'from a file\n' >"$BATS_TEST_TMPDIR/text"
	ok cc api /api/v2/routing/queues -F t=true -F n=null -F i=-3 -F d=1.10 -F s=1.x -F "f=@$BATS_TEST_TMPDIR/text" \
		-f r=true -F 'o[a][b]=1' -F 'o[a][c]=x' -F 'l[]=1' -F 'l[]=b' -F 'e[]' \
		-F 'q[][k]=1' -F 'q[][v]=2' -F 'q[][k]=3' -F big=12345678901234567890
	same '{"t":true,"n":null,"i":-3,"d":1.10,"s":"1.x","f":"from a file\n","r":"true","o":{"a":{"b":1,"c":"x"}},"l":[1,"b"],"e":[],"q":[{"k":1,"v":2},{"k":3}],"big":12345678901234567890}' \
		"$(sent .body)"
	fails 2 'KEY=VALUE' cc api $ME -F x
	fails 2 'given twice' cc api $ME -F x=1 -F x=2
	fails 2 'another kind' cc api $ME -F x=1 -F 'x[a]=2'
	fails 2 'is not KEY' cc api $ME -F 'x[a=2'
}

# makes JSON FIELD…: so reads the body that the fields make.
makes() {
	local field given=()
	for field in "${@:2}"; do given+=(-f "$field"); done
	ok cc api /api/v2/routing/queues "${given[@]}"
	same "$1" "$(sent .body | tail -n 1)"
}

@test "fields in arrays of objects and objects in arrays, as gh api reads them" {
	use_genesys
	makes '{"a":[{"n":"x","c":["1","2"]}]}' 'a[][n]=x' 'a[][c][]=1' 'a[][c][]=2'
	makes '{"a":[{"n":"x","c":["1"]},{"n":"y","c":["2","3"]}]}' \
		'a[][n]=x' 'a[][c][]=1' 'a[][n]=y' 'a[][c][]=2' 'a[][c][]=3'
	makes '{"a":[{"o":{"p":{"q":"x"}}}]}' 'a[][o][p][q]=x'
	makes '{"a":[{"o":{"p":"1"}},{"o":{"q":"2"}}]}' 'a[][o][p]=1' 'a[][o][q]=2'
	makes '{"a":[{"n":"x","o":{"p":"1"}}]}' 'a[][n]=x' 'a[][o][p]=1'
	makes '{"a":[{"c":[{"d":"1","e":"2"},{"d":"3"}]}]}' 'a[][c][][d]=1' 'a[][c][][e]=2' 'a[][c][][d]=3'
	makes '{"a":{"b":[{"c":"1"},{"c":"2"}]}}' 'a[b][][c]=1' 'a[b][][c]=2'
	makes '{"a":["1",{"n":"x"}]}' 'a[]=1' 'a[][n]=x'
	makes '{"a":[{"n":"x"},"1",{"m":"y"}]}' 'a[][n]=x' 'a[]=1' 'a[][m]=y'
	makes '{"a":["1","2"]}' 'a[][]=1' 'a[]=2'
	makes '{"a":[{"e":[]}],"f":[]}' 'a[][e][]' 'f[]'
	makes '{"a":["1"]}' 'a[]' 'a[]=1'
	fails 2 'another kind' cc api $ME -f 'o[f]=A' -f 'o[f][]=1'
	fails 2 'another kind' cc api $ME -f 'o[f]=B' -f 'o[f][g]=1'
	fails 2 'given twice' cc api $ME -f 'o[f][g]=C' -f 'o[f]=1'
	fails 2 'another kind' cc api $ME -f 'o[f][g]=D' -f 'o[f][]=1'
	fails 2 'given twice' cc api $ME -f 'o[f][]=E' -f 'o[f]=1'
	fails 2 'another kind' cc api $ME -f 'o[f][]=F' -f 'o[f][g]=1'
	fails 2 'is not KEY' cc api $ME -f '[]=1'
	fails 2 'is not KEY' cc api $ME -f '[a]=1'
	fails 2 'is not KEY' cc api $ME -f 'a[b]c=1'
}

@test "fields go into the query with GET, and beside a body" {
	use_genesys
	ok cc api GET /api/v2/users -F pageSize=1 -f 'name=a b&c'
	ok cc api /api/v2/routing/queues --data '{}' -F dry=true
	same 'pageSize=1&name=a%20b%26c dry=true' "$(sent .query | paste -sd ' ')"
	same '{}' "$(sent 'select(.method == "POST") | .body')"
}

@test "headers of the user's own, but none that decide where the token goes" {
	use_genesys
	ok cc api $ME -H 'X-One: 1' -H 'Accept: text/plain'
	same '1 text/plain' "$(sent '(.headers | map({(.[0] | ascii_downcase): .[1]}) | add) as $h | "\($h["x-one"]) \($h.accept)"')"
	fails 2 'authorization' cc api $ME -H 'authorization: Basic x'
	fails 2 'Host' cc api $ME -H 'Host: elsewhere'
	fails 2 'NAME:VALUE' cc api $ME -H 'no value'
	fails 2 'control character' cc api $ME -H $'X: a\r\nY: b'
	asked 1
}

@test "--include shows status line and headers, --silent no body" {
	use_genesys
	ok cc api -i $ME
	[[ $output == 'HTTP/1.1 200 OK'$'\n'*inin-correlation-id:*'{"id"'* ]]
	ok cc api --silent $ME
	[[ -z $output ]]
	ok cc api --silent -i $ME
	[[ $output == 'HTTP/1.1 200 OK'* && $output != *'{"id"'* ]]
}

@test "a path, with or without a slash, and an absolute URL of the same origin" {
	use_genesys
	ok cc api "${ME#/}"
	ok cc api "$EMU_API_URL$ME"
	ok cc api "$(printf %s "$EMU_API_URL" | sed 's|^https://[^/]*||')$ME"
	asked 3 --status 200
	fails 2 'another origin' cc api "https://example.com$ME"
	fails 2 'another origin' cc api "//example.com$ME"
	fails 2 'another origin' cc api "${EMU_STORAGE_URL}$ME"
	fails 2 'user or a password' cc api "https://x:y@${EMU_URL#https://}$ME"
	fails 2 'another origin' cc api "http://${EMU_URL#https://}$ME"
	asked 3
	same 0 "$(journal_count --kind storage)"
}

@test "a 401 is renewed once, for expiry and for revocation alike" {
	use_genesys
	ok cc api $ME
	emu_admin POST expire-all
	ok cc api $ME
	says 'credentials.expired.*getting another'
	emu_admin POST revoke-all
	ok cc api $ME
	tokens_asked 3
	same '200 401 200 401 200' "$(journal --kind api --field status | paste -sd ' ')"
}

@test "a second 401 is an error" {
	use_genesys api.401
	run --separate-stderr cc api $ME
	same 1 "$status"
	says 'HTTP 401 bad.credentials.*correlation id'
	tokens_asked 2
	asked 2
}

@test "processes that get a 401 at once renew once" {
	local one pids=()
	use_genesys
	ok cc get
	emu_admin POST revoke-all
	for one in 1 2 3 4 5; do
		cc api $ME >"$BATS_TEST_TMPDIR/$one" 2>/dev/null &
		pids+=($!)
	done
	for one in "${pids[@]}"; do wait "$one"; done
	tokens_asked 2
	same 5 "$(cat "$BATS_TEST_TMPDIR"/[1-5] | grep -o Emulator | grep -c .)"
}

@test "a 401 without credentials to renew says what is missing" {
	use_genesys
	ok cc get
	CC_TOKEN_STATE=$(state_of)
	export CC_TOKEN_STATE
	emu_admin POST revoke-all
	unset CC_CLIENT_ID CC_CLIENT_SECRET CC_PROVIDER
	run --separate-stderr cc api $ME
	same 1 "$status"
	says 'HTTP 401.*no new token can be got'
	tokens_asked 1
}

@test "429 and 503 are waited for as Retry-After says, and told" {
	use_genesys api.429,retry-after=0
	use_faults api.429x1,retry-after=1
	ok cc api $ME
	says 'HTTP 429 .*next attempt in 1[.][0-9] s'
	use_faults api.503x1,retry-after=date+1
	ok cc api $ME
	says 'HTTP 503 .*next attempt in [12][.][0-9] s'
	same '429 200 503 200' "$(journal --kind api --field status | paste -sd ' ')"
}

@test "a wait beyond the budget or the cap is not begun" {
	use_genesys api.429,retry-after=30
	CC_RETRY_FOR=10 run --separate-stderr cc api $ME
	same 1 "$status"
	says 'gave up.*HTTP 429.*wait 30 s.*CC_RETRY_FOR'
	use_genesys api.429,retry-after=200
	CC_RETRY_FOR=1000 run --separate-stderr cc api $ME
	same 1 "$status"
	says 'gave up.*HTTP 429.*wait 3 min'
	asked 1
}

@test "methods that are safe to repeat are, the others not once they may have been acted upon" {
	use_genesys api.502x1
	ok cc api $ME
	use_genesys api.closex1
	ok cc api PUT /api/v2/routing/queues/1 -d '{}'
	use_genesys api.502
	run --separate-stderr cc api /api/v2/routing/queues -d '{}'
	same '1 1' "$status $(journal_count --kind api)"
	use_genesys api.reset
	run --separate-stderr cc api PATCH /api/v2/routing/queues/1 -d '{}'
	same '4 1' "$status $(journal_count --kind api)"
	says 'may have acted upon it'
	use_genesys api.503,retry-after=none
	run --separate-stderr cc api /api/v2/routing/queues -d '{}'
	same '1 1' "$status $(journal_count --kind api)"
}

@test "a POST that the server has not acted upon is repeated" {
	use_genesys api.429x1,api.503x1,retry-after=0
	ok cc api /api/v2/routing/queues -d '{"name":"x"}'
	same '429 503 200' "$(journal --kind api --field status | sed 's/20[0-9]/200/' | paste -sd ' ')"
	use_genesys
	emu_faults api.429x1,retry-after=0
	ok cc get
	emu_admin POST revoke-all
	ok cc api /api/v2/routing/queues -d '{"name":"x"}'
}

@test "no answer at all is exit 4" {
	use_genesys api.close
	CC_RETRY_FOR=1 run --separate-stderr cc api $ME
	same 4 "$status"
	says 'gave up after [23] attempts'
	use_genesys api.hang
	CC_TIMEOUT=1 CC_RETRY_FOR=1 run --separate-stderr cc api $ME
	same 4 "$status"
	says 'no answer in time'
}

@test "a 403 names the permissions, and how long changes take" {
	use_genesys api.403
	run --separate-stderr cc api $ME
	same 1 "$status"
	says 'missing.any.permissions'
	says 'role one of: directory:user:view, directory:user:search; changes can take 15 minutes'
	[[ $output == '{"message":'* ]]
}

@test "other errors: code, text, correlation id; the body on stdout" {
	local id
	use_genesys
	run --separate-stderr cc api /api/v2/none
	same 1 "$status"
	id=$(journal --kind api --field correlation)
	same "cc-token: GET $EMU_API_URL/api/v2/none: HTTP 404 not.found (The requested resource was not found.) [correlation id $id]" "$stderr"
	same not.found "$(jq -r .code <<<"$output")"
	use_genesys 'api.404,ctrl,echo'
	run --separate-stderr cc api /api/v2/none
	[[ $stderr != *$'\e'* && $output$stderr != *"$(cc get)"* ]]
}

@test "--include shows no secret that an error repeats in a header" {
	use_cxone api.404,echo
	run --separate-stderr cc api --include /incontactapi/services/v30.0/none
	same 1 "$status"
	[[ $output == *'icstatusdescription: '*'***'* && $output$stderr != *"$(cc get)"* ]]
}

@test "CXone says in a header what is wrong" {
	use_cxone
	run --separate-stderr cc api /incontactapi/services/v30.0/none
	same "1 " "$status $output"
	says 'HTTP 404, Error 404'
}

@test "204 is an empty result" {
	use_cxone api.204
	ok cc api /incontactapi/services/v30.0/agents
	[[ -z $output && -z $stderr ]]
	ok cc api --paginate /incontactapi/services/v30.0/agents
	[[ -z $output ]]
}

@test "a redirect is not followed" {
	use_genesys api.redirect=other
	run --separate-stderr cc api $ME
	same 1 "$status"
	says 'HTTP 307.*not followed'
	same 0 "$(journal_count --kind storage)"
}

@test "what comes compressed unasked is printed as it is by nature, or not at all" {
	use_genesys api.encoding=gzip
	ok cc api '/api/v2/users?pageSize=1'
	[[ $output == '{"entities":'* ]]
	says 'encoded.*gzip.*asking for it as it is'
	same 2 "$(journal_count --kind api)"
	cc api -H 'accept-encoding: br, gzip' '/api/v2/users?pageSize=1' | gunzip | grep -q '"entities"'
	same 3 "$(journal_count --kind api)"
	use_genesys api.encoding=gzip%21
	fails 3 'encoded.*nobody asked.*gzip' cc api /api/v2/users
	same 2 "$(journal_count --kind api)"
	fails 3 'encoded.*nobody asked.*gzip' cc api -H 'Accept-Encoding: br' /api/v2/users
	same 3 "$(journal_count --kind api)"
	fails 3 'acted upon' cc api POST /api/v2/routing/queues -d '{}'
	same 4 "$(journal_count --kind api)"
	use_genesys api.404,api.encoding=gzip
	run --separate-stderr cc api /api/v2/nothing
	same 1 "$status"
	[[ $output == '{'* ]]
	says 'HTTP 404 '
	use_genesys api.404,api.encoding=gzip%21
	fails 1 '404 .*encoded by gzip' cc api /api/v2/nothing
}

@test "an answer that breaks off is asked for again, and printed once" {
	use_genesys api.shortx1
	ok cc api $ME
	same '{"id":"6b2b9b4c-0000-4000-8000-000000000001","name":"Emulator","domain":"emulator"}' "$output"
	use_genesys items=20000,pagesize=20000,itemsize=1000,api.short@1
	ok cc api '/api/v2/users?pageSize=20000' --silent
	cc api '/api/v2/users?pageSize=20000' >"$BATS_TEST_TMPDIR/again"
	use_faults items=20000,pagesize=20000,itemsize=1000,api.reset@1
	cc api '/api/v2/users?pageSize=20000' >"$BATS_TEST_TMPDIR/out"
	same 20000 "$(jq '.entities | length' "$BATS_TEST_TMPDIR/out")"
	same "$(jq -c '.entities' "$BATS_TEST_TMPDIR/again" | sha256sum)" "$(jq -c '.entities' "$BATS_TEST_TMPDIR/out" | sha256sum)"
}

@test "a reader that goes away ends it quietly" {
	use_genesys items=20000,pagesize=20000,itemsize=1000
	cc api '/api/v2/users?pageSize=20000' 2>"$BATS_TEST_TMPDIR/err" | head -c 10 >/dev/null
	[[ ! -s $BATS_TEST_TMPDIR/err ]]
	run bash -c '"$CC_TOKEN" api "/api/v2/users?pageSize=20000" | true; exit ${PIPESTATUS[0]}'
	same 141 "$status"
	run --separate-stderr bash -c '"$CC_TOKEN" api '$ME' >/dev/full'
	same 5 "$status"
	says "can't write to stdout.*No space"
}

@test "an API host that is not known is exit 2" {
	use_oauth2
	unset CC_API_URL
	fails 2 'api-url' cc api /x
	tokens_asked 0
	export CC_API_URL=$EMU_API_URL
	ok cc api /x
}
