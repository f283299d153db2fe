// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "model_parts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "rank.h"

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
	if (x->place->region.start != y->place->region.start)
		return x->place->region.start < y->place->region.start ? -1 : 1;
	if (x->place->region.end != y->place->region.end)
		return x->place->region.end < y->place->region.end ? -1 : 1;
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
	if (!cmp)
		cmp = (int)x->kind - (int)y->kind;
	return cmp ? cmp : x->unmapped - y->unmapped;
}

/* Rows come in the order of addresses, which is that of regions: mostly, at most one with several VMAs isn't in order. */
static void sort_vmas(struct model *m)
{
	for (size_t i = 1; i < m->n_vmas; i++)
		if (vma_by_loss(&m->vmas[i - 1], &m->vmas[i]) > 0) {
			qsort(m->vmas, m->n_vmas, sizeof(*m->vmas), vma_by_loss);
			return;
		}
}

/* What regions and groups are ordered by. */
struct sums {
	uint64_t fault_ns, count, total_ns, max_ns;
};

/* What @sort orders by, of waits of all kinds. */
static double weight(enum sort sort, const struct sums *s)
{
	switch (sort) {
	case SORT_TOTAL:
		return s->total_ns;
	case SORT_COUNT:
		return s->count;
	case SORT_AVG:
		return s->count ? (double)s->total_ns / s->count : 0;
	case SORT_MAX:
		return s->max_ns;
	default:
		return s->fault_ns;
	}
}

/* The order of two sums of waits: by weight, then time that faults lost, that of drains, the number. */
static int by_weight(enum sort sort, struct sums x, struct sums y)
{
	const enum sort keys[] = { sort, SORT_LOST, SORT_TOTAL, SORT_COUNT };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		double a = weight(keys[i], &x), b = weight(keys[i], &y);

		if (a != b)
			return a > b ? -1 : 1;
	}
	return 0;
}

static struct sums region_sums(const struct model_region *r)
{
	return (struct sums){
		.fault_ns = r->fault_ns, .count = r->count, .total_ns = r->total_ns, .max_ns = r->max_ns,
	};
}

static struct sums group_sums(const struct model_group *g)
{
	struct sums s = { .fault_ns = g->fault_ns, .count = g->count };

	for (int k = 0; k < VT_KINDS; k++) {
		s.total_ns += g->kinds[k].sum;
		if (g->kinds[k].max > s.max_ns)
			s.max_ns = g->kinds[k].max;
	}
	return s;
}

/* Of regions that weigh the same. */
static int region_by_sums(const void *a, const void *b, void *model)
{
	const struct ranked *x = a, *y = b;
	const struct model *m = model;
	int cmp = by_weight(m->sort, region_sums(&m->regions[x->at]), region_sums(&m->regions[y->at]));

	return cmp ? cmp : (x->at > y->at) - (x->at < y->at);
}

/* Sort by weight, most first.  Returns 0, -1 when memory is short. */
static int sort_regions(struct model *m)
{
	struct model_region *sorted = malloc(m->n_regions * sizeof(*sorted));
	struct ranked *room = malloc(2 * m->n_regions * sizeof(*room)), *ranked;

	if (!sorted || !room) {
		free(sorted);
		free(room);
		return -1;
	}
	for (size_t i = 0; i < m->n_regions; i++) {
		const struct sums sums = region_sums(&m->regions[i]);
		double w = weight(m->sort, &sums);

		/* The bits of what isn't negative are ordered as the numbers are. */
		memcpy(&room[i].rank, &w, sizeof(w));
		room[i].rank = ~room[i].rank;
		room[i].at = i;
	}
	ranked = rank__sort(room, m->n_regions, region_by_sums, m);
	for (size_t i = 0; i < m->n_regions; i++)
		sorted[i] = m->regions[ranked[i].at];
	free(room);
	free(m->regions);
	m->regions = sorted;
	return 0;
}

