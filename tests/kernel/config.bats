#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# kernel/check-config: .config holds what the fragments ask for, or it says so.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	cd "$BATS_TEST_TMPDIR"
	printf 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_N=64\nCONFIG_S="text"\n' >dotconfig
}

@test "everything as asked for" {
	printf 'CONFIG_A=y\nCONFIG_B=n\nCONFIG_GONE=n\n# CONFIG_OTHER is not set\nCONFIG_N=64\nCONFIG_S="text"\n' >f
	run "$top/kernel/check-config" dotconfig f
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "each option that is not is named" {
	printf '# a comment\nCONFIG_A=y\nCONFIG_B=y\nCONFIG_MISSING=y\nCONFIG_N=32\n' >f
	run "$top/kernel/check-config" dotconfig f
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} == *CONFIG_B=y*f*" n" ]]
	[[ ${lines[1]} == *CONFIG_MISSING=y* ]]
	[[ ${lines[2]} == *CONFIG_N=32*64* ]]
}

@test "an option that is on, but wanted off, is named" {
	printf 'CONFIG_A=n\n' >f
	run "$top/kernel/check-config" dotconfig f
	[ "$status" -eq 1 ]
	[[ $output == *CONFIG_A=n* ]]
}

@test "the last fragment that sets an option counts" {
	printf 'CONFIG_A=n\n' >f
	printf 'CONFIG_A=y\n' >g
	"$top/kernel/check-config" dotconfig f g
	run "$top/kernel/check-config" dotconfig g f
	[ "$status" -eq 1 ]
}

@test "an unreadable fragment is wrong usage" {
	run "$top/kernel/check-config" dotconfig none
	[ "$status" -eq 2 ]
}
