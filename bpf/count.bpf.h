/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The maps, and what all programs do with them. */
#ifndef COUNT_BPF_H
#define COUNT_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "blocker.bpf.h"
#include "filter.bpf.h"
#include "hist.bpf.h"
#include "slots.bpf.h"
#include "vmalocktop.h"

#define EFAULT 14

/* Unit of the histograms of times. */
const volatile __u64 vt_unit_ns = 1000;
/* What waits are summed up by, enum vt_by. */
const volatile __u32 vt_by;

/* Whether lock_mm_and_find_vma(), which every fault goes through that takes mmap_lock, is hooked. */
const volatile bool vt_locking;

/* Nothing is counted while this is 0: all programs start and stop together. */
__u32 vt_open;

/* One thing that a task has begun. */
struct stamp {
	__u64 ns;		/* when; 0: nothing begun */
	__u32 tgid;		/* whose mm it is */
	__u32 what;		/* enum vt_kind, or enum vma_write_op of a drain */
};

struct task_state {
	struct stamp fault, drain, life;
	struct vt_stall_key stall;	/* of fault: its blocker, tid 0: unknown, and its VMA */
	__u64 args[2];			/* of the blocker's system call */
	__u64 address;			/* that the fault is about; 0: unknown */
	__u32 unmapped;			/* no VMA was there, stall's range is a hole's */
	__u32 zero;
	__u64 drain_start, drain_end;	/* of the VMA that is drained */
	__u32 sampled;			/* take the stacks of fault */
	__u32 locking;			/* a fault is about to take mmap_lock, or waits for it */
	__u64 locked_ns;		/* when the wait for it ended that is still to be counted; 0: none */
	__s64 locked_ret;		/* how */
	/* The last fault that took mmap_lock; it may do so again before it is done. */
	__u64 fell_back_ip;
	__u64 fell_back_address;	/* 0: unknown */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct vt_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VT_HISTS);
	__type(key, __u32);
	__type(value, struct vt_hist);
} hists SEC(".maps");

SLOTS_OF(vmas, struct vt_vma_key, struct vt_vma_slot);

/* Per process, what found no room in vmas. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct vt_vma_key);
	__type(value, struct vt_hist);
} rest SEC(".maps");

SLOTS_OF(blockers, struct vt_stall_key, struct vt_stall_slot);

/* By what vt_by says. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct vt_group_key);
	__type(value, struct vt_hist);
} groups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

static const struct vt_hist no_hist;
static const struct vt_blocker no_blocker;

/* Index @i of an array of @n, its last slot if the running kernel knows more values. */
static __always_inline __u64 slot_of(__u64 i, __u64 n)
{
	return i < n ? i : n - 1;
}

/* The counters, NULL while closed. */
static __always_inline struct vt_counters *open_counters(void)
{
	__u32 zero = 0;

	if (!vt_open)
		return NULL;
	return bpf_map_lookup_elem(&counters, &zero);
}

/* The same, NULL also if what the current task does with the mm of process @tgid isn't asked for. */
static __always_inline struct vt_counters *counters_for(__u32 tgid)
{
	return filtered(tgid) ? NULL : open_counters();
}

/* The same for its own process. */
static __always_inline struct vt_counters *own_counters(void)
{
	return self_filtered() ? NULL : open_counters();
}

/* The process whose @mm this is: that of @self, the current task, but for khugepaged and its like. */
static __always_inline __u32 tgid_of(struct task_struct *self, struct mm_struct *mm)
{
	struct task_struct *owner;
	bool can = vt_can_cast;

	if (self->mm == mm || !bpf_core_field_exists(mm->owner))
		return self->tgid;
	owner = READ(can, MAY_READ(can, mm), owner);
	return owner ? READ(can, MAY_READ(can, owner), tgid) : self->tgid;
}

static __always_inline struct vt_hist *hist(__u32 id)
{
	return bpf_map_lookup_elem(&hists, &id);
}

/* The entry for @key of a map of histograms, made if need be; NULL when there is no room. */
static __always_inline struct vt_hist *hist_entry(void *map, const void *key)
{
	struct vt_hist *h = bpf_map_lookup_elem(map, key);
	long err;

	if (h)
		return h;
	err = bpf_map_update_elem(map, key, &no_hist, BPF_NOEXIST);
	if (err && err != -EEXIST)
		return NULL;
	return bpf_map_lookup_elem(map, key);
}

/* Slot of the histograms of times that counts @ns. */
static __always_inline __u32 time_slot(__u64 ns)
{
	return hist_slot(ns / vt_unit_ns);
}

