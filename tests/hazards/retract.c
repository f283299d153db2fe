// SPDX-License-Identifier: GPL-2.0
/*
 * A file's pages are collapsed to a huge one, which takes the page tables of all its mappings away; nobody closes the
 * VMAs for that.
 *
 * What protects: the folio's lock, which whoever collapses takes too; the page-table lock and the comparison of the
 * PMD under it; and that page tables are freed by RCU.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "hazards.h"

#define PAGES	(TABLE / PAGE)
#define BLOCKS	((unsigned int)(PAGES / AROUND))

static enum access expect(uint64_t state, unsigned int block, uint64_t *value)
{
	*value = state + block;
	return DONE;
}

void run_retract(void)
{
	struct area areas[2];
	int fd;

	need_huge_pages();
	fd = new_file(NULL, PAGES);
	for (int i = 0; i < 2; i++) {
		areas[i] = (struct area){ .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE,
					  .expect = expect };
		map_at(areas[i].start, PAGES, PROT_READ, MAP_SHARED, fd, 0);
	}
	watch(areas, 2);
	start_readers(READERS, watcher);
	while (another_round()) {
		uint64_t state = rounds() * 1000UL;

		if (ftruncate(fd, 0) || ftruncate(fd, PAGES * PAGE))
			die("ftruncate: %m");
		for (unsigned int block = 0; block < BLOCKS; block++)
			fill_page(fd, block * AROUND, state + block);
		settle(state);
		hold_faults(100);
		engage();
		for (int i = 0; i < 4; i++) {
			jitter(500);
			collapse(areas[0].start);
		}
		scan(state);
		unsettle();
	}
	join_readers();
}
