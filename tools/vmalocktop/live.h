/* SPDX-License-Identifier: GPL-2.0 */
/* The live view: a full-screen table that one can look into. */
#ifndef VMALOCKTOP_LIVE_H
#define VMALOCKTOP_LIVE_H

#include <signal.h>
#include <stdbool.h>

#include "model.h"

/* Where the view gets its data. */
struct live_source {
	void *ctx;
	/*
	 * What came in the last seconds or, if @whole, since tracing began.
	 * Returns 0, -1 after a message.
	 */
	int (*read)(void *ctx, bool whole, enum sort sort, struct model *m);
	/*
	 * Sleep up to @ns, until a key is pressed, a signal comes, or what is
	 * watched or the terminal ends.  Returns false when the view is to close.
	 */
	bool (*sleep)(void *ctx, unsigned long long ns);
};

/**
 * live__run() - show the view until q is pressed or its source says so
 * @source: of the data
 * @interval_ns: how often to read anew
 * @sort: what to sort by first
 *
 * The terminal is as before when it returns, and messages that came meanwhile
 * are on stderr.
 * Return: 0, -1 after a message.
 */
int live__run(const struct live_source *source, unsigned long long interval_ns, enum sort sort);

#endif
