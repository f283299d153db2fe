// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "model_rank.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "text.h"

/* Time that faults lost; drains only rank among those without any. */
static int by_loss(uint64_t fault_x, uint64_t fault_y, uint64_t x, uint64_t y)
{
	if (fault_x != fault_y)
		return fault_x > fault_y ? -1 : 1;
	return (x < y) - (x > y);
}

static int by_region(const void *a, const void *b)
{
	const struct model_vma *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->place.region.start != y->place.region.start)
		return x->place.region.start < y->place.region.start ? -1 : 1;
	if (x->place.region.end != y->place.region.end)
		return x->place.region.end < y->place.region.end ? -1 : 1;
	return 0;
}

static int vma_by_loss(const void *a, const void *b)
{
	const struct model_vma *x = a, *y = b;
	int cmp = by_region(x, y);

	if (!cmp)
		cmp = by_loss(model__is_fault(x->kind) ? x->hist.sum : 0,
			      model__is_fault(y->kind) ? y->hist.sum : 0, x->hist.sum, y->hist.sum);
	if (!cmp)
		cmp = (x->count < y->count) - (x->count > y->count);
	if (!cmp)
		cmp = (x->start > y->start) - (x->start < y->start);
	return cmp ? cmp : (int)x->kind - (int)y->kind;
}

/* What @sort orders by, of waits of all kinds. */
static double weight(enum sort sort, uint64_t fault_ns, const struct vt_hist *kinds)
{
	uint64_t count = 0, total = 0, max = 0;

	for (int k = 0; k < VT_KINDS; k++) {
		count += hist__count(&kinds[k]);
		total += kinds[k].sum;
		if (kinds[k].max > max)
			max = kinds[k].max;
	}
	switch (sort) {
	case SORT_TOTAL:
		return total;
	case SORT_COUNT:
		return count;
	case SORT_AVG:
		return count ? (double)total / count : 0;
	case SORT_MAX:
		return max;
	default:
		return fault_ns;
	}
}

/* The order of two sums of waits: by weight, then time that faults lost, that of drains, the number. */
static int by_weight(enum sort sort, uint64_t fault_x, const struct vt_hist *x, uint64_t fault_y,
		     const struct vt_hist *y)
{
	const enum sort keys[] = { sort, SORT_LOST, SORT_TOTAL, SORT_COUNT };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		double a = weight(keys[i], fault_x, x), b = weight(keys[i], fault_y, y);

		if (a != b)
			return a > b ? -1 : 1;
	}
	return 0;
}

static int region_by_weight(const void *a, const void *b, void *sort)
{
	const struct model_region *x = a, *y = b;
	int cmp = by_weight(*(enum sort *)sort, x->fault_ns, x->kinds, y->fault_ns, y->kinds);

	return cmp ? cmp : (x->first > y->first) - (x->first < y->first);
}

static int group_by_weight(const void *a, const void *b, void *sort)
{
	const struct model_group *x = a, *y = b;
	int cmp = by_weight(*(enum sort *)sort, x->fault_ns, x->kinds, y->fault_ns, y->kinds);

	return cmp ? cmp : strcmp(x->name, y->name);
}

static int build_vmas(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      const struct model_context *ctx)
{
	static const struct vt_hist none;
	size_t b = 0;

	if (!now->n_vmas)
		return 0;
	m->vmas = calloc(now->n_vmas, sizeof(*m->vmas));
	m->regions = calloc(now->n_vmas, sizeof(*m->regions));
	if (!m->vmas || !m->regions)
		return -1;
	for (size_t i = 0; i < now->n_vmas; i++) {
		const struct vma_row *row = &now->vmas[i];
		const struct vt_hist *old = &none;
		struct model_vma *v = &m->vmas[m->n_vmas];

		while (b < before->n_vmas &&
		       vma_key_cmp(&before->vmas[b].key, &row->key) < 0)
			b++;
		if (b < before->n_vmas &&
		    !vma_key_cmp(&before->vmas[b].key, &row->key))
			old = &before->vmas[b].hist;
		v->hist = hist__sub(&row->hist, old, m->unit_ns, &v->max_exact);
		v->count = hist__count(&v->hist);
		if (!v->count)
			continue;
		v->tgid = row->key.tgid;
		v->kind = row->key.kind < VT_KINDS ? row->key.kind : VT_ZOMBIE;
		v->start = row->key.start;
		v->end = row->key.end;
		v->place = *ctx->place(ctx->ctx, v->tgid, v->start, v->end);
		m->n_vmas++;
	}
	qsort(m->vmas, m->n_vmas, sizeof(*m->vmas), vma_by_loss);
	for (size_t i = 0; i < m->n_vmas; i++) {
		const struct model_vma *v = &m->vmas[i];
		struct model_region *r = &m->regions[m->n_regions];

		if (!i || by_region(v, v - 1)) {
			r->tgid = v->tgid;
			r->range = v->place.region;
			r->first = i;
			strcpy(r->comm, v->place.comm);
			m->n_regions++;
		} else {
			r--;
		}
		r->n++;
		hist__add_diff(&r->kinds[v->kind], &r->max_exact[v->kind], &v->hist, v->max_exact);
		if (model__is_fault(v->kind))
			r->fault_ns += v->hist.sum;
	}
	qsort_r(m->regions, m->n_regions, sizeof(*m->regions), region_by_weight, &m->sort);
	return 0;
}

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

