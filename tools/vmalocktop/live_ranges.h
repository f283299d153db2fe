/* SPDX-License-Identifier: GPL-2.0 */
/* The text of the live view about the ranges inside a region. */
#ifndef VMALOCKTOP_LIVE_RANGES_H
#define VMALOCKTOP_LIVE_RANGES_H

#include <stdio.h>

#include "model.h"

/*
 * live_ranges__list() - the VMAs of @r, one of @m's regions, that were waited on, most time first: lines
 * whose first 80 columns have all but the name
 */
void live_ranges__list(FILE *out, const struct model *m, const struct model_region *r);

#endif
