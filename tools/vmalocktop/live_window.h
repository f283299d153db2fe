/* SPDX-License-Identifier: GPL-2.0 */
/* The time that the live view is about: it slides, and is longer than the time between two screens. */
#ifndef VMALOCKTOP_LIVE_WINDOW_H
#define VMALOCKTOP_LIVE_WINDOW_H

#include "windows.h"

struct live_window {
	struct windows kept;
	uint64_t length_ns;		/* what reports are about at least, once so long has passed */
	uint64_t step_ns;		/* from one snapshot that is kept to the next */
};

/* live_window__init() - nothing kept yet; @interval_ns: between two screens */
void live_window__init(struct live_window *w, uint64_t interval_ns);

/* live_window__before() - what a report at @now_ns is to be compared with; NULL: the beginning of tracing */
const struct snapshot *live_window__before(const struct live_window *w, uint64_t now_ns);

/* live_window__keep() - take the newest snapshot: keep it if it is time for one, else free it */
void live_window__keep(struct live_window *w, struct snapshot *now);

/* live_window__free() - release what is kept */
void live_window__free(struct live_window *w);

#endif
