#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# vmalocktop's conduct before it traces anything.

bats_require_minimum_version 1.5.0
load ../leftovers.bash

setup() {
	cd "$BATS_TEST_DIRNAME/../.."
	top=build/bin/vmalocktop
}

teardown() {
	kill_leftovers
}

# wrong_usage PATTERN ARGUMENT... - status 2, nothing on stdout, one line that matches
wrong_usage() {
	local pattern=$1
	shift
	run --separate-stderr "$top" "$@"
	echo "status $status, stdout: $output, stderr: $stderr"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == vmalocktop:\ *$pattern*"see vmalocktop --help"* ]]
}

has_events() {
	[ -e /sys/kernel/tracing/events/vma_lock ] ||
		bpftool btf dump file /sys/kernel/btf/vmlinux 2>/dev/null | grep -q btf_trace_vma_lookup
}

@test "--help: on stdout, with every option, exit 0" {
	run --separate-stderr "$top" --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for option in --pid --hist --json --timestamps --milliseconds --verbose --stats --version \
		--duration --max-entries --coverage --tid --comm --cgroup --longer-than --min-vma --by --sort --csv --folded \
		--sample --max-stack --no-header --batch --stacks --record --replay INTERVAL COUNT; do
		[[ $output == *"$option"* ]]
	done
	for word in BABY EXCL ZOMBIE reference drain fallback blocker; do
		[[ $output == *"  $word "* ]]
	done
	[ "$(awk 'length > 79' <<<"$output")" = "" ]
}

@test "--version: on stdout, exit 0" {
	run --separate-stderr "$top" --version
	[ "$status" -eq 0 ]
	[[ $output =~ ^vmalocktop\ [0-9]+\.[0-9]+$ ]]
	[ -z "$stderr" ]
}

@test "--help, --usage, --version: a full disk is said, exit 1" {
	for option in --help --usage --version; do
		status=0
		"$top" "$option" >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
		[ "$status" -eq 1 ]
		[ "$(cat "$BATS_TEST_TMPDIR/err")" = "vmalocktop: cannot write: No space left on device: where does stdout go?" ]
	done
}

@test "unknown options" {
	wrong_usage "no such option: '--bogus'" --bogus
	wrong_usage "no such option: '--bogus=1'" --bogus=1
	wrong_usage "no such option: '-x'" -x
	wrong_usage "no such option: '-x'" -x -vm
	wrong_usage "no such option: '-x'" -x 1
	wrong_usage "no such option: '-x'" -m -vxm 1
	wrong_usage "--hist takes no argument: '--hist=1'" --hist=1
}

@test "options without their argument" {
	wrong_usage "-p needs a PID (" -p
	wrong_usage "-p needs a PID (" -T -vp
	wrong_usage "--pid needs a PID (" --pid
	wrong_usage "--duration needs a number of seconds (" --duration
	wrong_usage "--max-entries needs a number (" 1 --max-e
}

@test "intervals that are no positive number of seconds" {
	for bad in 0 0.0 -1 1x 1e3 '' ' 1' 0x1 1.2345 99999999999999999999; do
		wrong_usage "'$bad'" -- "$bad"
	done
}

@test "counts that are no positive number" {
	for bad in 0 -1 x 1.5 '' 18446744073709551616; do
		wrong_usage "'$bad'" -- 1 "$bad"
	done
}

@test "durations and numbers of entries that are none" {
	wrong_usage "'0'" --duration 0
	wrong_usage "'1h'" --duration=1h
	wrong_usage "'0'" --max-entries 0
	wrong_usage "'1048577'" --max-entries 1048577
}

@test "one argument too many" {
	wrong_usage "'3'" 1 2 3
}

@test "options that exclude each other" {
	wrong_usage "--json and --hist" --json --hist
	wrong_usage "-T is for text" --json -T
	wrong_usage "-T is for text" -T --csv
	wrong_usage "-T is for text" -T --folded
	wrong_usage "--json and --csv exclude" --json --csv
	wrong_usage "--sample and --max-stack are about stacks" --sample 2
	wrong_usage "--sample and --max-stack are about stacks" --max-stack 64
}

