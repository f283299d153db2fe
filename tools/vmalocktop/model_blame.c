// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By thread and system call; a thread may change its name. */
static int by_caller(const void *a, const void *b)
{
	const struct model_blocker *x = a, *y = b;

	if (x->key.tgid != y->key.tgid)
		return x->key.tgid < y->key.tgid ? -1 : 1;
	if (x->key.tid != y->key.tid)
		return x->key.tid < y->key.tid ? -1 : 1;
	return (x->key.syscall > y->key.syscall) - (x->key.syscall < y->key.syscall);
}

static int blocker_by_loss(const void *a, const void *b)
{
	const struct model_blocker *x = a, *y = b;
	int cmp = by_caller(x, y);

	if (cmp)
		return cmp;
	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* Those that aren't kept apart come last, however many they are. */
static int blame_by_loss(const void *a, const void *b, void *blockers)
{
	const struct model_blame *x = a, *y = b;
	const struct model_blocker *who = blockers;

	if (!who[x->first].key.tid != !who[y->first].key.tid)
		return who[x->first].key.tid ? -1 : 1;
	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

/* Add up what is behind the same caller.  Returns 0, -1 when memory is short. */
static int build_blames(struct model *m)
{
	if (!m->n_blockers)
		return 0;
	m->blames = calloc(m->n_blockers, sizeof(*m->blames));
	if (!m->blames)
		return -1;
	qsort(m->blockers, m->n_blockers, sizeof(*m->blockers), blocker_by_loss);
	for (size_t i = 0; i < m->n_blockers; i++) {
		const struct model_blocker *b = &m->blockers[i];
		struct model_blame *sum;

		if (!i || by_caller(b, b - 1))
			m->blames[m->n_blames++].first = i;
		sum = &m->blames[m->n_blames - 1];
		sum->n++;
		sum->count += b->count;
		sum->ns += b->ns;
	}
	qsort_r(m->blames, m->n_blames, sizeof(*m->blames), blame_by_loss, m->blockers);
	return 0;
}

static int by_blocker(const void *a, const void *b)
{
	const struct model_stall *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

static int stall_by_loss(const void *a, const void *b)
{
	const struct model_stall *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return by_blocker(x, y);
}

/* What came since @before, VMA by VMA. */
static void build_stalls(struct model *m, const struct snapshot *now, const struct snapshot *before,
			 const struct model_context *ctx)
{
	size_t b = 0;

	for (size_t i = 0; i < now->n_blockers; i++) {
		const struct blocker_row *row = &now->blockers[i];
		struct model_stall *out = &m->stalls[m->n_stalls];
		struct vt_blocker old = { 0 };

		while (b < before->n_blockers &&
		       blocker_key_cmp(&before->blockers[b].key, &row->key) < 0)
			b++;
		if (b < before->n_blockers &&
		    !blocker_key_cmp(&before->blockers[b].key, &row->key))
			old = before->blockers[b].value;
		if (row->value.count == old.count)
			continue;
		*out = (struct model_stall){
			.key = row->key.who, .start = row->key.start, .end = row->key.end,
			.count = row->value.count - old.count, .ns = row->value.ns - old.ns,
			.arg0 = row->value.arg0, .arg1 = row->value.arg1,
		};
		model__clean_comm(out->key.comm);
		if (out->end)
			out->region = ctx->place(ctx->ctx, out->key.victim_tgid, out->start,
						 out->end)->region.start;
		m->n_stalls++;
	}
}

int model_blame__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		       const struct model_context *ctx)
{
	static const char *const reasons[VT_NO_BLOCKERS] = {
		[VT_NOBODY] = "released",
		[VT_READER] = "read_locked",
		[VT_UNREADABLE] = "unreadable",
	};

	for (int i = 0; i < VT_NO_BLOCKERS; i++)
		counts__add(&m->no_blocker, reasons[i],
		      now->counters.no_blocker[i] - before->counters.no_blocker[i]);
	if (!now->n_blockers)
		return 0;
	m->stalls = calloc(now->n_blockers, sizeof(*m->stalls));
	m->blockers = calloc(now->n_blockers, sizeof(*m->blockers));
	if (!m->stalls || !m->blockers)
		return -1;
	build_stalls(m, now, before, ctx);
	qsort(m->stalls, m->n_stalls, sizeof(*m->stalls), by_blocker);
	for (size_t i = 0; i < m->n_stalls; i++) {
		const struct model_stall *s = &m->stalls[i];
		struct model_blocker *out;
		char number[NAME_LEN];

		if (!i || by_blocker(s, s - 1)) {
			out = &m->blockers[m->n_blockers++];
			out->key = s->key;
			snprintf(out->syscall, sizeof(out->syscall), "%s",
				 syscall_name(s->key.syscall, number, sizeof(number)));
		}
		out = &m->blockers[m->n_blockers - 1];
		out->count += s->count;
		out->ns += s->ns;
		out->arg0 = s->arg0;
		out->arg1 = s->arg1;
	}
	qsort(m->stalls, m->n_stalls, sizeof(*m->stalls), stall_by_loss);
	return build_blames(m);
}
