# shellcheck shell=bash
# Once for all files: says what is tested and with what, and starts the one emulator.

setup_suite() {
	bats_require_minimum_version 1.5.0
	load ../lib/common
	load ../lib/emulator
	[ -x "$CC_TOKEN" ] || { printf 'no program at %s: run make\n' "$CC_TOKEN" >&2; return 1; }
	{
		bats --version
		bash --version | head -n 1
		python3 --version
		curl --version | head -n 1
		jq --version
		"$CC_TOKEN" version
	} | sed 's/^/# /' >&3
	emulator_start
}

teardown_suite() {
	load ../lib/emulator
	EMU_OWNER=$$ BATS_TEST_FILENAME='' emulator_stop
}
