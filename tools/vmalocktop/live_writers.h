/* SPDX-License-Identifier: GPL-2.0 */
/* The texts of the live view about who stalls faults. */
#ifndef VMALOCKTOP_LIVE_WRITERS_H
#define VMALOCKTOP_LIVE_WRITERS_H

#include <stdio.h>

#include "model.h"

/* live_writers__blame() - behind which process faults lost most of their time, on one line */
void live_writers__blame(FILE *out, const struct model *m);

/**
 * live_writers__table() - the threads that stalled faults, with their system calls; most time first
 * @out: gets it; nothing if there are none
 * @m: the data
 * @tgid: whose faults; 0: everybody's
 * @start: of the region that the faults were in, if @tgid isn't 0
 * @max: threads; if there are more, their number follows
 */
void live_writers__table(FILE *out, const struct model *m, uint32_t tgid, uint64_t start, size_t max);

#endif
