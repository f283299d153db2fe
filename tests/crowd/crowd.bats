#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Two processes of 50,000 VMAs and 5,000 threads each, and a fault that waits on nearly each VMA: what vmalocktop
# counts, what it can't keep apart and says so, and what it takes. A process may have 65530 VMAs by default, hence two.

bats_require_minimum_version 1.5.0
load ../leftovers.bash

VMAS=50000 THREADS=5000

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	top=build/bin/vmalocktop
	out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	crowds=() gates=()
}

teardown() {
	kill_leftovers
}

# wait_for PATTERN FILE
wait_for() {
	for _ in $(seq 600); do
		if grep -qs -- "$1" "$2"; then
			return 0
		fi
		sleep 0.1
	done
	echo "no \"$1\" in $2"
	cat "$2" "$err"
	return 1
}

# crowd N - start one, up to its gate
crowd() {
	local gate
	mkfifo "$BATS_TEST_TMPDIR/gate.$1"
	build/tests/crowd/crowd "$VMAS" "$THREADS" <"$BATS_TEST_TMPDIR/gate.$1" >"$BATS_TEST_TMPDIR/crowd.$1" 2>&1 3>&- &
	crowds+=("$!")
	exec {gate}>"$BATS_TEST_TMPDIR/gate.$1"
	gates+=("$gate")
	wait_for '^ready ' "$BATS_TEST_TMPDIR/crowd.$1"
}

# watched ARGUMENT... - vmalocktop's reports about both, from before their work to its end; it ends with exit 0
watched() {
	local n
	crowd 1
	crowd 2
	"$top" -p "${crowds[0]}" -p "${crowds[1]}" "$@" >"$out" 2>"$err" 3>&- &
	tracer=$!
	wait_for 'Hit Ctrl-C' "$err"
	# one by one: a writer would keep the other one's threads from their CPU
	for n in 1 2; do
		echo go >&"${gates[n - 1]}"
		wait_for '^done ' "$BATS_TEST_TMPDIR/crowd.$n"
	done
	kill -INT "$tracer"
	wait "$tracer"
}

