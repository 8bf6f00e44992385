#!/usr/bin/env bats
# `cc-token api --paginate`: every item once and in order, in every style, whatever happens on the way.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/api

setup() { clean_environment; }

ANALYTICS=/api/v2/analytics/conversations
SERVICES=/incontactapi/services/v30.0

# Every list that the vendors have, each with the arguments that ask for pages of 100.
genesys_lists() {
	local q64
	q64=$(printf '{"pageSize":100}' | base64 -w 0 | sed 's/=/%3D/g')
	"$@" '/api/v2/users?pageSize=100'
	"$@" '/api/v2/routing/queues/7/members?pageSize=100'
	"$@" '/api/v2/teams?pageSize=100'
	"$@" '/api/v2/taskmanagement/workitems/7/wrapups?pageSize=100'
	"$@" '/api/v2/externalcontacts/scan/contacts?limit=100'
	"$@" '/api/v2/journey/segments?pageSize=100'
	"$@" "$ANALYTICS/aggregates/jobs/ready/results?pageSize=100"
	"$@" '/api/v2/audits/query/7/results?pageSize=100'
	"$@" '/api/v2/scim/v2/users?count=100'
	"$@" /api/v2/users/search --data '{"pageSize":100,"query":[]}'
	"$@" "/api/v2/users/search?q64=$q64"
	"$@" "$ANALYTICS/details/query" --data '{"interval":"x","paging":{"pageSize":100}}'
	"$@" "$ANALYTICS/details/jobs/ready/results?pageSize=100"
	"$@" '/api/v2/oauth/clients/7/usage/query/results/8?pageSize=100'
}

cxone_lists() {
	"$@" "$SERVICES/contacts/completed?top=100"
	"$@" "$SERVICES/dispositions?top=100"
	"$@" "$SERVICES/skills/sla-summary?top=100"
	"$@" '/dfo/3.0/contacts?size=100'
	"$@" /interactions/v1/search --data '{"pageSize":100}'
}

@test "every style, found out from the first answer" {
	use_genesys items=450
	genesys_lists lists 450
	use_cxone items=450
	cxone_lists lists 450
	lists 450 $SERVICES/agents
	lists 450 "$SERVICES/agents?skip=0&top=450"
}

@test "every style without totals" {
	use_genesys items=450,nototal
	genesys_lists lists 450
	use_cxone items=450,nototal
	cxone_lists lists 450
}

@test "links beyond a count of pages that is too small: nothing is lost" {
	local count
	for count in 1 3; do
		use_genesys items=450,pagecount=$count
		lists 450 '/api/v2/users?pageSize=100'
		says 'cc-token: 5 pages, 450 items in'
		lists 450 '/api/v2/users?pageSize=100' --concurrency 4
		lists 450 /api/v2/users/search --data '{"pageSize":100}'
	done
	use_genesys items=500,pagecount=1,endless=empty
	lists 500 '/api/v2/users?pageSize=100'
	asked 6
	use_genesys items=500,pagecount=5,endless=repeat
	lists 500 '/api/v2/users?pageSize=100'
	asked 6
	use_genesys items=450,pagecount=1,repeat@3
	lists 200 '/api/v2/users?pageSize=100'
	use_genesys items=500,pagecount=2,nexthost
	listed 3 100 '/api/v2/users?pageSize=100'
}

@test "every style, fetched ahead" {
	use_genesys items=450
	genesys_lists lists 450 --concurrency 3
	use_cxone items=450
	cxone_lists lists 450 --concurrency 3
}

@test "every style with empty pages in between" {
	use_genesys items=450,void@2,void@4
	genesys_lists lists 450
	genesys_lists lists 450 --concurrency 3
	use_cxone items=450,void@2,void@4
	cxone_lists lists 450
}

@test "every style with no item, one, and one full page" {
	local n
	for n in 0 1 100; do
		use_genesys items=$n
		genesys_lists lists $n
		use_cxone items=$n
		cxone_lists lists $n
	done
}

@test "every style when the server gives smaller pages than asked for" {
	use_genesys items=120,pagesize=30
	genesys_lists lists 120
	use_cxone items=120,pagesize=30
	cxone_lists lists 120
}

@test "links as behind a gateway, and absolute ones" {
	use_genesys items=60,nexturi=bare
	genesys_lists lists 60
	use_genesys items=60,nexturi=absolute
	lists 60 /api/v2/teams
}