static int group_by_weight(const void *a, const void *b, void *sort)
{
	const struct model_group *x = a, *y = b;
	int cmp = by_weight(*(enum sort *)sort, group_sums(x), group_sums(y));

	if (!cmp)
		cmp = strcmp(x->name, y->name);
	return cmp ? cmp : group_key_cmp(&x->key, &y->key);
}

static int build_vmas(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      const struct model_context *ctx)
{
	static const struct vt_hist none;
	struct place *places;
	size_t b = 0;

	if (!now->n_vmas)
		return 0;
	/* As many as there may be, but of those that aren't needed no page is touched. */
	m->places = places = malloc(now->n_vmas * sizeof(*places));
	m->vmas = malloc(now->n_vmas * sizeof(*m->vmas));
	if (!m->vmas || !places)
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
		v->unmapped = row->key.unmapped;
		*places = *ctx->place(ctx->ctx, v->tgid, v->start, v->end);
		/* Neighbours are often alike. */
		if (!m->n_vmas || memcmp(places, v[-1].place, sizeof(*places)))
			v->place = places++;
		else
			v->place = v[-1].place;
		m->n_vmas++;
	}
	return 0;
}

/* Add a VMA's waits to those of its region of the same kind; @sum is where they are added up, NULL: nowhere yet. */
static void add_kind(struct model_region *r, const struct model_vma *v, struct vt_hist **sum, struct vt_hist **free)
{
	const struct vt_hist **kind = &r->kinds[v->kind];

	if (!*kind) {
		*kind = &v->hist;
		r->max_exact[v->kind] = v->max_exact;
		return;
	}
	if (!*sum) {
		*sum = (*free)++;
		**sum = **kind;
		*kind = *sum;
	}
	hist__add_diff(*sum, &r->max_exact[v->kind], &v->hist, v->max_exact);
}

/* Of @count events of @kind: a back-off is no wait. */
static uint64_t waits(uint32_t kind, uint64_t count)
{
	return kind == VT_ZOMBIE ? 0 : count;
}

/* Put the VMAs in order and add up those of a region, of which each has hundreds of counts: make no more than needed. */
static int build_regions(struct model *m)
{
	struct vt_hist *sums[VT_KINDS], *free;
	size_t n = 0;

	if (!m->n_vmas)
		return 0;
	sort_vmas(m);
	for (size_t i = 0; i < m->n_vmas; i++)
		n += !i || by_region(&m->vmas[i], &m->vmas[i - 1]);
	m->regions = calloc(n, sizeof(*m->regions));
	/* Each is of two VMAs at least. */
	m->sums = free = malloc((m->n_vmas / 2 + 1) * sizeof(*m->sums));
	if (!m->regions || !m->sums)
		return -1;
	for (size_t i = 0; i < m->n_vmas; i++) {
		const struct model_vma *v = &m->vmas[i];
		struct model_region *r = &m->regions[m->n_regions];

		if (!i || by_region(v, v - 1)) {
			r->tgid = v->tgid;
			r->range = v->place->region;
			r->first = i;
			strcpy(r->comm, v->place->comm);
			memset(sums, 0, sizeof(sums));
			m->n_regions++;
		} else {
			r--;
		}
		r->n++;
		r->count += waits(v->kind, v->count);
		r->total_ns += v->hist.sum;
		if (v->hist.max > r->max_ns)
			r->max_ns = v->hist.max;
		add_kind(r, v, &sums[v->kind], &free);
		if (model__is_fault(v->kind))
			r->fault_ns += v->hist.sum;
	}
	return sort_regions(m);
}

