/* SPDX-License-Identifier: GPL-2.0 */
/* What an exporter tells about itself. */
#ifndef VMALOCKTOP_SELF_H
#define VMALOCKTOP_SELF_H

#include <stdint.h>
#include <time.h>

#include "collector.h"
#include "cost.h"
#include "http.h"

struct self {
	struct timespec begun;		/* time of day when counting began */
	uint64_t collection_ns;		/* how long the last reading of all maps took */
	uint64_t collection_errors;
	struct {
		uint64_t entries, room;
	} maps[COLLECTOR_MAPS];
	uint64_t retired_rows;		/* rows given up to make room */
	struct http_counts http;
	struct cost cost;
	bool stats;			/* programs in cost are counted */
	uint64_t rss_bytes, open_fds;	/* 0: could not be read */
};

/* self__read_process() - fill in what /proc/self knows */
void self__read_process(struct self *self);

#endif
