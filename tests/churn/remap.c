// SPDX-License-Identifier: GPL-2.0
/*
 * Actors that replace in other ways than mmap(): "remap", by mremap() that leaves the old place mapped, which has memory
 * of its own; "filepages", by remap_file_pages(); "shm", by shmat().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

#define ARENA_PAGES	PART_PAGES

static char *_Atomic arena;	/* of ARENA_PAGES, always mapped; NULL: not yet */

static void look_at(const char *where, char *page, size_t number)
{
	uint64_t value;
	enum access access = load(page, &value);

	if (access != DONE)
		violation("remap: page %zu, %s: %s", number, where, access_name(access));
	else if (value && value != touched(number))
		violation("remap: page %zu, %s, has %#" PRIx64, number, where, value);
}

/* Copies of the actor but for the first one. */
static void touch_arena(struct job *job)
{
	while (alive()) {
		char *start = atomic_load(&arena), *page;
		size_t number = pick(&job->seed, ARENA_PAGES);

		if (!start) {
			usleep(100);
			continue;
		}
		page = start + number * PAGE;
		look_at("left", page, number);
		if (pick(&job->seed, 2) && store(page, touched(number)) != DONE)
			violation("remap: page %zu can't be written to", number);
		if (!pick(&job->seed, 16))
			usleep(20);
	}
}

static void move_and_leave(struct job *job, char *start, char *to)
{
	struct range range = pick_range_in(&job->seed, 0, ARENA_PAGES);
	char *moved = mremap(start + range.first * PAGE, range.count * PAGE, range.count * PAGE,
			     MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to);

	if (moved == MAP_FAILED) {
		/* of several mappings at once */
		if (errno != EFAULT)
			violation("remap: %m");
		return;
	}
	for (size_t i = 0; i < range.count; i++)
		look_at("moved", moved + i * PAGE, range.first + i);
	count_one(job);
}

void do_remap(struct job *job)
{
	char *start, *to;

	if (job->copy) {
		touch_arena(job);
		return;
	}
	start = reserve(ARENA_PAGES * PAGE);
	to = reserve(ARENA_PAGES * PAGE);
	map_at(start, ARENA_PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	atomic_store(&arena, start);
	while (alive()) {
		move_and_leave(job, start, to);
		/* moved back it would leave a hole for a moment */
		if (pick(&job->seed, 2))
			map_at(start, ARENA_PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
		if (!pick(&job->seed, 4) && madvise(start, ARENA_PAGES * PAGE, MADV_HUGEPAGE))
			die("MADV_HUGEPAGE: %m");
	}
}

void do_filepages(struct job *job)
{
	while (alive()) {
		struct range range = pick_range_in(&job->seed, pick(&job->seed, PARTS) * PART_PAGES, PART_PAGES);

		/* the same page of the same file, where a file is mapped shared */
		if (!syscall(SYS_remap_file_pages, page_at(range.first), range.count * PAGE, 0, range.first, 0))
			count_one(job);
	}
}

void do_shm(struct job *job)
{
	int id = shmget(IPC_PRIVATE, SHM_PAGES * PAGE, IPC_CREAT | 0600);
	struct range range = { SHM_FIRST, SHM_PAGES };

	/* it is there as long as this mapping is */
	if (id < 0 || shmat(id, NULL, 0) == (void *)-1 || shmctl(id, IPC_RMID, NULL))
		die("shared memory: %m");
	while (alive()) {
		begin_change(range);
		if (shmat(id, page_at(SHM_FIRST), SHM_REMAP) == (void *)-1)
			die("shmat: %m");
		end_change(range, OWN_PAGES);
		count_one(job);
		usleep(pick(&job->seed, 1000));
	}
}
