// SPDX-License-Identifier: GPL-2.0
#include "live_ranges.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "hist.h"
#include "text.h"

#define MAX_RANGES	100

/* Waits on ranges of which most is the same: that VMA was replaced, or grew, or was cut. */
struct joined {
	struct model_vma most;		/* on which most time was lost, with the sums of all */
	size_t others;
};

static bool alike(const struct model_vma *a, const struct model_vma *b)
{
	uint64_t start = a->start > b->start ? a->start : b->start, end = a->end < b->end ? a->end : b->end;
	uint64_t longer = a->end - a->start > b->end - b->start ? a->end - a->start : b->end - b->start;

	/* A single address is no range. */
	return a->kind == b->kind && a->unmapped == b->unmapped && start < end && longer > 1 && end - start >= longer / 2;
}

static void join(struct joined *j, const struct model_vma *v)
{
	hist__add_diff(&j->most.hist, &j->most.max_exact, &v->hist, v->max_exact);
	j->most.count += v->count;
	j->others++;
}

static int by_loss(const void *a, const void *b)
{
	const struct joined *x = a, *y = b;

	return (x->most.hist.sum < y->most.hist.sum) - (x->most.hist.sum > y->most.hist.sum);
}

/* The ranges of @r, those that are alike joined, most time first; of many the last ones aren't.  To be freed. */
static struct joined *join_all(const struct model *m, const struct model_region *r, size_t *n)
{
	struct joined *all = malloc((r->n + 1) * sizeof(*all));

	*n = 0;
	for (size_t i = 0; all && i < r->n; i++) {
		const struct model_vma *v = &m->vmas[r->first + i];
		size_t at = 0, looked = *n < 2 * MAX_RANGES ? *n : 2 * MAX_RANGES;

		while (at < looked && !alike(&all[at].most, v))
			at++;
		if (at < looked)
			join(&all[at], v);
		else
			all[(*n)++] = (struct joined){ .most = *v };
	}
	if (*n)
		qsort(all, *n, sizeof(*all), by_loss);
	return all;
}

static void where(FILE *out, const struct model_vma *v, size_t others)
{
	char size[16], more[32] = "";

	if (others)
		snprintf(more, sizeof(more), " +%zu", others);
	if (!v->end)
		fprintf(out, "%6s (not seen)\n", "-");
	else if (v->end - v->start == 1)
		fprintf(out, "%6s at 0x%" PRIx64 " %s\n", "-", v->start, v->unmapped ? "(unmapped)" : v->place->name);
	else
		fprintf(out, "%6s 0x%" PRIx64 "-0x%" PRIx64 "%s %s\n", text__size(v->end - v->start, size, sizeof(size)),
			v->start, v->end, more, v->unmapped ? "(unmapped)" : v->place->name);
}

static void range(FILE *out, const struct joined *j)
{
	char total[16], avg[16], max[18];
	const struct vt_hist *h = &j->most.hist;

	fprintf(out, "%7s %6" PRIu64 " %7s %8s %-9s ", text__time(h->sum, total, sizeof(total)), j->most.count,
		text__time(j->most.count ? (double)h->sum / j->most.count : 0, avg, sizeof(avg)),
		text__max(h->max, j->most.max_exact, max, sizeof(max)), model__kind_name(j->most.kind));
	where(out, &j->most, j->others);
}

void live_ranges__list(FILE *out, const struct model *m, const struct model_region *r)
{
	size_t n, shown;
	struct joined *all = join_all(m, r, &n);

	shown = n < MAX_RANGES ? n : MAX_RANGES;
	fprintf(out, "RANGES IN IT\n%7s %6s %7s %8s %-9s %6s %s\n", "LOST", "WAITS", "AVG", "MAX", "KIND", "SIZE",
		n < r->n ? "RANGE +OTHERS THAT ARE HALF OF IT OR MORE" : "RANGE");
	for (size_t i = 0; i < shown; i++)
		range(out, &all[i]);
	if (n > shown)
		fprintf(out, "and %zu more\n", n - shown);
	fputc('\n', out);
	free(all);
}