@test "PIDs that are none" {
	for bad in 0 -1 abc 12x '' 4294967296; do
		wrong_usage "'$bad'" -p "$bad"
	done
}

@test "threads, names, times, sizes and keys that are none" {
	for bad in 0 -1 abc 12x ''; do
		wrong_usage "not a thread ID: '$bad'" -t "$bad"
	done
	for bad in '' 1234567890123456; do
		wrong_usage "not a thread's name" -n "$bad"
	done
	for bad in '' 5 1.5ms -1ms 5m '1 ms'; do
		wrong_usage "not a time with ns, us, ms or s: '$bad'" --longer-than "$bad"
	done
	for bad in '' 1X -1 1.5G; do
		wrong_usage "not a size: '$bad'" --min-vma "$bad"
	done
	wrong_usage "not one of vma, process, thread, cgroup, op: 'threads'" --by threads
	wrong_usage "not one of lost, total, count, avg, max: ''" --sort ''
	wrong_usage "not a number of waits: '0'" --folded --sample 0
	wrong_usage "not a number of frames: '128'" --folded --max-stack 128
}

@test "-p: repeated, but not too often" {
	many=()
	for pid in $(seq 65); do
		many+=(-p "$pid")
	done
	wrong_usage "more than 64 processes; one too many: '65'" "${many[@]}"
}

@test "-t, -c: what isn't there is said, exit 1" {
	sleep 0 &
	gone=$!
	wait "$gone"
	run --separate-stderr "$top" -t "$gone"
	[ "$status" -eq 1 ]
	[[ $stderr == *"no such thread: $gone"* ]]
	run --separate-stderr "$top" -c /nowhere
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot open cgroup /nowhere: "* ]]
	run --separate-stderr "$top" -c /tmp
	[ "$status" -eq 1 ]
	[[ $stderr == *"/tmp is not a cgroup v2"* ]]
}

@test "no such process: exit 1, one line that says so" {
	sleep 0 &
	gone=$!
	wait "$gone"
	run --separate-stderr "$top" -p "$gone"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"no such process: $gone"* ]]
}

@test "a thread that isn't its process: exit 1, names the process" {
	python3 -c '
import signal, threading
def hold():
    print(threading.get_native_id(), flush=True)
    threading.Event().wait()
threading.Thread(target=hold, daemon=True).start()
signal.pause()' >"$BATS_TEST_TMPDIR/tid" 3>&- &
	process=$!
	for _ in $(seq 100); do
		[ -s "$BATS_TEST_TMPDIR/tid" ] && break
		sleep 0.1
	done
	run --separate-stderr "$top" -p "$(cat "$BATS_TEST_TMPDIR/tid")"
	kill "$process"
	[ "$status" -eq 1 ]
	[[ $stderr == *"use -p $process"* ]]
}

@test "--coverage: every metric, how well it is known, and why not" {
	run --separate-stderr "$top" --coverage
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${lines[0]}" = "Linux $(uname -r)" ]
	[ "$(grep -cE '^[a-zA-Z]([^ ]| [^ ])+ {2,}(exact|degraded|absent) +[^ ]' <<<"$output")" -eq 15 ]
	if has_events; then
		grep -Eq '^lookups under RCU.* exact +vma_lock:vma_lookup$' <<<"$output"
	else
		grep -Eq '^lookups under RCU.* absent +only kernels with' <<<"$output"
	fi
}

# watched ARGUMENT... - run vmalocktop for two seconds on a load whose faults wait; sets $load
# The load must find no violation: it ends well, or by the signal if that came before its handler.
watched() {
	build/bin/vmalock-load --duration 300 --modes "${modes:-anon,replace,mprotect}" >/dev/null &
	load=$!
	run --separate-stderr "$top" --duration 2 "${@//LOAD/$load}"
	kill "$load"
	wait "$load" || [ $? -eq 143 ]
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 0 ]
}

