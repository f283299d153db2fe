/* SPDX-License-Identifier: GPL-2.0 */
/* Which cgroups have metrics of their own. */
#ifndef VMALOCKTOP_CGROUPS_H
#define VMALOCKTOP_CGROUPS_H

#include "model.h"

#define CGROUPS_MAX	256
/*
 * Bytes of a path with series: label_value_length_limit of dashboards/prometheus/prometheus.yml. A longer label, which
 * whoever may make cgroups can make, would cost the whole scrape.
 */
#define CGROUP_LABEL_MAX 1024

/*
 * The first that have waits, until they are removed: were it the largest, series
 * would come and go.
 */
struct cgroups {
	struct {
		char *name;			/* NULL: free */
		uint64_t count[VT_KINDS], ns[VT_KINDS];
	} v[CGROUPS_MAX];
	size_t unlisted;		/* that have found no place, or whose path is too long */
};

/* cgroups__update() - give places to the groups of @m, a model since the tracing began, by cgroup */
void cgroups__update(struct cgroups *c, const struct model *m);

/* cgroups__clear() - release what cgroups__update() has allocated */
void cgroups__clear(struct cgroups *c);

#endif
