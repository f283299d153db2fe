// SPDX-License-Identifier: GPL-2.0
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "hist.h"

struct history {
	uint64_t seq;
	struct history_column columns[HISTORY_COLUMNS]; /* number seq is at seq % HISTORY_COLUMNS */
};

struct history *history__new(void)
{
	return calloc(1, sizeof(struct history));
}

void history__free(struct history *h)
{
	free(h);
}

static void add_wait(struct history_wait *w, const struct vt_hist *h)
{
	w->count = hist__count(h);
	w->total_ns = h->sum;
	w->rows[0] = h->zero;
	for (int k = 0; k < VT_SLOTS; k++)
		w->rows[k + 1] = h->slots[k];
}

void history__add(struct history *h, const struct model *m, const struct timespec *end)
{
	struct history_column *c = &h->columns[++h->seq % HISTORY_COLUMNS];

	c->seq = h->seq;
	c->end = *end;
	c->elapsed_ns = m->elapsed_ns;
	c->faults = m->faults;
	c->lookups = m->lookups;
	c->rewalked = m->rewalked;
	c->reffree = counts__get(&m->results, "reffree");
	c->fallbacks = m->fallbacks.total;
	c->backoffs = m->backoffs.total;
	for (int k = 0; k < VT_TIMED_KINDS; k++)
		add_wait(&c->waits[k], &m->timed[k].hist);
}

uint64_t history__seq(const struct history *h)
{
	return h->seq;
}

const struct history_column *history__next(const struct history *h, uint64_t seq)
{
	uint64_t first = h->seq > HISTORY_COLUMNS ? h->seq - HISTORY_COLUMNS + 1 : 1;

	if (seq >= h->seq)
		return NULL;
	if (seq + 1 > first)
		first = seq + 1;
	return &h->columns[first % HISTORY_COLUMNS];
}
