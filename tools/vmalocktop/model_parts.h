/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What model__build() is made of.  The builders fill in parts of a model @m
 * that has by and sort, from what came between the snapshots @before and @now,
 * with the names and places of @ctx.  They return 0, -1 when memory is short.
 */
#ifndef VMALOCKTOP_MODEL_PARTS_H
#define VMALOCKTOP_MODEL_PARTS_H

#include "model.h"

/* model_rank__build() - who lost time: regions, VMAs and groups */
int model_rank__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      const struct model_context *ctx);

/* model_blame__build() - who caused it: blames, blockers, stalls, and why none is known */
int model_blame__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		       const struct model_context *ctx);

/* model_blame__sort() - bring blames into order: most time first */
void model_blame__sort(struct model *m);

/* model_waits__build() - single waits: stacks, and those that are open */
int model_waits__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		       const struct model_context *ctx);

/* model__clean_comm() - end the name of a thread, and take out what could command a terminal */
void model__clean_comm(char comm[VT_COMM_LEN]);

#endif
