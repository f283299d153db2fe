#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# load.sh: in the guest, a load that must find no fault, and what it must leave behind: counters, and no leak.
#
# Usage: load.sh LOAD EXPECT OPTION... - OPTIONs are vmalock-load's; EXPECT is a list of counts and vmstat
# counters, separated by commas, that must be more than 0. Prints TAP without numbers.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ./gate.sh
load=$1 expect=$2
shift 2

# check NAME COMMAND... - passes if the command does
check() {
	local name=$1
	shift
	if "$@" >"$gate_dir/why" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		sed 's/^/# /' "$gate_dir/why"
	fi
}

# figures - what a leak would raise, "NAME VALUE" a line: VMAs in the slab cache beyond those that processes
# have, kB committed and kB of page tables
figures() {
	local objects mapped
	sync
	echo 3 >/proc/sys/vm/drop_caches
	# VMAs are freed by RCU
	sleep 3
	echo 1 >/sys/kernel/slab/vm_area_struct/shrink
	mapped=$(cat /proc/[0-9]*/maps 2>/dev/null | wc -l)
	read -r objects _ </sys/kernel/slab/vm_area_struct/objects
	echo "vmas $((objects - mapped))"
	awk '$1 == "Committed_AS:" { print "committed", $2 } $1 == "PageTables:" { print "tables", $2 }' /proc/meminfo
}

# within NAME TOLERANCE - the figure has not grown by more
within() {
	awk -v name="$1" -v tolerance="$2" '
		$1 == name { n++; value[n] = $2 }
		END {
			print name, "before:", value[1], "after:", value[2]
			exit n == 2 && value[2] - value[1] <= tolerance ? 0 : 1
		}' "$gate_dir.before" "$gate_dir.after"
}

more_than_none() {
	local name=$1 value
	if [ -n "${vmstat_after[$name]:-}" ]; then
		value=$(vmstat_delta "$name")
	else
		value=$(report ".counts.$name")
	fi
	echo "$name $value"
	[ "$value" -gt 0 ]
}

figures >"$gate_dir.before"
gate_run "$load" "$@"
summary=$(report '"\(.counts.touches) touches, \(.counts.mmap_fixed_replacements) replacements in \(.elapsed_ms) ms"')
echo "# $summary"
for name in success reffree stale abort retry miss baby_born baby_wait excl_wait ref_wait fallback; do
	echo "# vma_lock_$name $(vmstat_delta "$name")"
done
echo "# $(report .counts | tr -d '\n {}"')"
cp "$gate_dir/messages" "$gate_dir/shown"
check "exit status 0" [ "$load_status" = 0 ]
check "no violation" jq -e -s 'length == 1 and (.[0] | .status == "ok" and .complete and .violations.total == 0) or error("\(.)")' \
	"$gate_dir/report"
check "no message" diff /dev/null "$gate_dir/shown"
for name in ${expect//,/ }; do
	check "some $name" more_than_none "$name"
done
check "births of BABYs are the load's replacements" \
	diff <(echo "$(vmstat_delta baby_born)") <(report .counts.mmap_fixed_replacements)
figures >"$gate_dir.after"
check "no VMA is leaked" within vmas 300
check "no committed memory is leaked" within committed 8192
check "no page table is leaked" within tables 1024
