// SPDX-License-Identifier: GPL-2.0
#include "live_ranges.h"

#include <inttypes.h>

#include "hist.h"
#include "text.h"

#define MAX_RANGES	100

static void where(FILE *out, const struct model_vma *v)
{
	char size[16];

	if (!v->end)
		fprintf(out, "%6s (not seen)\n", "-");
	else if (v->unmapped)
		fprintf(out, "%6s 0x%" PRIx64 "-0x%" PRIx64 " (unmapped)\n",
			text__size(v->end - v->start, size, sizeof(size)), v->start, v->end);
	else if (v->end - v->start == 1)
		fprintf(out, "%6s at 0x%" PRIx64 " %s\n", "-", v->start, v->place->name);
	else
		fprintf(out, "%6s 0x%" PRIx64 "-0x%" PRIx64 " %s\n",
			text__size(v->end - v->start, size, sizeof(size)), v->start, v->end, v->place->name);
}

static void range(FILE *out, const struct model_vma *v)
{
	char total[16], avg[16], max[16], most[20];
	const struct vt_hist *h = &v->hist;

	snprintf(most, sizeof(most), "%s%s", v->max_exact ? "" : "<=", text__time(h->max, max, sizeof(max)));
	fprintf(out, "%7s %6" PRIu64 " %7s %8s %-9s ", text__time(h->sum, total, sizeof(total)), v->count,
		text__time(v->count ? (double)h->sum / v->count : 0, avg, sizeof(avg)), most,
		model__kind_name(v->kind));
	where(out, v);
}

void live_ranges__list(FILE *out, const struct model *m, const struct model_region *r)
{
	size_t shown = r->n < MAX_RANGES ? r->n : MAX_RANGES;

	fprintf(out, "RANGES IN IT\n%7s %6s %7s %8s %-9s %6s %s\n", "LOST", "WAITS", "AVG", "MAX", "KIND", "SIZE",
		"RANGE");
	for (size_t i = 0; i < shown; i++)
		range(out, &m->vmas[r->first + i]);
	if (r->n > shown)
		fprintf(out, "and %zu more\n", r->n - shown);
	fputc('\n', out);
}
