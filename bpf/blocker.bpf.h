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
#define TS_COMPAT		0x2	/* arch/x86/include/asm/thread_info.h */
#define PSR_MODE_MASK		0x1f	/* arch/arm64/include/uapi/asm/ptrace.h and asm/ptrace.h: 32-bit, user mode */
#define PSR_MODE32_USER		0x10

/* How far above the bottom of a task's kernel stack the registers are that it entered with; 0: not known yet. */
__u64 vt_regs_at;

/* The same, found out from the current task's if need be. */
static __always_inline __u64 regs_at(void)
{
	__u64 at = vt_regs_at;

	if (!at) {
		struct task_struct *self = bpf_get_current_task_btf();
		long typed = bpf_task_pt_regs(self);
		__u64 own = 0;

		/* The verifier knows what kind of pointer this is; a copy of it is a number to calculate with. */
		bpf_probe_read_kernel(&own, sizeof(own), &typed);
		at = own - (__u64)self->stack;
		vt_regs_at = at;
	}
	return at;
}

/*
 * The registers that @task, which may be read, entered the kernel with, NULL for a kernel thread.
 *
 * They lie as far above the bottom of its kernel stack as those of the
 * current task do, whatever the size of stacks here.
 */
static __always_inline void *task_regs(bool can, struct task_struct *task)
{
	if (READ(can, task, flags) & PF_KTHREAD)
		return NULL;
	return READ(can, task, stack) + regs_at();
}

/*
 * The number of the system call that a task with these @regs is in, -1 when in none; and its
 * first two arguments, unless @args is NULL.
 */
static __always_inline __s32 regs_syscall(bool can, void *regs, __u64 *args)
{
	__s32 nr = -1;

	if (regs && bpf_core_field_exists(struct pt_regs___x86, orig_ax)) {
		struct pt_regs___x86 *x86 = MAY_READ(can, (struct pt_regs___x86 *)regs);

		nr = READ(can, x86, orig_ax);
		if (args && nr >= 0) {
			args[0] = READ(can, x86, di);
			args[1] = READ(can, x86, si);
		}
	} else if (regs && bpf_core_field_exists(struct pt_regs___arm64, syscallno)) {
		struct pt_regs___arm64 *arm64 = MAY_READ(can, (struct pt_regs___arm64 *)regs);

		nr = READ(can, arm64, syscallno);
		if (args && nr >= 0) {
			args[0] = READ(can, arm64, orig_x0);
			args[1] = READ(can, arm64, regs[1]);
		}
	}
	return nr;
}

/* Whether the system call that @task, with these @regs, is in, if any, is one of 32-bit programs. */
static __always_inline bool compat_call(bool can, struct task_struct *task, void *regs)
{
	if (bpf_core_field_exists(struct task_struct___x86, thread_info.status)) {
		struct task_struct___x86 *x86 = MAY_READ(can, (struct task_struct___x86 *)task);

		return READ(can, x86, thread_info.status) & TS_COMPAT;
	}
	if (bpf_core_field_exists(struct pt_regs___arm64, pstate)) {
		struct pt_regs___arm64 *arm64 = MAY_READ(can, (struct pt_regs___arm64 *)regs);

		return (READ(can, arm64, pstate) & PSR_MODE_MASK) == PSR_MODE32_USER;
	}
	return false;
}

/* The system call as it is told apart: struct vt_blocker_key's. */
static __always_inline __s32 task_syscall(bool can, struct task_struct *task, void *regs, __u64 *args)
{
	__s32 nr = regs_syscall(can, regs, args);

	return nr >= 0 && compat_call(can, task, regs) ? nr | VT_COMPAT_CALL : nr;
}

/* Whether the task @self, the current one, came here from user mode by an exception, not by a system call. */
static __always_inline bool in_user_fault(struct task_struct *self)
{
	return regs_syscall(vt_can_cast, (void *)bpf_task_pt_regs(self), NULL) == -1;
}

/* Where in its program @self, the current task, entered the kernel, 0 if unknown. */
static __always_inline __u64 user_ip(struct task_struct *self)
{
	void *regs = (void *)bpf_task_pt_regs(self);
	bool can = vt_can_cast;

	if (bpf_core_field_exists(struct pt_regs___x86, ip))
		return READ(can, MAY_READ(can, (struct pt_regs___x86 *)regs), ip);
	if (bpf_core_field_exists(struct pt_regs___arm64, pc))
		return READ(can, MAY_READ(can, (struct pt_regs___arm64 *)regs), pc);
	return 0;
}

