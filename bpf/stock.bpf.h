/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What every kernel has: faults that end up in the queue for mmap_lock.
 *
 * Each program cites what it relies on; which of them are used is decided at
 * run time, see tools/vmalocktop/hooks.c.
 */
#ifndef STOCK_BPF_H
#define STOCK_BPF_H

#include "maple.bpf.h"
#include "wait.bpf.h"

/* No address in user space is above. */
#define MAX_ADDRESS	(1UL << 63)
/* No more of a hole is taken for what a fault is about: 2 MB, as a power of two. */
#define HOLE_BITS	21

/* include/trace/events/lock.h, since 5.19 (commit 16edd9b511a1) */
#define LCB_F_SPIN	1U
#define LCB_F_READ	2U
#define LCB_F_WRITE	4U
#define LCB_F_MUTEX	32U

/*
 * The fault that a thread has taken last, as the CPU saw it that took it: from user mode, or of the kernel's own
 * on the way back there (signal frames, the rseq area), of which the thread's registers are those of user mode, too.
 */
struct fault {
	__u64 address;
	__u32 tid;
	__u16 fell_back;	/* and has been counted */
	__u16 kernel;
};

/* Whether lock_mm_and_find_vma() is what tells which faults fell back. */
const volatile bool vt_count_locking;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fault);
} faults SEC(".maps");

/* Note that the current thread has a fault at @address; whether it is the @kernel's. */
static __always_inline void note_fault(__u64 address, bool kernel)
{
	__u32 zero = 0;
	struct fault *f = bpf_map_lookup_elem(&faults, &zero);

	if (!f)
		return;
	f->address = address;
	f->tid = bpf_get_current_pid_tgid();
	f->fell_back = 0;
	f->kernel = kernel;
}

/* The last fault of the current thread, NULL if this CPU hasn't seen it. */
static __always_inline struct fault *noted_fault(void)
{
	__u32 zero = 0;
	struct fault *f = bpf_map_lookup_elem(&faults, &zero);

	return f && f->tid == (__u32)bpf_get_current_pid_tgid() ? f : NULL;
}

/*
 * The wait of the current task's fault at @t->address, of @mm, is about what is there: a VMA or,
 * of a hole, which may have been several mappings and may be most of the address space, the part around it.
 * If @unmapped, it was a hole, whatever is there by now.
 */
static __always_inline void find_range(struct task_state *t, struct mm_struct *mm, bool unmapped)
{
	__u64 first = t->address >> HOLE_BITS << HOLE_BITS, last = first + (1ULL << HOLE_BITS) - 1;
	struct maple_range in;
	enum maple_what what;

	if (!t->address || t->address >= MAX_ADDRESS)
		return;
	what = maple_find(mm, t->address, &in);
	if (what == MAPLE_UNKNOWN)
		return;
	t->unmapped = unmapped || what == MAPLE_HOLE;
	if (t->unmapped && in.first < first)
		in.first = first;
	if (t->unmapped && in.last > last)
		in.last = last;
	t->stall.start = in.first;
	t->stall.end = in.last + 1;
}

/* arch/x86/mm/fault.c: every page fault from user mode */
SEC("tp_btf/page_fault_user")
int BPF_PROG(page_fault_user, unsigned long address)
{
	struct vt_counters *c;

	c = own_counters();
	if (!c)
		return 0;
	c->fault_user++;
	note_fault(address, false);
	return 0;
}

/* The same from kernel mode, counted where all that fall back are; the kernel's own addresses have no VMAs. */
SEC("tp_btf/page_fault_kernel")
int BPF_PROG(page_fault_kernel, unsigned long address)
{
	struct vt_counters *c;

	if ((long)address < 0 || self_filtered())
		return 0;
	c = vt_count_locking ? open_counters() : NULL;
	if (c)
		c->fault_kernel++;
	if (in_user_fault(bpf_get_current_task_btf()))
		note_fault(address, true);
	return 0;
}

/*
 * Count that a fault of the current thread takes mmap_lock: once, however often it
 * tries again.  Returns whether this is the first time; @f and @t may be NULL.
 */
static __always_inline bool count_fallback(struct vt_counters *c, struct task_struct *self,
					   struct fault *f, const struct task_state *t)
{
	/* A fault that slept has been forgotten by this CPU, but the program is still where it was. */
	if (f ? f->fell_back : t && t->fell_back_ip == user_ip(self))
		return false;
	if (f)
		f->fell_back = 1;
	if (!f || !f->kernel)
		c->fell_back[VT_FELL_USER]++;
	else if (vt_count_locking)
		c->fell_back[VT_FELL_KERNEL]++;
	return true;
}

/*
 * mm/memory.c, since 6.5 (commit c2508ec5a58d) and 6.1.37: where faults on all
 * architectures take mmap_lock, those that system calls have, too.
 */
SEC("fentry/lock_mm_and_find_vma")
int BPF_PROG(lock_mm_and_find_vma, struct mm_struct *mm, unsigned long address)
{
	struct task_struct *self;
	struct vt_counters *c;
	struct task_state *t;

	c = own_counters();
	if (!c)
		return 0;
	self = bpf_get_current_task_btf();
	t = task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (vt_count_locking) {
		if (in_user_fault(self))
			count_fallback(c, self, noted_fault(), t);
		else
			c->fell_back[VT_FELL_KERNEL]++;
		if (t)
			t->fell_back_ip = user_ip(self);
	}
	if (!t)
		return 0;
	t->locking = 1;
	t->fell_back_address = address;
	return 0;
}

