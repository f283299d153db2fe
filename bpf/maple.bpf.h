/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Which VMA an address is in, or which hole between VMAs, from the mm's maple tree (Linux 6.1 and later). */
#ifndef MAPLE_BPF_H
#define MAPLE_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Encoding of nodes: include/linux/maple_tree.h, lib/maple_tree.c. */
#define MAPLE_ROOT_BITS		3UL		/* of the root: 10, unless it is the only entry */
#define MAPLE_ROOT_NODE		2UL
#define MAPLE_FIRST_NODE	4096UL
#define MAPLE_NODE_MASK		255UL
#define MAPLE_TYPE_SHIFT	3
#define MAPLE_TYPE_MASK		15
#define MAPLE_RANGE_64		2		/* types below are leaves */
#define MAPLE_ARANGE_64		3
#define MAPLE_MAX_HEIGHT	8
#define MAPLE_MAX_SLOTS		16

/* What an address is in. */
enum maple_what {
	MAPLE_UNKNOWN,		/* the tree can't be read, or is being changed */
	MAPLE_VMA,
	MAPLE_HOLE,		/* no VMA */
};

struct maple_range {
	unsigned long first, last;
};

/*
 * Slot of a node with @n of them and @n - 1 @pivots whose range @address is in.  @in, the range
 * of the node, becomes the slot's.
 */
static __always_inline __u32 maple_slot(const unsigned long *pivots, __u32 n, unsigned long address,
					struct maple_range *in)
{
	__u32 i;

	for (i = 0; i < MAPLE_MAX_SLOTS - 1; i++) {
		/* Behind the last pivot in use come zeros; that slot reaches to the node's end. */
		if (i >= n - 1 || (i && !pivots[i]))
			break;
		if (address <= pivots[i]) {
			in->last = pivots[i];
			break;
		}
		in->first = pivots[i] + 1;
	}
	return i;
}

/*
 * Find what @address is in, of @mm, and the range of that.  While the caller's task holds
 * mmap_lock, the tree doesn't change; else what is found may be newer than the caller thinks.
 */
static __noinline enum maple_what maple_find(struct mm_struct *mm, unsigned long address, struct maple_range *in)
{
	unsigned long pivots[MAPLE_MAX_SLOTS] = {};
	unsigned long entry;
	struct vm_area_struct *vma;
	__u32 type = 0;

	if (!mm || !in || !bpf_core_field_exists(mm->mm_mt))
		return MAPLE_UNKNOWN;
	in->first = 0;
	in->last = ~0UL;
	entry = (unsigned long)BPF_CORE_READ(mm, mm_mt.ma_root);
	if ((entry & MAPLE_ROOT_BITS) == MAPLE_ROOT_NODE && entry > MAPLE_FIRST_NODE)
		type = MAPLE_RANGE_64;
	for (int height = 0; type >= MAPLE_RANGE_64 && height < MAPLE_MAX_HEIGHT; height++) {
		unsigned long node = entry & ~MAPLE_NODE_MASK;
		__u32 pivot_at, slot_at, n;

		type = entry >> MAPLE_TYPE_SHIFT & MAPLE_TYPE_MASK;
		if (type == MAPLE_ARANGE_64) {
			n = bpf_core_field_size(((struct maple_arange_64 *)0)->slot) / sizeof(long);
			pivot_at = bpf_core_field_offset(struct maple_arange_64, pivot);
			slot_at = bpf_core_field_offset(struct maple_arange_64, slot);
		} else {
			n = bpf_core_field_size(((struct maple_range_64 *)0)->slot) / sizeof(long);
			pivot_at = bpf_core_field_offset(struct maple_range_64, pivot);
			slot_at = bpf_core_field_offset(struct maple_range_64, slot);
		}
		if (n < 2 || n > MAPLE_MAX_SLOTS ||
		    bpf_probe_read_kernel(pivots, (n - 1) * sizeof(long), (void *)(node + pivot_at)))
			return MAPLE_UNKNOWN;
		slot_at += maple_slot(pivots, n, address, in) * sizeof(long);
		if (bpf_probe_read_kernel(&entry, sizeof(entry), (void *)(node + slot_at)))
			return MAPLE_UNKNOWN;
	}
	if (!entry)
		return MAPLE_HOLE;
	vma = (struct vm_area_struct *)entry;
	in->first = BPF_CORE_READ(vma, vm_start);
	in->last = BPF_CORE_READ(vma, vm_end) - 1;
	return in->first <= address && address <= in->last ? MAPLE_VMA : MAPLE_UNKNOWN;
}

#endif
