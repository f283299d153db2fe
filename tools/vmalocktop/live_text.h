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

/**
 * live_text__page() - a page that is read and scrolled
 * @page: which, not PAGE_TOP
 * @m: the data
 * @tgid: of PAGE_REGION: the process
 * @start: of PAGE_REGION: the region's start
 * @whole: @m is about all since tracing began
 *
 * Return: lines; to be freed.  NULL when memory is short.
 */
char *live_text__page(enum page page, const struct model *m, uint32_t tgid, uint64_t start, bool whole);

/* live_text__find() - the region of a process that starts at @start or, if it has grown since, has that in it; NULL: none */
const struct model_region *live_text__find(const struct model *m, uint32_t tgid, uint64_t start);

/* live_text__unknown() - why a region isn't known, of places__explain()'s */
const char *live_text__unknown(const struct range *r);

/* live_text__writers() - the first @max writers that stalled faults; as live_text__page(), empty if there is none */
char *live_text__writers(const struct model *m, size_t max);

#endif