static int blame_by_loss(const void *a, const void *b)
{
	const struct model_blame *x = a, *y = b;

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
	qsort(m->blames, m->n_blames, sizeof(*m->blames), blame_by_loss);
	return 0;
}

static void clean_comm(char comm[VT_COMM_LEN])
{
	comm[VT_COMM_LEN - 1] = '\0';
	text__clean(comm);
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
		clean_comm(out->key.comm);
		if (out->end)
			out->region = ctx->place(ctx->ctx, out->key.victim_tgid, out->start,
						 out->end)->region.start;
		m->n_stalls++;
	}
}

static int build_blockers(struct model *m, const struct snapshot *now,
			  const struct snapshot *before, const struct model_context *ctx)
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

/* "4711 (java)", "4713 mapper of 4711 (java)", "/system.slice", "mmap" */
static void name_group(char name[GROUP_NAME_LEN], const struct vt_group_key *key, enum vt_by by,
		       const struct model_context *ctx)
{
	char number[NAME_LEN], comm[VT_COMM_LEN];
	const struct place *p;

	switch (by) {
	case VT_BY_PROCESS:
		p = ctx->place(ctx->ctx, key->id, 0, 0);
		snprintf(name, GROUP_NAME_LEN, "%" PRId64 " (%s)", (int64_t)key->id,
			 p->comm[0] ? p->comm : "?");
		break;
	case VT_BY_THREAD:
		memcpy(comm, key->comm, sizeof(comm));
		clean_comm(comm);
		p = ctx->place(ctx->ctx, key->tgid, 0, 0);
		snprintf(name, GROUP_NAME_LEN, "%" PRId64 " %s of %" PRIu32 " (%s)", (int64_t)key->id, comm,
			 key->tgid, p->comm[0] ? p->comm : "?");
		break;
	case VT_BY_CGROUP:
		ctx->cgroup(ctx->ctx, key->id, name, GROUP_NAME_LEN);
		break;
	default:
		if (key->kind == VT_ZOMBIE)
			strcpy(name, "(back-off)");
		else if (key->kind == VT_DRAIN)
			strcpy(name, ctx->names->name[NAMES_OP][key->id & (NAMES_MAX - 1)]);
		else if (key->id == VT_NO_OP)
			strcpy(name, "(unknown)");
		else
			snprintf(name, GROUP_NAME_LEN, "%s", syscall_name(key->id, number, sizeof(number)));
	}
}

/*
 * The group named @name, a new one if there is none yet.  Rows of one number
 * follow each other; only operations, which are few, may be scattered.
 */
static struct model_group *group_named(struct model *m, const char *name)
{
	size_t first = m->by != VT_BY_OP && m->n_groups ? m->n_groups - 1 : 0;

	for (size_t i = first; i < m->n_groups; i++)
		if (!strcmp(m->groups[i].name, name))
			return &m->groups[i];
	strcpy(m->groups[m->n_groups].name, name);
	return &m->groups[m->n_groups++];
}

