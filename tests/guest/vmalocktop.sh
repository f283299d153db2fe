#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmalocktop.sh: test vmalocktop against what a load says that it did.
#
# Usage: tests/guest/vmalocktop.sh VMALOCKTOP VMALOCK-LOAD
#
# Runs as root inside a guest whose kernel has the vma_lock events; prints TAP.
set -euo pipefail

top=$1
load=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0 failures=0

# result STATUS NAME - one line of TAP
result() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number $2"
	else
		failures=$((failures + 1))
		echo "not ok $number $2"
		for file in "$dir"/top.out "$dir"/top.err "$dir"/load.out; do
			[ -s "$file" ] || continue
			echo "# ${file##*/}:"
			tail -n 60 "$file" | cut -c1-3000 | sed 's/^/# /'
		done
	fi
}

# check NAME COMMAND... - passes if the command does
check() {
	local name=$1 status=0
	shift
	"$@" >"$dir/why" 2>&1 || status=$?
	result "$status" "$name"
	if [ "$status" -ne 0 ]; then
		sed 's/^/# /' "$dir/why"
	fi
}

# facts FILTER - whether jq's FILTER is true of the load's report ($load) and all reports of vmalocktop ($top)
facts() {
	jq -e -n --slurpfile load <(sed -n '/^{/p' "$dir/load.out") --slurpfile top "$dir/top.out" \
		"def values(f): [\$top[] | f]; def total(f): values(f) | add;
		 (\$load[0].counts) as \$did | (\$top | last) as \$last | $1"
}

wait_for() { # PATTERN FILE
	for _ in $(seq 600); do
		if grep -qs -- "$1" "$2"; then
			return 0
		fi
		sleep 0.1
	done
	echo "# no \"$1\" in $2" >&2
	return 1
}

# start_load ARGUMENT... - start the load, up to its gate; sets $pid
start_load() {
	rm -f "$dir/gate"
	mkfifo "$dir/gate"
	: >"$dir/load.out"
	"$load" --json --wait-start "$@" <"$dir/gate" >"$dir/load.out" 2>"$dir/load.err" &
	exec 8>"$dir/gate"
	wait_for '^ready ' "$dir/load.out"
	pid=$(sed -n 's/^ready //p' "$dir/load.out")
}

# start_top ARGUMENT... - start vmalocktop; it traces when this returns; sets $tracer
start_top() {
	: >"$dir/top.err"
	"$top" "$@" >"$dir/top.out" 2>"$dir/top.err" &
	tracer=$!
	wait_for 'Hit Ctrl-C to end' "$dir/top.err"
}

# stop_top SIGNAL - end it and take its status
stop_top() {
	kill -s "$1" "$tracer"
	status=0
	wait "$tracer" || status=$?
}

# traced LOAD-ARGUMENTS -- TOP-ARGUMENTS - trace a load from its gate to its report
traced() {
	local load_args=()
	while [ "$1" != -- ]; do
		load_args+=("$1")
		shift
	done
	shift
	start_load --wait-end "${load_args[@]}"
	start_top -p "$pid" "$@"
	echo go >&8
	wait_for '^{' "$dir/load.out"
	stop_top INT
	exec 8>&-
	wait "$pid"
}

