/* SPDX-License-Identifier: GPL-2.0 */
/* The table of options: --help, its errors and the completion come from it. */
#ifndef VMALOCKTOP_OPTIONS_H
#define VMALOCKTOP_OPTIONS_H

#include <argp.h>

enum {
	OPT_BY = 256, OPT_COVERAGE, OPT_CSV, OPT_DURATION, OPT_FOLDED, OPT_HIST,
	OPT_JSON, OPT_LISTEN, OPT_LONGER, OPT_MAX_ENTRIES, OPT_MAX_STACK, OPT_MIN_VMA, OPT_NO_HEADER, OPT_RECORD,
	OPT_REPLAY, OPT_SAMPLE, OPT_SORT, OPT_STACKS, OPT_STATS, OPT_TOP_VMAS, OPT_USAGE,
};

extern const struct argp_option options[];
extern const char options_doc[];

/* wrong_usage() - say what is wrong, with the argument @arg if it isn't NULL, and end with status 2 */
void wrong_usage(const char *what, const char *arg) __attribute__((noreturn));

/* options__check() - say what is wrong with @arg of the command line, and end; return if nothing is */
void options__check(const char *arg);


#endif
