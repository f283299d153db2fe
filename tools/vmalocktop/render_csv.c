// SPDX-License-Identifier: GPL-2.0
#include "render.h"

#include <inttypes.h>

#include "hist.h"
#include "text.h"

static void text(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static void stamp(FILE *out, const struct timespec *when)
{
	char buf[STAMP_LEN];

	fprintf(out, "%s,", text__stamp(when, buf));
}

static void kind(FILE *out, uint32_t k, const struct vt_hist *h, bool max_exact)
{
	fprintf(out, ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%d\n", model__kind_name(k), hist__count(h),
		(uint64_t)h->sum, (uint64_t)h->max, max_exact);
}

static void vmas(FILE *out, const struct model *m, const struct timespec *when)
{
	for (size_t i = 0; i < m->n_vmas; i++) {
		const struct model_vma *v = &m->vmas[i];

		stamp(out, when);
		fprintf(out, "%" PRIu32 ",", v->tgid);
		text(out, v->place->comm);
		fputc(',', out);
		text(out, v->place->region.name);
		fputc(',', out);
		text(out, v->unmapped ? "(unmapped)" : v->place->name);
		fprintf(out, ",0x%" PRIx64 ",0x%" PRIx64, v->start, v->end);
		kind(out, v->kind, &v->hist, v->max_exact);
	}
}

static void groups(FILE *out, const struct model *m, const struct timespec *when)
{
	for (size_t i = 0; i < m->n_groups; i++) {
		const struct model_group *g = &m->groups[i];

		for (int k = 0; k < VT_KINDS; k++) {
			if (!hist__count(&g->kinds[k]))
				continue;
			stamp(out, when);
			text(out, g->name);
			kind(out, k, &g->kinds[k], g->max_exact[k]);
		}
	}
}

void render__csv(FILE *out, const struct model *m, const struct timespec *when, bool header)
{
	if (header)
		fprintf(out, "time,%s,kind,count,total_ns,max_ns,max_exact\n",
			m->by == VT_BY_VMA ? "pid,comm,region,name,start,end" : model__by_name(m->by));
	if (m->by == VT_BY_VMA)
		vmas(out, m, when);
	else
		groups(out, m, when);
}
