// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>
#include <string.h>

#include "hist.h"
#include "render_parts.h"

#define BAR 40

static void row(FILE *out, uint64_t low, uint64_t high, uint64_t count, uint64_t most)
{
	/* As a quotient of doubles: counts times BAR may not fit 64 bits. */
	int stars = most ? (int)((double)count / most * BAR) : 0;

	fprintf(out, "%10" PRIu64 " -> %-10" PRIu64 " : %-8" PRIu64 " |%.*s%*s|\n", low, high, count,
		stars, "****************************************", BAR - stars, "");
}

static void print_hist(FILE *out, const struct vt_hist *h, const char *unit)
{
	int first = hist__first(h), last = hist__last(h);
	uint64_t most = h->zero;

	for (int k = 0; k < VT_SLOTS; k++)
		if (h->slots[k] > most)
			most = h->slots[k];
	fprintf(out, "%10s%-14s : count    distribution\n", "", unit);
	if (h->zero)
		row(out, 0, 0, h->zero, most);
	for (int k = h->zero ? 0 : first; last >= 0 && k <= last; k++)
		row(out, hist__low(k), hist__high(k), h->slots[k], most);
	fputc('\n', out);
}

static void titled(FILE *out, const char *title, const char *what, const struct vt_hist *h,
		   const char *unit)
{
	if (!hist__count(h))
		return;
	fprintf(out, "%s%s%s\n", title, what[0] ? ", " : "", what);
	print_hist(out, h, unit);
}

static const char *const titles[VT_KINDS] = {
	[VT_BABY] = "BABY wait",
	[VT_EXCL] = "EXCL wait",
	[VT_MMAP_LOCK] = "mmap_lock wait",
	[VT_DRAIN] = "drain",
	[VT_LIFE] = "BABY's life",
};

void render__region_hists(FILE *out, const struct model *m, const struct model_region *r)
{
	char range[RANGE_LEN], what[RANGE_LEN + 64];

	snprintf(what, sizeof(what), "%s%s%s", render__range(&r->range, range), m->pid ? "" : ", ",
		 m->pid ? "" : r->comm);
	for (int k = 0; k < VT_KINDS; k++)
		if (titles[k] && r->kinds[k])
			titled(out, titles[k], what, r->kinds[k], render__unit(m));
}

void render__hist(FILE *out, const struct model *m, const struct timespec *when)
{
	const char *unit = render__unit(m);
	char what[RANGE_LEN + 64];

	render__head(out, m, when);
	render__verdict(out, m);
	fputc('\n', out);
	titled(out, "walks per fault", "", &m->walks, "walks");
	if (!model__has_waits(m))
		fprintf(out, "no waits\n");
	for (size_t i = 0; i < m->n_regions && i < MAX_REGIONS; i++)
		render__region_hists(out, m, &m->regions[i]);
	if (m->n_regions > MAX_REGIONS)
		fprintf(out, "and %zu more regions\n\n", m->n_regions - MAX_REGIONS);
	for (int k = 0; k < VT_TIMED_KINDS && m->n_regions > MAX_REGIONS; k++)
		if (k != VT_LIFE)
			titled(out, titles[k], "all VMAs", &m->timed[k].hist, unit);
	for (int i = 0; i < m->n_drains; i++) {
		snprintf(what, sizeof(what), "all VMAs, in %s", m->drains[i].op);
		titled(out, titles[VT_DRAIN], what, &m->drains[i].hist, unit);
	}
	titled(out, titles[VT_LIFE], "", &m->timed[VT_LIFE].hist, unit);
	for (int k = 0; k < VT_TIMED_KINDS; k++)
		if (m->timed[k].open && k != VT_LIFE)
			fprintf(out, "%s: %" PRIu64 " still waiting\n", titles[k], m->timed[k].open);
	render__tail(out, m);
}
