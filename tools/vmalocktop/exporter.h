/* SPDX-License-Identifier: GPL-2.0 */
/* Answering HTTP about a run, until it ends. */
#ifndef VMALOCKTOP_EXPORTER_H
#define VMALOCKTOP_EXPORTER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector.h"
#include "env.h"
#include "model.h"

struct places;
struct recycle;

struct exporter_source {
	const struct env *env;
	struct collector *collector;		/* started */
	struct recycle *recycle;
	struct places *places;
	const struct model_context *context;
	uint64_t begun_ns;			/* CLOCK_MONOTONIC */
	bool pids_known;			/* PIDs are those of this PID namespace */
	void *ctx;
	/*
	 * Sleep up to @ns, until @fd is readable, a signal comes or what is
	 * watched ends.  Returns false when the run is to end.
	 */
	bool (*sleep)(void *ctx, uint64_t ns, int fd);
	void (*opened)(void *ctx);		/* called when the port is open */
};

/**
 * exporter__run() - listen, and answer
 * @source: of the data
 *
 * Return: 0, -1 after a message.
 */
int exporter__run(const struct exporter_source *source);

#endif
