#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# cold.sh: in the guest, page faults that sleep for I/O go back to the lookup, none queues for mmap_lock.
#
# Usage: cold.sh LOAD OPTION... - OPTIONs are vmalock-load's. Prints TAP without numbers.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ./gate.sh
tracing=/sys/kernel/tracing
event=$tracing/events/vma_lock/vma_fault_fallback

# check NAME CONDITION... - passes if the test(1) of CONDITION does
check() {
	local name=$1
	shift
	if [ "$@" ]; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		echo "# $*"
	fi
}

[ -e "$event/enable" ] || mount -t tracefs tracefs "$tracing"
gate_opens() { echo 1 >"$event/enable"; }
gate_closes() { echo 0 >"$event/enable"; }
gate_run "$@"

# system calls touch memory, too, and the vdso's data are mapped by a handler that wants mmap_lock, once
sed -nE 's/.* vma_fault_fallback: .*reason=([a-z_]+).*/\1/p' "$tracing/trace" >"$gate_dir/reasons"
sort "$gate_dir/reasons" | uniq -c | sed 's/^/# /'
echo "# $(report .counts.faults_major) major faults, vma_lock_retry $(vmstat_delta retry)"
check "exit status 0" "$load_status" = 0
check "faults waited for I/O" "$(report .counts.faults_major)" -gt 100
check "they dropped their VMA" "$(vmstat_delta retry)" -gt 100
# a fault of the shell may lie between the switch and the snapshot
check "each fallback is in the trace" "$(wc -l <"$gate_dir/reasons")" -ge "$(vmstat_delta fallback)"
check "no fault on the file queued for mmap_lock" "$(grep -cvxE 'kernel_mode|handler' "$gate_dir/reasons")" = 0
check "hardly any other did" "$(grep -cx handler "$gate_dir/reasons")" -le 2
