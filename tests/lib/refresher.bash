# shellcheck shell=bash
# Looking at refreshers, for the tests of them. Load common.bash and emulator.bash, too.
#
#	teardown() { refreshers_end; }
#	@test "…" { ok cc refresh --detach; pid=$(refresher_pid); await refreshed 1; … }

# await COMMAND…: returns when it succeeds, fails after 30 s.
await() {
	local end=$((SECONDS + 30))
	until "$@"; do
		((SECONDS < end)) || note "never true: $*" || return
		sleep 0.02
	done
}

# Who holds the lock of a refresher's log, by the kernel's own list; fails where nobody does.
refresher_pid() {
	local log=${1:-$(state_of)/refresher.log} inode pid
	inode=$(stat -c %i "$log" 2>/dev/null) || return
	pid=$(awk -v inode="$inode" '$2 == "POSIX" && $6 ~ ":" inode "$" { print $5; exit }' /proc/locks)
	[[ -n $pid ]] && printf '%s\n' "$pid"
}

# Whether the process runs. A zombie has ended: where PID 1 is no init, nobody collects it.
alive() { [[ $(ps -o stat= -p "$1") == [!Z]* ]]; }
gone() { ! alive "$1"; }

# status_is KEY VALUE: what `status --json` says.
status_of() { cc status --json | jq -r --arg key "$1" '.[$key] // ""'; }
status_is() { [[ $(status_of "$1") == "$2" ]]; }

# ready: a refresher runs, and has told when it will renew.
ready() { [[ -n $(status_of next_refresh_at) ]]; }

# refreshed N: so many tokens at least have replaced the first one.
refreshed() { [[ $(status_of refreshes) -ge $1 ]]; }

# failed TEXT: the last error holds it. reached TIME: the clock has passed it.
failed() { [[ $(status_of last_error) == *"$1"* ]]; }
reached() { (($(date +%s) >= $1)); }

# requests_are N: at least so many token requests were made.
requests_are() { [[ $(journal_count --kind token) -ge $1 ]]; }

# Ends what a test has started and not ended.
refreshers_end() {
	local log pid
	for log in "$BATS_TEST_TMPDIR"/state*/*/refresher.log; do
		pid=$(refresher_pid "$log") && kill -KILL "$pid"
	done
	return 0
}
