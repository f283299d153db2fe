#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/guest/compare.py finds what is worse on ours than on the stock kernel, and nothing else.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	cd "$BATS_TEST_TMPDIR"
	mkdir stock ours
	: >lacks
	: >list
}

# result KERNEL NAME STATUS [LINE...]: what a program printed there.
result() {
	local kernel=$1 name=$2 status=$3
	shift 3
	grep -qx "$name" list || echo "$name" >>list
	echo "$status" >"$kernel/$name.status"
	printf '%s\n' "$@" >"$kernel/$name.out"
}

# compared LINE...: it prints tests that begin so, one for each line.
compared() {
	run "$top/tests/guest/compare.py" list lacks stock ours
	[ "$status" -eq 0 ]
	local tests
	mapfile -t tests < <(grep -E '^(not )?ok' <<<"$output")
	[ "${#tests[@]}" -eq $# ]
	local i=0 line
	for line; do
		echo "must begin with '$line': ${tests[i]}"
		[[ ${tests[i]} == "$line"* ]]
		i=$((i + 1))
	done
}

@test "what passes on both passes, and so does what ours has more" {
	result stock same 0 "stress-ng: info: successful run completed"
	result ours same 0 "stress-ng: info: successful run completed"
	result stock more 0 "ok 1 a" "not ok 2 b"
	result ours more 0 "ok 1 a" "ok 2 b"
	compared "ok - same" "ok - more"
}

@test "a program that fails on ours only is a failure" {
	result stock vm 0 "successful"
	result ours vm 2 "stress-ng: fail: vm: detected bit errors"
	compared "not ok - vm"
	grep -q "only: exit status 0" <<<"$output"
	grep -q "bit errors" <<<"$output"
}

@test "a program that took too long, or was not able to run, on ours only is a failure" {
	result stock slow 0
	result ours slow 124
	result stock unable 0
	result ours unable 3
	compared "not ok - slow" "not ok - unable"
}

@test "what does not pass on stock is skipped" {
	result stock watchdog 4 "no /dev/watchdog"
	result ours watchdog 4 "no /dev/watchdog"
	result stock worse 3
	result ours worse 2
	compared "ok - watchdog # SKIP" "ok - worse # SKIP"
}

@test "a subtest that ours fails, skips or lacks is a failure, by name" {
	result stock cow 0 "ok 1 one" "ok 2 two" "ok 3 three" "ok 4 four"
	result ours cow 0 "ok 1 one" "not ok 2 two" "ok 3 three # SKIP no memory"
	compared "not ok - cow"
	grep -q "only: two (failed)" <<<"$output"
	grep -q "only: three (skipped)" <<<"$output"
	grep -q "only: four (not run)" <<<"$output"
}

@test "what our configuration lacks need not run, but must not fail" {
	echo "huge two CONFIG_OPTION" >lacks
	result stock huge 0 "ok 1 one" "ok 2 two"
	result ours huge 0 "ok 1 one" "ok 2 two # SKIP"
	compared "ok - huge"
	result ours huge 0 "ok 1 one" "not ok 2 two"
	compared "not ok - huge"
}

@test "a program without a result is a failure" {
	result stock lost 0
	compared "not ok - lost"
	result ours other 0
	compared "not ok - lost" "not ok - other"
}
