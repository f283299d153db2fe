/* SPDX-License-Identifier: GPL-2.0 */
/* All metrics, as METRICS.md says. */
#ifndef VMALOCKTOP_METRICS_H
#define VMALOCKTOP_METRICS_H

#include <stdbool.h>
#include <stdio.h>

#include "cgroups.h"
#include "model.h"
#include "self.h"

struct metrics_source {
	const struct model *m;		/* since the tracing began, by cgroup; NULL: could not be read */
	const struct names *names;
	const struct cgroups *cgroups;	/* up to date with @m */
	const struct self *self;
	uint64_t top_vmas;
	bool (*alive)(uint32_t tgid);	/* whether a process still exists */
};

/**
 * metrics__write() - write them all; without a model those of the exporter itself
 * @out: where to; whether writing failed is in ferror()
 * @openmetrics: as OpenMetrics, else as Prometheus text
 * @s: what to write
 */
void metrics__write(FILE *out, bool openmetrics, const struct metrics_source *s);

#endif
