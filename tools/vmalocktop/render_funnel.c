// SPDX-License-Identifier: GPL-2.0
#include "render_parts.h"

#include <inttypes.h>
#include <string.h>

/* One line of the funnel: @share of the faults is in percent, negative: none. */
static void line(FILE *out, const struct model *m, const char *text, uint64_t n, double share)
{
	double seconds = m->elapsed_ns / 1e9;

	fprintf(out, "%-44s %12" PRIu64, text, n);
	if (share >= 0)
		fprintf(out, " %8.3f%%", share);
	else
		fprintf(out, " %9s", "-");
	fprintf(out, " %12.1f\n", seconds > 0 ? n / seconds : 0);
}

/* One step of the funnel. */
static void step(FILE *out, const struct model *m, const char *label, const char *name, uint64_t n)
{
	char text[96];

	snprintf(text, sizeof(text), "%s%s", label, name);
	line(out, m, text, n, m->faults ? 100.0 * n / m->faults : -1);
}

static void steps(FILE *out, const struct model *m, const char *label, const struct counts *c)
{
	for (int i = 0; i < c->n; i++)
		if (c->v[i].count)
			step(out, m, label, c->v[i].name, c->v[i].count);
}

/* What a value of the kernel's is called in the funnel. */
struct named_text {
	const char *name, *text;
};

/* The steps of @c that are not 0, called by the @n @texts; others, of later kernels, by @label and their name. */
static void told_steps(FILE *out, const struct model *m, const struct counts *c,
		       const struct named_text *texts, size_t n, const char *label)
{
	for (int i = 0; i < c->n; i++) {
		const struct named_count *v = &c->v[i];
		const char *text = NULL;

		for (size_t j = 0; j < n; j++)
			if (!strcmp(texts[j].name, v->name))
				text = texts[j].text;
		if (v->count)
			step(out, m, text ? "  " : label, text ? text : v->name, v->count);
	}
}

/* How lookups ended. */
static void results(FILE *out, const struct model *m)
{
	static const struct named_text texts[] = {
		{ "reffree", "found, went on without a reference" },
		{ "ref", "found, took a reference" },
		{ "baby", "found a BABY, gave up the wait" },
		{ "excl", "found an EXCL VMA, gave up the wait" },
		{ "zombie", "found a ZOMBIE, gave up" },
		{ "none", "found no VMA" },
		{ "range", "found a VMA that no longer fits" },
	};

	told_steps(out, m, &m->results, texts, sizeof(texts) / sizeof(texts[0]), "  with the result ");
}

/* What became of the attempts to do without a reference. */
static void attempts(FILE *out, const struct model *m)
{
	static const struct named_text texts[] = {
		{ "mapped", "page mapped" },
		{ "stale", "VMA changed or removed meanwhile" },
		{ "not_cached", "page not in memory yet" },
		{ "other", "needed page tables, an anon_vma, ..." },
	};

	step(out, m, "tried without a reference", "", m->reffree.total);
	told_steps(out, m, &m->reffree, texts, sizeof(texts) / sizeof(texts[0]), "  with the outcome ");
	/* One fault may map many pages: no share of faults. */
	if (m->reffree.total)
		line(out, m, "  pages mapped by them", m->reffree_pages, -1);
}

/* A step that this kernel may not let us see. */
static void known_step(FILE *out, const struct model *m, enum metric metric, const char *label,
		       uint64_t n)
{
	if (coverage__has(m->coverage, metric))
		step(out, m, label, "", n);
}

void render__funnel(FILE *out, const struct model *m)
{
	if (!m->faults && !m->timed[VT_BABY].begun && !m->timed[VT_EXCL].begun &&
	    !m->backoffs.total && !m->fallbacks.total) {
		fprintf(out, "no faults\n");
		return;
	}
	fprintf(out, "%-44s %12s %9s %12s\n", "FAULTS", "COUNT", "SHARE", "PER SEC");
	known_step(out, m, METRIC_FAULTS, coverage__exact(m->coverage, METRIC_FAULTS) ? "page faults" : "from user mode",
		   m->faults);
	if (coverage__has(m->coverage, METRIC_LOOKUPS)) {
		step(out, m, "looked up under RCU", "", m->lookups);
		results(out, m);
		step(out, m, "  walked more than once", "", m->rewalked);
	}
	if (coverage__has(m->coverage, METRIC_REFFREE))
		attempts(out, m);
	known_step(out, m, METRIC_BABY, "waited on a BABY", m->timed[VT_BABY].begun);
	known_step(out, m, METRIC_EXCL, "waited on an EXCL VMA", m->timed[VT_EXCL].begun);
	known_step(out, m, METRIC_ZOMBIES, "backed off from a ZOMBIE", m->backoffs.total);
	steps(out, m, "  in ", &m->backoffs);
	known_step(out, m, METRIC_FALLBACKS, "fell back to mmap_lock", m->fallbacks.total);
	if (coverage__has(m->coverage, METRIC_REASONS))
		steps(out, m, "  because of ", &m->fallbacks);
	known_step(out, m, METRIC_MMAP_LOCK, "waited for mmap_lock", m->timed[VT_MMAP_LOCK].begun);
}
