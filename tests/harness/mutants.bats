#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/mutants counts what survives, and believes no suite that didn't end well.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	export VMALOCK_TESTS=$BATS_TEST_TMPDIR/tests VMALOCK_BUILD=$BATS_TEST_TMPDIR/build
	mkdir -p "$VMALOCK_TESTS/a" "$VMALOCK_TESTS/b"
}

# make_suite NAME COMMANDS: a suite that runs these shell commands with tap_mutant at hand.
make_suite() {
	printf '#!/bin/bash\nset -euo pipefail\n. %s/tests/guest/lib.sh\n%s\n' "$top" "$2" >"$VMALOCK_TESTS/$1/suite"
	chmod +x "$VMALOCK_TESTS/$1/suite"
}

# mutants STATUS LINE: tests/mutants a b ends with this status and last line.
mutants() {
	run --separate-stderr "$top/tests/mutants" a b
	[ "$status" -eq "$1" ]
	[ "${lines[-1]}" = "$2" ]
}

@test "each mutant counts once, with all checks that caught it" {
	make_suite a 'tap_mutant 0 "x: y" one; tap_mutant 0 "x: y" two; tap_result 0 "not a mutant"; tap_end'
	make_suite b '[ "$TEST_MUTANTS" = 1 ]; tap_mutant 0 "x: y" three; tap_end'
	mutants 0 "2 mutants, 2 caught"
	grep -qx "caught    a: x: y: one, two" <<<"$output"
	grep -qx "caught    b: x: y: three" <<<"$output"
}

@test "a survivor is named" {
	make_suite a 'tap_mutant 1 x one; tap_mutant 1 x two; tap_end'
	make_suite b 'tap_mutant 0 y one; tap_end'
	mutants 1 "2 mutants, 1 caught"
	grep -qx "SURVIVED  a: x" <<<"$output"
}

@test "a check that misses a mutant which another one catches is a failure" {
	make_suite a 'tap_mutant 0 x one; tap_mutant 1 x two; tap_end'
	make_suite b 'tap_mutant 0 y one; tap_end'
	mutants 1 "2 mutants, 2 caught"
	[[ $stderr == *'not ok'* ]]
}

@test "a suite that dies, or has no mutant, is a failure" {
	make_suite a 'tap_mutant 0 x one; exit 3'
	make_suite b 'tap_mutant 0 y one; tap_end'
	mutants 1 "2 mutants, 2 caught"
	make_suite a 'tap_result 0 z; tap_end'
	make_suite b 'tap_result 0 z; tap_end'
	mutants 1 "0 mutants, 0 caught"
}

@test "an unknown suite is wrong usage" {
	run --separate-stderr "$top/tests/mutants" none
	[ "$status" -eq 2 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}
