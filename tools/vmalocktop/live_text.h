/* SPDX-License-Identifier: GPL-2.0 */
/* The texts of the live view; all without a terminal. */
#ifndef VMALOCKTOP_LIVE_TEXT_H
#define VMALOCKTOP_LIVE_TEXT_H

#include <stdio.h>

#include "live_view.h"
#include "model.h"

/* live_text__verdict() - how much time was lost, on one line of 80 columns; @whole: since tracing began */
void live_text__verdict(FILE *out, const struct model *m, bool whole);

/* live_text__rates() - the funnel on one line: faults per second and what became of them */
void live_text__rates(FILE *out, const struct model *m);

#define LIVE_WRITERS	20	/* rows of PAGE_WRITERS, at most */

/* live_text__page() - @v's page, not PAGE_TOP: lines, to be freed; NULL when memory is short */
char *live_text__page(const struct live_view *v, const struct model *m);

/* live_text__find() - the region of a process that starts at @start or, if it has grown since, has that in it; NULL: none */
const struct model_region *live_text__find(const struct model *m, uint32_t tgid, uint64_t start);

/* live_text__unknown() - why a region isn't known, of places__explain()'s */
const char *live_text__unknown(const struct range *r);

/* live_text__writers() - the first @max writers that stalled faults; as that, empty if there is none */
char *live_text__writers(const struct model *m, size_t max);

#endif
