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

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	long counter;
} atomic_long_t;

struct rw_semaphore {
	atomic_long_t owner;		/* task_struct and flags; absent under PREEMPT_RT */
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	char comm[16];
	void *stack;
	struct mm_struct *mm;
};

struct mm_struct {
	struct rw_semaphore mmap_lock;
	struct task_struct *owner;	/* CONFIG_MEMCG */
};

/* Each architecture's way to say in which system call a task is. */
struct pt_regs___x86 {
	unsigned long orig_ax;
};

struct pt_regs___arm64 {
	int syscallno;
};

#pragma clang attribute pop

enum vma_lock_state {
	VMA_STATE_EXCL = 2,		/* relocated, too */
};

#endif
