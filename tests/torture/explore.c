// SPDX-License-Identifier: GPL-2.0
/*
 * explore: small cases in every order of their atomic operations, with
 * vma_lock.c and vma_lock.h as they are.
 *
 * Usage: explore [-b PREEMPTIONS]
 *
 * Runs each case in all schedules in which a running task is switched off at
 * most PREEMPTIONS times (2); sequentially consistent.
 *
 * Exit status: 0 all is well; 2 wrong usage; a violation aborts (134) and
 * prints the schedule: which choice of how many wasn't the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "space.h"
#include "shim/coop.h"

#define MAX_DO	4

enum what { NOTHING, READ, MMAP, MUNMAP, CHANGE, LOCK_ALL, STRAY };

/* What a task does, one after the other, each on pages [first, last). */
struct step {
	enum what what;
	int first, last;
};

struct scenario {
	const char *name;
	bool warm;		/* task 0 has read all pages before */
	struct step tasks[3][MAX_DO];
};

static const struct scenario scenarios[] = {
	{ "a fault, mmap()", false, { { { READ, 0 } }, { { MMAP, 0, 2 } } } },
	{ "a fault, munmap()", false, { { { READ, 0 } }, { { MUNMAP, 0, 2 } } } },
	{ "a fault, mprotect()", false, { { { READ, 0 } }, { { CHANGE, 0, 2 } } } },
	{ "a fault, mprotect() beside it", false, { { { READ, 1 }, { READ, 1 } }, { { CHANGE, 0, 1 } } } },
	{ "a fault, mprotect() of its part", false, { { { READ, 1 } }, { { CHANGE, 1, 2 }, { CHANGE, 1, 2 } } } },
	{ "a fault, fork()", false, { { { READ, 0 } }, { { LOCK_ALL } } } },
	{ "a fault, mprotect() twice", false, { { { READ, 0 } }, { { CHANGE, 0, 2 }, { CHANGE, 0, 2 } } } },
	{ "a fault, mmap(), munmap()", false, { { { READ, 0 } }, { { MMAP, 0, 1 }, { MUNMAP, 0, 1 } } } },
	{ "a fault, a flag set under mmap_lock held for read", false, { { { READ, 0 } }, { { STRAY, 0 } } } },
	{ "two threads read, mmap()", true,
	  { { { READ, 0 }, { READ, 0 } }, { { READ, 0 } }, { { MMAP, 0, 1 } } } },
	{ "two faults, mprotect()", false, { { { READ, 0 } }, { { READ, 1 } }, { { CHANGE, 0, 2 } } } },
	{ "a fault, mmap(), mprotect()", false, { { { READ, 0 } }, { { MMAP, 0, 2 } }, { { CHANGE, 0, 2 } } } },
	{ "two faults, mprotect() where one is", false,
	  { { { READ, 1 } }, { { READ, 0 } }, { { CHANGE, 1, 2 } } } },
	{ "a fault, two mmap()s", false, { { { READ, 1 } }, { { MMAP, 0, 2 } }, { { MMAP, 1, 2 } } } },
};

static struct space space;
static struct cpu cpus[3];
static const struct scenario *scenario;

static void do_step(struct cpu *cpu, const struct step *step)
{
	switch (step->what) {
	case READ:
		space_read(&space, cpu, step->first);
		break;
	case MMAP:
		space_mmap(&space, step->first, step->last);
		break;
	case MUNMAP:
		space_munmap(&space, step->first, step->last);
		break;
	case CHANGE:
		space_change(&space, step->first, step->last);
		break;
	case LOCK_ALL:
		space_lock_all(&space);
		break;
	case STRAY:
		space_stray(&space, step->first);
		break;
	case NOTHING:
		break;
	}
}

static void task_main(void *arg)
{
	struct cpu *cpu = arg;
	const struct step *steps = scenario->tasks[cpu - cpus];

	for (int i = 0; i < MAX_DO; i++)
		do_step(cpu, &steps[i]);
}

/* A seed that has page_fault() begin without a reference, or with one. */
static unsigned int seed_for(bool reference)
{
	for (unsigned int seed = 0;; seed++) {
		unsigned int state = seed;
		int what = rand_r(&state) % 8;

		if (reference ? what == 1 : what > 2)
			return seed;
	}
}

static void run_once(bool reference)
{
	memset(cpus, 0, sizeof(cpus));
	for (int i = 0; i < 3; i++)
		cpus[i].seed = seed_for(reference);
	space_init(&space, cpus, 3);
	for (int page = 0; scenario->warm && page < NPAGES; page++)
		space_read(&space, &cpus[0], page);
	for (int i = 0; i < 3; i++)
		if (scenario->tasks[i][0].what != NOTHING)
			coop_task(&cpus[i].task, task_main, &cpus[i]);
	coop_run();
	space_destroy(&space);
}

static void explore(bool reference, int preemptions)
{
	unsigned long runs = 0;

	coop_explore(preemptions);
	do {
		run_once(reference);
		runs++;
	} while (coop_next());
	printf("%s%s: %lu schedules\n", scenario->name, reference ? ", with a reference" : "", runs);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static struct task_struct self;
	int option, preemptions = 2;

	while ((option = getopt(argc, argv, "b:")) != -1) {
		preemptions = option == 'b' ? atoi(optarg) : 0;
		if (preemptions < 1 || preemptions > 100) {
			fputs("explore: usage: explore [-b PREEMPTIONS], 1 to 100\n", stderr);
			return 2;
		}
	}
	current = &self;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		scenario = &scenarios[i];
		explore(false, preemptions);
		explore(true, preemptions);
	}
	return 0;
}
