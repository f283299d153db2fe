#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, replace a region while mixes of actors play.
#
# Usage: guest.sh CHURN SEED SECONDS GRACE [MIX...] - the MIXes of mixes.txt, all of them by default, for SECONDS each;
# first that what is planted is noticed.
#        guest.sh --break MIX CHURN SEED SECONDS GRACE PARAMETER=VALUE... - MIX for a moment, then "armed", then MIX with
# vma_lock's PARAMETERs set.
#
# Prints TAP without numbers. A mix passes if the program found nothing wrong, each of its actors got something done,
# and the kernel had no complaint.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ../guest/verdict.sh
only='' work=/mnt/scratch
if [ "$1" = --break ]; then
	only=$2
	shift 2
fi
program=$1 seed=$2 seconds=$3 grace=$4
shift 4

# churn SECONDS GRACE ACTOR... - its output is in /tmp/out; returns its status
churn() {
	local status=0
	"$program" -s "$seed" -t "$1" -g "$2" -d "$work" "${@:3}" >/tmp/out 2>&1 || status=$?
	# what a victim dumped
	rm -f "$work"/core*
	return "$status"
}

# actors MIX - of which it consists
actors() {
	awk -F '\t' -v mix="$1" '!/^#/ && $1 == mix { print $2 }' mixes.txt
}

# run_mix MIX SECONDS
run_mix() {
	local status=0 list begin=$SECONDS
	read -ra list < <(actors "$1")
	dmesg -C
	churn "$2" "$grace" "${list[@]}" || status=$?
	verdict "$status" "$1" /tmp/out
	echo "# $((SECONDS - begin)) s"
}

# planted ACTOR GRACE MESSAGE - what ACTOR does is noticed, with a MESSAGE
planted() {
	local status=0
	churn 2 "$2" "$1" || status=$?
	if [ "$status" = 1 ] && grep -qE "$3" /tmp/out; then
		status=0
	else
		status="$status, which had to be 1, with a message"
	fi
	dmesg -C
	verdict "$status" "planted: $1" /tmp/out
}

mkfs.ext4 -q /dev/vda
mkdir -p "$work"
mount /dev/vda "$work"
echo "$work/core" >/proc/sys/kernel/core_pattern
echo 20 >/sys/kernel/mm/ksm/sleep_millisecs
echo 1 >/sys/kernel/mm/ksm/run

if [ -n "$only" ]; then
	run_mix "$only" 1
	for parameter; do
		echo "${parameter#*=}" >"/sys/module/vma_lock/parameters/${parameter%%=*}"
	done
	echo "# armed"
	run_mix "$only" "$seconds"
	exit 0
fi
if [ $# = 0 ]; then
	planted wrong "$grace" '^# violation: touch: page'
	# whoever waits for it is named, and where it sleeps
	planted hang 1 '\] (__do_sys_pause|.*pause\+)'
	mapfile -t mixes < <(grep -v '^#' mixes.txt | cut -f 1)
	set -- "${mixes[@]}"
fi
for mix; do
	run_mix "$mix" "$seconds"
done
