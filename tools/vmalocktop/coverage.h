/* SPDX-License-Identifier: GPL-2.0 */
/* What of the reports this kernel lets us know, how well, from where. */
#ifndef VMALOCKTOP_COVERAGE_H
#define VMALOCKTOP_COVERAGE_H

#include <stdbool.h>
#include <stdio.h>

enum metric {
	METRIC_FAULTS,
	METRIC_LOOKUPS,
	METRIC_REFFREE,
	METRIC_FALLBACKS,
	METRIC_REASONS,
	METRIC_MMAP_LOCK,
	METRIC_BABY,
	METRIC_EXCL,
	METRIC_ZOMBIES,
	METRIC_DRAINS,
	METRIC_LIVES,
	METRIC_VMAS,
	METRIC_BLOCKERS,
	METRIC_STACKS,
	METRIC_OPEN,
	METRICS,
};

enum grade { ABSENT, DEGRADED, EXACT };

struct coverage {
	struct {
		enum grade grade;
		const char *source;	/* what it is taken from; NULL when absent */
		const char *why;	/* it isn't exact; NULL if it is */
	} v[METRICS];
};

/* coverage__has() - whether @m is known at all; of no coverage everything is */
bool coverage__has(const struct coverage *c, enum metric m);

/* coverage__exact() - whether @m is known exactly */
bool coverage__exact(const struct coverage *c, enum metric m);

/* coverage__wait() - the metric that waits of @kind, an enum vt_kind, belong to */
enum metric coverage__wait(unsigned int kind);

/* metric__name() - as in JSON; grade__name() - "exact" and so on */
const char *metric__name(enum metric m);
const char *grade__name(enum grade g);

/* coverage__print() - a table of everything, for --coverage */
void coverage__print(FILE *out, const struct coverage *c, const char *kernel);

#endif
