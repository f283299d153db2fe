/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Who holds mmap_lock, and in which system call. */
#ifndef BLOCKER_BPF_H
#define BLOCKER_BPF_H

#include "vmlinux_min.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "vmalocktop.h"

#define PF_KTHREAD		0x00200000
#define RWSEM_READER_OWNED	1UL	/* kernel/locking/rwsem.c */
#define RWSEM_OWNER_FLAGS	7UL
#define MAX_QUEUE		8

/*
 * The registers that @task entered the kernel with, NULL for a kernel thread.
 *
 * They lie as far above the bottom of its kernel stack as those of the
 * current task do, whatever the size of stacks here.
 */
static __always_inline void *task_regs(struct task_struct *task)
{
	struct task_struct *self = bpf_get_current_task_btf();
	long typed = bpf_task_pt_regs(self);
	__u64 own;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return NULL;
	/* The verifier knows what kind of pointer this is; a copy of it is a number to calculate with. */
	bpf_probe_read_kernel(&own, sizeof(own), &typed);
	return (void *)((__u64)BPF_CORE_READ(task, stack) + (own - (__u64)BPF_CORE_READ(self, stack)));
}

/* Number of the system call that @task is in, -1 when in none. */
static __always_inline __s32 task_syscall(struct task_struct *task)
{
	void *regs = task_regs(task);

	if (!regs)
		return -1;
	if (bpf_core_field_exists(struct pt_regs___x86, orig_ax)) {
		unsigned long nr;

		if (!bpf_core_read(&nr, sizeof(nr), &((struct pt_regs___x86 *)regs)->orig_ax))
			return nr;
	} else if (bpf_core_field_exists(struct pt_regs___arm64, syscallno)) {
		int nr;

		if (!bpf_core_read(&nr, sizeof(nr), &((struct pt_regs___arm64 *)regs)->syscallno))
			return nr;
	}
	return -1;
}

/* The first two arguments of that system call, 0 if unknown. */
static __always_inline void task_args(struct task_struct *task, __u64 args[2])
{
	void *regs = task_regs(task);

	if (!regs)
		return;
	if (bpf_core_field_exists(struct pt_regs___x86, orig_ax)) {
		args[0] = BPF_CORE_READ((struct pt_regs___x86 *)regs, di);
		args[1] = BPF_CORE_READ((struct pt_regs___x86 *)regs, si);
	} else if (bpf_core_field_exists(struct pt_regs___arm64, syscallno)) {
		args[0] = BPF_CORE_READ((struct pt_regs___arm64 *)regs, orig_x0);
		args[1] = BPF_CORE_READ((struct pt_regs___arm64 *)regs, regs[1]);
	}
}

/* Where in its program the current task entered the kernel, 0 if unknown. */
static __always_inline __u64 user_ip(void)
{
	void *regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	if (bpf_core_field_exists(struct pt_regs___x86, ip))
		return BPF_CORE_READ((struct pt_regs___x86 *)regs, ip);
	if (bpf_core_field_exists(struct pt_regs___arm64, pc))
		return BPF_CORE_READ((struct pt_regs___arm64 *)regs, pc);
	return 0;
}

/* Which write section of mmap_lock this is, 0 where the kernel doesn't count them. */
static __always_inline __u32 write_section(struct mm_struct *mm)
{
	if (bpf_core_field_exists(struct mm_struct___seqcount, mm_lock_seq))
		return BPF_CORE_READ((struct mm_struct___seqcount *)mm, mm_lock_seq.sequence);
	if (bpf_core_field_exists(struct mm_struct___int, mm_lock_seq))
		return BPF_CORE_READ((struct mm_struct___int *)mm, mm_lock_seq);
	return 0;
}

