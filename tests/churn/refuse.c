// SPDX-License-Identifier: GPL-2.0
/*
 * Actors whose replacements fail, and what was there must stay: "rlimit", for want of address space; "seal", since part
 * of it is sealed; "failmap", in ->mmap(), which leaves a hole. Each has memory of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#ifndef SYS_mseal
#define SYS_mseal	462
#endif

#define OLD_PAGES	64U
#define MORE_PAGES	200U
#define SEALED_FIRST	20U
#define SEALED_PAGES	10U
#define NO_ROOM		(1UL << 20)	/* less than it has already */

/* OLD_PAGES with values, and nothing behind them that matters. */
static char *set_up(void)
{
	char *start = reserve(TABLE);

	map_at(start, OLD_PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	for (unsigned int i = 0; i < OLD_PAGES; i++)
		store(start + i * PAGE, touched(i));
	return start;
}

static void must_be_there(const char *who, char *start, size_t first, size_t count)
{
	uint64_t value = 0;

	for (size_t i = first; i < first + count; i++)
		if (load(start + i * PAGE, &value) != DONE || value != touched(i))
			violation("%s: a mmap() that failed changed page %zu: %#" PRIx64, who, i, value);
}

static void with_limit(struct job *job)
{
	struct rlimit limit = { NO_ROOM, NO_ROOM };
	char *start = set_up();

	if (setrlimit(RLIMIT_AS, &limit))
		die("RLIMIT_AS: %m");
	for (unsigned int i = 0; i < 6; i++) {
		int fd = i % 3 ? -1 : region_files[0];
		int flags = (i % 2 ? MAP_PRIVATE : MAP_SHARED) | (fd < 0 ? MAP_ANONYMOUS : 0) | MAP_FIXED;
		char *at = start + pick(&job->seed, OLD_PAGES / 2) * PAGE;

		if (mmap(at, TABLE, PROT_READ | PROT_WRITE, flags, fd, 0) != MAP_FAILED || errno != ENOMEM)
			violation("rlimit: a mmap() beyond RLIMIT_AS didn't fail with ENOMEM");
		must_be_there("rlimit", start, 0, OLD_PAGES);
	}
}

void do_rlimit(struct job *job)
{
	while (alive())
		in_child(job, with_limit);
}

static void with_seal(struct job *job)
{
	char *start = set_up();

	if (syscall(SYS_mseal, start + SEALED_FIRST * PAGE, SEALED_PAGES * PAGE, 0))
		die("mseal: %m");
	for (unsigned int i = 0; i < 10; i++) {
		/* from before the sealed pages, or amid them, to behind them */
		size_t first = pick(&job->seed, SEALED_FIRST + SEALED_PAGES);
		size_t count = SEALED_FIRST + SEALED_PAGES - first + pick(&job->seed, MORE_PAGES);

		if (mmap(start + first * PAGE, count * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED || errno != EPERM)
			violation("seal: a mmap() over a sealed mapping didn't fail with EPERM");
		must_be_there("seal", start, 0, OLD_PAGES);
	}
}

void do_seal(struct job *job)
{
	while (alive())
		in_child(job, with_seal);
}

void do_failmap(struct job *job)
{
	int fd = unmappable_file();
	char *start = set_up();
	uint64_t value;

	while (alive()) {
		size_t first = pick(&job->seed, OLD_PAGES), count = 1 + pick(&job->seed, OLD_PAGES - first);

		if (mmap(start + first * PAGE, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) !=
		    MAP_FAILED)
			violation("failmap: ->mmap() didn't fail");
		must_be_there("failmap", start, 0, first);
		must_be_there("failmap", start, first + count, OLD_PAGES - first - count);
		/* somebody else may have mapped something there */
		if (load(start + first * PAGE, &value) == DONE && value == touched(first))
			violation("failmap: the old page %zu is still there", first);
		map_at(start + first * PAGE, count, PROT_READ | PROT_WRITE, 0, -1, 0);
		for (size_t i = first; i < first + count; i++)
			store(start + i * PAGE, touched(i));
		count_one(job);
	}
}
