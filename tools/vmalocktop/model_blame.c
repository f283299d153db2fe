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

void model_blame__sort(struct model *m)
{
	if (m->n_blames)
		qsort_r(m->blames, m->n_blames, sizeof(*m->blames), blame_by_loss, m->blockers);
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
	model_blame__sort(m);
	return 0;
}

static int stall_by_loss(const void *a, const void *b)
{
	const struct model_stall *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* Where blockers are found again: 1 + their index, 0: free. */
struct index {
	size_t *slots, mask;
};

/* Room for @n blockers.  Returns 0, -1 when memory is short. */
static int make_index(struct index *in, size_t n)
{
	size_t size = 64;

	while (size < 2 * n)
		size *= 2;
	in->mask = size - 1;
	in->slots = calloc(size, sizeof(*in->slots));
	return in->slots ? 0 : -1;
}

/* FNV-1a, eight bytes at a time. */
static size_t hash(const struct vt_blocker_key *key)
{
	uint64_t words[sizeof(*key) / sizeof(uint64_t)], h = 0xcbf29ce484222325;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		h = (h ^ words[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

/* The blocker that is @key, a new one if there is none yet. */
static struct model_blocker *blocker_of(struct model *m, struct index *in, const struct vt_blocker_key *key)
{
	struct model_blocker *new = &m->blockers[m->n_blockers];
	size_t at = hash(key) & in->mask;
	char number[NAME_LEN];

	for (; in->slots[at]; at = (at + 1) & in->mask)
		if (!memcmp(&m->blockers[in->slots[at] - 1].key, key, sizeof(*key)))
			return &m->blockers[in->slots[at] - 1];
	*new = (struct model_blocker){ .key = *key };
	snprintf(new->syscall, sizeof(new->syscall), "%s", syscall_name(key->syscall, number, sizeof(number)));
	in->slots[at] = ++m->n_blockers;
	return new;
}

static void add_stall(struct model *m, const struct vt_stall_key *key, const struct model_blocker *since,
		      const struct model_context *ctx)
{
	struct model_stall *out = &m->stalls[m->n_stalls++];

	*out = (struct model_stall){
		.key = since->key, .start = key->start, .end = key->end, .count = since->count, .ns = since->ns,
		.arg0 = since->arg0, .arg1 = since->arg1,
	};
	out->region = ctx->place(ctx->ctx, out->key.victim_tgid, out->start, out->end)->region.start;
}

/* What came since @before: sums, and VMA by VMA if that is asked for. */
static void build_blockers(struct model *m, struct index *in, const struct snapshot *now,
			   const struct snapshot *before, const struct model_context *ctx)
{
	size_t b = 0;

	for (size_t i = 0; i < now->n_blockers; i++) {
		const struct blocker_row *row = &now->blockers[i];
		struct model_blocker *sum, since;
		struct vt_blocker old = { 0 };

		while (b < before->n_blockers &&
		       blocker_key_cmp(&before->blockers[b].key, &row->key) < 0)
			b++;
		if (b < before->n_blockers &&
		    !blocker_key_cmp(&before->blockers[b].key, &row->key))
			old = before->blockers[b].value;
		if (row->value.count == old.count)
			continue;
		since = (struct model_blocker){
			.key = row->key.who, .count = row->value.count - old.count, .ns = row->value.ns - old.ns,
			.arg0 = row->value.arg0, .arg1 = row->value.arg1,
		};
		model__clean_comm(since.key.comm);
		sum = blocker_of(m, in, &since.key);
		sum->count += since.count;
		sum->ns += since.ns;
		sum->arg0 = since.arg0;
		sum->arg1 = since.arg1;
		if (m->stalls)
			add_stall(m, &row->key, &since, ctx);
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
	struct index in;

	for (int i = 0; i < VT_NO_BLOCKERS; i++)
		counts__add(&m->no_blocker, reasons[i],
		      now->counters.no_blocker[i] - before->counters.no_blocker[i]);
	if (!now->n_blockers)
		return 0;
	/* As many as there may be, but of those that aren't needed no page is touched. */
	m->blockers = malloc(now->n_blockers * sizeof(*m->blockers));
	if (ctx->stalls)
		m->stalls = malloc(now->n_blockers * sizeof(*m->stalls));
	if (!m->blockers || (ctx->stalls && !m->stalls) || make_index(&in, now->n_blockers))
		return -1;
	build_blockers(m, &in, now, before, ctx);
	free(in.slots);
	if (m->stalls)
		qsort(m->stalls, m->n_stalls, sizeof(*m->stalls), stall_by_loss);
	return build_blames(m);
}
