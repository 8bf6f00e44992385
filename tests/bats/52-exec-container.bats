#!/usr/bin/env bats
# bats file_tags=docker
# exec as the first process of a container, where the kernel treats signals and orphans differently.

# shellcheck disable=SC2016,SC2154 # scripts for the container's shell; bats sets status and output
load ../lib/common
load ../lib/emulator

image=${CC_IMAGE:-cc-token:test}

setup_file() {
	[[ -n ${CC_IMAGE-} ]] || docker build -q -t "$image" "$ROOT" >&2
}

setup() { clean_environment; }

@test "as PID 1 it passes TERM on and collects orphans" {
	use_genesys
	CC_CA_FILE=/ca.pem run timeout 60 docker run --rm --network host \
		-e CC_CA_FILE -e CC_CLIENT_ID -e CC_CLIENT_SECRET -e CC_PROVIDER -e CC_TOKEN_URL \
		-e CC_API_URL -v "$EMU_CA_FILE:/ca.pem:ro" -v /bin/busybox:/bin/busybox:ro \
		"$image" exec -- /bin/busybox sh -c '
			(/bin/busybox sh -c "echo \$\$" >/tmp/orphan &)
			until [ -s /tmp/orphan ]; do :; done
			while [ -e "/proc/$(/bin/busybox cat /tmp/orphan)" ]; do :; done
			kill -TERM 1
			exec /bin/busybox sleep 600'
	[[ $status == 143 ]] || note "status $status: $output"
}
