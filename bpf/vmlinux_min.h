/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The kernel's types, as far as these programs read them.  Offsets are
 * relocated at load time (CO-RE), so only names and nesting matter here and
 * nothing of a kernel is needed to build.
 */
#ifndef VMLINUX_MIN_H
#define VMLINUX_MIN_H

#include <linux/bpf.h>
#include <stdbool.h>

struct seq_file;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	long counter;
} atomic_long_t;

struct list_head {
	struct list_head *next;
};

struct rw_semaphore {
	atomic_long_t owner;		/* task_struct and flags; absent under PREEMPT_RT */
	struct list_head wait_list;
};

enum rwsem_waiter_type {
	RWSEM_WAITING_FOR_WRITE,
};

/* On the stack of the task that waits; kernel/locking/rwsem.c */
struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;
	enum rwsem_waiter_type type;
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	char comm[16];
	void *stack;
	struct mm_struct *mm;
};

struct maple_tree {
	void *ma_root;
};

struct mm_struct {
	struct maple_tree mm_mt;	/* the VMAs, since 6.1 */
	struct rw_semaphore mmap_lock;
	struct task_struct *owner;	/* CONFIG_MEMCG */
	unsigned long total_vm;		/* pages */
};

/* Counts write sections of mmap_lock: an int from 6.4 (CONFIG_PER_VMA_LOCK), a seqcount from 6.13. */
struct mm_struct___int {
	int mm_lock_seq;
};

struct seqcount {
	unsigned int sequence;
};

struct mm_struct___seqcount {
	struct seqcount mm_lock_seq;
};

/* Nodes of the maple tree; sizes of the arrays are relocated, too. */
struct maple_range_64 {
	unsigned long pivot[15];
	void *slot[16];
};

struct maple_arange_64 {
	unsigned long pivot[9];
	void *slot[10];
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
};

/* Each architecture's way to say in which system call a task is, and where in the program. */
struct pt_regs___x86 {
	unsigned long si;
	unsigned long di;
	unsigned long ip;
	unsigned long orig_ax;
};

struct pt_regs___arm64 {
	unsigned long long regs[31];
	unsigned long long pc;
	unsigned long long pstate;
	unsigned long long orig_x0;
	int syscallno;
};

/* Whether it is a call of 32-bit programs: x86 says so here, arm64 in pstate. */
struct thread_info___x86 {
	unsigned int status;
};

struct task_struct___x86 {
	struct thread_info___x86 thread_info;
};

/* What the task iterator gives to its program. */
struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;	/* NULL at the end */
};

#pragma clang attribute pop

enum vma_lock_state {
	VMA_STATE_EXCL = 2,		/* relocated, too */
};

#endif
