// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>
#include <string.h>

#include "hist.h"
#include "render_parts.h"
#include "text.h"

#define MAX_VMAS	5	/* per region */
#define MAX_BLOCKERS	10
#define MAX_GROUPS	20
#define MAX_OPEN	10
#define TIME_LEN	16
#define NAME_COLUMN	24
#define WHAT_LEN	74	/* of the column that says who or what waited */

static void times(FILE *out, const struct vt_hist *h, bool max_exact)
{
	char total[TIME_LEN], avg[TIME_LEN], max[TIME_LEN + 2];
	uint64_t n = hist__count(h);

	fprintf(out, " %9s %9s %9s\n", text__time(h->sum, total, TIME_LEN),
		text__time(n ? (double)h->sum / n : 0, avg, TIME_LEN), text__max(h->max, max_exact, max, sizeof(max)));
}

static void times_head(FILE *out)
{
	fprintf(out, " %9s %9s %9s\n", "TOTAL", "AVG", "MAX");
}

static void waits(FILE *out, const struct model *m)
{
	static const char *const labels[VT_TIMED_KINDS] = {
		[VT_BABY] = "fault on a BABY",
		[VT_EXCL] = "fault on an EXCL VMA",
		[VT_MMAP_LOCK] = "fault for mmap_lock",
		[VT_DRAIN] = "drain, a writer on a VMA's users",
		[VT_LIFE] = "life of a BABY",
	};

	if (!model__has_waits(m)) {
		fprintf(out, "\nno waits\n");
		return;
	}
	fprintf(out, "\n%-31s %10s %10s %7s %7s", "WAITS", "BEGUN", "ENDED", "OPEN", "FAILED");
	times_head(out);
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		const struct timed *t = &m->timed[k];

		if (!coverage__has(m->coverage, coverage__wait(k)))
			continue;
		fprintf(out, "%-31s %10" PRIu64 " %10" PRIu64 " %7" PRIu64 " %7" PRIu64, labels[k],
			t->begun, t->ended, t->open, t->failed);
		times(out, &t->hist, t->max_exact);
		for (int i = 0; k == VT_DRAIN && i < m->n_drains; i++) {
			fprintf(out, "  in %-26s %10s %10" PRIu64 " %7s %7s", m->drains[i].op, "",
				hist__count(&m->drains[i].hist), "", "");
			times(out, &m->drains[i].hist, m->drains[i].max_exact);
		}
	}
}

static void rank_line(FILE *out, const char *what, uint32_t kind, const struct vt_hist *h,
		      bool max_exact)
{
	fprintf(out, "%-*s %-9s %10" PRIu64, WHAT_LEN, what, model__kind_name(kind), hist__count(h));
	if (kind == VT_ZOMBIE)
		fprintf(out, " %9s %9s %9s\n", "-", "-", "-");
	else
		times(out, h, max_exact);
}

static void rank_kinds(FILE *out, const char *what, const struct vt_hist *const *kinds, const bool *max_exact)
{
	for (int k = 0; k < VT_KINDS; k++) {
		if (!kinds[k] || !hist__count(kinds[k]))
			continue;
		rank_line(out, what, k, kinds[k], max_exact[k]);
		what = "";
	}
}

static void rank_head(FILE *out, const char *what)
{
	fprintf(out, "\n%-*s %-9s %10s", WHAT_LEN, what, "KIND", "COUNT");
	times_head(out);
}

static void region_vmas(FILE *out, const struct model *m, const struct model_region *r)
{
	size_t shown = r->n < MAX_VMAS ? r->n : MAX_VMAS;
	char range[RANGE_LEN], what[RANGE_LEN + 64];

	for (size_t i = 0; i < shown; i++) {
		const struct model_vma *v = &m->vmas[r->first + i];

		snprintf(what, sizeof(what), "  %s", render__vma(v, range));
		rank_line(out, what, v->kind, &v->hist, v->max_exact);
	}
	if (r->n > shown)
		fprintf(out, "  and %zu more\n", r->n - shown);
}

