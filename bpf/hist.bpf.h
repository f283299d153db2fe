/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Log2 histograms, in memory of one CPU or shared. */
#ifndef HIST_BPF_H
#define HIST_BPF_H

#include "vmalocktop.h"

/* Position of the highest bit of @v, which isn't 0; 31 at most. */
static __always_inline __u32 log2_to_31(__u64 v)
{
	__u32 r = 0;

	if (v >> 31)
		return 31;
	if (v >> 16) { v >>= 16; r += 16; }
	if (v >> 8) { v >>= 8; r += 8; }
	if (v >> 4) { v >>= 4; r += 4; }
	if (v >> 2) { v >>= 2; r += 2; }
	if (v >> 1)
		r += 1;
	return r;
}

/* Where a histogram counts @v: its slot, VT_SLOTS for 0. */
static __always_inline __u32 hist_slot(__u64 v)
{
	return v ? log2_to_31(v) : VT_SLOTS;
}

static __always_inline __u64 *hist_count(struct vt_hist *h, __u32 slot)
{
	return slot < VT_SLOTS ? &h->slots[slot] : &h->zero;
}

/* Count a value, @raw before it was scaled, at @slot of a histogram that only this CPU writes. */
static __always_inline void hist_add_local(struct vt_hist *h, __u32 slot, __u64 raw)
{
	++*hist_count(h, slot);
	h->sum += raw;
	if (raw > h->max)
		h->max = raw;
}

/*
 * The same in a histogram that other CPUs write, too.
 * Returns false when the maximum could not be raised because others did so again and again.
 */
static __always_inline bool hist_add_shared(struct vt_hist *h, __u32 slot, __u64 raw)
{
	__sync_fetch_and_add(hist_count(h, slot), 1);
	__sync_fetch_and_add(&h->sum, raw);
#pragma unroll
	for (int i = 0; i < 8; i++) {
		__u64 old = *(volatile __u64 *)&h->max;

		if (raw <= old || __sync_val_compare_and_swap(&h->max, old, raw) == old)
			return true;
	}
	return false;
}

#endif
