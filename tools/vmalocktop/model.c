// SPDX-License-Identifier: GPL-2.0
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "text.h"

static const char *const kind_names[VT_KINDS] = {
	[VT_BABY] = "baby",
	[VT_EXCL] = "excl",
	[VT_MMAP_LOCK] = "mmap_lock",
	[VT_DRAIN] = "drain",
	[VT_LIFE] = "life",
	[VT_ZOMBIE] = "zombie",
};

const char *model__kind_name(uint32_t kind)
{
	return kind < VT_KINDS ? kind_names[kind] : "?";
}

uint64_t counts__get(const struct counts *c, const char *name)
{
	for (int i = 0; i < c->n; i++)
		if (!strcmp(c->v[i].name, name))
			return c->v[i].count;
	return 0;
}

static void count(struct counts *c, const char *name, uint64_t n)
{
	c->v[c->n++] = (struct named_count){ .name = name, .count = n };
	c->total += n;
}

/* Whether the kernel has a name for value @v of @of: other values are called by their number. */
static bool has_name(const struct names *names, enum names_of of, int v)
{
	char number[NAME_LEN];

	snprintf(number, sizeof(number), "%d", v);
	return strcmp(names->name[of][v], number);
}

/* Differences of @n counters, by the names of @of. */
static void count_named(struct counts *c, const struct names *names, enum names_of of, int n,
			const __u64 *now, const __u64 *before)
{
	for (int i = 0; i < n; i++) {
		uint64_t d = now[i] - before[i];

		if (d || has_name(names, of, i))
			count(c, names->name[of][i], d);
	}
}

static void build_lookups(struct model *m, const struct vt_counters *now,
			  const struct vt_counters *before, const struct names *names)
{
	static const __u64 none[VT_RESULTS];
	__u64 sum[VT_RESULTS];
	uint64_t first = 0;

	for (int i = 0; i < VT_RESULTS; i++) {
		uint64_t once = now->lookup_first[i] - before->lookup_first[i];
		uint64_t more = now->lookup_more[i] - before->lookup_more[i];

		sum[i] = once + more;
		first += once;
		m->rewalked += more;
	}
	count_named(&m->results, names, NAMES_RESULT, VT_RESULTS, sum, none);
	m->lookups = m->results.total;

	/* The programs only put the others into the histogram. */
	m->walks.slots[0] += first;
	m->walks.sum += first;
	if (first && !m->walks.max) {
		m->walks.max = 1;
		m->walks_max_exact = true;
	}
}

static void build_fallbacks(struct model *m, const struct vt_counters *now,
			    const struct vt_counters *before, const struct names *names)
{
	static const char *const stock[VT_FELL] = {
		[VT_FELL_USER] = "unknown", [VT_FELL_KERNEL] = "kernel",
	};

	count_named(&m->fallbacks, names, NAMES_REASON, VT_REASONS, now->fallback, before->fallback);
	/* Kernels without reasons. */
	for (int i = 0; i < VT_FELL; i++)
		if (now->fell_back[i])
			count(&m->fallbacks, stock[i], now->fell_back[i] - before->fell_back[i]);
}

static void build_timed(struct model *m, const struct snapshot *now,
			const struct snapshot *before, const struct names *names)
{
	static const int hist_of[VT_TIMED_KINDS] = {
		[VT_BABY] = VT_HIST_BABY,
		[VT_EXCL] = VT_HIST_EXCL,
		[VT_MMAP_LOCK] = VT_HIST_MMAP_LOCK,
		[VT_DRAIN] = -1,
		[VT_LIFE] = VT_HIST_LIFE,
	};
	uint64_t seen[VT_TIMED_KINDS] = { 0 };

	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		int id = hist_of[k];

		m->timed[k].max_exact = true;
		if (id < 0)
			continue;
		m->timed[k].hist = hist__sub(&now->hists[id], &before->hists[id], m->unit_ns,
					     &m->timed[k].max_exact);
		seen[k] = hist__count(&now->hists[id]);
	}
	for (int op = 0; op < VT_OPS; op++) {
		const struct vt_hist *h = &now->hists[VT_HIST_DRAIN + op];
		bool exact;
		struct vt_hist d = hist__sub(h, &before->hists[VT_HIST_DRAIN + op], m->unit_ns, &exact);

		seen[VT_DRAIN] += hist__count(h);
		if (!hist__count(&d))
			continue;
		hist__add_diff(&m->timed[VT_DRAIN].hist, &m->timed[VT_DRAIN].max_exact, &d, exact);
		m->drains[m->n_drains].max_exact = exact;
		m->drains[m->n_drains].op = names->name[NAMES_OP][op];
		m->drains[m->n_drains++].hist = d;
	}
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		const struct vt_counters *c = &now->counters;
		uint64_t over = c->unstamped[k] + c->restamped[k] + seen[k];

		m->timed[k].begun = c->begun[k] - before->counters.begun[k];
		m->timed[k].ended = c->ended[k] - before->counters.ended[k];
		m->timed[k].failed = c->failed[k] - before->counters.failed[k];
		/* Snapshots of a running system are not taken at one instant. */
		m->timed[k].open = c->begun[k] > over ? c->begun[k] - over : 0;
	}
}

