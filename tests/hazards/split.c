// SPDX-License-Identifier: GPL-2.0
/*
 * A VMA is split, half of it replaced or removed, and merged again; the other half is the same VMA as before.
 *
 * What protects: the VMA that a fault found may still be open, but not in the generation of its copy.
 */
#include <sys/mman.h>

#include "hazards.h"

#define BLOCKS	16U
#define PAGES	(BLOCKS * AROUND)
#define OTHER	(2 * PAGES)	/* where in the file the other half's replacement is */

enum { WHOLE, REPLACED, REMOVED };

static enum access expect(uint64_t state, unsigned int block, uint64_t *value)
{
	*value = 1 + block * AROUND;
	if (block < BLOCKS / 2 || state == WHOLE)
		return DONE;
	*value += OTHER;
	return state == REPLACED ? DONE : REFUSED_SEGV;
}

void run_split(void)
{
	struct area area = { .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE, .expect = expect };
	char *half = area.start + PAGES / 2 * PAGE;
	int fd = new_file(NULL, OTHER + PAGES);
	uint64_t state;

	for (size_t page = 0; page < PAGES; page += AROUND) {
		fill_page(fd, page, 1 + page);
		fill_page(fd, OTHER + page, 1 + OTHER + page);
	}
	map_at(area.start, PAGES, PROT_READ, MAP_SHARED, fd, 0);
	watch(&area, 1);
	start_readers(READERS, watcher);
	while (another_round()) {
		map_at(half, PAGES / 2, PROT_READ, MAP_SHARED, fd, PAGES / 2);
		drop_pages(area.start, PAGES / 2);
		settle_and_hold(WHOLE);
		jitter(200);
		unsettle();
		if (rounds() % 2) {
			if (munmap(half, PAGES / 2 * PAGE))
				die("munmap: %m");
			state = REMOVED;
		} else {
			map_at(half, PAGES / 2, PROT_READ, MAP_SHARED, fd, OTHER + PAGES / 2);
			state = REPLACED;
		}
		settle(state);
		quiesce();
		scan(state);
		unsettle();
	}
	join_readers();
}
