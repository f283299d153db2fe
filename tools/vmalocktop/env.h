/* SPDX-License-Identifier: GPL-2.0 */
/* The command line. */
#ifndef VMALOCKTOP_ENV_H
#define VMALOCKTOP_ENV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "listen_address.h"
#include "model.h"
#include "vmalocktop.h"

#define VMALOCKTOP_VERSION "0.2"
#define MAX_PIDS 64

#define SCOPE_LEN 320

enum output { OUTPUT_TEXT, OUTPUT_HIST, OUTPUT_JSON, OUTPUT_CSV, OUTPUT_FOLDED, OUTPUT_LIVE };

struct env {
	/* what to watch */
	pid_t pids[MAX_PIDS];	/* only these processes; none: all */
	int n_pids;
	pid_t tid;		/* only this thread; 0: all */
	const char *comm;	/* only threads of this name; NULL: all */
	const char *cgroup;	/* only this cgroup v2; NULL: all */
	uint64_t longer_ns;	/* rankings: only waits of so long */
	uint64_t min_vma;	/* rankings: only VMAs of so many bytes */
	uint64_t duration_ms;	/* stop after that; 0: don't */
	uint64_t interval_ms;	/* 0: one report at the end */
	uint64_t count;		/* reports to print; 0: no limit */
	uint32_t max_entries;	/* VMAs and blockers to keep apart */

	/* what to print */
	enum output output;
	enum vt_by by;
	bool by_given;		/* if only to say the default */
	enum sort sort;
	bool batch;		/* reports even on a terminal */
	bool stacks;		/* take stacks */
	uint32_t sample;	/* stacks of one wait in so many */
	uint32_t max_stack;	/* frames of a stack */
	bool no_header;
	bool timestamps;
	bool milliseconds;	/* unit of histograms, instead of microseconds */
	bool stats;		/* what watching costs */

	const char *record;	/* file to record to, instead of printing; NULL: none */
	const char *replay;	/* recording to print, instead of tracing; NULL: none */
	bool listening;		/* answer HTTP, instead of printing */
	struct listen_address listen;
	uint64_t top_vmas;	/* regions that have metrics of their own */
	char command[1024];	/* the command line, for people */
	bool coverage;		/* only say what is known on this kernel */
	int verbose;		/* how often -v was given */
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

/**
 * env__scope() - say what is watched, but for a single process
 * @env: the options
 * @buf: gets it, as "3 processes, threads named java"; empty: nothing else limits it
 */
void env__scope(const struct env *env, char buf[SCOPE_LEN]);

#endif
