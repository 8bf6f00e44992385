#!/usr/bin/env bats
# `cc-token api` against servers that break off, loop, lead elsewhere, or send too much.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test is a subshell; bats sets status, output, stderr
load ../lib/common
load ../lib/emulator
load ../lib/api

setup() { clean_environment; }

ANALYTICS=/api/v2/analytics/conversations
SLA=/incontactapi/services/v30.0/skills/sla-summary

@test "half an answer is no page: asked for again, nothing twice" {
	local fault
	for fault in halfjson@3 short@3 reset@3 chunkcut@3 html@3 empty@3 close@3 nothttp@3; do
		use_genesys "api.$fault"
		lists 1000 '/api/v2/users?pageSize=100'
		asked 11
		use_genesys "api.$fault"
		lists 1000 '/api/v2/users?pageSize=100' --concurrency 4
	done
}

@test "pages that come compressed unasked: asked for as they are from then on" {
	use_genesys api.encoding=gzip
	lists 1000 '/api/v2/users?pageSize=100'
	asked 11
	use_genesys api.encoding=deflate
	lists 1000 '/api/v2/users?pageSize=100' --concurrency 4
	use_genesys api.encoding=gzip%21
	listed 3 0 '/api/v2/users?pageSize=100'
	says 'encoded.*gzip'
	asked 2
}

