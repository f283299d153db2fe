// SPDX-License-Identifier: GPL-2.0
/*
 * A VMA is split, half of it replaced, removed or given another protection, and merged again.
 *
 * What protects: what is replaced or removed is a ZOMBIE; and of a VMA whose start and offset change in place, no fault
 * uses a copy that has one from before and the other from after, for the generation or the state says so.
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

/*
 * The upper half keeps the VMA, which then has another start and offset. Faults come while that happens: lookups are
 * slow, so that they copy the VMA only then, and not all pages are there before.
 */
static void split_in_place(char *start, char *half)
{
	slow_lookups(1000);
	drop_pages(start, PAGES);
	settle(WHOLE);
	engage();
	if (mprotect(half, PAGES / 2 * PAGE, PROT_READ | PROT_WRITE))
		die("mprotect: %m");
	slow_lookups(0);
	quiesce();
	scan(WHOLE);
	unsettle();
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
		if (rounds() % 3 == 0) {
			split_in_place(area.start, half);
			continue;
		}
		settle_and_hold(WHOLE);
		jitter(200);
		unsettle();
		if (rounds() % 3 == 1) {
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
