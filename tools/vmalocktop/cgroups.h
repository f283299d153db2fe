/* SPDX-License-Identifier: GPL-2.0 */
/* Which cgroups have metrics of their own. */
#ifndef VMALOCKTOP_CGROUPS_H
#define VMALOCKTOP_CGROUPS_H

#include "model.h"

#define CGROUPS_MAX	256

/*
 * The first that have waits, until they are removed: were it the largest, series
 * would come and go.
 */
struct cgroups {
	struct {
		char name[GROUP_NAME_LEN];	/* empty: free */
		uint64_t count[VT_KINDS], ns[VT_KINDS];
	} v[CGROUPS_MAX];
	size_t unlisted;		/* that have found no place */
};

/* cgroups__update() - give places to the groups of @m, a model since the tracing began, by cgroup */
void cgroups__update(struct cgroups *c, const struct model *m);

#endif
