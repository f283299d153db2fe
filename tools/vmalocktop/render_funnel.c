// SPDX-License-Identifier: GPL-2.0
#include "render_parts.h"

#include <inttypes.h>
#include <string.h>

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

void render__funnel(FILE *out, const struct model *m)
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
