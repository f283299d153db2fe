# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# machine.sh: the guest that the cases need, as tools/vm/run's options; sourced after tests/guest/lib.sh.

# two nodes, an eye on the policies that are freed, and slabs of each kind of object told apart
guest_two_nodes 1024
hazards_machine=("${two_nodes[@]}" --append "slab_debug=FZP,numa_policy slab_nomerge")
