/* SPDX-License-Identifier: GPL-2.0 */
/* Accesses to a slot whose state changes meanwhile, and the publishing of such changes. */
#ifndef VMALOCK_LOAD_SLOT_ACCESS_H
#define VMALOCK_LOAD_SLOT_ACCESS_H

#include "check.h"
#include "load.h"

/* An access to a page of a slot: what was sampled before it, and how it went. */
struct slot_access {
	uint32_t seq, view;	/* sampled before */
	bool stable;		/* nothing changed in between */
	char *page;		/* where it went */
};

/* slot_begin_change() - mapper: from now on accesses may fault; the slot must be held */
static inline void slot_begin_change(struct slot *s)
{
	atomic_fetch_add(&s->seq, 1);
}

/* slot_end_change() - mapper: the slot is as the view says, until the next change */
static inline void slot_end_change(struct slot *s, uint32_t view)
{
	s->current_view = view;
	atomic_store(&s->view, view);
	atomic_fetch_add(&s->seq, 1);
}

/**
 * slot_sample() - reader: sample the state before an access
 * @s: the slot
 * @page: the page that will be accessed
 * @a: gets the samples, and where the page is
 */
void slot_sample(const struct slot *s, unsigned int page, struct slot_access *a);

/**
 * slot_judge() - reader: sample the state again after an access and judge it
 * @w: the calling thread
 * @s: the slot
 * @page: the page
 * @a: what slot_sample() gave
 * @want: VIEW_R or VIEW_W
 * @signo: the signal that the access raised, or 0
 *
 * Violations and expected signals are counted. Return: true if the access succeeded and may be judged by
 * its content.
 */
bool slot_judge(struct worker *w, const struct slot *s, unsigned int page, struct slot_access *a,
		uint32_t want, int signo);

#endif
