// SPDX-License-Identifier: GPL-2.0
/*
 * Actors that change attributes of mappings, which split and merge: "advise", "lock", "protect".
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "churn.h"
#include "region.h"

/* Newer than Debian's headers of the C library, or not there at all. */
enum {
	ADVICE_COLLAPSE = 25,
	ADVICE_DONTNEED_LOCKED = 24,
	ADVICE_POPULATE_WRITE = 23,
	ADVICE_POPULATE_READ = 22,
	ADVICE_PAGEOUT = 21,
	ADVICE_COLD = 20,
	LOCK_ONFAULT = 4,	/* of mlockall() */
};

/* None changes what may be found: pages are as the file has them, or 0. */
static const int advices[] = {
	MADV_DONTNEED, ADVICE_DONTNEED_LOCKED, MADV_FREE, MADV_REMOVE, MADV_WILLNEED, ADVICE_COLD, ADVICE_PAGEOUT,
	ADVICE_POPULATE_READ, ADVICE_POPULATE_WRITE, MADV_HUGEPAGE, MADV_NOHUGEPAGE, ADVICE_COLLAPSE, MADV_MERGEABLE,
	MADV_UNMERGEABLE, MADV_DONTDUMP, MADV_DODUMP,
};

void do_advise(struct job *job)
{
	while (alive()) {
		struct range range = pick_range(&job->seed);
		int advice = advices[pick(&job->seed, sizeof(advices) / sizeof(advices[0]))];

		/* many don't go with what is mapped there */
		if (!madvise(page_at(range.first), range.count * PAGE, advice))
			count_one(job);
	}
}

void do_lock(struct job *job)
{
	while (alive()) {
		struct range range = pick_range(&job->seed);
		void *start = page_at(range.first);
		size_t size = range.count * PAGE;
		int error;

		switch (pick(&job->seed, 6)) {
		case 0:
			error = mlock(start, size);
			break;
		case 1:
			error = mlock2(start, size, MLOCK_ONFAULT);
			break;
		case 2 ... 3:
			error = munlock(start, size);
			break;
		case 4:
			error = mlockall(MCL_FUTURE | LOCK_ONFAULT);
			break;
		default:
			error = munlockall();
		}
		if (!error)
			count_one(job);
	}
	munlockall();
}

static int key = -1;

void prepare_protect(void)
{
	/* the right to use it is each thread's own, and inherited; where there are no keys: as mprotect() */
	key = pkey_alloc(0, 0);
}

void do_protect(struct job *job)
{
	while (alive()) {
		struct range range = pick_range(&job->seed);
		int protection = PROT_READ | PROT_WRITE | (pick(&job->seed, 2) ? PROT_EXEC : 0);
		void *start = page_at(range.first);
		int error;

		if (pick(&job->seed, 2))
			error = pkey_mprotect(start, range.count * PAGE, protection, pick(&job->seed, 2) ? key : -1);
		else
			error = mprotect(start, range.count * PAGE, protection);
		if (error)
			violation("protect: pages %zu...%zu: %m", range.first, range.first + range.count - 1);
		count_one(job);
	}
}
