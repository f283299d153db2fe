/* SPDX-License-Identifier: GPL-2.0 */
/* The texts of the live view about waits that haven't ended; all are of m->open, so that they agree. */
#ifndef VMALOCKTOP_LIVE_OPEN_H
#define VMALOCKTOP_LIVE_OPEN_H

#include <stdio.h>

#include "model.h"

/* live_open__count() - "1 waits now", "2 wait now"; returns @buf */
const char *live_open__count(const struct model *m, char *buf, size_t len);

/* live_open__ns() - how long faults that wait now have done so, within the time of the report */
uint64_t live_open__ns(const struct model *m);

/**
 * live_open__lines() - the oldest open waits, one on each line
 * @m: the data
 * @max: lines; if there are more waits, the last one says how many
 *
 * Return: lines, empty if nothing waits; to be freed.  NULL when memory is short.
 */
char *live_open__lines(const struct model *m, size_t max);

/* live_open__list() - all open waits, below a line that says how many there are */
void live_open__list(FILE *out, const struct model *m);

#endif
