/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where in a process faults wait, by granules of addresses. */
#ifndef OFFSETS_BPF_H
#define OFFSETS_BPF_H

#include "count.bpf.h"

#define PAGE_BITS		12
#define MIN_GRANULE_BITS	16
#define GRANULES_BITS		10	/* a process has at least 2^that, less than twice as many */

/* Count them at all. */
const volatile bool vt_offsets;

/* Values' arg0 and arg1 stay 0. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct vt_offset_key);
	__type(value, struct vt_blocker);
} offsets SEC(".maps");

/* Size of the current process' granules, as a power of two. */
static __always_inline __u32 granule_bits(void)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u64 pages = BPF_CORE_READ(self, mm, total_vm);
	__u32 bits = (pages ? log2_to_31(pages) : 0) + PAGE_BITS;

	return bits > MIN_GRANULE_BITS + GRANULES_BITS ? bits - GRANULES_BITS : MIN_GRANULE_BITS;
}

/* Count a wait of a fault of process @tgid at @address, 0: unknown, that has taken @ns. */
static __always_inline void count_offset(struct vt_counters *c, __u32 tgid, __u64 address, __u64 ns)
{
	struct vt_offset_key key = { .tgid = tgid };

	if (!vt_offsets)
		return;
	if (address) {
		key.shift = granule_bits();
		key.start = address >> key.shift << key.shift;
	}
	if (!add_wait(&offsets, &key, 1, ns))
		c->lost[VT_LOST_OFFSET_FULL]++;
}

#endif
