// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Count, time and explain what page faults and writers do with per-VMA locks
 * and with mmap_lock.
 *
 * User space loads those of the programs that this kernel has something to
 * attach to, see tools/vmalocktop/hooks.c.  A fault that doesn't wait costs
 * increments in a per-CPU array: one for its lookup, two more if it tried to do
 * without a reference.  On kernels without the vma_lock events, its address is
 * also noted.  Clocks, task storage and hashes are for those who sleep or back
 * off.
 */
#include "vma_lock.bpf.h"
#include "stock.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
