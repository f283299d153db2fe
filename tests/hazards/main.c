// SPDX-License-Identifier: GPL-2.0
/*
 * hazards: what could go wrong with page faults that take no reference on their VMA, a case at a time.
 *
 * Usage: hazards CASE SECONDS DIR - DIR is a directory on ext4. "hazards list" prints the names of the cases.
 *
 * Prints what it did and found wrong, as TAP comments. Exit status: 0 nothing was wrong, 1 something was,
 * 2 the case could not be run, 77 not on this kernel, 3 it received a signal that nothing explains.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "core.h"

const char *work_dir;

#define SUCCESS	"vma_lock_success"	/* page faults without mmap_lock */
#define REFFREE	"vma_lock_reffree"	/* page faults without a reference */
#define MISS	"vma_lock_miss"		/* back-offs from a ZOMBIE */
#define STALE	"vma_lock_stale"	/* of these, those that found out in time that their VMA had changed */
#define COLLAPSE "thp_collapse_alloc"	/* huge pages that were tried */

static const struct {
	const char *name;
	void (*run)(void);
	const char *faults[3];
} cases[] = {
	{ "truncate", run_truncate, { REFFREE } },
	{ "punch", run_punch, { REFFREE } },
	{ "reuse", run_reuse, { REFFREE, STALE } },
	{ "mprotect", run_mprotect, { REFFREE, STALE } },
	{ "split", run_split, { REFFREE, STALE } },
	{ "mremap", run_mremap, { REFFREE, STALE } },
	{ "collapse", run_collapse, { REFFREE, COLLAPSE } },
	{ "retract", run_retract, { REFFREE, COLLAPSE } },
	{ "userfaultfd", run_userfaultfd, { REFFREE, STALE } },
	{ "unregister", run_unregister, { SUCCESS } },
	{ "fill", run_fill, { MISS } },
	{ "fork", run_fork, { REFFREE, STALE } },
	{ "touch", run_touch, { REFFREE } },
	{ "policy", run_policy, { REFFREE, STALE } },
	{ "reap", run_reap, { REFFREE } },
	{ "memcg", run_memcg, { REFFREE } },
	{ "counts", run_counts, { REFFREE } },
	{ "exit", run_exit, { REFFREE } },
	{ "refused", run_refused, { REFFREE } },
	{ "zero", run_zero, { SUCCESS } },
	{ "inject", run_inject, { REFFREE } },
};

#define CASES	(sizeof(cases) / sizeof(cases[0]))

static void usage(void)
{
	fprintf(stderr, "usage: hazards CASE SECONDS DIR, or hazards list\n");
	exit(2);
}

int main(int argc, char **argv)
{
	/* A violation is to be printed although mmap_lock may never be free again. */
	static char output[4096];
	double seconds;
	char *end;

	setvbuf(stdout, output, _IOFBF, sizeof(output));
	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (size_t i = 0; i < CASES; i++)
			puts(cases[i].name);
		return 0;
	}
	if (argc != 4)
		usage();
	seconds = strtod(argv[2], &end);
	if (*end || end == argv[2] || !(seconds > 0 && seconds < 1e6))
		usage();
	work_dir = argv[3];
	for (size_t i = 0; i < CASES; i++) {
		if (strcmp(argv[1], cases[i].name))
			continue;
		access_begin();
		core_begin(seconds, cases[i].faults);
		cases[i].run();
		return core_end();
	}
	fprintf(stderr, "hazards: no case %s: see hazards list\n", argv[1]);
	return 2;
}
