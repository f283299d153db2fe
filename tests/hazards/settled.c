// SPDX-License-Identifier: GPL-2.0
/*
 * What is to be found in memory, and when that can be said.
 *
 * The epoch is odd while memory is settled. An access that begins and ends in the same odd epoch must find its state.
 */
#include <sched.h>
#include <stdatomic.h>

#include "core.h"

static atomic_ulong epoch;
static _Atomic uint64_t state_now;
/* epochs of a reader's newest access that has begun, and that has ended; a cache line each */
static struct {
	atomic_ulong begun, ended;
} __attribute__((aligned(64))) looks[8];

static void publish(uint64_t state)
{
	atomic_store(&state_now, state);
	atomic_fetch_add(&epoch, 1);
}

void settle(uint64_t state)
{
	hold_faults(0);
	publish(state);
}

void unsettle(void)
{
	atomic_fetch_add(&epoch, 1);
}

void engage(void)
{
	unsigned long now = atomic_load(&epoch);

	for (unsigned int i = 0; i < readers; i++)
		while (atomic_load(&looks[i].begun) != now && !stopped())
			sched_yield();
}

void settle_and_hold(uint64_t state)
{
	hold_faults(hold_time);
	publish(state);
	engage();
}

unsigned int at_rest(void)
{
	unsigned long now = atomic_load(&epoch);
	unsigned int count = 0;

	for (unsigned int i = 0; i < readers; i++)
		count += atomic_load(&looks[i].ended) == now;
	return count;
}

void quiesce(void)
{
	while (at_rest() < readers && !stopped())
		sched_yield();
}

uint64_t look_begin(unsigned int self)
{
	unsigned long now = atomic_load(&epoch);

	atomic_store(&looks[self].begun, now);
	return now;
}

bool look_end(unsigned int self, uint64_t begun, uint64_t *state)
{
	*state = atomic_load(&state_now);
	atomic_store(&looks[self].ended, begun);
	return begun % 2 && atomic_load(&epoch) == begun;
}
