// SPDX-License-Identifier: GPL-2.0
#include "model_parts.h"

#include <string.h>

static void only_regions(struct model *m, uint32_t tgid)
{
	size_t n = 0;

	m->fault_ns = 0;
	for (size_t i = 0; i < m->n_regions; i++) {
		if (m->regions[i].tgid != tgid)
			continue;
		m->fault_ns += m->regions[i].fault_ns;
		if (m->regions[i].comm[0])
			strcpy(m->comm, m->regions[i].comm);
		m->regions[n++] = m->regions[i];
	}
	m->n_regions = n;
}

/* Of a blame's blockers those come first, and count alone, that are about the process.  Returns whether there are any. */
static bool only_blame(struct model *m, struct model_blame *b, uint32_t tgid)
{
	struct model_blocker *of = &m->blockers[b->first];
	size_t n = 0;

	b->count = b->ns = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct model_blocker one = of[i];

		if (one.key.victim_tgid != tgid)
			continue;
		b->count += one.count;
		b->ns += one.ns;
		of[i] = of[n];
		of[n++] = one;
	}
	b->n = n;
	return n;
}

static void only_blames(struct model *m, uint32_t tgid)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_blames; i++)
		if (only_blame(m, &m->blames[i], tgid))
			m->blames[n++] = m->blames[i];
	m->n_blames = n;
	model_blame__sort(m);
}

static void only_waits(struct model *m, uint32_t tgid)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_stalls; i++)
		if (m->stalls[i].key.victim_tgid == tgid)
			m->stalls[n++] = m->stalls[i];
	m->n_stalls = n;
	n = 0;
	for (size_t i = 0; i < m->n_stacks; i++)
		if (m->stacks[i].key.who.victim_tgid == tgid)
			m->stacks[n++] = m->stacks[i];
	m->n_stacks = n;
	n = 0;
	m->fault_open = 0;
	for (size_t i = 0; i < m->n_open; i++) {
		if (m->open[i].wait.mm_tgid != tgid)
			continue;
		m->fault_open += model__is_fault(m->open[i].wait.kind);
		m->open[n++] = m->open[i];
	}
	m->n_open = n;
}

void model__only(struct model *m, uint32_t tgid)
{
	if (m->pid)
		return;
	m->pid = tgid;
	m->only = true;
	only_regions(m, tgid);
	only_blames(m, tgid);
	only_waits(m, tgid);
}
