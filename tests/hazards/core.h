/* SPDX-License-Identifier: GPL-2.0 */
/* What main.c and settled.c need of core.c. */
#ifndef HAZARDS_CORE_H
#define HAZARDS_CORE_H

#include "hazards.h"

extern unsigned int readers;	/* threads that start_readers() started */

/* FAULTS: names in /proc/vmstat, at most 4 and a NULL, of things that must happen before the test may end. */
void core_begin(double for_seconds, const char *const *faults);
/* Prints what was done; the exit status. */
int core_end(void);

#endif /* HAZARDS_CORE_H */
