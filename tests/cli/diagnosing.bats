#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The cases of docs/diagnosing.md: the report names the culprit. DIAGNOSING_SECONDS says how long they are watched, 4 if
# unset; tests/guest/suite runs them on the kernel with the series, too.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	[ -x docs/diagnosing/run ] || skip "the cases aren't here"
}

# culprit CASE SYSCALL... - faults lost time, most of it behind these system calls
culprit() {
	local case=$1 calls times
	shift
	calls=$(printf '"%s",' "$@")
	# An allocator's waits are few, and a busy host may have none in some seconds.
	for times in 1 2 3 4; do
		run --separate-stderr docs/diagnosing/run "$case" --json \
			--duration $((times * ${DIAGNOSING_SECONDS:-4}))
		echo "status $status, stderr: $stderr"
		[ "$status" -eq 0 ]
		jq -c '[.lost_to_vma_locks, .blocker_unknown]' <<<"$output"
		[ "$(jq .lost_to_vma_locks.fault_wait_ns <<<"$output")" = 0 ] || break
	done
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

@test "jvm: the thread that gives heap back, or nothing is lost on kernels where it disturbs nobody" {
	command -v java >/dev/null || skip "OpenJDK is not installed"
	[ -e build/tests/programs/GcStress.class ] || command -v javac >/dev/null || skip "javac is not installed"
	for _ in 1 2 3 4; do
		run --separate-stderr docs/diagnosing/run jvm --json --duration "${DIAGNOSING_SECONDS:-6}"
		echo "status $status, stderr: $stderr"
		[ "$status" -eq 0 ]
		jq -c '[.lost_to_vma_locks, .faults.count]' <<<"$output"
		jq -e '.comm == "java" and .faults.count > 1000' <<<"$output"
		[ "$(jq .lost_to_vma_locks.fault_wait_ns <<<"$output")" = 0 ] || break
	done
	if jq -e '.coverage.baby == "absent"' <<<"$output"; then
		jq -e '.lost_to_vma_locks.fault_wait_ns > 0' <<<"$output"
	fi
	jq -e '.lost_to_vma_locks | .fault_wait_ns == 0 or (.first_blocker | (.comm | test("^(G1|GC|VM) ")) and
		(.syscall | IN("mmap", "munmap", "madvise", "mprotect")))' <<<"$output"
}

@test "redis: the fork stalls the thread that does it, hardly another's fault, and nothing else is blamed" {
	command -v redis-server >/dev/null && command -v redis-benchmark >/dev/null || skip "Redis is not installed"
	run --separate-stderr docs/diagnosing/run redis --json --duration "${DIAGNOSING_SECONDS:-4}"
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 0 ]
	jq -c '[.lost_to_vma_locks, .faults.count]' <<<"$output"
	jq -e '.comm == "redis-server" and .faults.count > 100' <<<"$output"
	# a fault of its I/O threads may hit the fork; on a busy machine that lasts
	jq -e '.lost_to_vma_locks | .stalled_threads < 0.1 and (.fault_wait_ns == 0 or
		(.first_blocker | .comm == "redis-server" and .syscall == "clone"))' <<<"$output"
}

@test "fork: waits of the kernel's own faults on the way to user mode have a region, too" {
	local busy=()
	# threads that lose the CPU have their rseq areas written to, which the fork has made copies on write
	for _ in 1 2 3 4; do
		timeout 60 sh -c 'while :; do :; done' 3>&- &
		busy+=("$!")
	done
	run --separate-stderr docs/diagnosing/run fork --json --duration 6
	kill "${busy[@]}"
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 0 ]
	jq -c '.regions[] | [.name, .start, .fault_wait_ns]' <<<"$output"
	jq -e '[.regions[].fault_wait_ns] | add > 100000000' <<<"$output"
	jq -e '.lost_to_vma_locks.fault_wait_ns as $all |
		[.regions[] | select(.start == "0x0") | .fault_wait_ns] | (add // 0) < $all / 10' <<<"$output"
}

@test "a program that isn't installed: one line says so, exit 1" {
	for case in trim:stress-ng jvm:java redis:redis-server; do
		mkdir -p "$BATS_TEST_TMPDIR/bin"
		for tool in bash dirname awk sed mktemp; do
			ln -sf "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
		done
		run --separate-stderr env PATH="$BATS_TEST_TMPDIR/bin" bash docs/diagnosing/run "${case%:*}"
		[ "$status" -eq 1 ]
		[ "$stderr" = "docs/diagnosing/run: ${case#*:} is not installed" ]
	done
}

@test "an unknown case: exit 2" {
	run --separate-stderr docs/diagnosing/run nonsense
	[ "$status" -eq 2 ]
	[[ $stderr == *"Usage: docs/diagnosing/run CASE"* ]]
}
