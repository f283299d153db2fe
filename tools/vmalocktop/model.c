// SPDX-License-Identifier: GPL-2.0
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "model_parts.h"
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

const char *model__by_name(enum vt_by by)
{
	static const char *const names[] = {
		[VT_BY_VMA] = "vma", [VT_BY_PROCESS] = "process", [VT_BY_THREAD] = "thread",
		[VT_BY_CGROUP] = "cgroup", [VT_BY_OP] = "op",
	};

	return names[by];
}

uint64_t counts__get(const struct counts *c, const char *name)
{
	for (int i = 0; i < c->n; i++)
		if (!strcmp(c->v[i].name, name))
			return c->v[i].count;
	return 0;
}

void counts__add(struct counts *c, const char *name, uint64_t n)
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
			counts__add(c, names->name[of][i], d);
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
	bool reasons;

	count_named(&m->fallbacks, names, NAMES_REASON, VT_REASONS, now->fallback, before->fallback);
	/* Kernels without reasons.  Not all of those let faults of the kernel itself be seen. */
	reasons = m->fallbacks.n;
	for (int i = 0; i < VT_FELL; i++)
		if (now->fell_back[i] || (i == VT_FELL_USER && !reasons))
			counts__add(&m->fallbacks, stock[i], now->fell_back[i] - before->fell_back[i]);
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
	counts__add(&m->lost, name, now);
	counts__add(&m->lost_now, name, now - before);
}

static void build_lost(struct model *m, const struct snapshot *now, const struct snapshot *before)
{
	static const char *const causes[VT_LOSSES] = {
		[VT_LOST_VMA_FULL] = "vma_full",
		[VT_LOST_REST_FULL] = "rest_full",
		[VT_LOST_BLOCKER_FULL] = "blocker_full",
		[VT_LOST_GROUP_FULL] = "group_full",
		[VT_LOST_STACK] = "stack",
		[VT_LOST_STACK_FULL] = "stack_full",
		[VT_LOST_WANTED_FULL] = "wanted_full",
		[VT_LOST_MAX_RACE] = "max_race",
		[VT_LOST_OFFSET_FULL] = "offset_full",
		[VT_LOST_STACK_PAUSE] = "stack_pause",
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
		counts__add(&m->lost, stamps[k][2], c->unmatched[k]);
		/* What could not be stamped has an end without a stamp, too. */
		unmatched -= unmatched < unstamped ? unmatched : unstamped;
		if (k == VT_LIFE)
			m->births_before += unmatched;
		else
			m->waits_before += unmatched;
	}
}

bool model__call_has_range(const char *syscall)
{
	static const char *const calls[] = {
		"mmap", "munmap", "mprotect", "pkey_mprotect", "mremap", "madvise", "mlock", "mlock2",
		"munlock", "mbind", "mseal",
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(syscall, calls[i]))
			return true;
	return false;
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

void model__clean_comm(char comm[VT_COMM_LEN])
{
	comm[VT_COMM_LEN - 1] = '\0';
	text__clean(comm);
}

bool model__is_fault(uint32_t kind)
{
	return kind == VT_BABY || kind == VT_EXCL || kind == VT_MMAP_LOCK;
}

/* All page faults; that of a kernel with the series is a lookup or, in kernel mode, a fallback at once. */
static uint64_t count_faults(const struct model *m, const struct vt_counters *now,
			     const struct vt_counters *before, const struct names *names)
{
	int kernel = names__find(names, NAMES_REASON, "kernel");
	uint64_t n = m->lookups;

	if (kernel >= 0)
		n += now->fallback[kernel] - before->fallback[kernel];
	/* These are only counted where lookups aren't. */
	return n + now->fault_user - before->fault_user + now->fault_kernel - before->fault_kernel;
}

int model__build(struct model *m, const struct snapshot *before, const struct snapshot *now,
		 const struct model_context *ctx)
{
	const struct names *names = ctx->names;

	*m = (struct model){ .unit_ns = ctx->unit_ns, .by = ctx->by, .sort = ctx->sort };
	m->elapsed_ns = now->ns - before->ns;
	m->walks = hist__sub(&now->hists[VT_HIST_WALKS], &before->hists[VT_HIST_WALKS], 1,
			     &m->walks_max_exact);
	build_lookups(m, &now->counters, &before->counters, names);
	count_named(&m->reffree, names, NAMES_OUTCOME, VT_OUTCOMES, now->counters.reffree,
		    before->counters.reffree);
	m->reffree_pages = now->counters.reffree_pages - before->counters.reffree_pages;
	build_fallbacks(m, &now->counters, &before->counters, names);
	m->faults = count_faults(m, &now->counters, &before->counters, names);
	count_named(&m->backoffs, names, NAMES_PLACE, VT_PLACES, now->counters.zombie,
		    before->counters.zombie);
	build_timed(m, now, before, names);
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		if (!model__is_fault(k))
			continue;
		m->fault_ns += m->timed[k].hist.sum;
		m->fault_open += m->timed[k].open;
	}
	build_lost(m, now, before);
	for (int k = 0; k < VT_KINDS; k++)
		m->left_out += now->counters.left_out[k] - before->counters.left_out[k];
	if (model_rank__build(m, now, before, ctx) || model_blame__build(m, now, before, ctx) ||
	    model_waits__build(m, now, before, ctx)) {
		model__free(m);
		return -1;
	}
	return 0;
}

void model__free(struct model *m)
{
	while (m->group_names) {
		struct model_text *t = m->group_names;

		m->group_names = t->next;
		free(t);
	}
	free(m->vmas);
	free(m->places);
	free(m->sums);
	free(m->regions);
	free(m->blames);
	free(m->blockers);
	free(m->stalls);
	free(m->groups);
	free(m->stacks);
	free(m->open);
	*m = (struct model){ 0 };
}
