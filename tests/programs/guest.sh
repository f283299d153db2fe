#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: in the guest, run the programs.
#
# Usage: guest.sh BUILT [counted] - where GcStress.class and vmm.rom are. Prints what lib.sh says. With "counted" the
# kernel must have counted faults, of each program and the scripts around it, that took the ways that the series is about.
# PROGRAMS in the environment names some of the programs.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
built=$1 counted=${2:-} work=/mnt/scratch

# counter NAME - vma_lock_NAME of /proc/vmstat
counter() {
	awk -v "name=vma_lock_$1" '$1 == name { print $2 }' /proc/vmstat
}

# more NAME BEFORE - how much the counter grew; one that doesn't exist did not
more() {
	local now
	now=$(counter "$1")
	echo $((${now:-0} - ${2:-0}))
}

# grows WHAT NAME BEFORE LEAST
grows() {
	local more
	more=$(more "$2" "$3")
	if [ "$more" -ge "$4" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
	fi
	echo "# vma_lock_$2: $more more"
}

# run NAME COMMAND...
run() {
	local name=$1 begin=$SECONDS success reffree fallback born
	shift
	[[ " ${PROGRAMS:-$name} " == *" $name "* ]] || return 0
	success=$(counter success) reffree=$(counter reffree) fallback=$(counter fallback) born=$(counter baby_born)
	"$@" | sed -E "s/^((not )?ok - |# same: )/\1$name: /" || echo "not ok - $name: ended early"
	echo "# $name: $((SECONDS - begin)) s"
	[ "$counted" = counted ] || return 0
	grows "$name: faults without mmap_lock" success "$success" 10000
	grows "$name: faults without a reference" reffree "$reffree" 10000
	grows "$name: mappings were replaced" baby_born "$born" 10
	echo "# vma_lock_fallback: $(more fallback "$fallback") more"
}

mkfs.ext4 -q /dev/vda
mkdir -p "$work"
mount /dev/vda "$work"
ip link set lo up
run PostgreSQL ./postgresql.sh "$work/postgresql"
run Redis ./redis.sh "$work/redis"
run OpenJDK ./java.sh "$work/java" "$built"
run QEMU ./vmm.sh "$work/vmm" "$built/vmm.rom"
