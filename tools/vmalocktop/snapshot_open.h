/* SPDX-License-Identifier: GPL-2.0 */
/* Counting waits that haven't ended, so that a hang is not nothing until it is over. */
#ifndef VMALOCKTOP_SNAPSHOT_OPEN_H
#define VMALOCKTOP_SNAPSHOT_OPEN_H

#include "snapshot.h"

struct open_counting {
	uint64_t since_ns;		/* what a wait lasted before that doesn't count; CLOCK_MONOTONIC */
	uint64_t unit_ns;		/* of histograms */
	uint64_t longer_ns, min_vma;	/* what the options keep out of rows: shorter waits, smaller VMAs */
};

/**
 * snapshot_open__end() - the same snapshot as if the open waits had ended when it was taken
 * @now: the snapshot; sorted
 * @how: what counts
 * @ended: gets it; shares all rows but those of VMAs and blockers with @now, which must outlive it;
 *	to be released with snapshot_open__free()
 *
 * A fault whose VMA isn't known yet counts for a range of one byte, its address.
 * Return: 0, -1 when memory is short.
 */
int snapshot_open__end(const struct snapshot *now, const struct open_counting *how, struct snapshot *ended);

/* snapshot_open__free() - release what snapshot_open__end() has made */
void snapshot_open__free(struct snapshot *ended);

#endif
