// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>
#include <string.h>

#include "hist.h"
#include "render_parts.h"

#define MAX_VMAS	5	/* per region */
#define MAX_BLOCKERS	10

static double in_unit(const struct model *m, double ns)
{
	return ns / m->unit_ns;
}

/* One step of the funnel. */
static void step(FILE *out, const struct model *m, const char *label, const char *name, uint64_t n)
{
	char text[96];
	double seconds = m->elapsed_ns / 1e9;

	snprintf(text, sizeof(text), "%s%s", label, name);
	fprintf(out, "%-44s %12" PRIu64, text, n);
	if (m->faults)
		fprintf(out, " %8.3f%%", 100.0 * n / m->faults);
	else
		fprintf(out, " %9s", "-");
	fprintf(out, " %12.1f\n", seconds > 0 ? n / seconds : 0);
}

static void steps(FILE *out, const struct model *m, const char *label, const struct counts *c)
{
	for (int i = 0; i < c->n; i++)
		if (c->v[i].count)
			step(out, m, label, c->v[i].name, c->v[i].count);
}

/* How lookups ended.  Results that only later kernels have are called by their name. */
static void results(FILE *out, const struct model *m)
{
	static const struct {
		const char *name, *text;
	} texts[] = {
		{ "reffree", "found, went on without a reference" },
		{ "ref", "found, took a reference" },
		{ "baby", "found a BABY, gave up the wait" },
		{ "excl", "found an EXCL VMA, gave up the wait" },
		{ "zombie", "found a ZOMBIE, gave up" },
		{ "none", "found no VMA" },
		{ "range", "found a VMA that no longer fits" },
	};

	for (int i = 0; i < m->results.n; i++) {
		const struct named_count *c = &m->results.v[i];
		const char *text = NULL;

		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			if (!strcmp(texts[j].name, c->name))
				text = texts[j].text;
		if (c->count)
			step(out, m, text ? "  " : "  with the result ", text ? text : c->name, c->count);
	}
}

/* A step that this kernel may not let us see. */
static void known_step(FILE *out, const struct model *m, enum metric metric, const char *label,
		       uint64_t n)
{
	if (coverage__has(m->coverage, metric))
		step(out, m, label, "", n);
}

static void funnel(FILE *out, const struct model *m)
{
	if (!m->faults && !m->timed[VT_BABY].begun && !m->timed[VT_EXCL].begun &&
	    !m->backoffs.total && !m->fallbacks.total) {
		fprintf(out, "no faults\n");
		return;
	}
	fprintf(out, "%-44s %12s %9s %12s\n", "FAULTS", "COUNT", "SHARE", "PER SEC");
	if (coverage__has(m->coverage, METRIC_LOOKUPS)) {
		step(out, m, "looked up under RCU", "", m->lookups);
		results(out, m);
		step(out, m, "  walked more than once", "", m->rewalked);
	} else {
		known_step(out, m, METRIC_FAULTS, "from user mode", m->faults);
	}
	known_step(out, m, METRIC_BABY, "waited on a BABY", m->timed[VT_BABY].begun);
	known_step(out, m, METRIC_EXCL, "waited on an EXCL VMA", m->timed[VT_EXCL].begun);
	known_step(out, m, METRIC_ZOMBIES, "backed off from a ZOMBIE", m->backoffs.total);
	steps(out, m, "  in ", &m->backoffs);
	known_step(out, m, METRIC_FALLBACKS, "fell back to mmap_lock", m->fallbacks.total);
	steps(out, m, "  because of ", &m->fallbacks);
	known_step(out, m, METRIC_MMAP_LOCK, "waited for mmap_lock", m->timed[VT_MMAP_LOCK].begun);
}

static void times(FILE *out, const struct model *m, const struct vt_hist *h, bool max_exact)
{
	uint64_t n = hist__count(h);
	char max[32];

	snprintf(max, sizeof(max), "%s%.3f", max_exact ? "" : "<=", in_unit(m, h->max));
	fprintf(out, " %14.3f %12.3f %14s\n", in_unit(m, h->sum),
		n ? in_unit(m, (double)h->sum / n) : 0, max);
}

