// SPDX-License-Identifier: GPL-2.0
/*
 * NUMA policies are set and freed while faults allocate pages.
 *
 * What protects: a fault that finds a policy takes a reference, for the policy is freed without a grace period; and one
 * that found none finds its VMA closed or of another generation when there is one.
 *
 * The guest has numa_policy's slabs poisoned, so that a use after free is one of the kernel's complaints.
 */
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hazards.h"

#define PAGES	64U
#define ANY	2U	/* state: no policy; else the node that all pages must be on */

static enum access expect(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)state;
	(void)block;
	(void)value;
	return DONE;
}

static void set_policy(char *start, unsigned int node)
{
	unsigned long mask = 1UL << node;
	long error = node == ANY ? syscall(SYS_mbind, start, PAGES * PAGE, MPOL_DEFAULT, NULL, 0UL, 0U) :
				   syscall(SYS_mbind, start, PAGES * PAGE, MPOL_BIND, &mask, 8UL, 0U);

	if (error)
		die("mbind, node %u (the guest needs two nodes): %m", node);
}

static void check(char *start, unsigned int node)
{
	void *pages[PAGES];
	int status[PAGES];

	for (size_t i = 0; i < PAGES; i++)
		pages[i] = start + i * PAGE;
	if (syscall(SYS_move_pages, 0, (unsigned long)PAGES, pages, NULL, status, 0))
		die("move_pages: %m");
	/* negative: there is no page yet */
	for (size_t i = 0; i < PAGES; i++)
		if (status[i] >= 0 && (unsigned int)status[i] != node)
			violation("page %zu is on node %d, all must be on %u", i, status[i], node);
}

void run_policy(void)
{
	struct area area = { .start = reserve(TABLE), .blocks = PAGES, .step = PAGE, .write = true, .expect = expect };

	map_at(area.start, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	watch(&area, 1);
	start_readers(READERS, watcher);
	while (another_round()) {
		unsigned int node = rounds() % 2;

		/* held up from here: on a busy host all pages would be there again before that */
		hold_faults(hold_time);
		set_policy(area.start, ANY);
		drop_pages(area.start, PAGES);
		settle_and_hold(ANY);
		jitter(200);
		unsettle();
		set_policy(area.start, node);
		drop_pages(area.start, PAGES);
		settle(node);
		quiesce();
		check(area.start, node);
		/* faults with a policy, which goes meanwhile */
		hold_faults(hold_time);
		drop_pages(area.start, PAGES);
		settle_and_hold(node);
		unsettle();
	}
	join_readers();
}
