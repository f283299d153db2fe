/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the BPF programs of vmalocktop and their user-space side share: the
 * layout of the maps.  Every number in them only grows; user space takes
 * differences.  Times are in nanoseconds unless something else is said.
 */
#ifndef VMALOCKTOP_BPF_H
#define VMALOCKTOP_BPF_H

#include <linux/types.h>

/* Array sizes with room for values that later kernels append; the last slot takes what is beyond. */
#define VT_RESULTS	16	/* enum vma_lookup_result */
#define VT_OPS		32	/* enum vma_write_op */
#define VT_PLACES	32	/* enum vma_zombie_where */
#define VT_REASONS	16	/* enum vma_fallback_reason */
#define VT_OUTCOMES	16	/* enum vma_map_pages_outcome */

#define VT_COMM_LEN	16

/*
 * Slot k of a histogram counts values in [2^k, 2^(k+1)), the last one all that are larger, too: of
 * times in microseconds those from 36 minutes on.
 */
#define VT_SLOTS	32

/* A log2 histogram.  The number of values is zero + the sum over slots. */
struct vt_hist {
	__u64 zero;		/* values that are 0 */
	__u64 slots[VT_SLOTS];
	__u64 sum;		/* of the values, before they were scaled to the histogram's unit */
	__u64 max;		/* largest value, likewise */
};

/* Things that begin and end in one task. */
enum vt_kind {
	VT_BABY,		/* a fault waits on a BABY */
	VT_EXCL,		/* a fault waits on an EXCL VMA */
	VT_MMAP_LOCK,		/* a fault waits for mmap_lock */
	VT_DRAIN,		/* a writer waits for a VMA's users */
	VT_LIFE,		/* a BABY's life, born to grown */
	VT_TIMED_KINDS,
	VT_ZOMBIE = VT_TIMED_KINDS, /* a reader backed off: counted, takes no time */
	VT_KINDS,
};

/* Indices of the map "hists".  Unit of all but walks: the one that vt_unit_ns says. */
enum vt_hist_id {
	VT_HIST_WALKS,		/* walks per lookup, only lookups that took more than one */
	VT_HIST_BABY,
	VT_HIST_EXCL,
	VT_HIST_MMAP_LOCK,
	VT_HIST_LIFE,
	VT_HIST_DRAIN,		/* + enum vma_write_op */
	VT_HISTS = VT_HIST_DRAIN + VT_OPS,
};

/* Where a fault that took mmap_lock came from. */
enum vt_fell {
	VT_FELL_USER,
	VT_FELL_KERNEL,		/* inside a system call; not seen by every hook */
	VT_FELL,
};

/* What the programs could not do, by cause. */
enum vt_lost {
	VT_LOST_VMA_FULL,	/* no room for a new VMA: counted with its process' other ranges */
	VT_LOST_REST_FULL,	/* no room for that either: missing from the ranking */
	VT_LOST_BLOCKER_FULL,	/* no room for a new blocker */
	VT_LOST_GROUP_FULL,	/* no room for a new thread, cgroup, ... */
	VT_LOST_STACK,		/* a stack couldn't be taken, or its place is another's */
	VT_LOST_STACK_FULL,	/* no room for a new combination of stacks */
	VT_LOST_WANTED_FULL,	/* no room to ask a writer for its stack */
	VT_LOST_MAX_RACE,	/* a maximum may be too small */
	VT_LOST_OFFSET_FULL,	/* no room for another granule of addresses */
	VT_LOST_STACK_PAUSE,	/* no stacks were taken, for user space made room for others */
	VT_LOSSES,
};

/* Why a wait has no blocker. */
enum vt_no_blocker {
	VT_NOBODY,		/* mmap_lock had no owner any more, or changed it just then */
	VT_READER,		/* mmap_lock was held by readers */
	VT_UNREADABLE,		/* reading the owner's task failed or made no sense */
	VT_NO_BLOCKERS,
};

/* One per CPU. */
struct vt_counters {
	__u64 lookup_first[VT_RESULTS];	/* lookups done in one walk, by result */
	__u64 lookup_more[VT_RESULTS];	/* lookups that walked more than once */
	__u64 reffree[VT_OUTCOMES];	/* attempts to do without a reference, by outcome */
	__u64 reffree_pages;		/* page-table entries that they set, whatever the outcome */
	__u64 fallback[VT_REASONS];
	__u64 fault_user;		/* page faults from user mode; only where there is no vma_lookup */
	__u64 fault_kernel;		/* in system calls; likewise, and only if they are seen to fall back, too */
	__u64 fell_back[VT_FELL];	/* faults that took mmap_lock; only without vma_fault_fallback */
	__u64 zombie[VT_PLACES];
	__u64 begun[VT_TIMED_KINDS];
	__u64 ended[VT_TIMED_KINDS];
	__u64 failed[VT_TIMED_KINDS];	/* of ended: with an error (fatal signal; mmap that failed) */
	__u64 unstamped[VT_TIMED_KINDS]; /* of begun: no task storage, so its end isn't timed */
	__u64 restamped[VT_TIMED_KINDS]; /* of begun: while the task's last one had not ended */
	__u64 unmatched[VT_TIMED_KINDS]; /* of ended: no beginning seen, not timed */
	__u64 left_out[VT_KINDS];	/* of the timed ones and back-offs: not in any ranking, by the options */
	__u64 no_blocker[VT_NO_BLOCKERS];
	__u64 lost[VT_LOSSES];
};

