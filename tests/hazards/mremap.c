// SPDX-License-Identifier: GPL-2.0
/*
 * A mapping moves, by single entries and by whole page tables, and something else comes to its old place.
 *
 * What protects: the old VMA is a ZOMBIE before its range is zapped; and a page table that moves is no longer the one
 * that the PMD of the old address points to.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "hazards.h"

#define BLOCKS	32U
#define PAGES	(BLOCKS * AROUND)	/* one page table */
#define SMALL	(PAGES / 2)
#define MOVED	100000U
#define STAYED	200000U

/* Areas: files at the old place, and at the new one; anonymous memory likewise. */
enum { OLD_FILE, NEW_FILE, OLD_ANON, NEW_ANON, AREAS };
/* States: in the old place; moved, and something else or nothing is there now. */
enum { BEFORE, REPLACED, REMOVED };

static struct area areas[AREAS];

static enum access expect_old_file(uint64_t state, unsigned int block, uint64_t *value)
{
	*value = (state == BEFORE ? MOVED : STAYED) + block;
	return state == REMOVED ? REFUSED_SEGV : DONE;
}

static enum access expect_new_file(uint64_t state, unsigned int block, uint64_t *value)
{
	*value = MOVED + block;
	return state == BEFORE ? REFUSED_SEGV : DONE;
}

/* Every second page is never written to: readers find the zero page there. */
static enum access expect_old_anon(uint64_t state, unsigned int block, uint64_t *value)
{
	*value = block % 2 ? 0 : MOVED + block;
	return state == BEFORE ? DONE : REFUSED_SEGV;
}

static enum access expect_new_anon(uint64_t state, unsigned int block, uint64_t *value)
{
	*value = block % 2 ? 0 : MOVED + block;
	return state == BEFORE ? REFUSED_SEGV : DONE;
}

static int filled_file(uint64_t first)
{
	int fd = new_file(NULL, PAGES);

	for (size_t block = 0; block < BLOCKS; block++)
		fill_page(fd, block * AROUND, first + block);
	return fd;
}

static void move(int from, size_t pages)
{
	if (mremap(areas[from].start, pages * PAGE, pages * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, areas[from + 1].start) ==
	    MAP_FAILED)
		die("mremap: %m");
}

void run_mremap(void)
{
	static enum access (*const expect[AREAS])(uint64_t, unsigned int, uint64_t *) = {
		expect_old_file, expect_new_file, expect_old_anon, expect_new_anon,
	};
	int moved = filled_file(MOVED), stayed = filled_file(STAYED);
	uint64_t value;
	size_t pages;

	for (int i = 0; i < AREAS; i++)
		areas[i] = (struct area){ .start = reserve(TABLE), .blocks = BLOCKS / 2, .step = AROUND * PAGE,
					  .expect = expect[i] };
	watch(areas, AREAS);
	start_readers(READERS, watcher);
	while (another_round()) {
		pages = rounds() % 4 < 2 ? PAGES : SMALL;
		map_at(areas[OLD_FILE].start, pages, PROT_READ, MAP_SHARED, moved, 0);
		map_at(areas[OLD_ANON].start, pages, PROT_READ | PROT_WRITE, 0, -1, 0);
		if (pages == SMALL) {
			/* keeps the page table at the old place, where late faults may set entries then */
			unmap_at(areas[OLD_FILE].start + SMALL * PAGE, PAGES - SMALL);
			unmap_at(areas[OLD_ANON].start + SMALL * PAGE, PAGES - SMALL);
		}
		unmap_at(areas[NEW_FILE].start, PAGES);
		unmap_at(areas[NEW_ANON].start, PAGES);
		for (size_t block = 0; block < BLOCKS / 2; block += 2)
			store(areas[OLD_ANON].start + block * AROUND * PAGE, MOVED + block);
		/* so that there is a page table, without which faults take a reference */
		load(areas[OLD_FILE].start, &value);
		settle_and_hold(BEFORE);
		jitter(200);
		unsettle();
		move(OLD_FILE, pages);
		move(OLD_ANON, pages);
		if (rounds() % 2)
			map_at(areas[OLD_FILE].start, pages, PROT_READ, MAP_SHARED, stayed, 0);
		settle(rounds() % 2 ? REPLACED : REMOVED);
		quiesce();
		scan(rounds() % 2 ? REPLACED : REMOVED);
		unsettle();
	}
	join_readers();
}
