/* SPDX-License-Identifier: GPL-2.0 */
/* Deleting the stacks that nothing refers to any more, whose places new ones need. */
#ifndef VMALOCKTOP_MAPS_SWEEP_H
#define VMALOCKTOP_MAPS_SWEEP_H

#include <stddef.h>

#include "snapshot.h"

struct vmalocktop;

/**
 * maps_sweep__stacks() - delete stacks that no row refers to
 * @skel: loaded
 * @rows: gets the rows there are, in no order; all that they refer to is still
 *	there.  To be freed with free()
 * @n: gets their number
 *
 * An index may be another stack's afterwards.  While this works, waits are
 * counted without stacks; writers that had been asked for theirs are asked anew
 * by the next wait.
 *
 * Return: how many were deleted; -1 with errno set, and none deleted.
 */
int maps_sweep__stacks(struct vmalocktop *skel, struct stack_row **rows, size_t *n);

/* maps_sweep__count() - how many stacks there are, referred to or not */
size_t maps_sweep__count(const struct vmalocktop *skel);

#endif
