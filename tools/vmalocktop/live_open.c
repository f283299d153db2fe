// SPDX-License-Identifier: GPL-2.0
#include "live_open.h"

#include <inttypes.h>
#include <stdlib.h>

#include "text.h"

const char *live_open__count(const struct model *m, char *buf, size_t len)
{
	snprintf(buf, len, "%zu wait%s now", m->n_open, m->n_open == 1 ? "s" : "");
	return buf;
}

uint64_t live_open__ns(const struct model *m)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < m->n_open; i++)
		if (model__is_fault(m->open[i].wait.kind))
			ns += m->open[i].age_ns < m->elapsed_ns ? m->open[i].age_ns : m->elapsed_ns;
	return ns;
}

/* How long a wait lasts; one that began while the snapshot was taken may be younger than that. */
static const char *age(const struct model_open *o, char buf[16])
{
	return o->age_ns < 1000 ? "<1us" : text__time(o->age_ns, buf, 16);
}

static void line(FILE *out, const struct model_open *o)
{
	const struct vt_open_wait *w = &o->wait;
	char old[16];

	/* What is to blame comes first: narrow terminals cut the rest. */
	fprintf(out, "waiting %s", age(o, old));
	if (w->kind == VT_DRAIN)
		fprintf(out, " in %s", o->what);
	else if (w->blocker.tid)
		fprintf(out, " behind %s of %s (%" PRIu32 ")", o->what, w->blocker.comm, w->blocker.tid);
	fprintf(out, ": %s (%" PRIu32 ") %s, %s\n", w->comm, w->tid, model__kind_name(w->kind),
		o->place.name[0] ? o->place.name : "?");
}

char *live_open__lines(const struct model *m, size_t max)
{
	size_t n, shown = m->n_open <= max ? m->n_open : max - 1;
	char *text = NULL;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	for (size_t i = 0; i < shown; i++)
		line(f, &m->open[i]);
	if (m->n_open > shown)
		fprintf(f, "and %zu more: o lists them\n", m->n_open - shown);
	return fclose(f) ? NULL : text;
}

void live_open__list(FILE *out, const struct model *m)
{
	char count[32];

	if (!m->n_open) {
		fprintf(out, "nothing waits now\n");
		return;
	}
	fprintf(out, "%s, oldest first\n", live_open__count(m, count, sizeof(count)));
	for (size_t i = 0; i < m->n_open; i++)
		line(out, &m->open[i]);
}
