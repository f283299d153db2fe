/* SPDX-License-Identifier: GPL-2.0 */
/* The command line. */
#ifndef VMALOCKTOP_ENV_H
#define VMALOCKTOP_ENV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VMALOCKTOP_VERSION "0.1"

struct env {
	pid_t pid;		/* only this process; 0: all */
	bool hist;		/* histograms instead of tables */
	bool json;
	bool timestamps;
	bool milliseconds;	/* unit of times, instead of microseconds */
	int verbose;		/* how often -v was given */
	bool coverage;		/* only say what is known on this kernel */
	bool stats;		/* what watching costs */
	uint64_t duration_ms;	/* stop after that; 0: don't */
	uint64_t interval_ms;	/* 0: one report at the end */
	uint64_t count;		/* reports to print; 0: no limit */
	uint32_t max_entries;	/* VMAs and blockers to keep apart */
};

/**
 * env__parse() - fill in @env from the command line
 * @env: gets the options
 * @argc: as given to main()
 * @argv: as given to main()
 *
 * Doesn't return on --help and --version (exit status 0) nor on wrong usage
 * (one line on stderr, exit status 2).
 */
void env__parse(struct env *env, int argc, char **argv);

#endif
