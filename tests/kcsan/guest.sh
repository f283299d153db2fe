#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, with the data-race detector switched on: loads on a giant VMA, and the hazards of faults
# without a reference.
#
# Usage: guest.sh LOAD HAZARDS - prints TAP without numbers, the detector's counters as "# kcsan NAME: COUNT", and what its
# own test said.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
load=$1 hazards=$2
detector=/sys/kernel/debug/kcsan

# now: its reports will push what was said at boot out of the log
dmesg | sed -n 's/.*kcsan: selftest:/# kcsan selftest:/p'
echo on >"$detector"
# leaves a file system on /mnt/scratch
../giant/mixed.sh "$load"
while IFS=$'\t' read -r name promise; do
	# a script of its own: it needs another kernel
	[ ! -x "../hazards/$name.sh" ] || continue
	status=0
	timeout -k 5 300 "$hazards" "$name" 4 /mnt/scratch >/tmp/out 2>&1 || status=$?
	if [ "$status" = 77 ]; then
		echo "ok - $name # SKIP $(head -n 1 /tmp/out)"
	elif [ "$status" = 0 ]; then
		echo "ok - $name: $promise"
	else
		echo "not ok - $name: $promise (status $status)"
	fi
	sed 's/^\(# \)\?/# /' /tmp/out
done < <(grep -v '^#' ../hazards/cases.txt)
echo off >"$detector"
sed 's/^/# kcsan /' "$detector"