# true_of FILTER - whether jq's FILTER is true of all reports together ($all), the last one ($last), and $vmas, $threads
true_of() {
	jq -es --argjson vmas $((2 * VMAS)) --argjson threads $((2 * THREADS)) \
		". as \$all | last as \$last |
		def total(f): [\$all[] | f] | add // 0;
		def waits: total(.waits | .baby, .excl, .mmap_lock | .count? // 0);
		def drains: total(.waits.drain.count? // 0);
		def open: \$last.waits | [.baby, .excl, .mmap_lock | .open? // 0] | add;
		def rows: [\$all[].regions[].vmas[] | select(.kind != \"drain\" and .kind != \"zombie\")];
		$1" "$out" || {
		jq -c '{elapsed_ns, faults: .faults.count, waits: [.waits[] | .count? // 0], lost, cost}' "$out"
		return 1
	}
}

reconciled() {
	# the sum of the rows, those that found no room among them, is that of the funnel
	true_of '(rows | map(.count) | add) == waits and $last.lost.rest_full == 0'
	true_of 'total([.groups[].kinds[] | .count] | add) + $last.lost.group_full ==
		waits + drains + total(.faults.zombie_backoffs // {} | add // 0)'
	true_of 'total([.blockers[].count] | add) + total(.blocker_unknown | add) + $last.lost.blocker_full == waits + open'
	true_of 'total(.waits.mmap_lock.begun) == total(.waits.mmap_lock.count) + $last.waits.mmap_lock.open'
	true_of '$last.lost.event_missed <= total(.faults.count) / 1000'
}

@test "no room for most: totals are right, what is missing is said, memory is what the options say" {
	watched --json --stats --by thread
	true_of 'waits > 0.95 * $vmas'
	reconciled
	true_of '$last.lost | .vma_full > 0.5 * $vmas and .group_full > 0 and .blocker_full > 0'
	true_of '$last.cost.max_rss_bytes < 64e6 and ([$last.cost.map_bytes[]] | add) < 16e6'
}

@test "the same as text: every line of what is missing" {
	watched --stats --by thread
	for cause in vma_full group_full blocker_full; do
		grep -Eq "^lost: $cause [1-9][0-9]{3,} \\(.*: raise --max-entries\\)$" "$out"
	done
	grep -Eq '^all maps +[1-9][0-9]+ +[0-9.]+M$' "$out"
	grep -Eq '^vmalocktop itself took [0-9.]+m?s of CPU time since it started, and [0-9.]+M of memory at most$' "$out"
}

@test "formats that have no place for it say it on stderr" {
	watched --csv
	grep -Eq '^vmalocktop: warning: lost: vma_full [1-9][0-9]{3,} \(.*: raise --max-entries\)$' "$err"
	python3 -c 'import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert sum(int(r["count"]) for r in rows if r["kind"] in ("baby", "excl", "mmap_lock")) > 0.95 * int(sys.argv[2])' \
		"$out" $((2 * VMAS))
}

@test "room for all: each VMA and each thread has its row, nothing is lost" {
	watched --json --stats --by thread --max-entries 131072 1
	true_of 'waits > 0.95 * $vmas'
	reconciled
	true_of '$last.lost | with_entries(select(.value > 0 and .key != "event_missed")) | . == {}'
	true_of '[rows[] | select(.start != "0x0") | .start + .end] | unique | length > 0.95 * $vmas'
	true_of '[rows[] | select(.start != "0x0").size] | all(. == 4096)'
	true_of '[$all[].groups[].name] | unique | length >= $threads'
	# seven kilobytes a row while a report is made, and what the maps were made for
	true_of '$last.cost.max_rss_bytes < 700e6 and ([$last.cost.map_bytes[]] | add) < 300e6'
}

@test "the writer's call names the range of all of them" {
	watched --json --max-entries 131072
	for n in 1 2; do
		read -r _ base length < <(grep '^done ' "$BATS_TEST_TMPDIR/crowd.$n")
		true_of "any(\$last.blockers[]; .syscall == \"madvise\" and .start == \"$base\" and .size == $length and
			.pid == ${crowds[n - 1]} and .count > 0.9 * 0.5 * \$vmas)"
	done
}

@test "they exit while they are watched: all of it is reported" {
	crowd 1
	"$top" --json --by thread -p "${crowds[0]}" >"$out" 2>"$err" 3>&- &
	tracer=$!
	wait_for 'Hit Ctrl-C' "$err"
	echo go >&"${gates[0]}"
	wait_for '^done ' "$BATS_TEST_TMPDIR/crowd.1"
	kill "${crowds[0]}"
	wait "$tracer"
	grep -qx "Process ${crowds[0]} has ended." "$err"
	true_of 'waits > 0.95 * 0.5 * $vmas'
	reconciled
}

# takes_less PERCENT ARGUMENT... - what vmalocktop takes of a CPU for ten thousand VMAs that all have waits each second;
# others on the machine can make it more, nobody less: the least of four runs counts
takes_less() {
	local most=$1 took
	shift
	for _ in 1 2 3 4; do
		took=$(tests/crowd/own-cpu 10000 10 /dev/null --max-entries 16384 "$@")
		echo "# $*, of a CPU: ${took/ */} %" >&3
		if awk -v took="${took/ */}" -v most="$most" 'BEGIN { exit !(took > 0.1 && took < most) }'; then
			return 0
		fi
	done
	return 1
}

@test "ten thousand active VMAs, each a region: a report a second takes less than a per cent of a CPU" {
	takes_less 1 --batch
	takes_less 2 --json
}

@test "a PID that has become another process' isn't watched any more" {
	[ -e /proc/sys/kernel/ns_last_pid ] || skip "this kernel gives no PID that is asked for"
	sleep 60 3>&- &
	first=$!
	sleep 60 3>&- &
	crowds=("$!")
	"$top" --json -p "$first" -p "${crowds[0]}" >"$out" 2>"$err" 3>&- &
	tracer=$!
	wait_for 'Hit Ctrl-C' "$err"
	kill "$first"
	wait "$first" || [ $? -eq 143 ]
	wait_for "^Process $first has ended" "$err"
	# whoever forks in between takes it
	for _ in $(seq 200); do
		echo $((first - 1)) >/proc/sys/kernel/ns_last_pid
		build/bin/vmalock-load --duration 60 --modes anon,replace,mprotect >/dev/null 3>&- &
		[ "$!" != "$first" ] || break
		kill "$!"
		wait "$!" || [ $? -eq 143 ]
	done
	[ "$!" = "$first" ]
	crowds+=("$first")
	sleep 2
	kill -INT "$tracer"
	wait "$tracer"
	true_of '$last.faults.count < 1000 and waits == 0'
}
