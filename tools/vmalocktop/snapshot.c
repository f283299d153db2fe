// SPDX-License-Identifier: GPL-2.0
#include "snapshot.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_BYTES	(64 << 20)

#define CMP(field)				\
	do {					\
		if (x->field != y->field)	\
			return x->field < y->field ? -1 : 1; \
	} while (0)

void snapshot__keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

int vma_key_cmp(const void *a, const void *b)
{
	const struct vt_vma_key *x = a, *y = b;

	CMP(tgid);
	CMP(start);
	CMP(end);
	CMP(kind);
	CMP(unmapped);
	return 0;
}

int blocker_key_cmp(const void *a, const void *b)
{
	const struct vt_stall_key *x = a, *y = b;

	/* Rarely are two alike so far. */
	CMP(start);
	return memcmp(a, b, sizeof(struct vt_stall_key));
}

int group_key_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct vt_group_key));
}

int stack_key_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct vt_stack_key));
}

int offset_key_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct vt_offset_key));
}

static int oldest_first(const void *a, const void *b)
{
	const struct vt_open_wait *x = a, *y = b;

	CMP(ns);
	CMP(tid);
	return 0;
}

void snapshot__sort(struct snapshot *s)
{
	/* Keys come first in their rows. */
	if (s->n_vmas)
		qsort(s->vmas, s->n_vmas, sizeof(*s->vmas), vma_key_cmp);
	if (s->n_blockers)
		qsort(s->blockers, s->n_blockers, sizeof(*s->blockers), blocker_key_cmp);
	if (s->n_groups)
		qsort(s->groups, s->n_groups, sizeof(*s->groups), group_key_cmp);
	if (s->n_stacks)
		qsort(s->stacks, s->n_stacks, sizeof(*s->stacks), stack_key_cmp);
	snapshot__sort_open(s);
}

void snapshot__sort_open(struct snapshot *s)
{
	if (s->n_open)
		qsort(s->open, s->n_open, sizeof(*s->open), oldest_first);
}

void snapshot__free(struct snapshot *s)
{
	free(s->vmas);
	free(s->groups);
	free(s->blockers);
	free(s->stacks);
	free(s->open);
	memset(s, 0, sizeof(*s));
}