static void region(FILE *out, const struct model *m, const struct model_region *r)
{
	char range[RANGE_LEN], what[RANGE_LEN + 64];
	const struct model_vma *first = &m->vmas[r->first];

	if (m->pid)
		render__range(&r->range, what);
	else
		snprintf(what, sizeof(what), "%s, %" PRIu32 " (%s)", render__range(&r->range, range),
			 r->tgid, r->comm[0] ? r->comm : "?");
	rank_kinds(out, what, r->kinds, r->max_exact);
	/* A region that is one VMA has said it all. */
	if (r->n > 1 || first->unmapped || (first->end && (first->start != r->range.start || first->end != r->range.end)))
		region_vmas(out, m, r);
}

static void regions(FILE *out, const struct model *m)
{
	size_t shown = m->n_regions < MAX_REGIONS ? m->n_regions : MAX_REGIONS;

	if (shown)
		rank_head(out, m->sort == SORT_LOST ? "REGIONS, AND VMAS IN THEM, BY TIME THAT FAULTS LOST" :
			  "REGIONS, AND VMAS IN THEM");
	for (size_t i = 0; i < shown; i++)
		region(out, m, &m->regions[i]);
	if (m->n_regions > shown)
		fprintf(out, "and %zu more regions\n", m->n_regions - shown);
}

static void group(FILE *out, const struct model_group *g)
{
	const struct vt_hist *kinds[VT_KINDS];
	char name[WHAT_LEN + 1];

	for (int k = 0; k < VT_KINDS; k++)
		kinds[k] = &g->kinds[k];
	rank_kinds(out, text__fit(g->name, name, sizeof(name)), kinds, g->max_exact);
}

static void groups(FILE *out, const struct model *m)
{
	static const char *const heads[] = {
		[VT_BY_VMA] = "", [VT_BY_PROCESS] = "PROCESSES THAT WAITED",
		[VT_BY_THREAD] = "THREADS THAT WAITED", [VT_BY_CGROUP] = "CGROUPS THAT WAITED",
		[VT_BY_OP] = "OPERATIONS THAT FAULTS WAITED FOR, OR THAT DRAINED",
	};
	size_t shown = m->n_groups < MAX_GROUPS ? m->n_groups : MAX_GROUPS;

	if (shown)
		rank_head(out, heads[m->by]);
	for (size_t i = 0; i < shown; i++)
		group(out, &m->groups[i]);
	if (m->n_groups > shown)
		fprintf(out, "and %zu more\n", m->n_groups - shown);
}

/* The first characters of @text, in a column. */
static void name_column(FILE *out, const char *text)
{
	int n = NAME_COLUMN, bytes = text__bytes(text, &n);

	fprintf(out, " %.*s%*s", bytes, text, NAME_COLUMN - n, "");
}

static void open_wait(FILE *out, const struct model_open *o)
{
	const struct vt_open_wait *w = &o->wait;
	char age[TIME_LEN], where[64], behind[96] = "-";

	if (w->end)
		snprintf(where, sizeof(where), "0x%" PRIx64 "-0x%" PRIx64, (uint64_t)w->start,
			 (uint64_t)w->end);
	else if (w->address)
		snprintf(where, sizeof(where), "at 0x%" PRIx64, (uint64_t)w->address);
	else
		strcpy(where, "?");
	if (w->kind == VT_DRAIN)
		snprintf(behind, sizeof(behind), "users, in %s", o->what);
	else if (w->blocker.tid)
		snprintf(behind, sizeof(behind), "%s (tid %" PRIu32 ") in %s", w->blocker.comm,
			 w->blocker.tid, o->what);
	fprintf(out, "%9s %-16s %8" PRIu32 " %8" PRIu32 " %-9s %-32s",
		text__time(o->age_ns, age, TIME_LEN), w->comm, w->tgid, w->tid,
		model__kind_name(w->kind), where);
	name_column(out, o->place.name[0] ? o->place.name : "(unknown)");
	fprintf(out, " %s\n", behind);
}