/* "4711 (java)", "4713 mapper of 4711 (java)", "/system.slice", "mmap"; @name has room for a path. */
static void name_group(char name[PATH_MAX], const struct vt_group_key *key, enum vt_by by,
		       const struct model_context *ctx)
{
	char number[NAME_LEN], comm[VT_COMM_LEN];
	const struct place *p;

	if (key->id == VT_OTHERS) {
		strcpy(name, "(others)");
		return;
	}
	switch (by) {
	case VT_BY_PROCESS:
		p = ctx->place(ctx->ctx, key->id, 0, 0);
		snprintf(name, PATH_MAX, "%" PRId64 " (%s)", (int64_t)key->id,
			 p->comm[0] ? p->comm : "?");
		break;
	case VT_BY_THREAD:
		memcpy(comm, key->comm, sizeof(comm));
		model__clean_comm(comm);
		p = ctx->place(ctx->ctx, key->tgid, 0, 0);
		snprintf(name, PATH_MAX, "%" PRId64 " %s of %" PRIu32 " (%s)", (int64_t)key->id, comm,
			 key->tgid, p->comm[0] ? p->comm : "?");
		break;
	case VT_BY_CGROUP:
		ctx->cgroup(ctx->ctx, key->id, name, PATH_MAX);
		break;
	default:
		if (key->kind == VT_ZOMBIE)
			strcpy(name, "(back-off)");
		else if (key->kind == VT_DRAIN)
			strcpy(name, ctx->names->name[NAMES_OP][key->id & (NAMES_MAX - 1)]);
		else if (key->id == VT_NO_OP)
			strcpy(name, "(unknown)");
		else
			snprintf(name, PATH_MAX, "%s", syscall_name(key->id, number, sizeof(number)));
	}
}

/* A new group; NULL when memory is short. */
static struct model_group *new_group(struct model *m, const struct vt_group_key *key, const char *name)
{
	struct model_group *g = &m->groups[m->n_groups];
	size_t size = strlen(name) + 1;
	struct model_text *t = malloc(sizeof(*t) + size);

	if (!t)
		return NULL;
	memcpy(t->s, name, size);
	t->next = m->group_names;
	m->group_names = t;
	g->key = *key;
	g->name = t->s;
	m->n_groups++;
	return g;
}

/*
 * The group that @key is of, a new one if there is none yet; NULL when memory is short.
 *
 * What has a number is told apart by that, and threads by what they were called, too: rows of one number follow each
 * other. Only operations, which are few, are found by their names.
 */
static struct model_group *group_of(struct model *m, const struct vt_group_key *key,
				    const struct model_context *ctx)
{
	char name[PATH_MAX];

	for (size_t i = m->n_groups; m->by != VT_BY_OP && i > 0; i--) {
		struct model_group *g = &m->groups[i - 1];

		if (g->key.id != key->id || g->key.tgid != key->tgid)
			break;
		if (!memcmp(g->key.comm, key->comm, sizeof(key->comm)))
			return g;
	}
	name_group(name, key, m->by, ctx);
	for (size_t i = 0; m->by == VT_BY_OP && i < m->n_groups; i++)
		if (!strcmp(m->groups[i].name, name))
			return &m->groups[i];
	return new_group(m, key, name);
}

static int build_groups(struct model *m, const struct snapshot *now, const struct snapshot *before,
			const struct model_context *ctx)
{
	static const struct vt_hist none;
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
		uint64_t count;
		bool exact;

		while (b < before->n_groups && group_key_cmp(&before->groups[b].key, &row->key) < 0)
			b++;
		if (b < before->n_groups && !group_key_cmp(&before->groups[b].key, &row->key))
			old = &before->groups[b].hist;
		d = hist__sub(&row->hist, old, m->unit_ns, &exact);
		count = hist__count(&d);
		if (!count)
			continue;
		g = group_of(m, &row->key, ctx);
		if (!g)
			return -1;
		g->count += waits(kind, count);
		hist__add_diff(&g->kinds[kind], &g->max_exact[kind], &d, exact);
		if (model__is_fault(kind))
			g->fault_ns += d.sum;
	}
	qsort_r(m->groups, m->n_groups, sizeof(*m->groups), group_by_weight, &m->sort);
	return 0;
}

int model_rank__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      const struct model_context *ctx)
{
	return build_vmas(m, now, before, ctx) || build_regions(m) || build_groups(m, now, before, ctx) ? -1 : 0;
}