static void times_head(FILE *out, const struct model *m)
{
	char total[16], avg[16], max[16];
	const char *unit = m->unit_ns == 1000000 ? "ms" : "us";

	snprintf(total, sizeof(total), "TOTAL(%s)", unit);
	snprintf(avg, sizeof(avg), "AVG(%s)", unit);
	snprintf(max, sizeof(max), "MAX(%s)", unit);
	fprintf(out, " %14s %12s %14s\n", total, avg, max);
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
	times_head(out, m);
	for (int k = 0; k < VT_TIMED_KINDS; k++) {
		const struct timed *t = &m->timed[k];

		if (!coverage__has(m->coverage, coverage__wait(k)))
			continue;
		fprintf(out, "%-31s %10" PRIu64 " %10" PRIu64 " %7" PRIu64 " %7" PRIu64, labels[k],
			t->begun, t->ended, t->open, t->failed);
		times(out, m, &t->hist, t->max_exact);
		for (int i = 0; k == VT_DRAIN && i < m->n_drains; i++) {
			fprintf(out, "  in %-26s %10s %10" PRIu64 " %7s %7s", m->drains[i].op, "",
				hist__count(&m->drains[i].hist), "", "");
			times(out, m, &m->drains[i].hist, m->drains[i].max_exact);
		}
	}
}

static void vma_line(FILE *out, const struct model *m, const char *what, uint32_t kind,
		     const struct vt_hist *h, bool max_exact)
{
	fprintf(out, "%-74s %-9s %10" PRIu64, what, model__kind_name(kind), hist__count(h));
	if (kind == VT_ZOMBIE)
		fprintf(out, " %14s %12s %14s\n", "-", "-", "-");
	else
		times(out, m, h, max_exact);
}

static void region(FILE *out, const struct model *m, const struct model_region *r)
{
	char range[RANGE_LEN], what[RANGE_LEN + 64];
	size_t shown = r->n < MAX_VMAS ? r->n : MAX_VMAS;

	if (m->pid)
		render__range(&r->range, what);
	else
		snprintf(what, sizeof(what), "%s, %" PRIu32 " (%s)", render__range(&r->range, range),
			 r->tgid, r->comm[0] ? r->comm : "?");
	for (int k = 0; k < VT_KINDS; k++) {
		if (!hist__count(&r->kinds[k]))
			continue;
		vma_line(out, m, what, k, &r->kinds[k], r->max_exact[k]);
		what[0] = '\0';
	}
	for (size_t i = 0; i < shown; i++) {
		const struct model_vma *v = &m->vmas[r->first + i];

		snprintf(what, sizeof(what), "  %s", render__vma(v, range));
		vma_line(out, m, what, v->kind, &v->hist, v->max_exact);
	}
	if (r->n > shown)
		fprintf(out, "  and %zu more\n", r->n - shown);
}

static void regions(FILE *out, const struct model *m)
{
	size_t shown = m->n_regions < MAX_REGIONS ? m->n_regions : MAX_REGIONS;

	if (!shown)
		return;
	fprintf(out, "\n%-74s %-9s %10s", "REGIONS, AND VMAS IN THEM, BY TIME THAT FAULTS LOST", "KIND",
		"COUNT");
	times_head(out, m);
	for (size_t i = 0; i < shown; i++)
		region(out, m, &m->regions[i]);
	if (m->n_regions > shown)
		fprintf(out, "and %zu more regions\n", m->n_regions - shown);
}

static void blockers_head(FILE *out, const struct model *m)
{
	const char *unit = m->unit_ns == 1000000 ? "ms" : "us";
	char total[16], avg[16];

	snprintf(total, sizeof(total), "TOTAL(%s)", unit);
	snprintf(avg, sizeof(avg), "AVG(%s)", unit);
	fprintf(out, "\n%-16s %8s %8s %-18s", "BLOCKER", "PID", "TID", "SYSCALL");
	if (!m->pid)
		fprintf(out, " %11s", "STALLED PID");
	fprintf(out, " %-9s %10s %14s %12s\n", "KIND", "COUNT", total, avg);
}

/* The rest of a line, from the process that waited on. */
static void blocked(FILE *out, const struct model *m, const char *pid, const char *kind,
		    uint64_t count, uint64_t ns)
{
	if (!m->pid)
		fprintf(out, " %11s", pid);
	fprintf(out, " %-9s %10" PRIu64 " %14.3f %12.3f\n", kind, count, in_unit(m, ns),
		count ? in_unit(m, (double)ns / count) : 0);
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
	funnel(out, m);
	waits(out, m);
	regions(out, m);
	blockers(out, m);
	render__tail(out, m);
	fputc('\n', out);
}