static void open_waits(FILE *out, const struct model *m)
{
	size_t shown = m->n_open < MAX_OPEN ? m->n_open : MAX_OPEN;

	if (shown)
		fprintf(out, "\n%9s %-16s %8s %8s %-9s %-32s %-*s %s\n", "WAITS FOR", "THREAD", "PID", "TID",
			"KIND", "RANGE", NAME_COLUMN, "NAME", "BEHIND");
	for (size_t i = 0; i < shown; i++)
		open_wait(out, &m->open[i]);
	if (m->n_open > shown)
		fprintf(out, "and %zu more, younger ones\n", m->n_open - shown);
}

static void blockers_head(FILE *out, const struct model *m)
{
	fprintf(out, "\n%-16s %8s %8s %-18s", "BLOCKER", "PID", "TID", "SYSCALL");
	if (!m->pid)
		fprintf(out, " %11s", "STALLED PID");
	fprintf(out, " %-9s %10s %9s %9s\n", "KIND", "COUNT", "TOTAL", "AVG");
}

/* The rest of a line, from the process that waited on. */
static void blocked(FILE *out, const struct model *m, const char *pid, const char *kind,
		    uint64_t count, uint64_t ns)
{
	char total[TIME_LEN], avg[TIME_LEN];

	if (!m->pid)
		fprintf(out, " %11s", pid);
	fprintf(out, " %-9s %10" PRIu64 " %9s %9s\n", kind, count, text__time(ns, total, TIME_LEN),
		text__time(count ? (double)ns / count : 0, avg, TIME_LEN));
}

static void blame(FILE *out, const struct model *m, const struct model_blame *sum)
{
	const struct model_blocker *b = &m->blockers[sum->first];
	bool one_pid = true, one_kind = true;
	char pid[16];

	for (size_t i = 1; i < sum->n; i++) {
		one_pid &= b[i].key.victim_tgid == b->key.victim_tgid;
		one_kind &= b[i].key.kind == b->key.kind;
	}
	snprintf(pid, sizeof(pid), "%" PRIu32, b->key.victim_tgid);
	fprintf(out, "%-16s %8" PRIu32 " %8" PRIu32 " %-18s", b->key.comm, b->key.tgid, b->key.tid,
		b->syscall);
	blocked(out, m, one_pid ? pid : "several", one_kind ? model__kind_name(b->key.kind) : "all",
		sum->count, sum->ns);
	for (size_t i = 0; sum->n > 1 && i < sum->n; i++) {
		snprintf(pid, sizeof(pid), "%" PRIu32, b[i].key.victim_tgid);
		fprintf(out, "%53s", "");
		blocked(out, m, pid, model__kind_name(b[i].key.kind), b[i].count, b[i].ns);
	}
}

static void blockers(FILE *out, const struct model *m)
{
	size_t shown = m->n_blames < MAX_BLOCKERS ? m->n_blames : MAX_BLOCKERS;

	if (shown)
		blockers_head(out, m);
	for (size_t i = 0; i < shown; i++)
		blame(out, m, &m->blames[i]);
	if (m->n_blames > shown)
		fprintf(out, "and %zu more\n", m->n_blames - shown);
	for (int i = 0; i < m->no_blocker.n; i++)
		if (m->no_blocker.v[i].count)
			fprintf(out, "blocker unknown: %" PRIu64 " (mmap_lock was %s)\n",
				m->no_blocker.v[i].count, m->no_blocker.v[i].name);
}

void render__text(FILE *out, const struct model *m, const struct timespec *when)
{
	render__head(out, m, when);
	render__verdict(out, m);
	fputc('\n', out);
	render__funnel(out, m);
	waits(out, m);
	open_waits(out, m);
	if (m->by == VT_BY_VMA)
		regions(out, m);
	else
		groups(out, m);
	blockers(out, m);
	if (m->left_out)
		fprintf(out, "left out of the rankings by the options: %" PRIu64 " waits\n", m->left_out);
	render__tail(out, m);
	fputc('\n', out);
}
