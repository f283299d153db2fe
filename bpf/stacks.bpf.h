/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Stacks of those who wait, and of the writers they wait for.
 *
 * Nobody can take the user stack of another task, nor the kernel stack of one
 * that runs.  So a fault that begins to wait leaves a note for the owner of
 * mmap_lock, who takes its own stacks when it lets go of the lock, just before
 * the fault goes on.
 */
#ifndef STACKS_BPF_H
#define STACKS_BPF_H

#include "count.bpf.h"

/* Take stacks at all; of one wait in so many. */
const volatile bool vt_stacks;
const volatile __u32 vt_sample = 1;

/*
 * Set while user space deletes stacks that nothing refers to.  A program that
 * sees it touches neither "stacks" nor "wanted"; once those that have not seen
 * it are done, each index that a program has taken is in "stacked" or "wanted".
 */
__u32 vt_stacks_paused;

/* What a writer, by TID, is asked for. */
struct wanted {
	__u64 since;		/* begin of the first wait behind it; 0: not asked */
	__u64 taken;		/* when its stacks were taken */
	__s32 user, kernel;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wanted);
} wanted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct vt_stack_key);
	__type(value, struct vt_blocker);
} stacked SEC(".maps");

static __always_inline bool sampled(void)
{
	return vt_stacks && (vt_sample <= 1 || !(bpf_get_prandom_u32() % vt_sample));
}

static __always_inline bool stacks_paused(void)
{
	return *(volatile __u32 *)&vt_stacks_paused;
}

/* Ask the thread @tid, which a wait has begun to be behind, for its stacks. */
static __always_inline void want_stacks(struct vt_counters *c, __u32 tid)
{
	struct wanted new = { .since = bpf_ktime_get_ns() };
	struct wanted *w;

	if (stacks_paused()) {
		c->lost[VT_LOST_STACK_PAUSE]++;
		return;
	}
	w = bpf_map_lookup_elem(&wanted, &tid);
	if (w && !w->since)
		w->since = new.since;
	else if (!w && bpf_map_update_elem(&wanted, &tid, &new, BPF_NOEXIST) < -EEXIST)
		c->lost[VT_LOST_WANTED_FULL]++;
}

static __always_inline __s32 take_stack(void *ctx, struct vt_counters *c, __u64 flags)
{
	long id = bpf_get_stackid(ctx, &stacks, flags);

	/* A kernel thread has no user stack; other errors are losses. */
	if (id < 0 && id != -EFAULT)
		c->lost[VT_LOST_STACK]++;
	return id;
}

/* The current task lets go of mmap_lock, as far as writing goes. */
static __always_inline int give_stacks(void *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct vt_counters *c;
	struct wanted *w;
	__u64 now;

	if (stacks_paused())
		return 0;
	w = bpf_map_lookup_elem(&wanted, &tid);
	if (!w || !w->since)
		return 0;
	c = open_counters();
	if (!c)
		return 0;
	now = bpf_ktime_get_ns();
	if (now - w->since >= vt_longer_ns) {
		w->user = take_stack(ctx, c, BPF_F_USER_STACK);
		w->kernel = take_stack(ctx, c, 0);
		w->taken = now;
	}
	w->since = 0;
	return 0;
}

/* include/trace/events/mmap_lock.h, since 5.11; up to 6.13 with the memory cgroup's path */
SEC("tp_btf/mmap_lock_released")
int BPF_PROG(released_new, struct mm_struct *mm, bool write)
{
	return write ? give_stacks(ctx) : 0;
}

SEC("tp_btf/mmap_lock_released")
int BPF_PROG(released_path, struct mm_struct *mm, const char *path, bool write)
{
	return write ? give_stacks(ctx) : 0;
}

/* A downgrade is seen as the lock having been taken for reading. */
SEC("tp_btf/mmap_lock_acquire_returned")
int BPF_PROG(acquired_new, struct mm_struct *mm, bool write, bool success)
{
	return success && !write ? give_stacks(ctx) : 0;
}

SEC("tp_btf/mmap_lock_acquire_returned")
int BPF_PROG(acquired_path, struct mm_struct *mm, const char *path, bool write, bool success)
{
	return success && !write ? give_stacks(ctx) : 0;
}

/*
 * Count a wait of the current task, which began at @begun and took @ns, with
 * its stacks and those of @who, if these have been taken since it began; without
 * any while user space makes room.
 */
static __always_inline void count_stacks(void *ctx, struct vt_counters *c,
					 const struct vt_blocker_key *who, __u64 begun, __u64 ns)
{
	struct vt_stack_key key = {
		.who = *who, .user = -1, .kernel = -1, .blocker_user = -1, .blocker_kernel = -1,
	};

	if (stacks_paused()) {
		c->lost[VT_LOST_STACK_PAUSE]++;
	} else {
		struct wanted *w = who->tid ? bpf_map_lookup_elem(&wanted, &who->tid) : NULL;

		if (w && w->taken >= begun) {
			key.blocker_user = w->user;
			key.blocker_kernel = w->kernel;
		}
		key.user = take_stack(ctx, c, BPF_F_USER_STACK);
		key.kernel = take_stack(ctx, c, 0);
	}
	bpf_get_current_comm(key.comm, sizeof(key.comm));
	if (!add_wait(&stacked, &key, vt_sample, ns * vt_sample))
		c->lost[VT_LOST_STACK_FULL]++;
}

#endif
