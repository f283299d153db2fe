/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often each instruction caused a transfer of each address.
 */
#ifndef BENCH_EVENTS_H
#define BENCH_EVENTS_H

#include <stdint.h>

struct event {
	uint64_t addr;	/* virtual address that was accessed */
	uint64_t pc;	/* instruction that accessed it */
	uint32_t mode;	/* enum mode */
	uint32_t type;	/* enum transfer */
	uint64_t count;	/* 0: free */
};

/* events_add - count one transfer */
void events_add(uint64_t addr, uint64_t pc, uint32_t mode, uint32_t type);

/* events_for_each - call @fn with every kind of transfer counted since the last events_reset() */
void events_for_each(void (*fn)(const struct event *e, void *arg), void *arg);

/* events_reset - forget all */
void events_reset(void);

#endif
