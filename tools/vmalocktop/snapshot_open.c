// SPDX-License-Identifier: GPL-2.0
#include "snapshot_open.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"

/* How the programs count, with a hint for their compiler. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#include "hist.bpf.h"
#pragma GCC diagnostic pop

/* A histogram of one wait, as the programs would count it. */
static struct vt_hist hist_of(uint64_t ns, uint64_t unit_ns)
{
	struct vt_hist h = { 0 };

	hist_add_local(&h, hist_slot(ns / unit_ns), ns);
	return h;
}

static int hist_id(const struct vt_open_wait *w)
{
	switch (w->kind) {
	case VT_BABY:
		return VT_HIST_BABY;
	case VT_EXCL:
		return VT_HIST_EXCL;
	case VT_MMAP_LOCK:
		return VT_HIST_MMAP_LOCK;
	case VT_DRAIN:
		return w->op < VT_OPS ? (int)(VT_HIST_DRAIN + w->op) : -1;
	default:
		return -1;
	}
}

static void add_row(struct snapshot *s, const struct vt_open_wait *w, uint64_t ns, uint64_t unit_ns)
{
	struct vma_row *vma = &s->vmas[s->n_vmas++];
	struct blocker_row *blocker;

	*vma = (struct vma_row){ .key = { .tgid = w->mm_tgid, .kind = w->kind }, .hist = hist_of(ns, unit_ns) };
	if (w->end) {
		vma->key.start = w->start;
		vma->key.end = w->end;
	} else if (w->address) {
		vma->key.start = w->address;
		vma->key.end = w->address + 1;
	}
	if (w->kind == VT_DRAIN || !w->blocker.tid)
		return;
	blocker = &s->blockers[s->n_blockers++];
	*blocker = (struct blocker_row){
		.key = { .who = w->blocker, .start = vma->key.start, .end = vma->key.end },
		.value = { .count = 1, .ns = ns },
	};
}

/* Rows of one key follow each other: add them up. */
static void join(struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_vmas; i++)
		if (n && !vma_key_cmp(&s->vmas[n - 1].key, &s->vmas[i].key))
			hist__add(&s->vmas[n - 1].hist, &s->vmas[i].hist);
		else
			s->vmas[n++] = s->vmas[i];
	s->n_vmas = n;
	n = 0;
	for (size_t i = 0; i < s->n_blockers; i++) {
		const struct vt_blocker *more = &s->blockers[i].value;
		struct vt_blocker *sum = n ? &s->blockers[n - 1].value : NULL;

		if (!n || blocker_key_cmp(&s->blockers[n - 1].key, &s->blockers[i].key)) {
			s->blockers[n++] = s->blockers[i];
			continue;
		}
		/* Of a wait that is open the arguments aren't known. */
		if (!sum->arg0 && !sum->arg1) {
			sum->arg0 = more->arg0;
			sum->arg1 = more->arg1;
		}
		sum->count += more->count;
		sum->ns += more->ns;
	}
	s->n_blockers = n;
}

/* A copy of @n rows of @size bytes with room for @more; NULL when memory is short. */
static void *copy_of(const void *rows, size_t n, size_t more, size_t size)
{
	void *copy = malloc((n + more) * size + 1);

	if (copy && n)
		memcpy(copy, rows, n * size);
	return copy;
}

int snapshot_open__end(const struct snapshot *now, const struct open_counting *how, struct snapshot *ended)
{
	*ended = *now;
	ended->vmas = copy_of(now->vmas, now->n_vmas, now->n_open, sizeof(*now->vmas));
	ended->blockers = copy_of(now->blockers, now->n_blockers, now->n_open, sizeof(*now->blockers));
	if (!ended->vmas || !ended->blockers) {
		snapshot_open__free(ended);
		return -1;
	}
	for (size_t i = 0; i < now->n_open; i++) {
		const struct vt_open_wait *w = &now->open[i];
		uint64_t age = now->ns > w->ns ? now->ns - w->ns : 0;
		uint64_t most = now->ns - how->since_ns, ns = age < most ? age : most;
		struct vt_hist h = hist_of(ns, how->unit_ns);
		int id = hist_id(w);

		if (id < 0)
			continue;
		hist__add(&ended->hists[id], &h);
		if (age >= how->longer_ns && (!w->end || w->end - w->start >= how->min_vma))
			add_row(ended, w, ns, how->unit_ns);
	}
	if (ended->n_vmas)
		qsort(ended->vmas, ended->n_vmas, sizeof(*ended->vmas), vma_key_cmp);
	if (ended->n_blockers)
		qsort(ended->blockers, ended->n_blockers, sizeof(*ended->blockers), blocker_key_cmp);
	join(ended);
	return 0;
}

void snapshot_open__free(struct snapshot *ended)
{
	free(ended->vmas);
	free(ended->blockers);
	memset(ended, 0, sizeof(*ended));
}
