#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats sets output and stderr
# scripts/lock against mirrors with holes, without the network. The mirrors are apt's: the tests
# give apt settings of their own, as a machine has them.

bats_require_minimum_version 1.5.0

PROJECT=$(realpath "$BATS_TEST_DIRNAME/../..")

# Two mirrors, of the archive and of its security updates, and what upstream publishes.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	mkdir files
	mkfifo input output
	python3 "$BATS_TEST_DIRNAME/mirror.py" files faults log <input >output 3>&- &
	exec 9>input
	local port
	read -r port <output
	export BASE=http://127.0.0.1:$port
	export DIR=$BATS_FILE_TMPDIR
	make_keys
}
teardown_file() {
	gpgconf --kill gpg-agent
	exec 9>&-
}

# A key of upstream's and one of the archive's, with which nothing else is ever signed.
make_keys() {
	local who
	export GNUPGHOME=$DIR/gnupg
	mkdir -m 700 "$GNUPGHOME"
	for who in upstream archive stranger; do
		gpg --batch --quiet --passphrase '' --quick-gen-key "$who@example.org" ed25519 sign 2>/dev/null
	done
	gpg --export archive@example.org >"$DIR/archive.gpg"
	UPSTREAM_KEY=$(gpg --list-keys --with-colons upstream@example.org | awk -F: '/^fpr/ { print $10; exit }')
	export UPSTREAM_KEY
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	rm -rf "$DIR/files"
	mkdir -p "$DIR/files" keys hand kept state
	: >"$DIR/faults"
	: >"$DIR/log"
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	sources 'deb [trusted=yes] BASE/archive sid main' 'deb [trusted=yes] BASE/security trixie-security main'
	gpg --armor --export upstream@example.org >keys/thing.asc
	publish 1.0
	write_lock 1.0 "$(sha256sum <"$DIR/files/upstream/thing-1.0.tar.gz" | cut -c 1-64)"
}

# sources LINE...: what apt is set up with, one line a source.
sources() {
	printf '%s\n' "${@//BASE/$BASE}" >sources.list
	export APT_CONFIG=$PWD/apt.conf
	printf '%s;\n' "Dir::Etc::SourceList \"$PWD/sources.list\"" 'Dir::Etc::SourceParts "/dev/null"' \
		"Dir::State::Lists \"$PWD/state\"" >apt.conf
}

# publish VERSION: upstream and both mirrors have it.
publish() {
	local at
	for at in upstream/thing-$1.tar.gz archive/pool/main/t/thing/thing_$1.orig.tar.gz \
		security/pool/updates/main/t/thing/thing_$1.orig.tar.gz; do
		mkdir -p "$DIR/files/${at%/*}"
		printf 'the thing, version %s\n' "$1" >"$DIR/files/$at"
	done
}
pool() { printf '/archive/pool/main/t/thing/thing_%s.orig.tar.gz' "$1"; }
security() { printf '/security/pool/updates/main/t/thing/thing_%s.orig.tar.gz' "$1"; }
upstream() { printf '/upstream/thing-%s.tar.gz' "$1"; }