reconciled() {
	facts '
	def slots: .zero + ([.slots[][2]] | add // 0);
	def whole: .count == slots;
	def kind($k): total([.regions[].kinds[$k].count // 0] | add // 0);
	def vmas($k): total([.regions[].vmas[] | select(.kind == $k).count] | add // 0);
	{
		results: (total(.faults.results | add) == total(.faults.lookups)),
		walks: (total(.faults.walks.count) == total(.faults.lookups)),
		mapped: (total(.faults.reffree_attempts.mapped) == total(.faults.results.reffree)),
		attempts: (total(.faults.reffree_attempts | add) <= total(.faults.lookups)),
		fallbacks: (total(.faults.fallbacks | add) <= total(.faults.count)),
		slots: ([$top[] | .faults.walks, .waits[], .waits.drain.by_op[], .regions[].kinds[],
			.regions[].vmas[] | whole] | all),
		ends: (["baby", "excl", "mmap_lock", "drain", "life"] | map(. as $k |
			total(.waits[$k].ended) == total(.waits[$k].count) + $last.lost[$k + "_unmatched"]) | all),
		begins: (["baby", "excl", "mmap_lock", "drain", "life"] | map(. as $k |
			total(.waits[$k].begun) == total(.waits[$k].count) + $last.waits[$k].open +
			$last.lost[$k + "_unstamped"] + $last.lost[$k + "_restamped"]) | all),
		drains: (total([.waits.drain.by_op[].count] | add // 0) == total(.waits.drain.count)),
		regions: (["baby", "excl", "mmap_lock", "drain"] | map(. as $k |
			kind($k) == total(.waits[$k].count) and vmas($k) == kind($k)) | all),
		zombies: (kind("zombie") == total(.faults.zombie_backoffs | add) and
			vmas("zombie") == kind("zombie")),
		blockers: (total([.blockers[].count] | add // 0) + total(.blocker_unknown | add) +
			$last.lost.blocker_full == total(.waits.baby.count + .waits.excl.count +
			.waits.mmap_lock.count) + ($last.waits | .baby.open + .excl.open + .mmap_lock.open))
	} | if all then true else . as $all | error("\($all)") end'
}

# A fault that preempts another one inside a program that is not of a trace event is missed, and said to be.
nothing_lost() {
	facts '$last | (.lost | del(.event_missed) | add) == 0 and .lost.event_missed <= .faults.lookups / 1000'
}

# exact counts of one report
traced --modes replace-shared,replace-anon,carve,mprotect --duration 5 -- --json
check "SIGINT: exit 0" [ "$status" -eq 0 ]
check "one report, the last" facts '($top | length) == 1 and $last.last'
check "births are the load's MAP_FIXED replacements" \
	facts '$did.mmap_fixed_replacements > 0 and $last.waits.life.begun == $did.mmap_fixed_replacements'
check "all of them have grown" facts '$last.waits.life | .ended == .begun and .open == 0 and .failed == 0'
check "the load found no fault" facts '$load[0].violations.total == 0'
check "faults took a reference" facts '$last.faults.results.ref > 0'
check "faults waited for BABYs" facts '$last.waits.baby.count > 0 and $last.waits.baby.total_ns > 0'
check "nothing is left open" facts '[$last.waits[].open] | add == 0'
check "nothing is lost" nothing_lost
check "sums reconcile" reconciled
check "drains are by operations that the load does" \
	facts '[$last.waits.drain.by_op | keys[] | IN("mmap", "mprotect", "madvise", "prctl", "other")] | all'
check "the giant VMA is named, at its full size" facts '$load[0] as $l | [$last.regions[] |
	select(.name == "[anon:vmalock giant]")] | any(.size >= ($l.giant_len - 67108864))'
# The C library makes calls of its own, for memory and stacks of threads; and the first thread's stack grows in a fault.
check "blockers are threads of the load, in calls that it makes" facts '$load[0].pid as $pid | [$last.blockers[] | . as $b |
	select(.pid != $pid or .stalled_pid != $pid or (.syscall | IN("mmap", "mprotect", "madvise", "prctl", "munmap",
	"brk") or . == null and $b.tid == $pid | not))] |
	if . == [] then any($last.blockers[]; .syscall == "mmap") else error("\(.)") end'
check "time on BABYs is lost to mmap" facts '[$last.blockers[] | select(.kind == "baby")] |
	([.[] | select(.syscall == "mmap").total_ns] | add) > 0.95 * ([.[].total_ns] | add)'
check "most waits have a blocker" \
	facts '([$last.blockers[].count] | add) > 0.5 * ($last.waits | .baby.count + .excl.count + .mmap_lock.count)'

# intervals add up
traced --modes replace-shared,unmap,mremap --duration 5 -- --json 1
check "intervals: exit 0" [ "$status" -eq 0 ]
check "intervals: a report a second" facts '($top | length) >= 4'
check "intervals: only the end is last" facts 'values(.last) | .[-1] and (.[:-1] | any | not)'
check "intervals: births add up" facts 'total(.waits.life.begun) == $did.mmap_fixed_replacements'
check "intervals: sums reconcile" reconciled
check "intervals: no maximum is above its total" \
	facts 'values(.waits[], .waits.drain.by_op[], .regions[].kinds[]) | all(.max_ns <= .total_ns)'
check "intervals: the time of day goes on as elapsed_ns says" facts '[values(.time | (.[0:19] + "Z" | fromdateiso8601) +
	(.[20:23] | tonumber) / 1000)] | flatten as $t | [range(1; $t | length) |
	($t[.] - $t[. - 1]) * 1e9 - $top[.].elapsed_ns | fabs < 2e7] | all'
check "intervals: time lost to VMA locks is that of the waits" facts 'values(.lost_to_vma_locks.fault_wait_ns ==
	.waits.baby.total_ns + .waits.excl.total_ns + .waits.mmap_lock.total_ns) | all'
check "intervals: the first blocker has the largest share" facts '[values(select(.blockers | length > 0) |
	.lost_to_vma_locks.first_blocker.total_ns >= ([.blockers[].total_ns] | max))] | flatten | all'

