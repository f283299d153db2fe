#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# experiment.sh: in the guest, a load without some protections of the kernel.
#
# Usage: experiment.sh LOAD SECONDS PARAMETER=VALUE... - PARAMETERs are those in
# /sys/module/vma_lock/parameters.
#
# Prints "control ok" when a first, short load with all protections found no fault, "armed" when the parameters
# are set, then "report JSON", and "miss N", the ZOMBIEs that faults met. A kernel that dies says so on its
# console.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
. ./gate.sh
load=$1 seconds=$2
shift 2
options=(--modes "replace-shared,replace-private,replace-anon,carve,unmap" --slot-pages 4 --slots 8 --faulters 4 --mappers 8)

gate_run "$load" "${options[@]}" --duration 3
[ "$load_status" = 0 ] && [ "$(report .status)" = ok ] || exit 3
echo "control ok"
for parameter; do
	echo "${parameter#*=}" >"/sys/module/vma_lock/parameters/${parameter%%=*}"
	[ "$(cat "/sys/module/vma_lock/parameters/${parameter%%=*}")" = "${parameter#*=}" ]
done
echo armed
gate_run "$load" "${options[@]}" --duration "$seconds" --stop-on-violation
for parameter; do
	case $parameter in
	*=Y) echo N >"/sys/module/vma_lock/parameters/${parameter%%=*}" ;;
	*) echo 0 >"/sys/module/vma_lock/parameters/${parameter%%=*}" ;;
	esac
done
head -n 5 "$gate_dir/messages" | sed 's/^/message /'
echo "miss $(vmstat_delta miss)"
echo "status $load_status"
echo "report $(cat "$gate_dir/report")"
