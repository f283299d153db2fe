/* SPDX-License-Identifier: GPL-2.0 */
/* What main.c and settled.c need of core.c, and tests of several processes. */
#ifndef HAZARDS_CORE_H
#define HAZARDS_CORE_H

#include "hazards.h"

extern unsigned int readers;	/* threads that start_readers() started */

/* Seconds, of a clock that doesn't jump. */
double now(void);
/* FAULTS: names in /proc/vmstat, at most 4 and a NULL, of things that must happen before the test may end. */
void core_begin(double for_seconds, const char *const *faults);
/* Prints what was done; the exit status. */
int core_end(void);
/* Violations count, and end the test, for all processes that are forked from now on together. */
void share_end(void);
/* The test doesn't end either before IDLE_ONE() returns NULL, and not the name of somebody who has done nothing yet. */
void wait_for_all(const char *(*idle_one)(void));

#endif /* HAZARDS_CORE_H */
