/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The vma_lock:* trace events; arguments as in include/trace/events/vma_lock.h of the series. */
#ifndef VMA_LOCK_BPF_H
#define VMA_LOCK_BPF_H

#include "wait.bpf.h"

SEC("tp_btf/vma_lookup")
int BPF_PROG(vma_lookup, struct mm_struct *mm, unsigned long address, unsigned long vm_start,
	     unsigned long vm_end, unsigned int result, unsigned int walks)
{
	struct vt_counters *c;
	struct vt_hist *h;
	__u64 i;

	c = own_counters();
	if (!c)
		return 0;
	i = slot_of(result, VT_RESULTS);
	if (walks <= 1) {
		c->lookup_first[i]++;
		return 0;
	}
	c->lookup_more[i]++;
	h = hist(VT_HIST_WALKS);
	if (h)
		hist_add_local(h, hist_slot(walks), walks);
	return 0;
}

SEC("tp_btf/vma_map_pages")
int BPF_PROG(vma_map_pages, struct mm_struct *mm, unsigned long address, unsigned int outcome,
	     unsigned int nr)
{
	struct vt_counters *c;

	c = own_counters();
	if (!c)
		return 0;
	c->reffree[slot_of(outcome, VT_OUTCOMES)]++;
	c->reffree_pages += nr;
	return 0;
}

SEC("tp_btf/vma_fault_fallback")
int BPF_PROG(vma_fault_fallback, struct mm_struct *mm, unsigned long address, unsigned int reason)
{
	struct vt_counters *c;

	c = own_counters();
	if (!c)
		return 0;
	c->fallback[slot_of(reason, VT_REASONS)]++;
	if (!vt_locking) {
		struct task_struct *self = bpf_get_current_task_btf();

		remember_fallback(self, task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE), address);
	}
	return 0;
}

SEC("tp_btf/vma_zombie_backoff")
int BPF_PROG(vma_zombie_backoff, struct mm_struct *mm, unsigned long address,
	     unsigned long vm_start, unsigned long vm_end, unsigned int where)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;

	c = counters_for(tgid);
	if (!c)
		return 0;
	c->zombie[slot_of(where, VT_PLACES)]++;
	if (!ranked(vm_start, vm_end, 0)) {
		c->left_out[VT_ZOMBIE]++;
		return 0;
	}
	count_vma(c, VT_ZOMBIE, tgid, vm_start, vm_end, false, hist_slot(0), 0);
	count_group(c, VT_ZOMBIE, tgid, 0, hist_slot(0), 0);
	return 0;
}

/* A compiler may have left the enum out of the kernel's BTF; its values are never renumbered. */
static __always_inline __u32 fault_kind(unsigned int state)
{
	unsigned int excl = VMA_STATE_EXCL;

	if (bpf_core_enum_value_exists(enum vma_lock_state, VMA_STATE_EXCL))
		excl = bpf_core_enum_value(enum vma_lock_state, VMA_STATE_EXCL);
	return state == excl ? VT_EXCL : VT_BABY;
}

SEC("tp_btf/vma_baby_wait_begin")
int BPF_PROG(vma_baby_wait_begin, struct mm_struct *mm, unsigned long address,
	     unsigned long vm_start, unsigned long vm_end, unsigned int state)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;

	c = counters_for(tgid);
	if (!c)
		return 0;
	begin_fault_wait(ctx, c, task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE), mm, tgid,
			 fault_kind(state), vm_start, vm_end, address);
	return 0;
}

SEC("tp_btf/vma_baby_wait_end")
int BPF_PROG(vma_baby_wait_end, struct mm_struct *mm, unsigned long address,
	     unsigned long vm_start, unsigned long vm_end, unsigned int state, int ret)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;

	c = counters_for(tgid);
	if (!c)
		return 0;
	end_fault_wait(ctx, c, task_state(self, 0), tgid, fault_kind(state), bpf_ktime_get_ns(), ret);
	return 0;
}

SEC("tp_btf/vma_ref_wait_begin")
int BPF_PROG(vma_ref_wait_begin, struct mm_struct *mm, unsigned long vm_start,
	     unsigned long vm_end, unsigned int users, unsigned int state, unsigned int op)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;
	struct task_state *t;

	c = counters_for(tgid);
	if (!c)
		return 0;
	t = task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (t) {
		t->drain_start = vm_start;
		t->drain_end = vm_end;
	}
	begin(c, VT_DRAIN, t ? &t->drain : NULL, op, tgid);
	return 0;
}

SEC("tp_btf/vma_ref_wait_end")
int BPF_PROG(vma_ref_wait_end, struct mm_struct *mm, unsigned long vm_start,
	     unsigned long vm_end, unsigned int users, unsigned int state, unsigned int op,
	     int ret)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;
	struct task_state *t;
	__u32 slot;
	__s64 ns;

	c = counters_for(tgid);
	if (!c)
		return 0;
	t = task_state(self, 0);
	ns = end(c, VT_DRAIN, t ? &t->drain : NULL, bpf_ktime_get_ns(), ret);
	if (!t || ns < 0)
		return 0;
	slot = time_slot(ns);
	count_time(VT_HIST_DRAIN + slot_of(t->drain.what, VT_OPS), slot, ns);
	if (!ranked(t->drain_start, t->drain_end, ns)) {
		c->left_out[VT_DRAIN]++;
		return 0;
	}
	count_vma(c, VT_DRAIN, tgid, t->drain_start, t->drain_end, false, slot, ns);
	count_group(c, VT_DRAIN, tgid, t->drain.what, slot, ns);
	if (sampled()) {
		struct vt_blocker_key who = { .victim_tgid = tgid, .kind = VT_DRAIN, .syscall = op };

		count_stacks(ctx, c, &who, 0, ns);
	}
	return 0;
}

SEC("tp_btf/vma_born")
int BPF_PROG(vma_born, struct mm_struct *mm, unsigned long vm_start, unsigned long vm_end)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;
	struct task_state *t;

	c = counters_for(tgid);
	if (!c)
		return 0;
	t = task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE);
	begin(c, VT_LIFE, t ? &t->life : NULL, VT_LIFE, tgid);
	return 0;
}

SEC("tp_btf/vma_grown")
int BPF_PROG(vma_grown, struct mm_struct *mm, unsigned long vm_start, unsigned long vm_end, int ret)
{
	struct task_struct *self = bpf_get_current_task_btf();
	__u32 tgid = tgid_of(self, mm);
	struct vt_counters *c;
	struct task_state *t;
	__s64 ns;

	c = counters_for(tgid);
	if (!c)
		return 0;
	t = task_state(self, 0);
	ns = end(c, VT_LIFE, t ? &t->life : NULL, bpf_ktime_get_ns(), ret);
	if (ns >= 0)
		count_time(VT_HIST_LIFE, time_slot(ns), ns);
	return 0;
}

#endif
