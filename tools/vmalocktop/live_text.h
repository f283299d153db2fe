/* SPDX-License-Identifier: GPL-2.0 */
/* The texts of the live view; all without a terminal. */
#ifndef VMALOCKTOP_LIVE_TEXT_H
#define VMALOCKTOP_LIVE_TEXT_H

#include <stdio.h>

#include "live_view.h"
#include "model.h"

/* live_text__verdict() - how much time was lost, and to whom, on one line of 80 columns */
void live_text__verdict(FILE *out, const struct model *m);

/* live_text__rates() - the funnel on one line: faults per second and what became of them */
void live_text__rates(FILE *out, const struct model *m);

/* live_text__open() - a wait that hasn't ended, on one line; returns @buf */
const char *live_text__open(const struct model_open *o, char *buf, size_t len);

/**
 * live_text__page() - a page that is read and scrolled
 * @page: which, not PAGE_TOP
 * @m: the data
 * @tgid: of PAGE_REGION: the process
 * @start: of PAGE_REGION: the region's start
 *
 * Return: lines; to be freed.  NULL when memory is short.
 */
char *live_text__page(enum page page, const struct model *m, uint32_t tgid, uint64_t start);

#endif
