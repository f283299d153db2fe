#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmm.sh: QEMU, emulating a PC whose memory is a mapping of each kind that virtual machines have. It is saved while it
# runs, and goes on in another process.
#
# Usage: vmm.sh DIRECTORY ROM - DIRECTORY is made, and left; ROM is made of vmm.S. PROGRAMS_BREAK=1 wipes a page of what
# is saved. Prints what lib.sh says.
set -euo pipefail

work=$1 rom=$2
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
here=$PWD

# said NAME - the number that the machine printed
said() {
	sed -n "s/^$1 //p" "$work/check"
}

mkdir -p "$work"
# else a machine's memory is a few huge pages, and a few faults
echo never >/sys/kernel/mm/transparent_hugepage/enabled
for backend in file private-file memfd ram; do
	# its own directory: the sockets of the last one are in the way
	check "$backend: a machine runs, is saved, and goes on" "$here/vmm.py" "$backend" "$rom" "$work/$backend"
	cp "$work/check" "$work/$backend/printed"
	before=$(said before) after=$(said after) torn=$(said torn)
	same "$backend" "pages $(said pages), sum $before"
	equal "$backend: no page is torn" 00000000 "$torn"
	equal "$backend: memory is as it was" "$before" "$after"
	rm -rf "${work:?}/$backend"
done
