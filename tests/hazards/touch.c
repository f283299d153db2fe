// SPDX-License-Identifier: GPL-2.0
/*
 * Threads touch the same pages for the first time, all at once; and huge pages come in between.
 *
 * What protects: only an empty entry is filled; and a table that khugepaged has taken away isn't, nor is one made.
 */
#include <inttypes.h>
#include <sys/mman.h>

#include "hazards.h"

#define TOUCHED	48U	/* pages a round, of the 512 of a page table */

static char *region;
static bool scattered;

static uint64_t *slot(unsigned int page, unsigned int self)
{
	return (uint64_t *)(region + page * PAGE) + 8 * self;
}

/* The pages of a round: the first is there already, and with it the page table. */
static unsigned int page_of(unsigned int i, uint64_t round)
{
	return scattered ? 1 + (i * 37 + round) % 511 : 1 + i;
}

static void turn(unsigned int self, uint64_t round)
{
	for (unsigned int i = 0; i < TOUCHED; i++) {
		/* one after the other for touch; for collapse each begins elsewhere */
		unsigned int n = scattered ? (i + self * TOUCHED / READERS) % TOUCHED : i;

		if (store(slot(page_of(n, round), self), round) != DONE)
			violation("a store was refused");
	}
}

static void check(uint64_t round)
{
	uint64_t value;

	for (unsigned int i = 0; i < TOUCHED; i++) {
		for (unsigned int self = 0; self < READERS; self++) {
			load(slot(page_of(i, round), self), &value);
			if (value != round)
				violation("page %u, thread %u: %" PRIu64 " instead of %" PRIu64 ": a store is lost",
					  page_of(i, round), self, value, round);
		}
	}
}

static void run(bool with_collapse)
{
	scattered = with_collapse;
	region = reserve(TABLE);
	map_at(region, TABLE / PAGE, PROT_READ | PROT_WRITE, 0, -1, 0);
	/* threads that are held up together stay together */
	hold_faults(with_collapse ? 300 : 1000);
	start_turns(READERS, turn);
	while (another_round()) {
		drop_pages(region, TABLE / PAGE);
		store(region, rounds());
		begin_turn(rounds());
		while (with_collapse && !turn_is_over()) {
			jitter(500);
			collapse(region);
		}
		await_turn();
		check(rounds());
	}
	join_readers();
}

void run_touch(void)
{
	run(false);
}

void run_collapse(void)
{
	need_huge_pages();
	run(true);
}