@test "a kernel without vma_lock events: mmap_lock is still watched" {
	if has_events; then
		skip "this kernel has them"
	fi
	watched --json -p LOAD
	jq -e '.coverage.baby == "absent" and .waits.baby == null and .faults.count > 1000' <<<"$output"
	jq -e '([.faults.fallbacks[]] | add) > 0 and .waits.mmap_lock.count > 0' <<<"$output"
	jq -e '.lost_to_vma_locks.fault_wait_ns == .waits.mmap_lock.total_ns' <<<"$output"
	jq -e "[.regions[].pid, .blockers[].pid] | length > 1 and all(. == $load)" <<<"$output"
	jq -e '([.regions[].vmas[] | select(.size > 0).count] | add) > 0.9 * .waits.mmap_lock.count' <<<"$output"
	jq -e 'any(.blockers[]; .kind == "mmap_lock" and .syscall == "mmap")' <<<"$output"
}

# found FILTER - what share of the waits for mmap_lock that jq's FILTER lets through has a range
found() {
	jq "[.regions[].vmas[] | select(.kind == \"mmap_lock\")] | map(select($1)) |
		([.[] | select(.size > 0).count] | add // 0) / (([.[].count] | add // 0) + 1e-9)" <<<"$output"
}

@test "faults on what has just been unmapped: where it was, and that nothing is there" {
	modes=anon,unmap watched --json -p LOAD
	jq -e 'any(.regions[].vmas[]; .unmapped) and any(.regions[].vmas[]; .unmapped | not)' <<<"$output"
	echo "$(found true) of the waits have a range"
	jq -en "$(found true) > 0.9"
	# the slots of the load are apart, and a hole around one of them is no larger than what is asked for
	jq -e '[.regions[].vmas[] | select(.unmapped) | .size > 0 and .size <= 2097152] | all' <<<"$output"
	jq -e '[.regions[] | select(any(.vmas[]; .unmapped)) | .name == "memfd:vmalock-load" or .size == 0] | all' <<<"$output"
	jq -e 'any(.regions[]; .name == "memfd:vmalock-load" and any(.vmas[]; .unmapped))' <<<"$output"
}

@test "system calls that wait for mmap_lock are no faults" {
	build/tests/cli/callers 8 >"$BATS_TEST_TMPDIR/callers" 3>&- &
	load=$!
	run --separate-stderr "$top" --json --duration 6 -p "$load"
	wait "$load"
	slept=$(tail -n 1 "$BATS_TEST_TMPDIR/callers")
	echo "status $status, stderr: $stderr, slept: $slept"
	jq -c '[.waits.mmap_lock.begun, .faults.count]' <<<"$output"
	[ "$status" -eq 0 ]
	[ "$slept" -ge 10 ]
	# few of its own threads' first faults may have waited
	jq -e ".waits.mmap_lock.begun <= .faults.count and .waits.mmap_lock.begun < $slept / 4" <<<"$output"
}

@test "--by thread: groups add up to all waits" {
	watched --json --by thread -p LOAD
	jq -e '.by == "thread" and (.groups | length > 1)' <<<"$output"
	jq -e '([.groups[].kinds[].count] | add) == ([.waits[] | .count? // 0] | add)' <<<"$output"
	jq -e "[.groups[].name | test(\"^[0-9]+ vmalock-load of $load \\\\(vmalock-load\\\\)$\")] | all" <<<"$output"
}

@test "--longer-than, --min-vma: the rankings leave out the others, the totals don't" {
	watched --json --longer-than 2ms --min-vma 1M -p LOAD
	jq -e '.left_out > 0 and ([.regions[].vmas[] | .size >= 1048576 and .total_ns >= .count * 2000000] | all)' <<<"$output"
	jq -e '([.regions[].vmas[].count] | add // 0) + .left_out ==
		([.waits | .baby, .excl, .mmap_lock, .drain | .count? // 0] | add) +
		([.faults.zombie_backoffs // {} | .[]] | add // 0)' <<<"$output"
}

@test "-n: other threads aren't counted" {
	watched --json -n nobody-has-this -p LOAD
	[[ $stderr == *"waits of PID $load (vmalock-load), threads named nobody-has-this..."* ]]
	jq -e '.faults.count == 0 and .regions == [] and ([.waits[] | .begun? // 0] | add) == 0' <<<"$output"
	watched --json -n vmalock-load -p LOAD
	jq -e '.faults.count > 1000' <<<"$output"
}

@test "the head says what is watched, in a replay, too" {
	local file=$BATS_TEST_TMPDIR/recording
	run --separate-stderr "$top" -n nobody-has-this --duration 0.1
	[[ ${lines[0]} == "Threads named nobody-has-this, "* ]]
	"$top" -n nobody-has-this -t $$ --record "$file" --duration 0.1
	run --separate-stderr "$top" --replay "$file"
	[[ ${lines[0]} == "Thread $$, threads named nobody-has-this, "* ]]
}

@test "several -p: both, and no other" {
	sleep 30 &
	sleeper=$!
	watched --json -p LOAD -p "$sleeper"
	kill "$sleeper"
	[[ $stderr == *"waits of 2 processes"* ]]
	jq -e "(.faults.count > 1000) and ([.regions[].pid] | all(. == $load)) and .pid == null" <<<"$output"
}

# load_until FILTER - run a load, as $load, until jq's FILTER is true of a report in $reports
load_until() {
	build/bin/vmalock-load --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	local end=$((SECONDS + 120))
	while [ "$SECONDS" -lt "$end" ]; do
		# the last line may be half written
		if sed '$d' "$reports" | jq -es --argjson pid "$load" "any(.[]; $1)" >/dev/null; then
			break
		fi
		sleep 0.1
	done
	kill "$load"
	wait "$load" || [ $? -eq 143 ]
	sed '$d' "$reports" | jq -es --argjson pid "$load" "any(.[]; $1)"
}

@test "a map that is full makes room for what comes later, and no wait is lost" {
	if has_events; then
		skip "drains, too, have no place among the sums of this test"
	fi
	reports=$BATS_TEST_TMPDIR/reports
	: >"$reports"
	"$top" --json --max-entries 8 --by thread -n vmalock-load 0.5 >>"$reports" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	tracer=$!
	load_until '.lost.vma_full > 0'
	# another load, whose rows find room as soon as the first one's have been idle
	load_until 'any(.regions[]; .pid == $pid and any(.vmas[]; .start != "0x0"))'
	kill -INT "$tracer"
	wait "$tracer"
	jq -es '([.[].regions[].vmas[].count] | add) == ([.[].waits.mmap_lock.count] | add)' "$reports"
	jq -es '([.[].groups[].kinds[].count] | add) + .[-1].lost.group_full == ([.[].waits.mmap_lock.count] | add)' "$reports"
	jq -es '([.[].blockers[].count] | add) + ([.[].blocker_unknown[]] | add) + .[-1].lost.blocker_full ==
		([.[].waits.mmap_lock.count] | add) + .[-1].waits.mmap_lock.open' "$reports"
}

@test "--csv: every line has its columns, the header can be left out" {
	watched --csv --by op -p LOAD
	[ "${lines[0]}" = time,op,kind,count,total_ns,max_ns,max_exact ]
	[ "${#lines[@]}" -gt 1 ]
	for line in "${lines[@]:1}"; do
		[[ $line =~ ^[-0-9]+T[:.0-9]+Z,\"[a-z\(\)]+\",[a-z_]+,[0-9]+,[0-9]+,[0-9]+,[01]$ ]]
	done
	watched --csv --no-header -p LOAD
	[[ $output != *total_ns* ]]
	python3 -c 'import csv, sys; rows = list(csv.reader(sys.stdin)); assert rows and all(len(r) == 12 for r in rows), rows' <<<"$output"
}

@test "names that others choose stay within their fields" {
	program=$BATS_TEST_TMPDIR/$'a;"b,\n1'
	cp build/bin/vmalock-load "$program"
	for format in --csv --folded --json; do
		"$program" --duration 300 --modes anon,replace,mprotect >/dev/null &
		load=$!
		run --separate-stderr "$top" "$format" --no-header --duration 1.5 -p "$load"
		kill "$load"
		wait "$load" || [ $? -eq 143 ]
		[ "$status" -eq 0 ]
		[ "${#lines[@]}" -gt 0 ]
		case $format in
		--csv) python3 -c 'import csv, sys
rows = list(csv.reader(sys.stdin)); assert all(len(r) == 12 and r[2] == "a;\"b,?1" for r in rows), rows' <<<"$output" ;;
		--json) jq -e '.comm == "a;\"b,?1"' <<<"$output" ;;
		--folded) [ "$(grep -Evc '^a:"b,\?1;.* [0-9]+$' <<<"$output")" -eq 0 ] ;;
		esac
	done
}

@test "--folded: stacks of waiters down to functions of the program, and of the writers" {
	watched --folded --max-stack 32 -p LOAD
	[ "${#lines[@]}" -gt 0 ]
	for line in "${lines[@]}"; do
		[[ $line =~ ^[^\;]+(\;[^\;]+)+\ [1-9][0-9]*$ ]]
	done
	grep -Eq '^vmalock-load;.*exc_page_fault;.*;\[(mmap_lock|baby|excl) wait\];vmalock-load \(tid [0-9]+\);\[(mmap|mprotect)\];.*(mmap|mprotect).* [0-9]+$' <<<"$output"
	[[ $output != *bpf_prog_* ]]
	grep -q guarded_ <<<"$output"
}

# left CAPABILITIES COMMAND... - run it until it traces; what it may do then is CAPABILITIES, in hexadecimal, and no more
left() {
	local want=$1 pid
	shift
	: >"$BATS_TEST_TMPDIR/err"
	"$@" 2>>"$BATS_TEST_TMPDIR/err" >/dev/null 3>&- &
	pid=$!
	for _ in $(seq 300); do
		grep -q 'Hit Ctrl-C\|Listening' "$BATS_TEST_TMPDIR/err" && break
		sleep 0.1
	done
	sed -n '/^Cap[IPEA]\|^NoNew/p' "/proc/$pid/status" >"$BATS_TEST_TMPDIR/caps"
	kill "$pid"
	wait "$pid"
	cat "$BATS_TEST_TMPDIR/caps"
	grep -qx $'CapInh:\t0000000000000000' "$BATS_TEST_TMPDIR/caps"
	grep -qx $'CapPrm:\t'"$want" "$BATS_TEST_TMPDIR/caps"
	grep -qx $'CapEff:\t'"$want" "$BATS_TEST_TMPDIR/caps"
	grep -qx $'CapAmb:\t0000000000000000' "$BATS_TEST_TMPDIR/caps"
	grep -qx $'NoNewPrivs:\t1' "$BATS_TEST_TMPDIR/caps"
}

@test "after start-up, only privileges to name things are left" {
	# CAP_SYSLOG, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH
	left 0000000400080004 "$top" 1
	left 0000000400080004 "$top" --record "$BATS_TEST_TMPDIR/recording"
	left 0000000400080004 "$top" --listen 127.0.0.1:0
	cp "$top" "$BATS_TEST_TMPDIR/top"
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/top"
	# CAP_PERFMON, by which mappings can be read on newer kernels
	left 0000004000000000 setpriv --reuid 65534 --clear-groups --inh-caps=+bpf,+perfmon --ambient-caps=+bpf,+perfmon \
		"$BATS_TEST_TMPDIR/top" 1
}

@test "CAP_BPF and CAP_PERFMON alone: what others lost, and to whom" {
	build/bin/vmalock-load --duration 300 --modes anon,replace,mprotect >/dev/null 3>&- &
	load=$!
	run --separate-stderr setpriv --reuid 65534 --clear-groups --inh-caps=+bpf,+perfmon --ambient-caps=+bpf,+perfmon \
		"$top" --json --duration 2 -p "$load"
	kill "$load"
	wait "$load" || [ $? -eq 143 ]
	echo "status $status, stderr: $stderr"
	[ "$status" -eq 0 ]
	jq -e '.faults.count > 1000 and .lost_to_vma_locks.fault_wait_ns > 0 and (.blockers | length > 0)' <<<"$output"
}

@test "without privileges: exit 1, names the capabilities" {
	run --separate-stderr setpriv --reuid 65534 --clear-groups --bounding-set=-all "$top" 1
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[[ $stderr == *"needs CAP_BPF and CAP_PERFMON, or root: "* ]]
}
