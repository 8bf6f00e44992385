#!/usr/bin/env bats
# bats file_tags=docker
# What the released image is made of. CC_IMAGE names it; without that it is built here.

bats_require_minimum_version 1.5.0

PROJECT=$BATS_TEST_DIRNAME/../..

setup_file() {
	if [[ -z ${CC_IMAGE-} ]]; then
		export CC_IMAGE=cc-token:test
		docker build -q -t "$CC_IMAGE" "$BATS_TEST_DIRNAME/../.."
	fi
	export ROOT=$BATS_FILE_TMPDIR/root
	mkdir "$ROOT"
	local container
	container=$(docker create "$CC_IMAGE")
	# Without what Docker itself puts into every container.
	docker export "$container" | tar -x -C "$ROOT" --anchored --exclude=.dockerenv \
		--exclude={dev,proc,sys} --exclude=etc/{hostname,hosts,mtab,resolv.conf}
	docker rm "$container" >/dev/null
	PROGRAM=$ROOT/cc-token
	export PROGRAM
}

inspect() { docker image inspect -f "$1" "$CC_IMAGE"; }

# The program in the image, by one of its names, with nothing from here.
image_run() { # NAME ARGUMENT...
	docker run --rm --entrypoint "$1" "$CC_IMAGE" "${@:2}"
}

@test "the image holds the program, its names, the roots and the notices; no shell" {
	diff - <(find "$ROOT" -mindepth 1 \( ! -type d -o -empty \) -printf '%P\n' | sort) <<-'END'
		cc-token
		cc-token-action
		cc-token-post
		etc/ssl/certs/ca-certificates.crt
		tmp
		usr/share/cc-token/built-with
		usr/share/licenses/ca-certificates
		usr/share/licenses/cc-token
		usr/share/licenses/cjson
		usr/share/licenses/curl
		usr/share/licenses/musl
		usr/share/licenses/openssl
	END
	run -127 image_run /bin/sh -c true
	[[ $(stat -c %a "$ROOT/tmp") == 1777 ]]
}

@test "the image is smaller than 6 MiB" {
	(($(inspect '{{.Size}}') < 6 * 1024 * 1024))
}

@test "the image runs the program as root, and starts nothing else" {
	[[ $(inspect '{{json .Config.Entrypoint}} {{json .Config.Cmd}}') == '["/cc-token"] ["help"]' ]]
	[[ $(inspect '{{.Config.User}}') =~ ^(0|root)?$ ]]
	[[ $(inspect '{{json .Config.ExposedPorts}} {{json .Config.Volumes}}') == 'null null' ]]
	[[ $(inspect '{{len .RootFS.Layers}}') == 1 ]]
}

@test "the program needs no loader and no library" {
	run -0 readelf -lW "$PROGRAM"
	[[ $output != *INTERP* ]]
	run -0 readelf -dW "$PROGRAM"
	[[ $output != *NEEDED* && $output != *TEXTREL* ]]
}

@test "the program is position-independent, with full RELRO and no executable data" {
	run -0 readelf -hW "$PROGRAM"
	[[ $output =~ Type:\ +DYN ]]
	run -0 readelf -dW "$PROGRAM"
	[[ $output =~ FLAGS.*BIND_NOW && $output =~ FLAGS_1.*NOW.*PIE ]]
	run -0 readelf -lW "$PROGRAM"
	[[ $output == *GNU_RELRO* ]]
	[[ $output =~ GNU_STACK(\ +0x[0-9a-f]+){5}\ +RW\ + ]]
	[[ ! $output =~ LOAD[^$'\n']*\ RWE\  ]]
}

@test "the program is stripped" {
	run -0 readelf -SW "$PROGRAM"
	[[ $output != *.symtab* && $output != *.debug_* ]]
}

@test "the program's functions are guarded against overflow of the stack" {
	local guard='%fs:0x28'
	[[ $(uname -m) == x86_64 ]] || guard=__stack_chk
	(($(objdump -d "$PROGRAM" | grep -c -- "$guard") > 1000))
}

@test "the links are the entry points of the action" {
	[[ $(readlink "$ROOT/cc-token-action" "$ROOT/cc-token-post") == $'cc-token\ncc-token' ]]
	run -2 --separate-stderr image_run /cc-token-action
	# shellcheck disable=SC2154 # bats sets it
	[[ $stderr == *provider* ]]
	run -0 image_run /cc-token-post
	run -0 sed -nE 's/^  (entrypoint|post-entrypoint): //p' "$PROJECT/action.yml"
	[[ $output == $'/cc-token-action\n/cc-token-post' ]]
}

@test "the program tells its version and the libraries it was built with" {
	run -0 image_run /cc-token version --json
	[[ $(jq -r .version <<<"$output") == "$(cat "$PROJECT/VERSION")" ]]
	[[ $(jq -r .libcurl <<<"$output") =~ ^libcurl/[0-9.]+\ OpenSSL/3\.[0-9.]+$ ]]
}

@test "what it was built with is told: the parts of the lock, compiler and kernel headers" {
	local name told=$ROOT/usr/share/cc-token/built-with
	for name in $("$PROJECT/scripts/lock" names); do
		grep -qxF "$name $("$PROJECT/scripts/lock" get "$name" Version) $(
			"$PROJECT/scripts/lock" get "$name" SHA256)" "$told"
	done
	grep -qE '^[a-z0-9_]+-linux-gnu-gcc \(Debian [^)]+\) [0-9.]+$' "$told"
	grep -qE '^gcc-[0-9]+[a-z0-9-]* [0-9]' "$told"
	grep -qE '^linux-libc-dev[a-z0-9-]* [0-9]' "$told"
	run -0 image_run /cc-token version
	[[ $output == *libcurl/$("$PROJECT/scripts/lock" get curl Version)\ OpenSSL/$(
		"$PROJECT/scripts/lock" get openssl Version)* ]]
	[[ $output == *cJSON/$("$PROJECT/scripts/lock" get cjson Version)* ]]
}

@test "the roots stand in the image, and in the program for use outside it" {
	local file=$ROOT/etc/ssl/certs/ca-certificates.crt
	(($(grep -c 'BEGIN CERTIFICATE' "$file") > 100))
	python3 - "$PROGRAM" "$file" <<-'END'
		import pathlib, sys
		program, roots = (pathlib.Path(name).read_bytes() for name in sys.argv[1:])
		sys.exit(roots not in program)
	END
}

@test "no secret and no source is in the image's history" {
	run -0 docker history --no-trunc --format '{{.CreatedBy}}' "$CC_IMAGE"
	[[ $output != *CC_* && $output != *SECRET* && $output != *PASSWORD* ]]
	[[ $(inspect '{{json .Config.Env}}') =~ ^(null|\[\"PATH=[^\"]*\"\])$ ]]
}

@test "the program runs as any user, read-only" {
	run -0 docker run --rm --user 12345:12345 --read-only --cap-drop ALL \
		--security-opt no-new-privileges "$CC_IMAGE" version
	[[ $output == cc-token* ]]
}