@test "every style by its name" {
	use_genesys items=60
	lists 60 --paging G1 /api/v2/users
	lists 60 --paging g2 /api/v2/teams
	lists 60 --paging G3 /api/v2/taskmanagement/workitems/7/wrapups
	lists 60 --paging G4 /api/v2/journey/segments
	lists 60 --paging G5 $ANALYTICS/aggregates/jobs/ready/results
	lists 60 --paging G6 /api/v2/audits/query/7/results
	lists 60 --paging G7 /api/v2/scim/v2/users
	lists 60 --paging G8 POST /api/v2/users/search
	lists 60 --paging G9 POST $ANALYTICS/details/query
	lists 60 --paging G10 $ANALYTICS/details/jobs/ready/results
	lists 25 --paging none /api/v2/users
	use_cxone items=60
	lists 60 --paging N1 $SERVICES/contacts/completed
	lists 60 --paging N2 $SERVICES/skills/sla-summary
	lists 60 --paging N3 /dfo/3.0/contacts
	lists 60 --paging pagination POST /interactions/v1/search
	fails 2 'no such style' cc api --paging G11 /api/v2/users
}

@test "items come byte by byte as received, whatever they hold" {
	use_genesys items=100,tricks
	cc api --paginate -q /api/v2/users >"$BATS_TEST_TMPDIR/out"
	wanted 100 tricks | cmp - "$BATS_TEST_TMPDIR/out"
	use_faults items=100,tricks,pretty
	cc api --paginate -q /api/v2/users >"$BATS_TEST_TMPDIR/out"
	wanted 100 tricks | cmp - "$BATS_TEST_TMPDIR/out"
	use_cxone items=100,tricks,pretty
	cc api --paginate -q $SERVICES/dispositions >"$BATS_TEST_TMPDIR/out"
	wanted 100 tricks | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "300 pages: expired four times, revoked once, nine 429, three 502" {
	local words=items=30000,expire@50,expire@100,expire@150,expire@200,revoke@250 page
	for page in 11 31 61 91 121 151 181 211 241; do words+=,api.429@$page; done
	for page in 41 141 260; do words+=,api.502@$page; done
	use_genesys "$words,retry-after=0"
	lists 30000 '/api/v2/users?pageSize=100'
	same '6 5 9 3' "$(journal_count --kind token) $(journal_count --status 401) $(journal_count --status 429) $(journal_count --status 502)"
	asked 317
	use_genesys "$words,retry-after=0"
	lists 30000 '/api/v2/teams?pageSize=100'
	use_genesys "$words,retry-after=0"
	lists 30000 '/api/v2/users?pageSize=100' --concurrency 8
	same '9 3' "$(journal_count --status 429) $(journal_count --status 502)"
	use_genesys "$words,retry-after=0"
	lists 30000 /api/v2/users/search --data '{"pageSize":100}'
	same '9 3' "$(journal_count --status 429) $(journal_count --status 502)"
}

@test "tokens that expire page after page, with pages fetched ahead" {
	use_genesys items=3000,expire@4,expire@5,expire@6,expire@7,expire@9,revoke@11
	lists 3000 '/api/v2/users?pageSize=100' --concurrency 8
}

@test "the limit of requests is never hit" {
	use_genesys items=2500,ratelimit=10:1
	lists 2500 '/api/v2/users?pageSize=100'
	says 'limit of requests is used up; going on in 1 s'
	use_genesys items=2500,ratelimit=10:1
	lists 2500 '/api/v2/users?pageSize=100' --concurrency 4
	same 0 "$(journal_count --status 429)"
}

@test "--limit, --max-pages, --page-size, --start-page, --start-cursor" {
	local cursor
	use_genesys
	lists 130 '/api/v2/users?pageSize=50' --limit 130
	asked 3
	lists 130 '/api/v2/users?pageSize=50' --limit 130 --concurrency 8
	asked 6
	lists 100 '/api/v2/users?pageSize=50' --max-pages 2
	says '2/20 pages, 100/1,000 items'
	says 'to go on, give --start-page 3'
	ok cc api --paginate /api/v2/users --page-size 50 --start-page 19 -q
	same "$(wanted 900-1000)" "$output"
	ok cc api --paginate /api/v2/users/search --data '{"a":1}' --page-size 50 --start-page 19 -q
	same "$(wanted 900-1000)" "$output"
	ok cc api --paginate /api/v2/scim/v2/users --page-size 50 --start-page 19 -q
	same "$(wanted 900-1000)" "$output"
	lists 1000 "$ANALYTICS/details/jobs/ready/results?pageSize=500" --max-pages 2
	lists 500 "$ANALYTICS/details/jobs/ready/results?pageSize=500" --max-pages 1
	[[ $stderr =~ 'give '(--paging G10 --start-cursor .*)$ ]]
	cursor=$(printf '%s\n' "${BASH_REMATCH[1]}" | head -n 1)
	eval "cc api -q '$ANALYTICS/details/jobs/ready/results?pageSize=500' $cursor" >"$BATS_TEST_TMPDIR/out"
	wanted 500-1000 | cmp - "$BATS_TEST_TMPDIR/out"
	use_cxone
	ok cc api --paginate $SERVICES/contacts/completed --page-size 100 --start-page 10 -q
	same "$(wanted 900-1000)" "$output"
	fails 2 'whole number' cc api --limit x /api/v2/users
	fails 2 'whole number' cc api --concurrency 0 /api/v2/users
}

@test "--slurp is one array, and stays open when it is not whole" {
	use_genesys items=60
	ok cc api --paginate --slurp /api/v2/users
	same "$(wanted 60 | jq -cs .)" "$(jq -c . <<<"$output")"
	use_genesys items=0
	ok cc api --paginate --slurp /api/v2/users
	same '[]' "$output"
	use_genesys items=60,api.404@2
	run --separate-stderr cc api --paginate --slurp /api/v2/users
	same 1 "$status"
	run jq . <<<"$output"
	[[ $status != 0 ]]
}

@test "--silent prints nothing, --items names the array" {
	use_genesys
	ok cc api --paginate --silent /api/v2/users
	[[ -z $output ]]
	says '40/40 pages, 1,000/1,000 items'
	use_cxone items=60
	lists 60 --items resultSet.dispositions $SERVICES/dispositions
	listed 3 0 --items none $SERVICES/dispositions
	says 'page 1 holds no list at none'
}

@test "what is no list is one item" {
	use_genesys
	ok cc api --paginate /api/v2/organizations/me
	same '{"id":"6b2b9b4c-0000-4000-8000-000000000001","name":"Emulator","domain":"emulator"}' "$output"
}

@test "other APIs: Link headers of every kind, and a list without pages" {
	local path
	use_plain_list
	for path in /path /absolute /query /relative /all; do
		run --separate-stderr cc api --paginate -q $path
		same "0 $(seq 0 89 | sed 's/.*/{"n":&}/' | sha256sum)" "$status $(printf '%s\n' "$output" | sha256sum)"
	done
	plain_list_stop
}

@test "progress: a line at the end, none with -q; on a terminal a bar" {
	use_genesys api.latency=15
	lists 1000 /api/v2/users
	says '^cc-token: 40/40 pages, 1,000/1,000 items in [0-9]+ s$'
	lists 1000 /api/v2/users -q
	[[ -z $stderr ]]
	run script -qec '"$CC_TOKEN" api --paginate /api/v2/users >/dev/null' /dev/null
	[[ $output =~ $'\r\e[K['[#.]+'] '[0-9]+'% '[0-9]+/40\ pages,\ [0-9]+/1,000\ items,\ [0-9,]+/s,\ [0-9]+\ s\ left ]]
}

@test "INT ends it with complete lines and says how to go on" {
	local pid code=0 from
	use_genesys api.latency=60
	"$CC_TOKEN" api --paginate '/api/v2/users?pageSize=50' >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" &
	pid=$!
	journal_wait 5 --kind api
	kill -INT $pid
	wait $pid || code=$?
	same 130 "$code"
	from=$(sed -n 's/.*to go on, give //p' "$BATS_TEST_TMPDIR/err")
	[[ $from == '--start-page '* ]]
	# shellcheck disable=SC2086 # an option and its value
	cc api --paginate -q '/api/v2/users?pageSize=50' $from >>"$BATS_TEST_TMPDIR/out"
	wanted 1000 | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "how to go on names the style where the request does not tell it" {
	use_genesys items=20
	ok cc api --paginate --max-pages 2 "$ANALYTICS/details/query" --data '{"interval":"x","paging":{"pageSize":5}}'
	says 'to go on, give --start-page 3$'
	# The query makes it look like the results of a job.
	ok cc api --paginate --max-pages 2 '/api/v2/users?pageSize=5&x=/jobs/'
	says 'to go on, give --paging G1 --start-page 3$'
	ok cc api --paginate --paging G1 --start-page 3 '/api/v2/users?pageSize=5&x=/jobs/'
	same "$(wanted 10-20)" "$output"
}

@test "INT while the reader is slow ends it at the end of a line" {
	local pid code=0 count
	use_genesys items=20000,pagesize=20000,itemsize=1000
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	"$CC_TOKEN" api --paginate '/api/v2/users?pageSize=20000' >"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" &
	pid=$!
	{
		head -c 10000
		kill -INT $pid
		cat
	} <"$BATS_TEST_TMPDIR/pipe" >"$BATS_TEST_TMPDIR/out"
	wait $pid || code=$?
	same 130 "$code"
	same '' "$(tail -c 1 "$BATS_TEST_TMPDIR/out" | tr -d '\n')"
	count=$(wc -l <"$BATS_TEST_TMPDIR/out")
	[[ $count -lt 20000 ]]
	same "$count" "$(sed -n 's/.*of that page, the first \([0-9]*\) items are printed already/\1/p' "$BATS_TEST_TMPDIR/err")"
}

@test "a reader that goes away ends it quietly" {
	use_genesys
	run bash -c '"$CC_TOKEN" api --paginate /api/v2/users 2>&1 >&3 3>&- | cat >&2' 3> >(head -n 3 >/dev/null)
	[[ -z $output ]]
	run bash -c '"$CC_TOKEN" api --paginate "/api/v2/users?pageSize=10" | head -n 3 | wc -l; exit ${PIPESTATUS[0]}'
	same "141 3" "$status $output"
}

@test "asynchronous exports: submit, wait, print" {
	local id
	use_genesys items=2500,polls=2
	cc api --wait $ANALYTICS/details/jobs --data '{"interval":"x"}' --poll 0 >"$BATS_TEST_TMPDIR/out"
	wanted 2500 | cmp - "$BATS_TEST_TMPDIR/out"
	cc api --wait $ANALYTICS/aggregates/jobs --data '{"interval":"x"}' --poll 0 -q >"$BATS_TEST_TMPDIR/out"
	wanted 2500 | cmp - "$BATS_TEST_TMPDIR/out"
	id=$(cc api $ANALYTICS/details/jobs --data '{"interval":"x"}' | jq -r .jobId)
	cc api --wait "$ANALYTICS/details/jobs/$id" --poll 0 --limit 10 >"$BATS_TEST_TMPDIR/out"
	wanted 10 | cmp - "$BATS_TEST_TMPDIR/out"
	use_genesys polls=2,jobstate=FAILED
	fails 3 'the job is FAILED' cc api --wait $ANALYTICS/details/jobs --data '{}' --poll 0
	use_genesys polls=9
	fails 4 'not done in time' cc api --wait $ANALYTICS/details/jobs --data '{}' --poll 1 --wait-for 1
	[[ $stderr == *"to go on waiting: cc-token api --wait $ANALYTICS/details/jobs/"* ]]
}

@test "the link to an extraction's result never gets the token" {
	use_cxone items=50,polls=2
	ok cc api --wait /data-extraction/v1/jobs -f entityName=qm -f version=1 --poll 1
	same 'id,n,name' "${lines[0]%$'\r'}"
	same 51 "${#lines[@]}"
	same '- 200' "$(journal --kind storage --field header.authorization) $(journal --kind storage --field status)"
	keeps_quiet 'sig'
	use_cxone items=50,polls=1,storage.503x1
	ok cc api --wait /data-extraction/v1/jobs -f entityName=qm --poll 1
	same 51 "${#lines[@]}"
	use_cxone items=50,polls=1,resulturl=same
	ok cc api --wait /data-extraction/v1/jobs -f entityName=qm --poll 1
	same 51 "${#lines[@]}"
	same '- 200' "$(journal --kind storage --field header.authorization) $(journal --kind storage --field status)"
	use_cxone items=50,polls=1,storage.403
	run --separate-stderr cc api --wait /data-extraction/v1/jobs -f entityName=qm --poll 1
	same 1 "$status"
	says 'HTTP 403.*the link to the result has expired or was refused; .*cc-token api --wait /data-extraction/v1/jobs/'
	keeps_quiet 'role|sig='
	use_cxone polls=1,jobstate=EXPIRED
	fails 3 'the job is EXPIRED' cc api --wait /data-extraction/v1/jobs -f entityName=qm --poll 1
}
