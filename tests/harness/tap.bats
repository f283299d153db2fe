#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/guest/lib.sh: a test's failure, and a program's early end, are not lost on the way.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	cd "$BATS_TEST_TMPDIR"
}

# passed_on ARGUMENT... - what a suite makes of the TAP on standard input
passed_on() {
	bash -c 'set -euo pipefail; . "$1/tests/guest/lib.sh"; shift; tap_pass_on "$@"; tap_end' passed_on "$top" "$@"
}

@test "a suite that ends before it has said how many tests there are fails, where it should say" {
	run passed_on inner planned <<<"ok 1 first"
	[ "$status" -eq 1 ]
	[[ $output == *"not ok 2 inner: ran 1 of some tests"* ]]
	run passed_on inner planned < <(printf '%s\n' 'ok 1 first' '1..2')
	[ "$status" -eq 1 ]
	run passed_on inner planned < <(printf '%s\n' 'ok 1 first' '1..1')
	[ "$status" -eq 0 ]
	run passed_on script <<<"ok - first"
	[ "$status" -eq 0 ]
}

@test "a suite that has run no test fails" {
	run bash -c '. "$1/tests/guest/lib.sh"; tap_end' ends "$top"
	[ "$status" -eq 1 ]
	[[ $output == "not ok 1 "*"1..1" ]]
}

# guests STATUS OUTPUT - how often a guest is started that ends so, after an Oops of the emulation
guests() {
	mkdir -p fake/tools/vm
	printf '#!/bin/bash\necho >>started\necho "Oops: int3: 0000" >"$2"\necho "%s"\nexit %s\n' "$2" "$1" >fake/tools/vm/run
	chmod +x fake/tools/vm/run
	: >started
	bash -c 'set -euo pipefail; . "$1/tests/guest/lib.sh"; tap_top=$PWD/fake; guest_run -- true' guests "$top"
	wc -l <started
}

@test "a guest that the emulation lost is started again, one in which a test failed is not" {
	[ "$(guests 125 'ok - begins' | tail -n 1)" = 3 ]
	[ "$(guests 126 'ok - begins' | tail -n 1)" = 3 ]
	[ "$(guests 125 'ok - changes: no violation' | tail -n 1)" = 3 ]
	[ "$(guests 1 'not ok - a race' | tail -n 1)" = 1 ]
	[ "$(guests 126 'not ok - a race' | tail -n 1)" = 1 ]
	[ "$(guests 125 '# violation: a page of another file' | tail -n 1)" = 1 ]
	[ "$(guests 125 '# violation stale-data: mode=anon' | tail -n 1)" = 1 ]
}
