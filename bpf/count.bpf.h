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
#include "vmalocktop.h"

#define EFAULT 14
#define EEXIST 17

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
	__u64 start, end;
	__u64 address;		/* that a fault is about; 0: unknown */
	__u32 tgid;		/* whose mm it is */
	__u32 what;		/* enum vt_kind, or enum vma_write_op of a drain */
};

struct task_state {
	struct stamp fault, drain, life;
	struct vt_blocker_key blocker;	/* of fault; tid 0: unknown */
	__u64 args[2];			/* of its system call */
	__u32 sampled;			/* take the stacks of fault */
	/* The last fault that took mmap_lock; it may do so again before it is done. */
	__u64 fell_back_ip;
	__u64 fell_back_address;	/* 0: unknown */
	__u64 locking;			/* a fault is about to take mmap_lock, or waits for it */
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

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct vt_vma_key);
	__type(value, struct vt_hist);
} vmas SEC(".maps");

/* Per process, what found no room in vmas. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct vt_vma_key);
	__type(value, struct vt_hist);
} rest SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct vt_stall_key);
	__type(value, struct vt_blocker);
} blockers SEC(".maps");

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

/* The current task's mm, NULL for a kernel thread without one. */
static __always_inline struct mm_struct *own_mm(void)
{
	return bpf_get_current_task_btf()->mm;
}

/* The process whose @mm this is: the current one but for khugepaged and its like. */
static __always_inline __u32 tgid_of(struct mm_struct *mm)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct task_struct *owner;

	if (own_mm() == mm || !bpf_core_field_exists(mm->owner))
		return tgid;
	owner = READ(mm, owner);
	return owner ? READ(owner, tgid) : tgid;
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

static __always_inline void count_vma(struct vt_counters *c, __u32 kind, __u32 tgid,
				      __u64 start, __u64 end, __u64 ns)
{
	struct vt_vma_key key = { .start = start, .end = end, .tgid = tgid, .kind = kind };
	struct vt_hist *h = end ? hist_entry(&vmas, &key) : NULL;

	if (!h) {
		if (end)
			c->lost[VT_LOST_VMA_FULL]++;
		key.start = 0;
		key.end = 0;
		h = hist_entry(&rest, &key);
	}
	if (!h)
		c->lost[VT_LOST_REST_FULL]++;
	else if (!hist_add_shared(h, ns / vt_unit_ns, ns))
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
	struct vt_stall_key key = {
		.who = t->blocker, .start = t->fault.start, .end = t->fault.end,
	};
	struct vt_blocker *b = add_wait(&blockers, &key, 1, ns);

	if (!b) {
		c->lost[VT_LOST_BLOCKER_FULL]++;
		return;
	}
	b->arg0 = t->args[0];
	b->arg1 = t->args[1];
}

/* Count a wait, or a back-off, of the current task with what --by asks for; @op as vt_group_key says. */
static __always_inline void count_group(struct vt_counters *c, __u32 kind, __u32 tgid, __s64 op,
					__u64 ns)
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
	else if (!hist_add_shared(h, ns / vt_unit_ns, ns))
		c->lost[VT_LOST_MAX_RACE]++;
}

/* The current task's state, NULL when the kernel has none to give. */
static __always_inline struct task_state *task_state(__u64 flags)
{
	return bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), NULL, flags);
}

/* Remember that a fault of the current task at @address, which may be 0, takes mmap_lock. */
static __always_inline void remember_fallback(struct task_state *t, __u64 address)
{
	if (!t)
		return;
	t->fell_back_ip = user_ip();
	t->fell_back_address = address;
}

/* Count the beginning of a @kind and stamp it; @s may be NULL. */
static __always_inline void begin(struct vt_counters *c, __u32 kind, struct stamp *s, __u32 what,
				  __u32 tgid, __u64 start, __u64 end, __u64 address)
{
	c->begun[kind]++;
	if (!s) {
		c->unstamped[kind]++;
		return;
	}
	if (s->ns)
		c->restamped[kind]++;
	s->start = start;
	s->end = end;
	s->address = address;
	s->tgid = tgid;
	s->what = what;
	s->ns = bpf_ktime_get_ns();
}

/*
 * Count the end of a @kind.  Returns its duration, with @s free again; -1 when
 * its beginning wasn't seen.
 */
static __always_inline __s64 end(struct vt_counters *c, __u32 kind, struct stamp *s, int ret)
{
	__s64 ns;

	c->ended[kind]++;
	if (ret)
		c->failed[kind]++;
	if (!s || !s->ns) {
		c->unmatched[kind]++;
		return -1;
	}
	ns = bpf_ktime_get_ns() - s->ns;
	s->ns = 0;
	return ns < 0 ? 0 : ns;
}

static __always_inline void count_time(__u32 id, __u64 ns)
{
	struct vt_hist *h = hist(id);

	if (h)
		hist_add_local(h, ns / vt_unit_ns, ns);
}

#endif
