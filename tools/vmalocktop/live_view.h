/* SPDX-License-Identifier: GPL-2.0 */
/* What the live view has on the screen. */
#ifndef VMALOCKTOP_LIVE_VIEW_H
#define VMALOCKTOP_LIVE_VIEW_H

#include <stdbool.h>

#include "live_writers.h"
#include "model.h"

enum { COLOR_HOT = 1, COLOR_HEAD };

enum page { PAGE_TOP, PAGE_REGION, PAGE_WRITERS, PAGE_WRITER, PAGE_OPEN, PAGE_FUNNEL, PAGE_HELP };

struct live_view {
	enum page page;
	enum sort sort;
	bool whole;			/* since tracing began, not in the last seconds */
	bool paused;
	bool fresh;			/* the data are not those of the last screen */
	bool moved;			/* a row was chosen: the same region stays selected */
	bool stale;			/* what to show has changed: read anew at once */
	int selected;			/* row of the table */
	int writer;			/* row of the list of writers */
	struct live_writer chosen;	/* the one in that row */
	bool writer_chosen;		/* stays selected when the order changes */
	uint32_t only;			/* process that alone is shown; 0: all that are watched */
	int scroll;			/* first line of a page of text */
	int lines, rows;		/* of that page: all, and those that the screen has room for */
	const char *note;		/* what to say about the last key; NULL: nothing */
	uint32_t tgid;			/* region that is selected: stays so when the order changes */
	uint64_t start;
};

/**
 * live_view__draw() - bring the screen up to date
 * @v: what to show; positions are brought into bounds
 * @m: the data
 * @message: for the last line; empty: the keys are shown there
 */
void live_view__draw(struct live_view *v, const struct model *m, const char *message);

#endif