static int build_groups(struct model *m, const struct snapshot *now, const struct snapshot *before,
			const struct model_context *ctx)
{
	static const struct vt_hist none;
	char name[GROUP_NAME_LEN];
	size_t b = 0;

	if (!now->n_groups)
		return 0;
	m->groups = calloc(now->n_groups, sizeof(*m->groups));
	if (!m->groups)
		return -1;
	for (size_t i = 0; i < now->n_groups; i++) {
		const struct group_row *row = &now->groups[i];
		const struct vt_hist *old = &none;
		uint32_t kind = row->key.kind < VT_KINDS ? row->key.kind : VT_ZOMBIE;
		struct model_group *g;
		struct vt_hist d;
		bool exact;

		while (b < before->n_groups && group_key_cmp(&before->groups[b].key, &row->key) < 0)
			b++;
		if (b < before->n_groups && !group_key_cmp(&before->groups[b].key, &row->key))
			old = &before->groups[b].hist;
		d = hist__sub(&row->hist, old, m->unit_ns, &exact);
		if (!hist__count(&d))
			continue;
		name_group(name, &row->key, m->by, ctx);
		g = group_named(m, name);
		hist__add_diff(&g->kinds[kind], &g->max_exact[kind], &d, exact);
		if (model__is_fault(kind))
			g->fault_ns += d.sum;
	}
	qsort_r(m->groups, m->n_groups, sizeof(*m->groups), group_by_weight, &m->sort);
	return 0;
}

static int stack_by_loss(const void *a, const void *b)
{
	const struct model_stack *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	return stack_key_cmp(&x->key, &y->key);
}

/* What the writer did: the operation that drains, the system call that a fault waits for. */
static void name_writer(char name[NAME_LEN], uint32_t kind, int32_t op, const struct names *names)
{
	char number[NAME_LEN];

	if (kind == VT_DRAIN)
		strcpy(name, names->name[NAMES_OP][op & (NAMES_MAX - 1)]);
	else
		snprintf(name, NAME_LEN, "%s", syscall_name(op, number, sizeof(number)));
}

static int build_stacks(struct model *m, const struct snapshot *now, const struct snapshot *before,
			const struct model_context *ctx)
{
	size_t b = 0;

	if (!now->n_stacks || !ctx->frames)
		return 0;
	m->stacks = calloc(now->n_stacks, sizeof(*m->stacks));
	if (!m->stacks)
		return -1;
	for (size_t i = 0; i < now->n_stacks; i++) {
		const struct stack_row *row = &now->stacks[i];
		const struct vt_stack_key *k = &row->key;
		struct model_stack *s = &m->stacks[m->n_stacks];
		struct vt_blocker old = { 0 };

		while (b < before->n_stacks && stack_key_cmp(&before->stacks[b].key, k) < 0)
			b++;
		if (b < before->n_stacks && !stack_key_cmp(&before->stacks[b].key, k))
			old = before->stacks[b].value;
		if (row->value.count == old.count)
			continue;
		s->key = *k;
		clean_comm(s->key.comm);
		clean_comm(s->key.who.comm);
		name_writer(s->syscall, k->who.kind, k->who.syscall, ctx->names);
		s->user = ctx->frames(ctx->ctx, k->who.victim_tgid, k->user);
		s->kernel = ctx->frames(ctx->ctx, 0, k->kernel);
		s->blocker_user = ctx->frames(ctx->ctx, k->who.tgid, k->blocker_user);
		s->blocker_kernel = ctx->frames(ctx->ctx, 0, k->blocker_kernel);
		s->count = row->value.count - old.count;
		s->ns = row->value.ns - old.ns;
		m->n_stacks++;
	}
	qsort(m->stacks, m->n_stacks, sizeof(*m->stacks), stack_by_loss);
	return 0;
}

static int build_open(struct model *m, const struct snapshot *now, const struct model_context *ctx)
{
	if (!now->n_open)
		return 0;
	m->open = calloc(now->n_open, sizeof(*m->open));
	if (!m->open)
		return -1;
	for (size_t i = 0; i < now->n_open; i++) {
		struct model_open *o = &m->open[i];
		struct vt_open_wait *w = &o->wait;
		uint64_t start, end;

		*w = now->open[i];
		clean_comm(w->comm);
		clean_comm(w->blocker.comm);
		o->age_ns = now->ns > w->ns ? now->ns - w->ns : 0;
		if (w->kind == VT_DRAIN)
			name_writer(o->what, w->kind, w->op, ctx->names);
		else if (w->blocker.tid)
			name_writer(o->what, w->kind, w->blocker.syscall, ctx->names);
		/* Which VMA a fault in the queue is about only shows when it has mmap_lock. */
		start = w->end ? w->start : w->address;
		end = w->end ? w->end : w->address + 1;
		if (end > 1)
			o->place = *ctx->place(ctx->ctx, w->mm_tgid, start, end);
	}
	m->n_open = now->n_open;
	return 0;
}

int model_rank__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      const struct model_context *ctx)
{
	return build_vmas(m, now, before, ctx) || build_blockers(m, now, before, ctx) ||
	       build_groups(m, now, before, ctx) || build_stacks(m, now, before, ctx) ||
	       build_open(m, now, ctx) ? -1 : 0;
}
