/* SPDX-License-Identifier: GPL-2.0 */
/* The report at the end. */
#ifndef VMALOCK_LOAD_REPORT_H
#define VMALOCK_LOAD_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "counters.h"
#include "options.h"

struct report {
	const struct options *opt;
	unsigned int faulters, mappers;	/* that ran; without a mode for them there are no mappers */
	long pid;
	uint64_t giant_start, giant_len;
	bool named;		/* the kernel took the name */
	bool complete;		/* every thread came to its end */
	bool failed;		/* a runtime error was reported */
	uint64_t elapsed_ms;
	struct counters count;
	struct latency latency;
	uint64_t violations[VIOLATION_NR];
};

/* report_violations() - number of violations of all kinds */
uint64_t report_violations(const struct report *r);

/**
 * report_percentile() - time that a share of the page accesses stayed below
 * @l: the times
 * @permille: the share, in thousandths
 *
 * Return: nanoseconds, the upper end of the histogram's bucket (at most the maximum); 0 without accesses.
 */
uint64_t report_percentile(const struct latency *l, unsigned int permille);

/**
 * report_json() - write the report as one JSON object on one line
 * @out: where to
 * @r: the report
 *
 * README.md lists the keys.
 */
void report_json(FILE *out, const struct report *r);

/* report_text() - write the report as a table; arguments like report_json() */
void report_text(FILE *out, const struct report *r);

#endif
