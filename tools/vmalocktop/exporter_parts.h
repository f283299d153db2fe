/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that make up the exporter share. */
#ifndef VMALOCKTOP_EXPORTER_PARTS_H
#define VMALOCKTOP_EXPORTER_PARTS_H

#include "cgroups.h"
#include "exporter.h"
#include "history.h"
#include "http.h"
#include "offsets.h"
#include "self.h"
#include "windows.h"

#define EXPORTER_WINDOWS	3

struct exporter {
	const struct exporter_source *source;
	struct http *http;
	struct history *history;
	struct offsets *offsets;
	struct cgroups cgroups;
	struct self self;
	struct snapshot latest;		/* .ns 0: none yet */
	struct snapshot counts;		/* what the newest column of the history ends with */
	struct windows windows;		/* of the last seconds */
	struct http_body *metrics[2];	/* of the latest snapshot: text, OpenMetrics; NULL: not made yet */
	bool failing;			/* the last reading did not succeed */
	uint64_t next_tick, next_window;
};

enum window { WINDOW_RECENT, WINDOW_START };

/* exporter__refresh() - read all maps, unless that has just been done; 0, -1 after a message */
int exporter__refresh(struct exporter *e);

/* exporter__model() - a report of the latest snapshot; to be freed with model__free(); 0 or -1 */
int exporter__model(struct exporter *e, enum window window, struct model *m);

/* exporter__alive() - whether a process still exists; true if that can't be told */
bool exporter__alive(uint32_t tgid);

/* exporter__answer() - see http__open(); @ctx is the exporter */
struct http_answer exporter__answer(void *ctx, const struct http_request *r);

#endif
