#!/usr/bin/env bats
# bats file_tags=docker
# The scripts that prepare a machine, on a bare one: nothing but Debian's base packages.

bats_require_minimum_version 1.5.0

SCRIPTS=$BATS_TEST_DIRNAME/../../scripts

setup_file() { "$BATS_TEST_DIRNAME/../../scripts/base-image"; }

bare() { docker run --rm --network none -v "$(realpath "$SCRIPTS"):/p/scripts:ro" debian:trixie-slim "$@"; }

@test "deps tells what is missing with the base packages alone" {
	run -0 bare /p/scripts/deps --list build test
	for package in gcc libcurl4-openssl-dev libcjson-dev libcmocka-dev bats; do
		[[ $'\n'$output$'\n' == *$'\n'$package$'\n'* ]]
	done
	[[ $output != *docker* ]]
}

@test "deps says what it is going to install before it fails to" {
	run -1 bare /p/scripts/deps build
	[[ ${lines[0]} == "deps: going to install for build: gcc "* ]]
	[[ ${lines[-1]} == "deps: apt-get could not install "* ]]
}

@test "deps names the groups where one is wrong" {
	run -1 bare /p/scripts/deps buidl
	[[ $output == "deps: no group 'buidl'; there are: bench "*bootstrap*build*docker*lint*test ]]
}

@test "docker-up refuses an unprivileged container, installing nothing" {
	run -1 bare /p/scripts/docker-up
	[[ $output =~ ^docker-up:\ no\ Docker\ engine\ can\ run\ here:\ root\ lacks\ CAP_[A-Z_]+ ]]
	[[ ${#lines[@]} == 1 ]]
}

@test "docker-up refuses a user who can't become root" {
	run -1 docker run --rm --network none --user 12345 -v "$(realpath "$SCRIPTS"):/p/scripts:ro" \
		debian:trixie-slim /p/scripts/docker-up
	[[ $output == "docker-up: no Docker engine answers, and without root or sudo none can be started" ]]
}

@test "docker-up does nothing where an engine answers" {
	run -0 "$SCRIPTS/docker-up"
	[[ ${lines[-1]} == "docker-up: Docker engine "*" answers" ]]
	run -0 docker images -q 'docker-up-*'
	[[ -z $output ]]
}

@test "base-image does nothing where the image is" {
	run -0 "$SCRIPTS/base-image"
	[[ $output == "base-image: debian:trixie-slim is here" ]]
	run -1 "$SCRIPTS/base-image" 'trixie;'
	[[ $output == "base-image: usage: "* ]]
}