/* Count a wait on a VMA, or if @unmapped, on where there was none, that took @ns, at @slot of its histogram. */
static __always_inline void count_vma(struct vt_counters *c, __u32 kind, __u32 tgid, __u64 start,
				      __u64 end, bool unmapped, __u32 slot, __u64 ns)
{
	struct vt_vma_key key = {
		.start = start, .end = end, .tgid = tgid, .kind = kind, .unmapped = unmapped,
	};
	struct vt_vma_slot *s = end ? SLOT_FOR(vmas, VT_VMA_SLOTS, &key) : NULL;
	struct vt_hist *h;

	if (s) {
		if (!hist_add_shared(&s->hist, slot, ns))
			c->lost[VT_LOST_MAX_RACE]++;
		return;
	}
	if (end)
		c->lost[VT_LOST_VMA_FULL]++;
	key.start = 0;
	key.end = 0;
	key.unmapped = 0;
	h = hist_entry(&rest, &key);
	if (!h)
		c->lost[VT_LOST_REST_FULL]++;
	else if (!hist_add_shared(h, slot, ns))
		c->lost[VT_LOST_MAX_RACE]++;
}

/* Add to a sum of waits in the hash @map, made if need be.  Returns it, NULL when there was no room. */
static __always_inline struct vt_blocker *add_wait(void *map, const void *key, __u64 count, __u64 ns)
{
	struct vt_blocker *b = bpf_map_lookup_elem(map, key);

	if (!b) {
		long err = bpf_map_update_elem(map, key, &no_blocker, BPF_NOEXIST);

		if (!err || err == -EEXIST)
			b = bpf_map_lookup_elem(map, key);
	}
	if (!b)
		return NULL;
	__sync_fetch_and_add(&b->count, count);
	__sync_fetch_and_add(&b->ns, ns);
	return b;
}

/* Count a wait of the current task, whose state is @t, for its blocker. */
static __always_inline void count_blocker(struct vt_counters *c, const struct task_state *t, __u64 ns)
{
	struct vt_stall_slot *s = SLOT_FOR(blockers, VT_STALL_SLOTS, &t->stall);

	if (!s) {
		c->lost[VT_LOST_BLOCKER_FULL]++;
		return;
	}
	__sync_fetch_and_add(&s->value.count, 1);
	__sync_fetch_and_add(&s->value.ns, ns);
	s->value.arg0 = t->args[0];
	s->value.arg1 = t->args[1];
}

/* Count a wait, or a back-off, of the current task with what --by asks for; @op as vt_group_key says. */
static __always_inline void count_group(struct vt_counters *c, __u32 kind, __u32 tgid, __s64 op,
					__u32 slot, __u64 ns)
{
	struct vt_group_key key = { .kind = kind };
	struct vt_hist *h;

	if (vt_by == VT_BY_VMA)
		return;
	if (vt_by == VT_BY_PROCESS) {
		key.id = tgid;
	} else if (vt_by == VT_BY_THREAD) {
		key.id = (__u32)bpf_get_current_pid_tgid();
		key.tgid = tgid;
		bpf_get_current_comm(key.comm, sizeof(key.comm));
	} else if (vt_by == VT_BY_CGROUP) {
		key.id = bpf_get_current_cgroup_id();
	} else {
		key.id = op;
	}
	h = hist_entry(&groups, &key);
	if (!h)
		c->lost[VT_LOST_GROUP_FULL]++;
	else if (!hist_add_shared(h, slot, ns))
		c->lost[VT_LOST_MAX_RACE]++;
}

/* The state of @self, the current task, NULL when there is none; made if @flags say so and the kernel can. */
static __always_inline struct task_state *task_state(struct task_struct *self, __u64 flags)
{
	return bpf_task_storage_get(&tasks, self, NULL, flags);
}

/*
 * Remember that a fault of @self, the current task, at @address, which may be 0, takes
 * mmap_lock; where nothing else tells which fault it is that waits for it.
 */
static __always_inline void remember_fallback(struct task_struct *self, struct task_state *t,
					      __u64 address)
{
	if (!t)
		return;
	t->fell_back_ip = user_ip(self);
	t->fell_back_address = address;
}

/* Count the beginning of a @kind and stamp it; @s may be NULL. */
static __always_inline void begin(struct vt_counters *c, __u32 kind, struct stamp *s, __u32 what,
				  __u32 tgid)
{
	c->begun[kind]++;
	if (!s) {
		c->unstamped[kind]++;
		return;
	}
	if (s->ns)
		c->restamped[kind]++;
	s->tgid = tgid;
	s->what = what;
	s->ns = bpf_ktime_get_ns();
}

/*
 * Count the end of a @kind at @now.  Returns its duration, with @s free again; -1 when
 * its beginning wasn't seen.
 */
static __always_inline __s64 end(struct vt_counters *c, __u32 kind, struct stamp *s, __u64 now, int ret)
{
	__s64 ns;

	c->ended[kind]++;
	if (ret)
		c->failed[kind]++;
	if (!s || !s->ns) {
		c->unmatched[kind]++;
		return -1;
	}
	ns = now - s->ns;
	s->ns = 0;
	return ns < 0 ? 0 : ns;
}

/* Count @ns at @slot of this CPU's histogram @id. */
static __always_inline void count_time(__u32 id, __u32 slot, __u64 ns)
{
	struct vt_hist *h = hist(id);

	if (h)
		hist_add_local(h, slot, ns);
}

#endif
