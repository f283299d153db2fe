#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, run cases of page faults without a reference.
#
# Usage: guest.sh HAZARDS SECONDS [PARAMETER=VALUE...] - each case of cases.txt for SECONDS at least, with vma_lock's
# PARAMETERs set to what takes no protection away.
#        guest.sh --break CASE HAZARDS SECONDS PARAMETER=VALUE... - CASE as it is, then "armed", then CASE with the
# PARAMETERs set. Besides those of cases.txt, CASE can be CASE.sh here, which another suite runs without --break.
#
# A case that has a CASE.sh here is run by that, which finds the program in HAZARDS. Status 77 skips a case.
#
# Prints TAP without numbers. A case passes if the program found nothing wrong and the kernel had no complaint.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ../guest/verdict.sh
only='' work=/mnt/scratch parameters=/sys/module/vma_lock/parameters
if [ "$1" = --break ]; then
	only=$2
	shift 2
fi
program=$1 seconds=$2
shift 2
export HAZARDS=$program

# set_parameter NAME VALUE
set_parameter() {
	echo "$2" >"$parameters/$1"
}

# run_case NAME PROMISE SECONDS
run_case() {
	local status=0 command=("$program" "$1")
	[ ! -x "./$1.sh" ] || command=("./$1.sh")
	dmesg -C
	timeout -k 5 600 "${command[@]}" "$3" "$work" >/tmp/out 2>&1 || status=$?
	# if it was killed
	set_parameter insert_delay_us 0
	set_parameter lookup_delay_us 0
	# freed slab objects are looked at again
	if [ -w /sys/kernel/slab/numa_policy/validate ]; then
		echo 1 >/sys/kernel/slab/numa_policy/validate
	fi
	if [ "$status" = 77 ]; then
		echo "ok - $1 # SKIP $(head -n 1 /tmp/out)"
		sed 's/^\(# \)\?/# /' /tmp/out
	else
		verdict "$status" "$1: $2" /tmp/out
	fi
}

mkfs.ext4 -q /dev/vda
mkdir -p "$work"
mount /dev/vda "$work"
# arm PARAMETER=VALUE...
arm() {
	local parameter
	for parameter; do
		set_parameter "${parameter%%=*}" "${parameter#*=}"
	done
}

if [ -n "$only" ]; then
	run_case "$only" "nothing is broken" 1
	arm "$@"
	echo "# armed"
	run_case "$only" "broken" "$seconds"
	exit 0
fi
while IFS=$'\t' read -r name promise; do
	arm "$@"
	run_case "$name" "$promise" "$seconds"
done < <(grep -v '^#' cases.txt)
