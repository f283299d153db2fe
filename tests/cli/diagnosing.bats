#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The cases of docs/diagnosing.md: the report names the culprit.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	[ -x docs/diagnosing/run ] || skip "the cases aren't here"
}

# culprit CASE SYSCALL... - faults lost time, most of it behind these system calls
culprit() {
	local case=$1 calls
	shift
	calls=$(printf '"%s",' "$@")
	run --separate-stderr docs/diagnosing/run "$case" --json --duration 4
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 0 ]
	jq -c '[.lost_to_vma_locks, .blocker_unknown]' <<<"$output"
	jq -e '.lost_to_vma_locks.fault_wait_ns > 0' <<<"$output"
	jq -e "(([.blockers[] | select(.syscall | IN(${calls%,})).total_ns] | add // 0) >
		0.7 * .lost_to_vma_locks.fault_wait_ns)" <<<"$output"
}

@test "protect" {
	culprit protect mprotect mmap
}

@test "trim" {
	command -v stress-ng >/dev/null || skip "stress-ng is not installed"
	culprit trim mmap munmap madvise mprotect mremap
}

@test "fork" {
	culprit fork clone fork
}

@test "churn" {
	culprit churn munmap mmap
}

@test "remap" {
	culprit remap mremap mmap munmap
}

@test "an unknown case: exit 2" {
	run --separate-stderr docs/diagnosing/run nonsense
	[ "$status" -eq 2 ]
	[[ $stderr == *"Usage: docs/diagnosing/run CASE"* ]]
}