# faults without a reference, by events of two kinds
traced --modes anon,file --ops 2000 -- --json
check "--ops 2000: faults did without a reference, and mapped pages" \
	facts '$last.faults | .results.reffree > 0 and .reffree_pages > 0'
check "--ops 2000: attempts reconcile with lookups" reconciled
few=$(jq .faults.reffree_attempts.mapped "$dir/top.out")
traced --modes anon,file --ops 8000 -- --json
check "--ops 8000: more than twice as many" facts "\$last.faults.reffree_attempts.mapped > 2 * $few"
check "--ops 8000: attempts reconcile with lookups" reconciled

# faults of kernel mode: a system call writes to memory that nothing has touched yet
start_top -n dd --json
for _ in $(seq 20); do
	dd if=/dev/zero of=/dev/null bs=1M count=1 status=none
done
stop_top INT
check "read() into new memory: faults, though without a lookup" \
	facts '$last.faults | .fallbacks.kernel > 1000 and .count == .lookups + .fallbacks.kernel'
check "read() into new memory: no more faults fell back than there were" \
	facts '$last.faults | .fallbacks.kernel > .lookups and ([.fallbacks[]] | add) <= .count'

# too little room
traced --modes replace-shared,carve --duration 3 -- --json --max-entries 1
check "one entry: what found no room is counted" facts '$last.lost.vma_full > 0 and $last.lost.rest_full == 0'
check "one entry: births are still exact" facts '$last.waits.life.begun == $did.mmap_fixed_replacements'
check "one entry: sums still reconcile" reconciled

# a process that ends
start_load --modes replace-shared --duration 3
start_top -p "$pid" --stats
echo go >&8
exec 8>&-
wait "$pid"
status=0
wait "$tracer" || status=$?
check "a process that ends: exit 0" [ "$status" -eq 0 ]
check "a process that ends: is reported" grep -q "^Process $pid has ended" "$dir/top.err"
check "a process that ends: the report is printed" grep -q '^looked up under RCU ' "$dir/top.out"
check "a process that ends: what its faults lost comes first" \
	grep -Eq '^faults lost [0-9.]+(us|ms|s) in [0-9.]+ s to VMA locks: .* behind .* \(tid [0-9]+\) in ' "$dir/top.out"
check "a process that ends: its name is known" grep -q "^PID $pid (vmalock-load)" "$dir/top.out"
check "--stats: programs and maps" grep -Eq '^vma_lookup +[1-9]' "$dir/top.out"
check "--stats: bytes of maps" grep -Eq '^counters +[1-9]' "$dir/top.out"

