#!/usr/bin/env bats
# bats file_tags=docker
# The released program's TLS: what its cut-down OpenSSL must still speak, and must refuse.

bats_require_minimum_version 1.5.0

setup_file() {
	if [[ -z ${CC_IMAGE-} ]]; then
		export CC_IMAGE=cc-token:test
		docker build -q -t "$CC_IMAGE" "$BATS_TEST_DIRNAME/../.."
	fi
	export DIR=$BATS_FILE_TMPDIR
	local container
	container=$(docker create "$CC_IMAGE")
	docker cp "$container:/cc-token" "$DIR/cc-token"
	docker rm "$container" >/dev/null

	# The servers end with their input, which is this pipe.
	mkfifo "$DIR/input" "$DIR/output"
	python3 "$BATS_TEST_DIRNAME/tls_servers.py" "$DIR" <"$DIR/input" >"$DIR/output" 3>&- &
	exec 9>"$DIR/input"
	while read -r line && [[ $line != ready ]]; do
		printf '%s\n' "$line" >>"$DIR/servers"
	done <"$DIR/output"
	[[ $line == ready ]]
}

teardown_file() { exec 9>&-; }

# get SERVER [NAME=VALUE...]: a token from that server, with a state directory of its own.
get() {
	local port
	port=$(awk -v name="$1" '$1 == name { print $2 }' "$DIR/servers")
	env -i CC_PROVIDER=oauth2 CC_CLIENT_ID=id CC_CLIENT_SECRET=a-secret-value CC_RETRY_FOR=0 \
		CC_TOKEN_URL="https://127.0.0.1:$port/token" CC_STATE_DIR="$BATS_TEST_TMPDIR" \
		"${@:2}" "$DIR/cc-token" get 3>&- 9>&-
}

@test "TLS 1.2 and 1.3, with every kind of key, cipher and group in use" {
	while read -r name _; do
		run -0 get "$name" CC_CA_FILE="$DIR/ca.pem" CC_NAME="$name"
		printf '%s: %s\n' "$name" "$output"
		[[ $output == *"v${name:3:3}" ]]
	done <"$DIR/servers"
}

@test "a server whose CA is not among the system's roots is refused, without a retry" {
	run -4 --separate-stderr get tls1.3-rsa
	# shellcheck disable=SC2154 # bats sets it
	[[ $stderr == *"certificate"*"not trusted"*CC_CA_FILE* ]]
	[[ $stderr != *"next attempt"* ]]
}

@test "no configuration of OpenSSL is read from the machine" {
	printf 'openssl_conf = x\n[x]\nssl_conf = y\n[y]\nsystem_default = z\n[z]\nMaxProtocol = TLSv1.2\n' \
		>"$DIR/openssl.cnf"
	run -0 get tls1.3-rsa CC_CA_FILE="$DIR/ca.pem" OPENSSL_CONF="$DIR/openssl.cnf"
	[[ $output == *TLSv1.3 ]]
}