write_lock() { # VERSION SHA256 [SIGNED-BY]
	cat >lock <<-END
		# A comment.

		Name: other
		Version: 7

		Name: thing
		Version: $1
		SHA256: $2
		Published: $BASE/upstream/thing-{version}.tar.gz
		Pool: pool/main/t/thing/thing_{version}.orig.tar.gz
		Licence: MIT
		Notice: COPYING
		CPE: maker:thing
		Signed-By: ${3:--}
		Proof: upstream's signature
		Why: $1 is the first,
		 and the only one.
	END
}
lock() { "$PROJECT/scripts/lock" --pause 0 --lock lock --sources hand --to kept --keyring "$DIR/archive.gpg" "$@"; }
# One argument is one line; no argument is none.
lines() { (($# == 0)) || printf '%s\n' "$@"; }
faults() { lines "$@" >"$DIR/faults"; }
# asked LINE...: so the requests were, and no others.
asked() { diff <(lines "$@") "$DIR/log"; }
said() { [[ $stderr == *"$1"* ]] || { printf 'not said: %s\nbut: %s\n' "$1" "$stderr"; return 1; }; }
fetched() {
	run -0 --separate-stderr lock fetch thing
	[[ $(cat "$output") == 'the thing, version 1.0' ]]
}

@test "the mirror that apt is set up with is asked first, and the file is kept" {
	fetched
	[[ $output == "$PWD/kept/thing_1.0.orig.tar.gz" ]]
	asked "$(pool 1.0) served"
	fetched
	asked "$(pool 1.0) served"
}

@test "apt's settings are read in either format" {
	rm sources.list
	mkdir parts
	printf '%s\n' 'Types: deb' "URIs: $BASE/archive" 'Suites: sid' 'Components: main' >parts/d.sources
	sed -i "s|SourceParts \"/dev/null\"|SourceParts \"$PWD/parts\"|" apt.conf
	fetched
	asked "$(pool 1.0) served"
}

@test "what one mirror lacks is had from the next, then from upstream; each is tried again" {
	faults "$(pool 1.0) missing"
	fetched
	asked "$(pool 1.0) missing" "$(pool 1.0) missing" "$(security 1.0) served"
	said "thing 1.0: $BASE$(pool 1.0): 404"
	said "; again"

	rm kept/*
	faults "$(pool 1.0) missing" "$(security 1.0) busy"
	fetched
	[[ $(tail -n 1 "$DIR/log") == "$(upstream 1.0) served" ]]
	said "thing 1.0: $BASE$(security 1.0): 503"
}

@test "a source that fails once is taken when it is tried again" {
	for fault in busy flip cut; do
		rm -f kept/*
		: >"$DIR/log"
		faults "$(pool 1.0) $fault 1"
		fetched
		asked "$(pool 1.0) $fault" "$(pool 1.0) served"
	done
}

@test "one changed bit is refused by name, with both hashes" {
	faults "$(pool 1.0) flip"
	fetched
	said "$BASE$(pool 1.0): refused: its SHA-256 is $(printf 'the thing, version 1.0\v' | sha256sum | cut -c 1-64), not $(
		sha256sum <"$DIR/files$(pool 1.0)" | cut -c 1-64)"
	asked "$(pool 1.0) flip" "$(pool 1.0) flip" "$(security 1.0) served"
}

@test "a mirror that is down is told, and the next one is asked" {
	sources 'deb http://127.0.0.1:1/down sid main' 'deb BASE/archive sid main'
	fetched
	said "thing 1.0: http://127.0.0.1:1/down/pool/main/t/thing/thing_1.0.orig.tar.gz: "
	asked "$(pool 1.0) served"
}

@test "where none is left all are told, and what to do; nothing is kept" {
	faults "$(pool 1.0) missing" "$(security 1.0) flip" "$(upstream 1.0) cut"
	run -1 --separate-stderr lock fetch thing
	[[ -z $output && -z $(ls kept) ]]
	for place in "$(pool 1.0)" "$(security 1.0)" "$(upstream 1.0)"; do
		[[ $(grep -c "^$place " "$DIR/log") == 2 ]]
		said $'\n'"  $BASE$place"
	done
	said "put thing_1.0.orig.tar.gz or thing-1.0.tar.gz into $PWD/hand"
	said "fetch failed for: thing"
}

@test "a file put there by hand is taken by either name, and nobody is asked" {
	sources
	for name in thing_1.0.orig.tar.gz thing-1.0.tar.gz; do
		cp "$DIR/files$(pool 1.0)" "hand/$name"
		fetched
		[[ $output == "$PWD/hand/$name" ]]
		rm "hand/$name"
	done
	asked
}

@test "a wrong file put there by hand is refused by its path" {
	echo other >hand/thing-1.0.tar.gz
	fetched
	said "thing 1.0: $PWD/hand/thing-1.0.tar.gz: refused: its SHA-256 is "
}

@test "a kept file that was damaged is fetched anew" {
	fetched
	echo more >>kept/thing_1.0.orig.tar.gz
	fetched
	asked "$(pool 1.0) served" "$(pool 1.0) served"
}

# index SUITE VERSION...: the archive's signed index names these versions.
index() {
	local at=$DIR/files/archive/dists/$1 version
	[[ $1 != trixie-security ]] || at=$DIR/files/security/dists/$1
	mkdir -p "$at/main/source"
	for version in "${@:2}"; do
		publish "$version"
		printf 'Package: thing\nVersion: %s-1\nChecksums-Sha256:\n %s 22 thing_%s.orig.tar.gz\n\n' "$version" \
			"$(sha256sum <"$DIR/files$(upstream "$version")" | cut -c 1-64)" "$version"
	done | xz >"$at/main/source/Sources.xz"
	printf 'Suite: %s\nDate: Thu, 01 Oct 2026 08:00:00 UTC\nSHA256:\n %s 1 main/source/Sources.xz\n' "$1" \
		"$(sha256sum <"$at/main/source/Sources.xz" | cut -c 1-64)" >release
	gpg --batch --yes --quiet -u "${SIGNER:-archive}@example.org" -o "$at/InRelease" --clearsign release
}
sign() { # VERSION SIGNER
	gpg --batch --yes --quiet --armor -u "$2@example.org" -o "$DIR/files$(upstream "$1").asc" \
		--detach-sign "$DIR/files$(upstream "$1")"
}
field() { lock get thing "$1"; }
unchanged() { diff lock before; }

@test "a bump is proven by upstream's signature" {
	write_lock 1.0 "$(field SHA256)" "$UPSTREAM_KEY"
	publish 1.1
	sign 1.1 upstream
	run -0 --separate-stderr lock bump thing 1.1
	[[ $(field Version) == 1.1 && $(field Proof) == "upstream's signature" ]]
	[[ $(field SHA256) == "$(sha256sum <"$DIR/files$(upstream 1.1)" | cut -c 1-64)" ]]
	[[ $(lock get other Version) == 7 ]]
	said "write its Why"
	run -1 --separate-stderr lock check thing
	said "thing: Why does not name the version"
}

@test "a bump is proven by the archive's index where upstream signs nothing" {
	index sid 1.1
	run -0 --separate-stderr lock bump thing 1.1
	[[ $(field Version) == 1.1 && $(field Proof) == "Debian's signed index of sid of 2026-10-01" ]]
}

@test "a bump that nothing proves is refused, and the lock is as it was" {
	write_lock 1.0 "$(field SHA256)" "$UPSTREAM_KEY"
	cp lock before
	publish 1.1
	sign 1.1 stranger
	SIGNER=stranger index sid 1.1
	run -1 --separate-stderr lock bump thing 1.1
	said "no good signature by $UPSTREAM_KEY"
	said "the index of sid has no good signature"
	said "nothing proves it"
	unchanged
	[[ ! -e kept/thing_1.1.orig.tar.gz ]]
}

@test "a file that is not the one that was signed, or indexed, is not locked" {
	write_lock 1.0 "$(field SHA256)" "$UPSTREAM_KEY"
	cp lock before
	index sid 1.1
	sign 1.1 upstream
	faults "$(pool 1.1) flip"
	run -1 --separate-stderr lock bump thing 1.1
	unchanged
}

@test "an index that is not the one that was signed proves nothing" {
	cp lock before
	index sid 1.1
	faults "/archive/dists/sid/main/source/Sources.xz flip"
	run -1 --separate-stderr lock bump thing 1.1
	said "/archive/dists/sid/main/source/Sources.xz: refused: its SHA-256 is"
	unchanged
}

@test "without a version the latest that can be had is locked; candidates are none" {
	index sid 1.10 1.9 1.11~rc1 0.9
	run -0 --separate-stderr lock newer thing
	[[ $output == $'thing 1.10\nthing 1.9' ]]
	faults "$(pool 1.10) missing" "$(security 1.10) missing" "$(upstream 1.10) missing"
	run -0 --separate-stderr lock bump thing
	[[ $(field Version) == 1.9 ]]
	faults
	run -0 --separate-stderr lock bump thing
	[[ $(field Version) == 1.10 ]]
	run -0 --separate-stderr lock bump thing
	said "Debian's index names none above"
}

@test "a locked hash is proven anew, or not" {
	run -1 --separate-stderr lock prove thing
	said "thing 1.0: nothing proves its hash"
	index sid 1.0
	run -0 --separate-stderr lock prove thing
	said "thing 1.0: proven by Debian's signed index of sid of 2026-10-01"
}

@test "the project's lock is whole, and each fault of a field is found" {
	run -0 "$PROJECT/scripts/lock" check
	local change
	for change in 's/^Version: .*/Version:/' 's/^SHA256: ./SHA256: /' 's/^SHA256: ./SHA256: G/' \
		's,^Published: https:,Published: http:,' 's/^Pool: .*/Pool: thing.tar.gz/' '/^Licence: /d' \
		's,^Notice: ,Notice: /,' '/^CPE: /d' 's/^Signed-By: .*/Signed-By: somebody/' \
		's/^Proof: .*/Proof: my word/' 's/^Why: [^ ]*/Why: it/'; do
		sed "/^Name: curl/,/^\$/{$change}" "$PROJECT/libraries.lock" >lock
		cp "$PROJECT"/keys/* keys/
		run -1 --separate-stderr lock check
		said "lock: curl: "
		said "check failed for: curl"
	done
	cp "$PROJECT/libraries.lock" lock
	rm keys/openssl.asc
	run -1 --separate-stderr lock check
	said "openssl: keys/openssl.asc is missing"
}

@test "what is asked wrongly is told" {
	run -1 --separate-stderr lock fetch nothing
	said "no part 'nothing'; there are: other thing"
	run -2 --separate-stderr lock
	said "usage: scripts/lock check"
	run -2 --separate-stderr lock --colour fetch
	run -2 --separate-stderr lock fetsch
	run -2 --separate-stderr lock get thing
	run -1 --separate-stderr lock get thing Colour
}