/* What it returns is the VMA, NULL if there is none; then mmap_lock is free again. */
SEC("fexit/lock_mm_and_find_vma")
int BPF_PROG(locked_mm_and_found_vma, struct mm_struct *mm, unsigned long address, void *regs,
	     struct vm_area_struct *vma)
{
	struct task_state *t = task_state(bpf_get_current_task_btf(), 0);
	struct vt_counters *c;
	__u64 ns;

	if (!t)
		return 0;
	t->locking = 0;
	ns = t->locked_ns;
	if (!ns)
		return 0;
	t->locked_ns = 0;
	c = open_counters();
	if (!c)
		return 0;
	if (vma) {
		t->stall.start = vma->vm_start;
		t->stall.end = vma->vm_end;
	} else if (!t->locked_ret) {
		/* Since mmap_lock is free again something may have been mapped; it wasn't when the fault looked. */
		find_range(t, mm, true);
	}
	end_fault_wait(ctx, c, t, t->fault.tgid, VT_MMAP_LOCK, ns, t->locked_ret);
	return 0;
}

static __always_inline int start_locking(struct mm_struct *mm, bool write)
{
	struct task_struct *self = bpf_get_current_task_btf();
	struct vt_counters *c;
	struct task_state *t;
	struct fault *f;

	if (write || self->mm != mm || !in_user_fault(self) || self_filtered())
		return 0;
	c = open_counters();
	if (!c)
		return 0;
	f = noted_fault();
	/* Most faults that come here again do so on the same CPU. */
	t = f && f->fell_back ? NULL : task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (count_fallback(c, self, f, t))
		remember_fallback(self, t, f ? f->address : 0);
	return 0;
}

/* include/trace/events/mmap_lock.h, since 5.11 (commit 2b5067a8143e) */
SEC("tp_btf/mmap_lock_start_locking")
int BPF_PROG(start_locking_new, struct mm_struct *mm, bool write)
{
	return start_locking(mm, write);
}

/* Up to 6.13 the memory cgroup's path is passed, too. */
SEC("tp_btf/mmap_lock_start_locking")
int BPF_PROG(start_locking_path, struct mm_struct *mm, const char *path, bool write)
{
	return start_locking(mm, write);
}

/* The mm of @self, the current task, if @lock is its mmap_lock, else NULL. */
static __always_inline struct mm_struct *own_mmap_lock(struct task_struct *self, __u64 lock)
{
	struct mm_struct *mm = self->mm;

	return (__u64)mm == lock - bpf_core_field_offset(struct mm_struct, mmap_lock) ? mm : NULL;
}

/* A task is about to sleep, or to spin, for a lock; of rwsems only the slow path comes here. */
SEC("tp_btf/contention_begin")
int BPF_PROG(contention_begin, void *lock, unsigned int flags)
{
	struct task_struct *self;
	struct vt_counters *c;
	struct mm_struct *mm;
	struct task_state *t;
	__u64 address = 0;

	if ((flags & (LCB_F_SPIN | LCB_F_READ | LCB_F_WRITE | LCB_F_MUTEX)) != LCB_F_READ)
		return 0;
	self = bpf_get_current_task_btf();
	mm = own_mmap_lock(self, (__u64)lock);
	if (!mm)
		return 0;
	t = task_state(self, 0);
	if (t && t->locking) {
		address = t->fell_back_address;
	} else {
		if (!in_user_fault(self))
			return 0;
		if (t && t->fell_back_ip == user_ip(self))
			address = t->fell_back_address;
	}
	if (filtered(self->tgid))
		return 0;
	c = open_counters();
	if (!c)
		return 0;
	if (!t)
		t = task_state(self, BPF_LOCAL_STORAGE_GET_F_CREATE);
	begin_fault_wait(ctx, c, t, mm, self->tgid, VT_MMAP_LOCK, 0, 0, address);
	return 0;
}

SEC("tp_btf/contention_end")
int BPF_PROG(contention_end, void *lock, int ret)
{
	struct task_struct *self = bpf_get_current_task_btf();
	struct mm_struct *mm = own_mmap_lock(self, (__u64)lock);
	struct vt_counters *c;
	struct task_state *t;

	if (!mm)
		return 0;
	/* Most ends are those of waits that aren't faults', which nobody has noted. */
	t = task_state(self, 0);
	if (!t || !t->fault.ns || t->fault.what != VT_MMAP_LOCK)
		return 0;
	if (t->locking) {
		/* The function that this is in will tell the VMA: locked_mm_and_found_vma() counts it. */
		t->locked_ret = ret;
		t->locked_ns = bpf_ktime_get_ns();
		return 0;
	}
	c = open_counters();
	if (!c)
		return 0;
	/* Now that the fault holds mmap_lock, the VMAs stay as they are. */
	if (!ret)
		find_range(t, mm, false);
	end_fault_wait(ctx, c, t, t->fault.tgid, VT_MMAP_LOCK, bpf_ktime_get_ns(), ret);
	return 0;
}

#endif
