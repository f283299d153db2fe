/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Waits of faults and writers, and those that haven't ended. */
#ifndef WAIT_BPF_H
#define WAIT_BPF_H

#include "count.bpf.h"
#include "offsets.bpf.h"
#include "stacks.bpf.h"

/* A fault of the current task, whose state is @t if that is known, begins to wait for @mm's writers. */
static __always_inline void begin_fault_wait(struct mm_struct *mm, struct task_state *t, __u32 kind,
					     __u64 start, __u64 end, __u64 address)
{
	struct vt_blocker_key who = {};
	__u64 args[2] = {};
	__u32 tgid = tgid_of(mm);
	struct vt_counters *c;
	int none;

	if (filtered(tgid))
		return;
	c = open_counters();
	if (!c)
		return;
	none = find_blocker(mm, kind == VT_MMAP_LOCK, &who, args);
	if (none) {
		c->no_blocker[slot_of(none - 1, VT_NO_BLOCKERS)]++;
		who.tid = 0;
	}
	who.victim_tgid = tgid;
	who.kind = kind;

	if (!t)
		t = task_state(BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (t) {
		t->blocker = who;
		t->args[0] = args[0];
		t->args[1] = args[1];
		t->sampled = sampled();
		if (t->sampled && who.tid)
			want_stacks(c, who.tid);
	}
	begin(c, kind, t ? &t->fault : NULL, kind, tgid, start, end, address);
}

/* The wait of the current task, whose state is @t or NULL, ends. */
static __always_inline void end_fault_wait(void *ctx, struct task_state *t, __u32 tgid, __u32 kind,
					   int ret)
{
	struct vt_counters *c;
	__u64 begun;
	__s64 ns;

	if (filtered(tgid))
		return;
	c = open_counters();
	if (!c)
		return;
	begun = t ? t->fault.ns : 0;
	ns = end(c, kind, t ? &t->fault : NULL, ret);
	if (!t || ns < 0)
		return;
	count_time(kind == VT_EXCL ? VT_HIST_EXCL : kind == VT_BABY ? VT_HIST_BABY :
		   VT_HIST_MMAP_LOCK, ns);
	if (!ranked(t->fault.start, t->fault.end, ns)) {
		c->left_out[kind]++;
		return;
	}
	count_vma(c, kind, tgid, t->fault.start, t->fault.end, ns);
	count_group(c, kind, tgid, t->blocker.tid ? t->blocker.syscall : VT_NO_OP, ns);
	count_offset(c, tgid, t->fault.address, ns);
	if (t->blocker.tid)
		count_blocker(c, t, ns);
	if (vt_stacks && t->sampled)
		count_stacks(ctx, c, &t->blocker, begun, ns);
}

static __always_inline void write_open(struct seq_file *seq, struct task_struct *task,
				       const struct task_state *t, const struct stamp *s, __u32 kind)
{
	struct vt_open_wait w = {
		.ns = s->ns, .start = s->start, .end = s->end, .address = s->address,
		.mm_tgid = s->tgid, .kind = kind,
	};

	if (!w.ns)
		return;
	if (kind == VT_DRAIN)
		w.op = s->what;
	else
		w.blocker = t->blocker;
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
	write_open(seq, task, t, &t->fault, t->fault.what);
	write_open(seq, task, t, &t->drain, VT_DRAIN);
	return 0;
}

#endif
