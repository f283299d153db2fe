/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Waits of faults and writers, and those that haven't ended. */
#ifndef WAIT_BPF_H
#define WAIT_BPF_H

#include "count.bpf.h"
#include "offsets.bpf.h"
#include "stacks.bpf.h"

/* The wait of the current task, whose state is @t or NULL, ended at @now. */
static __always_inline void end_fault_wait(void *ctx, struct vt_counters *c, struct task_state *t,
					   __u32 tgid, __u32 kind, __u64 now, int ret)
{
	__u64 begun = t ? t->fault.ns : 0;
	__s64 ns = end(c, kind, t ? &t->fault : NULL, now, ret);
	__u32 slot;

	if (!t || ns < 0)
		return;
	slot = time_slot(ns);
	count_time(kind == VT_EXCL ? VT_HIST_EXCL : kind == VT_BABY ? VT_HIST_BABY :
		   VT_HIST_MMAP_LOCK, slot, ns);
	/* A hole is no VMA of any size. */
	if (!ranked(t->stall.start, t->unmapped ? t->stall.start : t->stall.end, ns)) {
		c->left_out[kind]++;
		return;
	}
	count_vma(c, kind, tgid, t->stall.start, t->stall.end, t->unmapped, slot, ns);
	count_group(c, kind, tgid, t->stall.who.tid ? t->stall.who.syscall : VT_NO_OP, slot, ns);
	count_offset(c, tgid, t->address, ns);
	if (t->stall.who.tid)
		count_blocker(c, t, ns);
	if (vt_stacks && t->sampled)
		count_stacks(ctx, c, &t->stall.who, begun, ns);
}

/* A wait for mmap_lock has ended, and the kernel didn't run the program that would have counted it, see stock.bpf.h. */
static __noinline void end_uncounted_wait(void *ctx, struct vt_counters *c, struct task_state *t)
{
	__u64 now = t->locked_ns;

	t->locked_ns = 0;
	end_fault_wait(ctx, c, t, t->fault.tgid, VT_MMAP_LOCK, now, t->locked_ret);
}

/*
 * A fault of the current task, whose state is @t, NULL if the kernel has none to
 * give, begins to wait for @mm's writers.
 */
static __always_inline void begin_fault_wait(void *ctx, struct vt_counters *c,
					     struct task_state *t, struct mm_struct *mm, __u32 tgid, __u32 kind,
					     __u64 start, __u64 end, __u64 address)
{
	if (t) {
		struct vt_blocker_key *who = &t->stall.who;
		int none;

		if (t->locked_ns)
			end_uncounted_wait(ctx, c, t);
		t->args[0] = 0;
		t->args[1] = 0;
		none = find_blocker(mm, kind == VT_MMAP_LOCK, who, t->args);
		if (none) {
			c->no_blocker[slot_of(none - 1, VT_NO_BLOCKERS)]++;
			/* Not who the last one was either, or waits for nobody known would be told apart by that. */
			__builtin_memset(who, 0, sizeof(*who));
		}
		who->victim_tgid = tgid;
		who->kind = kind;
		t->stall.start = start;
		t->stall.end = end;
		t->unmapped = 0;
		t->address = address;
		if (vt_stacks) {
			t->sampled = sampled();
			if (t->sampled && who->tid)
				want_stacks(c, who->tid);
		}
	}
	begin(c, kind, t ? &t->fault : NULL, kind, tgid);
}

static __always_inline void write_open(struct seq_file *seq, struct task_struct *task,
				       const struct task_state *t, const struct stamp *s, bool drain)
{
	struct vt_open_wait w = { .ns = s->ns, .mm_tgid = s->tgid };

	if (!w.ns)
		return;
	if (drain) {
		w.kind = VT_DRAIN;
		w.op = s->what;
		w.start = t->drain_start;
		w.end = t->drain_end;
	} else {
		w.kind = s->what;
		w.blocker = t->stall.who;
		w.start = t->stall.start;
		w.end = t->stall.end;
		w.address = t->address;
	}
	w.tgid = task->tgid;
	w.tid = task->pid;
	BPF_CORE_READ_INTO(&w.comm, task, comm);
	bpf_seq_write(seq, &w, sizeof(w));
}

/* Waits that haven't ended, of all tasks. */
SEC("iter/task")
int open_waits(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct task_state *t;

	if (!task)
		return 0;
	t = bpf_task_storage_get(&tasks, task, NULL, 0);
	if (!t)
		return 0;
	if (!t->locked_ns)
		write_open(seq, task, t, &t->fault, false);
	write_open(seq, task, t, &t->drain, true);
	return 0;
}

#endif
