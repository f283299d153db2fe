/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Who holds mmap_lock, and in which system call. */
#ifndef BLOCKER_BPF_H
#define BLOCKER_BPF_H

#include "read.bpf.h"
#include "vmalocktop.h"

#define PF_KTHREAD		0x00200000
#define RWSEM_READER_OWNED	1UL	/* kernel/locking/rwsem.c */
#define RWSEM_OWNER_FLAGS	7UL
#define MAX_QUEUE		8

/* How far above the bottom of a task's kernel stack the registers are that it entered with; 0: not known yet. */
__u64 vt_regs_at;

/*
 * The registers that @task entered the kernel with, NULL for a kernel thread.
 *
 * They lie as far above the bottom of its kernel stack as those of the
 * current task do, whatever the size of stacks here.
 */
static __always_inline void *task_regs(struct task_struct *task)
{
	if (!vt_regs_at) {
		struct task_struct *self = bpf_get_current_task_btf();
		long typed = bpf_task_pt_regs(self);
		__u64 own = 0;

		/* The verifier knows what kind of pointer this is; a copy of it is a number to calculate with. */
		bpf_probe_read_kernel(&own, sizeof(own), &typed);
		vt_regs_at = own - (__u64)self->stack;
	}
	if (READ(task, flags) & PF_KTHREAD)
		return NULL;
	return READ(task, stack) + vt_regs_at;
}

/* The number of the system call that a task with these @regs is in, -1 when in none. */
static __always_inline __s32 regs_syscall(void *regs)
{
	if (regs && bpf_core_field_exists(struct pt_regs___x86, orig_ax))
		return READ((struct pt_regs___x86 *)regs, orig_ax);
	if (regs && bpf_core_field_exists(struct pt_regs___arm64, syscallno))
		return READ((struct pt_regs___arm64 *)regs, syscallno);
	return -1;
}

/* The first two arguments of that system call. */
static __always_inline void regs_args(void *regs, __u64 args[2])
{
	if (bpf_core_field_exists(struct pt_regs___x86, orig_ax)) {
		args[0] = READ((struct pt_regs___x86 *)regs, di);
		args[1] = READ((struct pt_regs___x86 *)regs, si);
	} else if (bpf_core_field_exists(struct pt_regs___arm64, syscallno)) {
		args[0] = READ((struct pt_regs___arm64 *)regs, orig_x0);
		args[1] = READ((struct pt_regs___arm64 *)regs, regs[1]);
	}
}

/* Whether the current task came here from user mode by an exception, not by a system call. */
static __always_inline bool in_user_fault(void)
{
	return regs_syscall((void *)bpf_task_pt_regs(bpf_get_current_task_btf())) == -1;
}

/* Where in its program the current task entered the kernel, 0 if unknown. */
static __always_inline __u64 user_ip(void)
{
	void *regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());

	if (bpf_core_field_exists(struct pt_regs___x86, ip))
		return READ((struct pt_regs___x86 *)regs, ip);
	if (bpf_core_field_exists(struct pt_regs___arm64, pc))
		return READ((struct pt_regs___arm64 *)regs, pc);
	return 0;
}

/* Which write section of mmap_lock this is, 0 where the kernel doesn't count them. */
static __always_inline __u32 write_section(struct mm_struct *mm)
{
	if (bpf_core_field_exists(struct mm_struct___seqcount, mm_lock_seq))
		return READ((struct mm_struct___seqcount *)mm, mm_lock_seq.sequence);
	if (bpf_core_field_exists(struct mm_struct___int, mm_lock_seq))
		return READ((struct mm_struct___int *)mm, mm_lock_seq);
	return 0;
}

/*
 * Fill in who @task is, whose registers are @regs.  Returns 0, or 1 + VT_UNREADABLE.
 *
 * The kernel fills a name up with zeros; only one that is being changed may have
 * others behind its end.
 */
static __always_inline int describe(struct task_struct *task, void *regs, struct vt_blocker_key *who,
				    __u64 args[2])
{
	who->tid = READ(task, pid);
	who->tgid = READ(task, tgid);
	if (bpf_core_read(&who->comm, sizeof(who->comm), &task->comm))
		return 1 + VT_UNREADABLE;
	if ((__s32)who->tid <= 0 || (__s32)who->tgid <= 0)
		return 1 + VT_UNREADABLE;
	who->syscall = regs_syscall(regs);
	if (who->syscall >= 0)
		regs_args(regs, args);
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
	at = READ(mm, mmap_lock.wait_list.next);
	for (int i = 0; i < MAX_QUEUE; i++) {
		struct rwsem_waiter *w = (void *)at;
		struct task_struct *task = READ(w, task);

		if (READ(task, mm) != mm)
			return NULL;
		if (READ(w, type) == RWSEM_WAITING_FOR_WRITE)
			return task;
		at = READ(w, list.next);
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
 * section.  Still, READ() it is: nothing here may fault.
 *
 * It is the owner when the wait begins.  If the one that the fault met has
 * just unlocked, that is the next one; such a wait ends at once.
 */
static __always_inline int find_blocker(struct mm_struct *mm, bool mmap_lock,
					struct vt_blocker_key *who, __u64 args[2])
{
	struct task_struct *task;
	unsigned long owner;
	__u32 section;
	void *regs;
	int err;

	if (!bpf_core_field_exists(mm->mmap_lock.owner))
		return 1 + VT_NOBODY;
	if (!mm)
		return 1 + VT_UNREADABLE;
	section = write_section(mm);
	owner = READ(mm, mmap_lock.owner.counter);
	task = (struct task_struct *)(owner & ~RWSEM_OWNER_FLAGS);
	if (!task || owner & RWSEM_READER_OWNED) {
		struct task_struct *writer = mmap_lock ? queued_writer(mm) : NULL;

		if (!writer)
			return 1 + (task ? VT_READER : VT_NOBODY);
		regs = task_regs(writer);
		err = describe(writer, regs, who, args);
		if (err)
			return err;
		/* One that has had the lock meanwhile may be anywhere. */
		return queued_writer(mm) == writer && write_section(mm) == section &&
		       regs_syscall(regs) == who->syscall ? 0 : 1 + VT_NOBODY;
	}
	regs = task_regs(task);
	err = describe(task, regs, who, args);
	if (err)
		return err;
	/*
	 * A thread that has unlocked meanwhile may be in another system call
	 * already; it may even own the lock again, if this CPU was slow enough,
	 * and the section only ends shortly before the unlocking.
	 */
	owner = READ(mm, mmap_lock.owner.counter);
	if ((owner & ~RWSEM_OWNER_FLAGS) != (unsigned long)task || write_section(mm) != section ||
	    regs_syscall(regs) != who->syscall)
		return 1 + VT_NOBODY;
	return 0;
}

#endif
