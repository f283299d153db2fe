#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, run the programs; leave NAME.out and NAME.status of each in a directory.
#
# Usage: guest.sh PROGRAMS-FILE BINARIES RESULTS
#
# A status of 124 means that it took too long.
set -euo pipefail

list=$(realpath "$1") binaries=$2 results=$3
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
echo 0 >/proc/sys/kernel/core_pattern
ulimit -c 0
# some subtests page out
mkswap /dev/vda >/dev/null
swapon /dev/vda
cd "$binaries"
cp "$here/one-hugepage" .
while read -r name limit command; do
	case $name in
	'' | '#'*) continue ;;
	esac
	read -r -a words <<<"$command"
	# some programs change it
	echo 160 >/proc/sys/vm/nr_hugepages
	status=0
	begin=$SECONDS
	timeout -k 5 "$limit" "${words[@]}" >"$results/$name.out" 2>&1 </dev/null || status=$?
	echo "$status" >"$results/$name.status"
	echo "$name: status $status, $((SECONDS - begin)) s"
	echo "vm: $name: status $status" >/dev/kmsg
done <"$list"
