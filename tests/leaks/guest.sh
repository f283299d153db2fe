#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, replace mappings many times while other threads fault on them; nothing stays behind.
#
# Usage: guest.sh LOAD REPLACEMENTS - LOAD is vmalock-load. Prints TAP without numbers.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ../giant/gate.sh
. ./figures.sh
load=$1 wanted=$2
# A leak in one of two hundred replacements is more. mm_structs stay for a while with CPUs that run no process; free
# memory is what all else in the guest changes, too.
tolerances=(part=100 pages=500 owner=8 use=8192)
# the kernel adds up what each CPU has counted when /proc/PID/status is read
rss_tolerance=16

# the load's pages, as its counters say and as its page tables have them, before it unmaps anything
gate_closes() {
	counted=$(awk '$1 == "VmRSS:" { print $2 / 4 }' "/proc/$gate_pid/status")
	mapped=$(awk '$1 == "Rss:" { print $2 / 4 }' "/proc/$gate_pid/smaps_rollup")
}

# burst SECONDS - one process
burst() {
	gate_run "$load" --modes replace-shared,replace-private,replace-anon,carve --slot-pages 4 --slots 8 --faulters 4 \
		--mappers 8 --duration "$1"
	[ "$load_status" = 0 ] || failed=$((failed + 1))
	cat "$gate_dir/messages" >>"$leaks_dir/messages"
}

failed=0 replaced=0 bursts=0 worst=0
: >"$leaks_dir/messages"
# what is set up once
burst 5
leaks_before
while [ "$replaced" -lt "$wanted" ] && [ "$failed" = 0 ]; do
	burst 12
	replaced=$((replaced + $(report .counts.mmap_fixed_replacements))) bursts=$((bursts + 1))
	echo "# rss counters: $counted pages, mapped: $mapped"
	difference=$((counted - mapped))
	[ "${difference#-}" -le "$worst" ] || worst=${difference#-}
done

if [ "$failed" = 0 ]; then
	echo "ok - $wanted mappings are replaced under load"
else
	echo "not ok - $wanted mappings are replaced under load"
	sed 's/^/# /' "$leaks_dir/messages"
fi
echo "# $replaced replacements in $bursts processes"
if [ "$worst" -le "$rss_tolerance" ]; then
	echo "ok - rss counters are what is mapped"
else
	echo "not ok - rss counters are what is mapped"
fi
leaks_after "${tolerances[@]}"

# would it have been noticed?
coproc leak { exec ./leak.py; }
read -r line <&"${leak[0]}"
[ "$line" = ready ]
leaks_compare "${tolerances[@]}" >"$leaks_dir/noticed"
while read -r name _; do
	if grep -qx "$name" "$leaks_dir/noticed"; then
		echo "ok - a leak is noticed: $name"
	else
		echo "not ok - a leak is noticed: $name"
	fi
done <"$leaks_dir/before"