static void count_lost(struct model *m, const char *name, uint64_t now, uint64_t before)
{
	count(&m->lost, name, now);
	count(&m->lost_now, name, now - before);
}

static void build_lost(struct model *m, const struct snapshot *now, const struct snapshot *before)
{
	static const char *const causes[VT_LOSSES] = {
		[VT_LOST_VMA_FULL] = "vma_full",
		[VT_LOST_REST_FULL] = "rest_full",
		[VT_LOST_BLOCKER_FULL] = "blocker_full",
		[VT_LOST_MAX_RACE] = "max_race",
	};
	static const char *const stamps[VT_TIMED_KINDS][3] = {
		[VT_BABY] = { "baby_unstamped", "baby_restamped", "baby_unmatched" },
		[VT_EXCL] = { "excl_unstamped", "excl_restamped", "excl_unmatched" },
		[VT_MMAP_LOCK] = { "mmap_lock_unstamped", "mmap_lock_restamped", "mmap_lock_unmatched" },
		[VT_DRAIN] = { "drain_unstamped", "drain_restamped", "drain_unmatched" },
		[VT_LIFE] = { "life_unstamped", "life_restamped", "life_unmatched" },
	};
	const struct vt_counters *c = &now->counters, *old = &before->counters;

	count_lost(m, "event_missed", now->missed, before->missed);
	for (int i = 0; i < VT_LOSSES; i++)
		count_lost(m, causes[i], c->lost[i], old->lost[i]);
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		uint64_t unstamped = c->unstamped[k] - old->unstamped[k];
		uint64_t unmatched = c->unmatched[k] - old->unmatched[k];

		count_lost(m, stamps[k][0], c->unstamped[k], old->unstamped[k]);
		count_lost(m, stamps[k][1], c->restamped[k], old->restamped[k]);
		count(&m->lost, stamps[k][2], c->unmatched[k]);
		/* What could not be stamped has an end without a stamp, too. */
		unmatched -= unmatched < unstamped ? unmatched : unstamped;
		if (k == VT_LIFE)
			m->births_before += unmatched;
		else
			m->waits_before += unmatched;
	}
}

/* Time that faults lost; drains only rank among those without any. */
static int by_loss(uint64_t fault_x, uint64_t fault_y, uint64_t x, uint64_t y)
{
	if (fault_x != fault_y)
		return fault_x > fault_y ? -1 : 1;
	return (x < y) - (x > y);
}

static bool is_fault(uint32_t kind)
{
	return kind == VT_BABY || kind == VT_EXCL || kind == VT_MMAP_LOCK;
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
		cmp = by_loss(is_fault(x->kind) ? x->hist.sum : 0,
			      is_fault(y->kind) ? y->hist.sum : 0, x->hist.sum, y->hist.sum);
	if (!cmp)
		cmp = (x->count < y->count) - (x->count > y->count);
	if (!cmp)
		cmp = (x->start > y->start) - (x->start < y->start);
	return cmp ? cmp : (int)x->kind - (int)y->kind;
}

static uint64_t region_count(const struct model_region *r)
{
	uint64_t n = 0;

	for (int k = 0; k < VT_KINDS; k++)
		n += hist__count(&r->kinds[k]);
	return n;
}

