/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for new rows in a run that lasts: when a map is nearly full, rows that
 * have counted nothing for a while are given up, those that cost the least time
 * first, and added to one row for all others.  No wait is lost: sums over the
 * rows stay what they were.
 */
#ifndef VMALOCKTOP_RECYCLE_H
#define VMALOCKTOP_RECYCLE_H

#include "collector.h"
#include "snapshot.h"

struct recycle;

/* recycle__new() - nothing given up yet; NULL when memory is short */
struct recycle *recycle__new(struct collector *c);
void recycle__free(struct recycle *r);

/**
 * recycle__run() - make room, if need be and the last look is long enough ago
 * @r: what has been given up so far
 * @before: what later reports are compared with; changed likewise
 * @n_before: how many these are
 * @now_ns: the time, CLOCK_MONOTONIC
 *
 * Return: how many rows were given up; -1 after a message.
 */
int recycle__run(struct recycle *r, struct snapshot *before, size_t n_before, uint64_t now_ns);

/**
 * recycle__add() - add the rows that were given up to a snapshot
 * @r: what has been given up so far
 * @now: just read
 *
 * Return: 0, -1 after a message.
 */
int recycle__add(const struct recycle *r, struct snapshot *now);

#endif
