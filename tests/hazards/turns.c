// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that do something once a round.
 */
#include <sched.h>
#include <stdatomic.h>

#include "core.h"

static void (*turn_function)(unsigned int self, uint64_t round);
static _Atomic uint64_t round_now;
static atomic_ulong turns_asked;	/* begin_turn()s so far */
static atomic_uint begun, ended;	/* threads, of the newest turn */

static void take_turns(unsigned int self)
{
	unsigned long taken = 0;

	while (!stopped()) {
		if (atomic_load(&turns_asked) == taken) {
			sched_yield();
			continue;
		}
		taken++;
		atomic_fetch_add(&begun, 1);
		turn_function(self, atomic_load(&round_now));
		atomic_fetch_add(&ended, 1);
	}
}

void start_turns(unsigned int count, void (*turn)(unsigned int self, uint64_t round))
{
	turn_function = turn;
	atomic_store(&ended, count);
	start_readers(count, take_turns);
}

void begin_turn(uint64_t round)
{
	atomic_store(&round_now, round);
	atomic_store(&begun, 0);
	atomic_store(&ended, 0);
	atomic_fetch_add(&turns_asked, 1);
	while (atomic_load(&begun) < readers && !stopped())
		sched_yield();
}

bool turn_is_over(void)
{
	return atomic_load(&ended) >= readers;
}

void await_turn(void)
{
	while (!turn_is_over() && !stopped())
		sched_yield();
}
