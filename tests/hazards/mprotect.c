// SPDX-License-Identifier: GPL-2.0
/*
 * Access is taken away while faults that were allowed to are about to set an entry.
 *
 * What protects: a fault compares the generation of its VMA under the page-table lock.
 */
#include <sys/mman.h>

#include "hazards.h"

#define PAGES	64U
#define BLOCKS	16U
#define CONTENT	4711

/* States: 1 access is allowed, 0 it isn't. */
static enum access expect(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)block;
	*value = CONTENT;
	return state ? DONE : REFUSED_SEGV;
}

static void protect(const struct area *area, size_t pages, int prot)
{
	if (mprotect(area->start, pages * PAGE, prot))
		die("mprotect: %m");
}

void run_mprotect(void)
{
	struct area areas[2] = {
		{ .start = reserve(TABLE), .blocks = PAGES, .step = PAGE, .write = true, .expect = expect },
		{ .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE, .expect = expect },
	};
	int fd = new_file(NULL, BLOCKS * AROUND);

	for (size_t block = 0; block < BLOCKS; block++)
		fill_page(fd, block * AROUND, CONTENT);
	map_at(areas[0].start, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	map_at(areas[1].start, BLOCKS * AROUND, PROT_READ, MAP_SHARED, fd, 0);
	watch(areas, 2);
	start_readers(READERS, watcher);
	while (another_round()) {
		protect(&areas[0], PAGES, PROT_READ | PROT_WRITE);
		protect(&areas[1], BLOCKS * AROUND, PROT_READ);
		drop_pages(areas[0].start, PAGES);
		drop_pages(areas[1].start, BLOCKS * AROUND);
		settle_and_hold(1);
		jitter(200);
		unsettle();
		protect(&areas[0], PAGES, rounds() % 2 ? PROT_READ : PROT_NONE);
		protect(&areas[1], BLOCKS * AROUND, PROT_NONE);
		settle(0);
		quiesce();
		scan(0);
		unsettle();
	}
	join_readers();
}
