#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/run counts every way in which a suite can fail.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	export VMALOCK_TESTS=$BATS_TEST_TMPDIR/tests VMALOCK_BUILD=$BATS_TEST_TMPDIR/build
	mkdir -p "$VMALOCK_TESTS"
}

# make_suite NAME COMMANDS: a suite that runs these shell commands.
make_suite() {
	mkdir -p "$VMALOCK_TESTS/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$VMALOCK_TESTS/$1/suite"
	chmod +x "$VMALOCK_TESTS/$1/suite"
}

# sums STATUS LINE: tests/run ends with this status and last line.
sums() {
	run "$top/tests/run"
	[ "$status" -eq "$1" ]
	[ "${lines[-1]}" = "$2" ]
}

@test "passed, failed and skipped tests are summed over the suites" {
	make_suite a 'echo 1..3; echo ok 1 a; echo "ok 2 b # SKIP no reason"; echo ok 3'
	make_suite b 'echo ok 1; echo 1..1'
	sums 0 "3 passed, 0 failed, 1 skipped"
	make_suite c 'echo 1..2; echo ok 1; echo not ok 2; exit 1'
	sums 1 "4 passed, 1 failed, 1 skipped"
}

@test "no skip, no mention of it" {
	make_suite a 'echo 1..1; echo ok 1'
	sums 0 "1 passed, 0 failed"
}

@test "fewer or more tests than planned is a failure" {
	make_suite a 'echo 1..2; echo ok 1'
	sums 1 "1 passed, 1 failed"
	make_suite a 'echo 1..1; echo ok 1; echo ok 2'
	sums 1 "2 passed, 1 failed"
}

@test "a suite without a plan, without a test, or that dies is a failure" {
	make_suite a 'echo ok 1'
	sums 1 "1 passed, 1 failed"
	make_suite a ':'
	sums 1 "0 passed, 1 failed"
	make_suite a 'echo 1..0'
	sums 1 "0 passed, 1 failed"
	make_suite a 'echo 1..1; echo ok 1; exit 3'
	sums 1 "1 passed, 1 failed"
	make_suite a 'echo 1..1; echo ok 1; kill -SEGV $$'
	sums 1 "1 passed, 1 failed"
	make_suite a 'echo 1..1; echo ok 1; echo "Bail out! no"'
	sums 1 "1 passed, 1 failed"
}

@test "a failing suite does not keep the next one from running" {
	make_suite a 'exit 1'
	make_suite b 'echo 1..1; echo ok 1'
	sums 1 "1 passed, 1 failed"
}

@test "a suite that skips itself whole is a skip" {
	make_suite a 'echo "1..0 # SKIP not here"'
	make_suite b 'echo 1..1; echo ok 1'
	sums 0 "1 passed, 0 failed, 1 skipped"
}

@test "no suite at all is a failure; an unknown one is wrong usage" {
	sums 1 "0 passed, 1 failed"
	run "$top/tests/run" none
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "make help lists every target that a fragment describes" {
	run make -s -C "$top" help
	[ "$status" -eq 0 ]
	for target in all test demo clean distclean deps kernel kernel-debug kernel-stock kernel-arm64 series; do
		grep -q "^  $target  *[A-Z]" <<<"$output"
	done
}

@test "deps/install knows its lists" {
	run "$top/deps/install" nonsense
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "make test-long runs every suite that can look further" {
	cd "$top"
	grep -l 'TEST_LONG' tests/*/suite tests/*/*.sh tests/*/*.bats | grep -v '^tests/harness/' | cut -d / -f 2 | sort -u >"$BATS_TEST_TMPDIR/can"
	make -s -n test-long | sed -nE 's/.*TEST_LONG=1 tests\/run +//p' | tr ' ' '\n' | sort >"$BATS_TEST_TMPDIR/does"
	diff "$BATS_TEST_TMPDIR/can" "$BATS_TEST_TMPDIR/does"
}