/* Fill in who @task is.  Returns 0, or 1 + VT_UNREADABLE. */
static __always_inline int describe(struct task_struct *task, struct vt_blocker_key *who,
				    __u64 args[2])
{
	if (bpf_core_read(&who->tid, sizeof(who->tid), &task->pid) ||
	    bpf_core_read(&who->tgid, sizeof(who->tgid), &task->tgid) ||
	    bpf_core_read_str(who->comm, sizeof(who->comm), &task->comm) < 0)
		return 1 + VT_UNREADABLE;
	if ((__s32)who->tid <= 0 || (__s32)who->tgid <= 0)
		return 1 + VT_UNREADABLE;
	who->syscall = task_syscall(task);
	if (who->syscall >= 0)
		task_args(task, args);
	return 0;
}

/*
 * The first writer in the queue for @mm's mmap_lock, NULL if none is near its
 * head.  The queue changes while this reads it: what looks like a task is
 * only believed if its mm is this one.
 */
static __always_inline struct task_struct *queued_writer(struct mm_struct *mm)
{
	struct list_head *at;

	if (!bpf_core_type_exists(struct rwsem_waiter) ||
	    !bpf_core_field_exists(mm->mmap_lock.wait_list))
		return NULL;
	at = BPF_CORE_READ(mm, mmap_lock.wait_list.next);
	for (int i = 0; i < MAX_QUEUE; i++) {
		struct rwsem_waiter *w = (void *)at;
		struct task_struct *task = BPF_CORE_READ(w, task);

		if (BPF_CORE_READ(task, mm) != mm)
			return NULL;
		if (BPF_CORE_READ(w, type) == RWSEM_WAITING_FOR_WRITE)
			return task;
		at = BPF_CORE_READ(w, list.next);
	}
	return NULL;
}

/*
 * Find the writer that @mm's mmap_lock is waited for because of, and fill in
 * what @who and @args, all zero, say about it.  Returns 0, or 1 + enum
 * vt_no_blocker.
 *
 * That is the owner.  A fault that waits for @mmap_lock itself may meet it held
 * by readers, or being passed on: then only a writer in the queue keeps it from
 * reading, too, and the first one is it.
 *
 * A writer clears the owner before it unlocks.  So a task read from there was
 * alive at that moment, and its task_struct outlives this program's RCU
 * section.  The reads still go through probe_read: nothing here may fault.
 *
 * It is the owner when the wait begins.  If the one that the fault met has
 * just unlocked, that is the next one; such a wait ends at once.
 */
static __always_inline int find_blocker(struct mm_struct *mm, bool mmap_lock,
					struct vt_blocker_key *who, __u64 args[2])
{
	unsigned long owner = 0, again = 0;
	__u32 section = write_section(mm);
	struct task_struct *task;
	int err;

	if (!bpf_core_field_exists(mm->mmap_lock.owner))
		return 1 + VT_NOBODY;
	if (bpf_core_read(&owner, sizeof(owner), &mm->mmap_lock.owner.counter))
		return 1 + VT_UNREADABLE;
	task = (struct task_struct *)(owner & ~RWSEM_OWNER_FLAGS);
	if (!task || owner & RWSEM_READER_OWNED) {
		struct task_struct *writer = mmap_lock ? queued_writer(mm) : NULL;

		if (!writer)
			return 1 + (task ? VT_READER : VT_NOBODY);
		err = describe(writer, who, args);
		if (err)
			return err;
		/* One that has had the lock meanwhile may be anywhere. */
		return queued_writer(mm) == writer && write_section(mm) == section &&
		       task_syscall(writer) == who->syscall ? 0 : 1 + VT_NOBODY;
	}
	err = describe(task, who, args);
	if (err)
		return err;
	/*
	 * A thread that has unlocked meanwhile may be in another system call
	 * already; it may even own the lock again, if this CPU was slow enough,
	 * and the section only ends shortly before the unlocking.
	 */
	if (bpf_core_read(&again, sizeof(again), &mm->mmap_lock.owner.counter))
		return 1 + VT_UNREADABLE;
	if ((again & ~RWSEM_OWNER_FLAGS) != (unsigned long)task || write_section(mm) != section ||
	    task_syscall(task) != who->syscall)
		return 1 + VT_NOBODY;
	return 0;
}

#endif