static int region_by_loss(const void *a, const void *b)
{
	const struct model_region *x = a, *y = b;
	int cmp = by_loss(x->fault_ns, y->fault_ns, x->kinds[VT_DRAIN].sum, y->kinds[VT_DRAIN].sum);
	uint64_t n, o;

	if (cmp)
		return cmp;
	n = region_count(x);
	o = region_count(y);
	if (n != o)
		return n > o ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static int build_vmas(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      model_place_fn place, void *ctx)
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
		v->place = *place(ctx, v->tgid, v->start, v->end);
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
		if (is_fault(v->kind))
			r->fault_ns += v->hist.sum;
	}
	qsort(m->regions, m->n_regions, sizeof(*m->regions), region_by_loss);
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
	return blocker_key_cmp(&x->key, &y->key);
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

static int build_blockers(struct model *m, const struct snapshot *now,
			  const struct snapshot *before)
{
	static const char *const reasons[VT_NO_BLOCKERS] = {
		[VT_NOBODY] = "released",
		[VT_READER] = "read_locked",
		[VT_UNREADABLE] = "unreadable",
	};
	size_t b = 0;

	for (int i = 0; i < VT_NO_BLOCKERS; i++)
		count(&m->no_blocker, reasons[i],
		      now->counters.no_blocker[i] - before->counters.no_blocker[i]);
	if (!now->n_blockers)
		return 0;
	m->blockers = calloc(now->n_blockers, sizeof(*m->blockers));
	if (!m->blockers)
		return -1;
	for (size_t i = 0; i < now->n_blockers; i++) {
		const struct blocker_row *row = &now->blockers[i];
		struct model_blocker *out = &m->blockers[m->n_blockers];
		struct vt_blocker old = { 0 };
		char number[NAME_LEN];

		while (b < before->n_blockers &&
		       blocker_key_cmp(&before->blockers[b].key, &row->key) < 0)
			b++;
		if (b < before->n_blockers &&
		    !blocker_key_cmp(&before->blockers[b].key, &row->key))
			old = before->blockers[b].value;
		if (row->value.count == old.count)
			continue;
		out->key = row->key;
		text__clean(out->key.comm);
		out->count = row->value.count - old.count;
		out->ns = row->value.ns - old.ns;
		snprintf(out->syscall, sizeof(out->syscall), "%s",
			 syscall_name(row->key.syscall, number, sizeof(number)));
		m->n_blockers++;
	}
	return build_blames(m);
}

bool model__has_waits(const struct model *m)
{
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		const struct timed *t = &m->timed[k];

		if (t->begun || t->ended || t->open || hist__count(&t->hist))
			return true;
	}
	return false;
}

double model__stalled(const struct model *m)
{
	return m->elapsed_ns ? (double)m->fault_ns / m->elapsed_ns : 0;
}

double model__share(const struct model *m, const struct model_blame *b)
{
	/* The two may have been read at slightly different moments. */
	return b->ns < m->fault_ns ? (double)b->ns / m->fault_ns : b->ns > 0;
}

int model__build(struct model *m, const struct snapshot *before, const struct snapshot *now,
		 const struct names *names, uint64_t unit_ns, model_place_fn place, void *ctx)
{
	*m = (struct model){ .unit_ns = unit_ns };
	m->elapsed_ns = now->ns - before->ns;
	m->walks = hist__sub(&now->hists[VT_HIST_WALKS], &before->hists[VT_HIST_WALKS], 1,
			     &m->walks_max_exact);
	build_lookups(m, &now->counters, &before->counters, names);
	build_fallbacks(m, &now->counters, &before->counters, names);
	/* Only one of the two is counted. */
	m->faults = m->lookups + now->counters.fault_user - before->counters.fault_user;
	count_named(&m->backoffs, names, NAMES_PLACE, VT_PLACES, now->counters.zombie,
		    before->counters.zombie);
	build_timed(m, now, before, names);
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		if (!is_fault(k))
			continue;
		m->fault_ns += m->timed[k].hist.sum;
		m->fault_open += m->timed[k].open;
	}
	build_lost(m, now, before);
	if (build_vmas(m, now, before, place, ctx) || build_blockers(m, now, before)) {
		model__free(m);
		return -1;
	}
	return 0;
}

void model__free(struct model *m)
{
	free(m->vmas);
	free(m->regions);
	free(m->blames);
	free(m->blockers);
	*m = (struct model){ 0 };
}
