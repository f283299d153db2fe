#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# mixed.sh: in the guest, all sorts of changes to one giant VMA at once. With few CPUs also quick
# replacements, changes with forks, and changes with I/O.
#
# Usage: mixed.sh LOAD - prints TAP without numbers.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
load=$1
cpus=$(nproc)
mix=anon,file,replace-shared,replace-private,replace-anon,carve,unmap,mprotect,mremap
# faults that met a BABY, and both that and an EXCL VMA
met_baby=baby_wait met_both=baby_wait,excl_wait
if grep -q PREEMPT_RT /proc/version; then
	# there they queue for mmap_lock at once (mm/vma_lock.c:VMA_MAX_WAITS)
	met_baby=abort met_both=abort
fi

# under NAME COMMAND... - its tests, named after it
under() {
	local name=$1
	shift
	"$@" | sed -E "s|^((not )?ok) - |\1 - $name: |"
}

under "one minute of changes, $cpus CPUs" ./load.sh "$load" \
	"touches,mmap_fixed_replacements,munmaps,mprotects,mremaps,success,reffree,$met_both,ref_wait" \
	--modes "$mix" --slot-pages 64 --faulters $((cpus > 8 ? 12 : 4)) --mappers $((cpus > 8 ? 16 : 8)) --duration 60

[ "$cpus" -le 4 ] || exit 0

# little to do between two changes of a slot: faults meet mappings that are just being removed (and hardly ever
# hold one: no drain is asked for)
under "quick replacements" ./load.sh "$load" "touches,mmap_fixed_replacements,munmaps,$met_baby" \
	--modes replace-private,replace-anon,unmap --slot-pages 4 --slots 8 --faulters 4 --mappers 8 --duration 25
under "with forks and the rest" ./load.sh "$load" \
	"touches,mmap_fixed_replacements,forks,mlocks,brks,madvises,$met_both,ref_wait" \
	--modes all --faulters 4 --mappers 4 --duration 20

mkfs.ext4 -q /dev/vda
mkdir -p /mnt/scratch
mount /dev/vda /mnt/scratch
under "with I/O" ./load.sh "$load" \
	"touches,mmap_fixed_replacements,faults_major,fadvises,retry,$met_baby" \
	--modes cold,replace-shared,replace-private --disk-pools --file-dir /mnt/scratch --faulters 4 --mappers 4 --duration 15
# the mapping itself stays as it is
under "cold pages of a file" ./cold.sh "$load" \
	--modes cold --disk-pools --file-dir /mnt/scratch --faulters 4 --mappers 1 --duration 10
