/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for new rows in a run that lasts: when a map is nearly full, rows that
 * have counted nothing for a while are given up, those that cost the least time
 * first, and added to one row for all others.  No wait is lost: sums over the
 * rows stay what they were.
 *
 * Stacks that no row refers to then are deleted, and their indices become those
 * of others.
 */
#ifndef VMALOCKTOP_RECYCLE_H
#define VMALOCKTOP_RECYCLE_H

#include "collector.h"
#include "snapshot.h"

struct recycle;

/* recycle__swept_fn() - only what these @n rows refer to is still the same stack */
typedef void (*recycle__swept_fn)(void *ctx, const struct stack_row *rows, size_t n);

/* recycle__new() - nothing given up yet, @swept may be NULL; NULL when memory is short */
struct recycle *recycle__new(struct collector *c, recycle__swept_fn swept, void *ctx);
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

/* recycle__cost() - fill in what has been given up so far */
void recycle__cost(const struct recycle *r, struct cost *cost);

/**
 * recycle__add() - add the rows that were given up to a snapshot
 * @r: what has been given up so far
 * @now: just read
 *
 * Return: 0, -1 after a message.
 */
int recycle__add(const struct recycle *r, struct snapshot *now);

#endif