/* Which write section of mmap_lock @mm, which may be read, is in, 0 where the kernel doesn't count them. */
static __always_inline __u32 write_section(bool can, struct mm_struct *mm)
{
	if (bpf_core_field_exists(struct mm_struct___seqcount, mm_lock_seq))
		return READ(can, MAY_READ(can, (struct mm_struct___seqcount *)mm), mm_lock_seq.sequence);
	if (bpf_core_field_exists(struct mm_struct___int, mm_lock_seq))
		return READ(can, MAY_READ(can, (struct mm_struct___int *)mm), mm_lock_seq);
	return 0;
}

/*
 * Copy the name of @task, which may be read; the kernel fills it up with zeros, only one that
 * is being changed may have others behind its end.  Returns 0, or an error.
 */
static __always_inline int read_comm(bool can, struct task_struct *task, char comm[VT_COMM_LEN])
{
	__u64 *to = (__u64 *)comm, *from = (__u64 *)task->comm;

	if (!can)
		return bpf_core_read(comm, VT_COMM_LEN, &task->comm);
	/* The compiler would take bytes one by one, or four, if it knew what this is. */
	asm("" : "+r"(from));
	to[0] = from[0];
	to[1] = from[1];
	return 0;
}

/*
 * Fill in who @task is, whose registers are @regs, and the arguments of its system call.
 * Returns 0, or 1 + VT_UNREADABLE.
 */
static __always_inline int describe(bool can, struct task_struct *task, void *regs,
				    struct vt_blocker_key *who, __u64 args[2])
{
	__s32 tid = READ(can, task, pid), tgid = READ(can, task, tgid);

	if (tid <= 0 || tgid <= 0 || read_comm(can, task, who->comm))
		return 1 + VT_UNREADABLE;
	who->tid = tid;
	who->tgid = tgid;
	who->syscall = task_syscall(can, task, regs, args);
	return 0;
}

/*
 * The first writer in the queue for the mmap_lock of @mm, which may be read; NULL if
 * none is near its head.  The queue changes while this reads it: what looks like a task is
 * only believed if its mm is this one.
 */
static __always_inline struct task_struct *queued_writer(bool can, struct mm_struct *mm)
{
	struct list_head *at;

	if (!bpf_core_type_exists(struct rwsem_waiter) ||
	    !bpf_core_field_exists(mm->mmap_lock.wait_list))
		return NULL;
	at = READ(can, mm, mmap_lock.wait_list.next);
	for (int i = 0; i < MAX_QUEUE; i++) {
		struct rwsem_waiter *w = MAY_READ(can, (struct rwsem_waiter *)at);
		struct task_struct *task = MAY_READ(can, READ(can, w, task));

		if (READ(can, task, mm) != mm)
			return NULL;
		if (READ(can, w, type) == RWSEM_WAITING_FOR_WRITE)
			return task;
		at = READ(can, w, list.next);
	}
	return NULL;
}

/*
 * Find the writer that @mm's mmap_lock is waited for because of, and fill in
 * what @who and @args, which is all zero, say about it.  Returns 0; or 1 + enum
 * vt_no_blocker, with neither of any use.
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
static __always_inline int find_blocker_if(bool can, struct mm_struct *mm, bool mmap_lock,
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
	mm = MAY_READ(can, mm);
	section = write_section(can, mm);
	owner = READ(can, mm, mmap_lock.owner.counter);
	task = (struct task_struct *)(owner & ~RWSEM_OWNER_FLAGS);
	if (!task || owner & RWSEM_READER_OWNED) {
		struct task_struct *writer = mmap_lock ? queued_writer(can, mm) : NULL;

		if (!writer)
			return 1 + (task ? VT_READER : VT_NOBODY);
		regs = task_regs(can, writer);
		err = describe(can, writer, regs, who, args);
		if (err)
			return err;
		/* One that has had the lock meanwhile may be anywhere. */
		return queued_writer(can, mm) == writer && write_section(can, mm) == section &&
		       task_syscall(can, writer, regs, NULL) == who->syscall ? 0 : 1 + VT_NOBODY;
	}
	task = MAY_READ(can, task);
	regs = task_regs(can, task);
	err = describe(can, task, regs, who, args);
	if (err)
		return err;
	/*
	 * A thread that has unlocked meanwhile may be in another system call
	 * already; it may even own the lock again, if this CPU was slow enough,
	 * and the section only ends shortly before the unlocking.
	 */
	owner ^= READ(can, mm, mmap_lock.owner.counter);
	if (owner & ~RWSEM_OWNER_FLAGS || write_section(can, mm) != section ||
	    task_syscall(can, task, regs, NULL) != who->syscall)
		return 1 + VT_NOBODY;
	return 0;
}

static __always_inline int find_blocker(struct mm_struct *mm, bool mmap_lock,
					struct vt_blocker_key *who, __u64 args[2])
{
	/* Two programs of which the verifier drops one. */
	return vt_can_cast ? find_blocker_if(true, mm, mmap_lock, who, args) :
			     find_blocker_if(false, mm, mmap_lock, who, args);
}

#endif
