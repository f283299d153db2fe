/* SPDX-License-Identifier: GPL-2.0 */
/* The documents that API.md describes.  Each is allocated; NULL when memory is short. */
#ifndef VMALOCKTOP_API_JSON_H
#define VMALOCKTOP_API_JSON_H

#include <stdint.h>
#include <time.h>

#include "env.h"
#include "history.h"
#include "model.h"
#include "offsets.h"

/* api_json__status() - what is watched; @begun and @now are times of day */
char *api_json__status(const struct env *env, const struct coverage *c, const struct timespec *begun,
		       const struct timespec *now);

/* How long lists of a report may be. */
struct api_limits {
	uint64_t regions, vmas, blockers;
};

/**
 * api_json__report() - a report
 * @m: its model, from which the ends of lists are cut off
 * @when: when it ends
 * @window: name of the time that it is about
 * @seq: number of the newest column of the history
 * @limits: how long lists may be
 */
char *api_json__report(struct model *m, const struct timespec *when, const char *window, uint64_t seq,
		       const struct api_limits *limits);

/* api_json__history() - columns with numbers larger than @after */
char *api_json__history(const struct history *h, uint64_t after, uint64_t unit_ns,
			const struct coverage *c);

/* api_json__offsets() - a region, and its columns with numbers larger than @after */
char *api_json__offsets(const struct offset_region *r, uint64_t after);

#endif
