/* SPDX-License-Identifier: GPL-2.0 */
/* Where in some regions faults wait, second by second. */
#ifndef VMALOCKTOP_OFFSETS_H
#define VMALOCKTOP_OFFSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "snapshot.h"

#define OFFSETS_REGIONS	8	/* that are followed at a time */
#define OFFSETS_COLUMNS	600
#define OFFSETS_ROWS	130

struct offset_cell {
	uint64_t count, total_ns;
};

struct offset_column {
	uint64_t seq;			/* that of the history's column of the same second */
	struct timespec end;
	uint64_t elapsed_ns;
	struct offset_cell cells[OFFSETS_ROWS];
};

struct offset_region {
	uint32_t tgid;
	uint64_t start, end;
	uint64_t first_row, row_bytes;	/* row r is from first_row + r * row_bytes */
	unsigned int rows;
	uint64_t begun;			/* number of the first column */
	struct offset_cell total[OFFSETS_ROWS]; /* since tracing began */
	struct offset_cell unknown;	/* of the process: no address known */
};

struct offsets;

/* offsets__new() - one that follows no region; NULL when memory is short */
struct offsets *offsets__new(void);
void offsets__free(struct offsets *o);

/**
 * offsets__follow() - follow a region from now on, or go on doing so
 * @o: the regions
 * @tgid: its process
 * @start: where it begins
 * @end: where it ends
 * @rows: what has been counted so far
 * @n: number of @rows
 * @seq: number of the history's newest column
 * @now_ns: CLOCK_MONOTONIC
 *
 * When there are OFFSETS_REGIONS, the one that nobody has asked for longest gives way.
 * Return: NULL when memory is short; lives until the next call of a function on @o.
 */
const struct offset_region *offsets__follow(struct offsets *o, uint32_t tgid, uint64_t start,
					    uint64_t end, const struct offset_row *rows, size_t n,
					    uint64_t seq, uint64_t now_ns);

/* offsets__any() - whether any region is followed; forgets those not asked for in the last minute */
bool offsets__any(struct offsets *o, uint64_t now_ns);

/**
 * offsets__add() - append a column to all regions
 * @o: the regions
 * @rows: what has been counted so far
 * @n: number of @rows
 * @seq: the column's number
 * @end: when it ends
 * @elapsed_ns: its length
 */
void offsets__add(struct offsets *o, const struct offset_row *rows, size_t n, uint64_t seq,
		  const struct timespec *end, uint64_t elapsed_ns);

/* offsets__next() - the oldest column of @r with a larger number than @seq; NULL if there is none */
const struct offset_column *offsets__next(const struct offset_region *r, uint64_t seq);

#endif
