// SPDX-License-Identifier: GPL-2.0
/*
 * Pages are taken out of a file while faults map them.
 *
 * What protects: ->map_pages() maps a folio only while it has it locked, and then it must still belong to the file.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hazards.h"

#define BLOCKS	24U
#define PAGES	(BLOCKS * AROUND)

static int files[2];
static struct area areas[2];

/* States: twice the generation of the files' contents, plus 1 when they were taken away. */
static enum access expect_end_of_file(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)block;
	*value = state / 2;
	return state % 2 ? REFUSED_BUS : DONE;
}

static enum access expect_hole(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)block;
	*value = state % 2 ? 0 : state / 2;
	return DONE;
}

static void fill(uint64_t generation)
{
	for (int f = 0; f < 2; f++) {
		for (size_t block = 0; block < BLOCKS; block++)
			fill_page(files[f], block * AROUND, generation);
		/* a hole may have been mapped meanwhile */
		drop_pages(areas[f].start, PAGES);
	}
}

static void run(enum access (*expect)(uint64_t, unsigned int, uint64_t *), void (*empty)(int fd), void (*restore)(int fd))
{
	uint64_t generation = 0;

	for (int f = 0; f < 2; f++) {
		files[f] = new_file(f ? work_dir : NULL, PAGES);
		areas[f] = (struct area){ .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE,
					  .expect = expect };
		map_at(areas[f].start, PAGES, PROT_READ, MAP_SHARED, files[f], 0);
	}
	watch(areas, 2);
	start_readers(READERS, watcher);
	while (another_round()) {
		fill(++generation);
		settle(generation * 2);
		engage();
		jitter(200);
		unsettle();
		empty(files[0]);
		empty(files[1]);
		settle(generation * 2 + 1);
		quiesce();
		scan(generation * 2 + 1);
		unsettle();
		restore(files[0]);
		restore(files[1]);
	}
	join_readers();
}

static void shorten(int fd)
{
	if (ftruncate(fd, 0))
		die("ftruncate: %m");
}

static void lengthen(int fd)
{
	if (ftruncate(fd, PAGES * PAGE))
		die("ftruncate: %m");
}

static void punch(int fd)
{
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGES * PAGE))
		die("FALLOC_FL_PUNCH_HOLE: %m");
}

static void nothing(int fd)
{
	(void)fd;
}

void run_truncate(void)
{
	run(expect_end_of_file, shorten, lengthen);
}

void run_punch(void)
{
	run(expect_hole, punch, nothing);
}
