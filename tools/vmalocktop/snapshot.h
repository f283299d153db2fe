/* SPDX-License-Identifier: GPL-2.0 */
/* One reading of everything that the BPF programs have counted so far. */
#ifndef VMALOCKTOP_SNAPSHOT_H
#define VMALOCKTOP_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "vmalocktop.h"

struct vma_row {
	struct vt_vma_key key;
	struct vt_hist hist;
};

struct group_row {
	struct vt_group_key key;
	struct vt_hist hist;
};

struct blocker_row {
	struct vt_stall_key key;
	struct vt_blocker value;
};

struct stack_row {
	struct vt_stack_key key;
	struct vt_blocker value;
};

struct offset_row {
	struct vt_offset_key key;
	struct vt_blocker value;
};

/* Rows are read as keys with the values right behind. */
_Static_assert(offsetof(struct vma_row, hist) == sizeof(struct vt_vma_key), "padding");
_Static_assert(offsetof(struct group_row, hist) == sizeof(struct vt_group_key), "padding");
_Static_assert(offsetof(struct blocker_row, value) == sizeof(struct vt_stall_key), "padding");
_Static_assert(offsetof(struct stack_row, value) == sizeof(struct vt_stack_key), "padding");
_Static_assert(offsetof(struct offset_row, value) == sizeof(struct vt_offset_key), "padding");

struct snapshot {
	uint64_t ns;			/* CLOCK_MONOTONIC */
	struct timespec when;		/* the same moment's time of day */
	struct vt_counters counters;	/* sums over all CPUs */
	struct vt_hist hists[VT_HISTS];
	struct vma_row *vmas;		/* sorted by key, no two alike; so are the next three */
	size_t n_vmas;
	struct group_row *groups;
	size_t n_groups;
	struct blocker_row *blockers;
	size_t n_blockers;
	struct stack_row *stacks;
	size_t n_stacks;
	struct vt_open_wait *open;	/* oldest first */
	size_t n_open;
	uint64_t missed;		/* events that the kernel didn't deliver to a program */
};

/*
 * snapshot__keep_memory() - have the C library keep what is freed for the next snapshot, of
 * the same size and a moment later, instead of getting it from the kernel page by page again
 */
void snapshot__keep_memory(void);

/* snapshot__sort() - bring the rows into the order of their keys */
void snapshot__sort(struct snapshot *s);

/* snapshot__sort_open() - only the waits that haven't ended; the other rows are in order */
void snapshot__sort_open(struct snapshot *s);

/* snapshot__free() - release the rows; @s is all zero then */
void snapshot__free(struct snapshot *s);

/* vma_key_cmp() and so on - the orders of rows, as for qsort() */
int vma_key_cmp(const void *a, const void *b);
int group_key_cmp(const void *a, const void *b);
int blocker_key_cmp(const void *a, const void *b);
int stack_key_cmp(const void *a, const void *b);
int offset_key_cmp(const void *a, const void *b);

#endif
