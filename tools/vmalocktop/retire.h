/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making room in the maps of a run that never ends.  Nothing is done to a map
 * that is at most half full.
 */
#ifndef VMALOCKTOP_RETIRE_H
#define VMALOCKTOP_RETIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector.h"
#include "snapshot.h"

struct retire {
	struct collector *collector;
	struct snapshot *now;		/* just read */
	struct snapshot *earlier[4];	/* kept for differences: what is deleted counts from 0 in them */
	size_t n_earlier;
	const struct snapshot *idle;	/* what counts no more than in this one is idle; NULL: none is */
	const struct offset_row *offsets; /* just read */
	size_t n_offsets;
	bool (*alive)(uint32_t tgid);	/* whether a process still exists */
};

/**
 * retire__run() - delete entries of processes and cgroups that are gone and, from
 *		   what is still three quarters full, idle ones
 * @r: what there is
 * @retired: gets how many of each map
 *
 * Return: whether any.
 */
bool retire__run(const struct retire *r, uint64_t retired[COLLECTOR_MAPS]);

#endif
