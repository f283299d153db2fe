/* SPDX-License-Identifier: GPL-2.0 */
/* The rankings of a report: who lost time, and to whom. */
#ifndef VMALOCKTOP_MODEL_RANK_H
#define VMALOCKTOP_MODEL_RANK_H

#include "model.h"

/**
 * model_rank__build() - fill in m's regions, VMAs, groups, blockers, stacks and open waits
 * @m: the model, with m->by and m->sort
 * @now: the later snapshot
 * @before: the earlier one
 * @ctx: names and places
 *
 * Return: 0, -1 when memory is short.
 */
int model_rank__build(struct model *m, const struct snapshot *now, const struct snapshot *before,
		      const struct model_context *ctx);

#endif
