/* SPDX-License-Identifier: GPL-2.0 */
/* The threads: how they start, work, park and are watched. */
#ifndef VMALOCK_LOAD_WORKER_H
#define VMALOCK_LOAD_WORKER_H

#include "load.h"

/**
 * worker_init() - allocate the workers and the setup's stand-in, seed their generators
 * @ld: the program; nr_faulters and nr_mappers are set
 *
 * Return: 0, or -1 after a message on stderr.
 */
int worker_init(struct load *ld);

/**
 * worker_create() - create the threads; they wait for worker_start()
 * @ld: the program, all modes set up
 *
 * Returns when all of them wait. Return: 0, or -1 after a message on stderr.
 */
int worker_create(struct load *ld);

/* worker_start() - let the threads run */
void worker_start(void);

/* worker_parked() - how many of the mappers or of the faulters have finished */
unsigned int worker_parked(const struct load *ld, bool mappers);

/**
 * worker_watch() - look for threads that make no progress
 * @ld: the program
 * @now_ms: the time, CLOCK_MONOTONIC
 *
 * To be called every now and then, by the main thread only, from the start until all have parked.
 * Return: false if a thread is stuck; each is counted as a violation.
 */
bool worker_watch(struct load *ld, uint64_t now_ms);

#endif
