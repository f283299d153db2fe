# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# lib.sh: for suites that run tests in guests; sourced after "set -euo pipefail".
#
# A suite calls guest and tap_result, and ends with tap_end.

tap_top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
tap_build=${VMALOCK_BUILD:-$tap_top/build}
tap_count=0 tap_failed=0 tap_bailed=''
tap_work=$(mktemp -d)
trap 'rm -rf "$tap_work"' EXIT

# tap_result STATUS NAME [FILE] - one test; FILE is shown when it failed
tap_result() {
	tap_count=$((tap_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_count $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count $2"
		[ -z "${3:-}" ] || sed 's/^/# /' "$3"
	fi
}

# tap_mutant STATUS NAME CHECK [FILE] - the protocol, broken as NAME says: did CHECK notice? tests/mutants sums these up.
# A suite that has them runs nothing else with TEST_MUTANTS=1.
tap_mutant() {
	tap_result "$1" "mutant: $2: caught by $3" "${4:-}"
}

# tap_check NAME COMMAND... - a test that passes if COMMAND does
tap_check() {
	local name=$1 status=0
	shift
	"$@" >"$tap_work/check" 2>&1 || status=$?
	tap_result "$status" "$name" "$tap_work/check"
}

# tap_skip NAME REASON
tap_skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count $1 # SKIP $2"
}

# tap_pass_on PREFIX [planned] <TAP - numbers another program's tests on; its plan, if it has one, must be right.
# "planned": it must have one, as a suite has, or it came to an early end that nobody else would notice.
tap_pass_on() {
	local prefix=${1:+$1: } line planned='' seen=0 unplanned
	while IFS= read -r line; do
		if [[ $line =~ ^(ok|not\ ok)($|\ +[0-9]*\ *(-\ +)?(.*)$) ]]; then
			seen=$((seen + 1)) tap_count=$((tap_count + 1))
			[ "${BASH_REMATCH[1]}" = ok ] || tap_failed=$((tap_failed + 1))
			echo "${BASH_REMATCH[1]} $tap_count $prefix${BASH_REMATCH[4]-}"
		elif [[ $line =~ ^1\.\.([0-9]+) ]]; then
			planned=${BASH_REMATCH[1]}
		elif [[ $line == 'Bail out!'* ]]; then
			tap_bailed=$line
			echo "# $line"
		else
			echo "# ${line#\# }"
		fi
	done
	unplanned=$seen
	[ "${2:-}" != planned ] || unplanned=none
	if [ "$seen" = 0 ] || [ "${planned:-$unplanned}" != "$seen" ]; then
		tap_result 1 "${prefix}ran $seen of ${planned:-some} tests"
	fi
}

# guest_two_nodes SIZE - sets the array two_nodes: options of tools/vm/run for 4 CPUs on two nodes of SIZE MB each
guest_two_nodes() {
	local size=$1 node
	two_nodes=(--smp 4 --mem "$((2 * size))M" --qemu -smp --qemu "sockets=2,cores=2,threads=1")
	for node in 0 1; do
		two_nodes+=(--qemu -object --qemu "memory-backend-ram,id=m$node,size=${size}M"
			--qemu -numa --qemu "node,nodeid=$node,cpus=$((2 * node))-$((2 * node + 1)),memdev=m$node")
	done
}

# guest_run OPTION... -- COMMAND... - tools/vm/run; sets guest_status, leaves stdout, stderr and the console in
# $tap_work/{out,err,console}.
#
# One failure of the emulation says nothing about the kernel, so the guest is started again, at most twice: QEMU's
# multi-threaded emulation may run stale code after the kernel has patched a jump label. The guest then dies of
# "Oops: int3" where the memory has no int3 any more. What a test of COMMAND's found is never tried again.
guest_run() {
	local attempt
	for attempt in 1 2 3; do
		guest_status=0
		"$tap_top/tools/vm/run" --console "$tap_work/console" "$@" \
			>"$tap_work/out" 2>"$tap_work/err" </dev/null || guest_status=$?
		if [ "$attempt" = 3 ] || [ "$guest_status" -lt 124 ] || [ "$guest_status" -gt 126 ] ||
			grep -qE '^not ok|violation( [^ :]+)?:' "$tap_work/out" ||
			! grep -a 'Oops: int3' "$tap_work/console" >"$tap_work/emulator"; then
			return 0
		fi
		echo "# a failure of the emulation; once more: $(tail -n 1 "$tap_work/emulator" | tr -d '\r')"
	done
}

# guest_splat - the kernel's complaint on the console of the last guest, if it made one
guest_splat() {
	# no pipe: who writes to it would fail when the first complaint ends it
	grep -aE -m 1 -f <(grep -v '^#' "$tap_top/tools/vm/splats") <(tr -d '\r' <"$tap_work/console")
}

# guest_noticed - did the last guest notice that protections were taken away at its line "# armed"? Prints how. Returns 1
# if it didn't, 2 if not all was well before. That something wasn't tested is not what is meant.
guest_noticed() {
	[ "$(sed -nE 's/^((not )?ok|# armed).*/\1/p' "$tap_work/out" | head -n 2 | tr '\n' ' ')" = "ok # armed " ] || return 2
	awk '/^# armed/ { armed = 1 }
		armed && /^# (violation|the kernel): / && !/wasn.t tested/ { print; found = 1; exit }
		END { exit !found }' "$tap_work/out" && return
	[ "$guest_status" -ge 124 ] && [ "$guest_status" -le 126 ] && guest_splat | sed 's/^/# the kernel: /'
}

# guest NAME OPTION... -- COMMAND... - run COMMAND, which prints TAP, in a guest. One test more: that the
# guest ended well, with COMMAND's status 0 and nothing on its console.
guest() {
	local name=$1
	shift
	guest_run "$@"
	tap_pass_on "$name" <"$tap_work/out"
	tap_result "$guest_status" "$name: the guest ended well (status $guest_status)" "$tap_work/err"
}

# tap_end - the plan, and the suite's exit. A suite without a test, since what it was told to pick isn't there, fails.
tap_end() {
	[ "$tap_count" != 0 ] || tap_result 1 "there is a test to run"
	echo "1..$tap_count"
	[ -z "$tap_bailed" ] || echo "# $tap_bailed"
	[ "$tap_failed" = 0 ]
}
