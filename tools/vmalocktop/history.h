/* SPDX-License-Identifier: GPL-2.0 */
/* The last minutes, second by second: what the page draws over time. */
#ifndef VMALOCKTOP_HISTORY_H
#define VMALOCKTOP_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "model.h"

#define HISTORY_COLUMNS	600

/* Row 0 is slot "zero" of a histogram, row r its slot r - 1. */
#define HISTORY_ROWS	(VT_SLOTS + 1)

struct history_wait {
	uint64_t count, total_ns;
	uint32_t rows[HISTORY_ROWS];
};

struct history_column {
	uint64_t seq;			/* 1, 2, ... */
	struct timespec end;
	uint64_t elapsed_ns;
	uint64_t faults, lookups, rewalked, reffree, fallbacks, backoffs;
	struct history_wait waits[VT_TIMED_KINDS];
};

struct history;

/* history__new() - an empty one; NULL when memory is short */
struct history *history__new(void);
void history__free(struct history *h);

/**
 * history__add() - append a column, at the cost of the oldest when there are HISTORY_COLUMNS
 * @h: the history
 * @m: what happened since the last column
 * @end: when @m ends
 */
void history__add(struct history *h, const struct model *m, const struct timespec *end);

/* history__seq() - that of the newest column, 0 if there is none */
uint64_t history__seq(const struct history *h);

/* history__next() - the oldest column with a larger number than @seq; NULL if there is none */
const struct history_column *history__next(const struct history *h, uint64_t seq);

#endif
