#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# java.sh: OpenJDK with a big heap, filled and collected by threads, with each of its collectors that run beside them.
#
# Usage: java.sh DIRECTORY CLASSES - DIRECTORY is made, and left; GcStress.class is in CLASSES. PROGRAMS_BREAK=1 changes
# a block in between. Prints what lib.sh says.
set -euo pipefail

work=$1 classes=$2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
threads=4 megabytes=512 rounds=3

mkdir -p "$work"
breaks=()
[ "${PROGRAMS_BREAK:-0}" = 0 ] || breaks=(break)

# stress OPTION... - the interpreter only: a compiler changes code that other threads run, of which QEMU's multi-threaded
# emulation may go on running the old one
stress() {
	java -Xint -XX:-UsePerfData -XX:ErrorFile="$work/error" -Xlog:gc:file="$work/gc" -Xms32m -Xmx1400m "$@" -cp "$classes" \
		GcStress "$threads" "$megabytes" "$rounds" "${breaks[@]}"
}

collections() {
	[ "$(grep -c 'Pause\|Garbage Collection' "$work/gc")" -ge 3 ]
}

for collector in G1 Parallel Z; do
	# a heap that doesn't only grow
	options=("-XX:+Use${collector}GC")
	[ "$collector" != Z ] || options+=(-XX:ZUncommitDelay=1)
	check "$collector: every block is as written" stress "${options[@]}"
	same "$collector" "$(grep '^checksum ' "$work/check")"
	check "$collector: there were collections" collections
done