/*
 * Waits on a VMA.  start and end are 0 for all the ranges of a process that
 * had no room of their own.
 */
struct vt_vma_key {
	__u64 start;
	__u64 end;
	__u32 tgid;		/* in the initial PID namespace */
	__u16 kind;		/* enum vt_kind, never VT_LIFE */
	__u16 unmapped;		/* 1: no VMA but a hole, when the fault that had waited looked; or a part of it */
};

/*
 * Part of the number of a system call that a 32-bit program makes, or one that calls as these do: numbers are others
 * there. The machine's own ones are less (those of x32 have bit 30).
 */
#define VT_COMPAT_CALL	0x20000000

/* Who a fault waits for: the owner of mmap_lock when the wait began. */
struct vt_blocker_key {
	__u32 victim_tgid;
	__u32 tid;		/* the owner's; initial PID namespace */
	__u32 tgid;
	__s32 syscall;		/* number of the system call it was in, maybe with VT_COMPAT_CALL; -1: in none */
	__u32 kind;		/* VT_BABY, VT_EXCL or VT_MMAP_LOCK */
	__u32 zero;		/* makes the size a multiple of 8 */
	char comm[VT_COMM_LEN];	/* the owner's, at that time */
};

/* The same for each VMA that was waited on; 0: unknown. */
struct vt_stall_key {
	struct vt_blocker_key who;
	__u64 start, end;
};

struct vt_blocker {
	__u64 count;
	__u64 ns;
	__u64 arg0, arg1;	/* first arguments of its last such system call: usually address, length */
};

/*
 * Rows that many are read of lie in arrays that user space has mapped, so that reading them takes no system call; the
 * hashes that keys are looked up in have the index there.  Keys are followed by their values.
 *
 * A program takes a slot, writes the key, inserts the index into the hash, and only then says "used".  User space, which
 * alone gives slots back, takes the key out of the hash first, and waits until no program can still have the index.
 */
enum vt_slot_state {
	VT_SLOT_FREE,		/* all zero; or somebody is at work on it */
	VT_SLOT_USED,		/* the key stays what it is until user space gives it back */
	VT_SLOT_SPARE,		/* another CPU was first with the same key: not in the hash, to be given back */
};

struct vt_vma_slot {
	__u64 state;
	struct vt_vma_key key;
	struct vt_hist hist;
	__u64 zero;		/* makes the size that of cache lines */
};

struct vt_stall_slot {
	__u64 state;
	struct vt_stall_key key;
	struct vt_blocker value;
};

/* Indices of the map "queues". */
enum vt_slots {
	VT_VMA_SLOTS,
	VT_STALL_SLOTS,
	VT_SLOTS_KINDS,
};

/*
 * Which slots are free: of n slots, the first n that are taken are 0 to n - 1; whatever is taken after that is
 * what was given back, in that order, see the maps "..._given", rings of n.  Both numbers only grow.
 */
struct vt_slot_queue {
	__u64 taken;		/* by programs */
	__u64 given;		/* back by user space */
};

/*
 * Where in a process faults have waited: a granule of 2^shift bytes, the larger
 * the more the process has mapped.  All 0 but tgid: the address is unknown.
 */
struct vt_offset_key {
	__u64 start;
	__u32 tgid;
	__u32 shift;
};

/* What events can be left out by. */
enum vt_filter {
	VT_ONE_PROCESS = 1,
	VT_PROCESSES = 2,
	VT_ONE_THREAD = 4,
	VT_ONE_NAME = 8,
	VT_CGROUP = 16,
};

/* What waits can be summed up by, besides VMAs. */
enum vt_by {
	VT_BY_VMA,
	VT_BY_PROCESS,
	VT_BY_THREAD,
	VT_BY_CGROUP,
	VT_BY_OP,
};

struct vt_group_key {
	/*
	 * Of processes, threads and cgroups the number.  By operation: of drains
	 * enum vma_write_op, of waits of faults the blocker's system call as in
	 * vt_blocker_key, or VT_NO_OP; 0 of back-offs.
	 */
	__s64 id;
	__u32 tgid;			/* of a thread, else 0 */
	__u32 kind;			/* enum vt_kind, never VT_LIFE */
	char comm[VT_COMM_LEN];		/* of a thread, else empty */
};

#define VT_NO_OP	(-2)		/* no blocker was found */
#define VT_OTHERS	(-3)		/* made by user space: all that it no longer keeps apart */

/* Who waited for whom, with stacks: indices of the map "stacks", negative: none. */
struct vt_stack_key {
	struct vt_blocker_key who;	/* tid 0: unknown, or a drain, whose syscall is the op */
	char comm[VT_COMM_LEN];		/* of the thread that waited */
	__s32 user, kernel;		/* its stacks */
	__s32 blocker_user, blocker_kernel;
};

/* A wait that hasn't ended, as the task iterator writes it. */
struct vt_open_wait {
	__u64 ns;			/* when it began */
	__u64 start, end;		/* of the VMA; 0: unknown */
	__u64 address;			/* of the fault; 0: unknown */
	__u32 mm_tgid;			/* whose mm it is */
	__u32 tgid, tid;		/* who waits */
	__u32 kind;			/* VT_BABY, VT_EXCL, VT_MMAP_LOCK or VT_DRAIN */
	__u32 op;			/* of a drain */
	__u32 zero;
	char comm[VT_COMM_LEN];
	struct vt_blocker_key blocker;	/* tid 0: unknown */
};

#endif
