# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# machine.sh: the guest that the cases need, as tools/vm/run's options; sourced.

# two nodes, an eye on the policies that are freed, and slabs of each kind of object told apart
hazards_machine=(--smp 4 --mem 2G --append "slab_debug=FZP,numa_policy slab_nomerge" --qemu -smp --qemu "sockets=2,cores=2,threads=1"
	--qemu -object --qemu "memory-backend-ram,id=m0,size=1G" --qemu -numa --qemu "node,nodeid=0,cpus=0-1,memdev=m0"
	--qemu -object --qemu "memory-backend-ram,id=m1,size=1G" --qemu -numa --qemu "node,nodeid=1,cpus=2-3,memdev=m1")
