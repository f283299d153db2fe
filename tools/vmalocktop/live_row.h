/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of the live view's table of regions: what a terminal has no room for is left out, the least important first. */
#ifndef VMALOCKTOP_LIVE_ROW_H
#define VMALOCKTOP_LIVE_ROW_H

#include "model.h"

#define LIVE_ROW_LEN 512

/* live_row__head() - the headings for a terminal of @columns; returns @buf */
const char *live_row__head(const struct model *m, int columns, char buf[LIVE_ROW_LEN]);

/* live_row__region() - the line of @r, one of @m's regions; returns @buf */
const char *live_row__region(const struct model *m, const struct model_region *r, int columns, char buf[LIVE_ROW_LEN]);

#endif