@test "connections that end after 60,000 bytes: a page that breaks off gets one of its own" {
	local concurrency
	use_genesys itemsize=800
	ok cc get
	export CC_API_URL=${CC_API_URL/#$EMU_URL/$EMU_BRITTLE_URL} CC_RETRY_FOR=20
	for concurrency in 1 8; do
		cc api --paginate --concurrency "$concurrency" '/api/v2/users?pageSize=50' >"$BATS_TEST_TMPDIR/out"
		same 1000 "$(wc -l <"$BATS_TEST_TMPDIR/out")"
	done
	# Of 20 pages, each time, none breaks off twice.
	[[ $(journal_count --kind api) -le 80 ]]
}

@test "half an answer again and again is exit 4, with what was whole printed" {
	use_genesys api.halfjson@3x9
	listed 4 200 '/api/v2/users?pageSize=100'
	says 'to go on, give --start-page 3'
	says 'gave up|no JSON document: byte [0-9]+: it breaks off'
	same 5 "$(journal_count --kind api)"
}

@test "a first page that is no JSON is said to be that, at once" {
	use_genesys api.html
	listed 3 0 /api/v2/users
	says 'reads JSON alone \(the Content-Type is text/html.*no JSON document: byte 0.*call without --paginate'
	asked 1
}

@test "a page that breaks off after a part of it was printed" {
	use_genesys items=20000,pagesize=20000,itemsize=1000
	cc api --paginate -q '/api/v2/users?pageSize=20000' >"$BATS_TEST_TMPDIR/whole"
	for fault in short reset halfjson; do
		use_genesys "items=20000,pagesize=20000,itemsize=1000,api.$fault@1"
		cc api --paginate '/api/v2/users?pageSize=20000' >"$BATS_TEST_TMPDIR/out"
		cmp "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/out"
		asked 2
	done
}

@test "a page that is another one the second time, after a part of it was printed, is an error" {
	use_genesys items=20000,pagesize=20000,itemsize=1000,api.short@1
	use_faults items=20000,pagesize=20000,itemsize=1000,api.short@1
	local fifo=$BATS_TEST_TMPDIR/pipe code=0 pid
	mkfifo "$fifo"
	"$CC_TOKEN" api --paginate '/api/v2/users?pageSize=20000' >"$fifo" 2>"$BATS_TEST_TMPDIR/err" &
	pid=$!
	{
		head -c 1000 >/dev/null
		emu_admin PUT faults itemsize=1001
		cat >"$BATS_TEST_TMPDIR/out"
	} <"$fifo"
	wait $pid || code=$?
	same 4 "$code"
	grep 'was another one when it was asked for again' "$BATS_TEST_TMPDIR/err"
}

@test "next links without end: an error after every item came once" {
	local list
	for list in /api/v2/teams /api/v2/journey/segments $ANALYTICS/details/jobs/ready/results; do
		use_genesys endless
		listed 3 1000 "$list?pageSize=100"
		says 'earlier page again'
		use_genesys endless=empty
		listed 3 1000 "$list?pageSize=100"
		says '3 empty pages in a row'
	done
	use_cxone endless
	listed 3 1000 "$SLA?top=100"
}

@test "next links without end beside a count of pages: the count is believed" {
	local kind
	for kind in repeat new empty; do
		use_genesys endless=$kind
		lists 1000 '/api/v2/users?pageSize=100'
		asked 10
	done
}

@test "a list that never ends is ended by --max-pages and --limit" {
	use_genesys endless=new
	lists 3000 '/api/v2/teams?pageSize=100' --max-pages 30
	lists 3333 '/api/v2/teams?pageSize=100' --limit 3333
}

@test "a next link to another origin is refused before anything is sent" {
	local list
	for list in /api/v2/users /api/v2/teams /api/v2/journey/segments; do
		use_genesys nexthost
		listed 3 100 "$list?pageSize=100"
		says 'another origin'
		same 0 "$(journal_count --kind storage)"
		asked 1
	done
	use_genesys nexthost=http:%2F%2F127.0.0.1:1
	listed 3 100 '/api/v2/teams?pageSize=100'
	use_genesys "nexthost=https:%2F%2Flocalhost:${EMU_URL##*:}"
	listed 3 100 '/api/v2/teams?pageSize=100'
	use_cxone nexthost
	listed 3 100 "$SLA?top=100"
	asked 1
	use_genesys nexthost
	lists 1000 --paging G1 '/api/v2/users?pageSize=100'
}

@test "a page or a cursor that was there before" {
	use_genesys repeat@5
	listed 3 400 '/api/v2/users?pageSize=100'
	use_genesys repeat@5
	listed 3 400 '/api/v2/users?pageSize=100' --concurrency 8
	use_genesys repeat@5
	listed 3 400 '/api/v2/teams?pageSize=100'
	use_genesys samecursor@5
	listed 3 500 '/api/v2/teams?pageSize=100'
	says 'links back'
	use_genesys samecursor@5
	listed 3 500 "$ANALYTICS/details/jobs/ready/results?pageSize=100"
	says 'cursor of an earlier page'
	use_genesys void@4,void@5,void@6
	listed 3 300 '/api/v2/teams?pageSize=100'
	says '3 empty pages'
}

@test "bytes that are no UTF-8 are passed on as they are, and told" {
	use_genesys badutf8,items=100
	ok cc api --paginate '/api/v2/users?pageSize=50'
	says 'warning: page 1 holds bytes that are not UTF-8'
	cc api --paginate -q '/api/v2/users?pageSize=50' >"$BATS_TEST_TMPDIR/out"
	same 2 "$(LC_ALL=C grep -cPa '\xc3\x28 \xff \xed\xa0\x80' "$BATS_TEST_TMPDIR/out")"
	same 100 "$(wc -l <"$BATS_TEST_TMPDIR/out")"
}

@test "a page of 200 MiB in little memory, in both ways" {
	use_genesys api.big@2x2=209715200,items=300
	python3 - "$CC_TOKEN" "$BATS_TEST_TMPDIR/out" <<'PYTHON'
import os, resource, subprocess, sys
os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=1"
for arguments in (["--paginate", "/api/v2/users?pageSize=100"],
                  ["--paginate", "--concurrency", "8", "/api/v2/users?pageSize=100"]):
    with open(sys.argv[2], "wb") as out:
        subprocess.run([sys.argv[1], "api", "-q", *arguments], stdout=out, check=True)
    rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert rss < 64 * 1024, f"{rss} KiB"
PYTHON
	same 205068 "$(wc -l <"$BATS_TEST_TMPDIR/out")"
	same 300 "$(grep -c '"n":' "$BATS_TEST_TMPDIR/out")"
}

@test "an error of 200 MiB is that error, in little memory" {
	use_plain_list
	python3 - "$CC_TOKEN" "$BATS_TEST_TMPDIR" <<'PYTHON'
import os, resource, subprocess, sys
os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=1"
for arguments in (["/refused"], ["--paginate", "/refused"], ["--wait", "/refused"]):
    with open(sys.argv[2] + "/out", "wb") as out, open(sys.argv[2] + "/err", "wb") as err:
        code = subprocess.run([sys.argv[1], "api", *arguments], stdout=out, stderr=err).returncode
    said = open(sys.argv[2] + "/err").read()
    assert code == 1 and '/refused: HTTP 404 ({"code":"not.found",' in said, (arguments, code, said)
    size = os.path.getsize(sys.argv[2] + "/out")
    assert size == (1024 * 1024 if len(arguments) == 1 else 0), (arguments, size)
rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
assert rss < 64 * 1024, f"{rss} KiB"
PYTHON
	plain_list_stop
}

@test "an answer that drips does not hold it up for ever, one that flows may take longer" {
	use_genesys items=25,api.slow@1=20
	CC_TIMEOUT=1 CC_RETRY_FOR=20 lists 25 /api/v2/users
	says 'no answer in time'
	asked 2
}

@test "headers without bounds" {
	use_genesys bighead=500000
	run --separate-stderr cc api /api/v2/organizations/me
	[[ $status == 3 || $status == 4 ]]
}