# text
traced --modes replace-shared,carve --duration 3 -- --hist -m -T
check "--hist: exit 0" [ "$status" -eq 0 ]
check "--hist: a histogram of BABY waits with the giant VMA's name" \
	grep -Eq '^BABY wait, \[anon:vmalock giant\] [0-9.]+G 0x[0-9a-f]+-0x[0-9a-f]+$' "$dir/top.out"
check "--hist -m: milliseconds" grep -Eq '^ +msecs +: count +distribution' "$dir/top.out"
check "-T: the time" grep -Eq '^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]  PID ' "$dir/top.out"

# cgroups
mkdir /sys/fs/cgroup/empty
traced --modes anon --duration 1 -- --json -c /sys/fs/cgroup/empty
check "-c: a cgroup without processes has no faults" facts '$last.faults.count == 0 and $did.touches > 0'
traced --modes replace-shared --duration 2 -- --json -c /sys/fs/cgroup --by cgroup
check "-c: the root has all of them" facts '$last.faults.count > 0'
check "--by cgroup: by its path" facts '[$last.groups[].name] == ["/"]'

# conduct
start_top 1 2
status=0
wait "$tracer" || status=$?
check "COUNT: exit 0 by itself" [ "$status" -eq 0 ]
check "COUNT: so many reports" [ "$(grep -c '^All processes, ' "$dir/top.out")" -eq 2 ]
start_top
stop_top TERM
check "SIGTERM: exit 0" [ "$status" -eq 0 ]
check "SIGTERM: the report is printed" grep -q '^All processes, ' "$dir/top.out"
start_top --duration 1.5
status=0
wait "$tracer" || status=$?
check "--duration: exit 0 by itself" [ "$status" -eq 0 ]
{
	status=0
	timeout 60 "$top" 0.2 2>"$dir/top.err" || status=$?
	echo "$status" >"$dir/status"
} | head -n 1 >"$dir/top.out"
check "a closed pipe: exit 0" [ "$(cat "$dir/status")" -eq 0 ]
check "a closed pipe: no complaint" [ "$(grep -vc ' times are in steps of ' "$dir/top.err")" -eq 1 ]
status=0
timeout 60 "$top" 1 >/dev/full 2>"$dir/top.err" || status=$?
check "a full disk: exit 1" [ "$status" -eq 1 ]
check "a full disk: says so" grep -q 'cannot write the report: No space left' "$dir/top.err"
status=0
setpriv --reuid 65534 --clear-groups --bounding-set=-all "$top" 1 >"$dir/top.out" 2>"$dir/top.err" || status=$?
check "without privileges: exit 1" [ "$status" -eq 1 ]
check "without privileges: names them" grep -q 'needs CAP_BPF and CAP_PERFMON, or root' "$dir/top.err"
status=0
setpriv --reuid 65534 --clear-groups --inh-caps=+bpf,+perfmon --ambient-caps=+bpf,+perfmon \
	"$top" --json --duration 1 >"$dir/top.out" 2>"$dir/top.err" || status=$?
check "with the two capabilities alone: exit 0" [ "$status" -eq 0 ]

status=0
unshare --pid --fork --mount-proc "$top" -p 1 >"$dir/top.out" 2>"$dir/top.err" || status=$?
check "-p in a PID namespace: refused, exit 1" [ "$status" -eq 1 ]
check "-p in a PID namespace: says so" grep -q "doesn't work in a PID namespace yet" "$dir/top.err"
status=0
unshare --pid --fork --mount-proc "$top" --duration 1 >"$dir/top.out" 2>"$dir/top.err" || status=$?
check "in a PID namespace: exit 0" [ "$status" -eq 0 ]
check "in a PID namespace: with a warning" grep -q 'PIDs are those of the initial PID namespace' "$dir/top.err"

echo "1..$number"
[ "$failures" -eq 0 ]
