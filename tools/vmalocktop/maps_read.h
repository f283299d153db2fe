/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the BPF maps into snapshots. */
#ifndef VMALOCKTOP_MAPS_READ_H
#define VMALOCKTOP_MAPS_READ_H

#include "slots.h"
#include "snapshot.h"

struct bpf_link;
struct vmalocktop;

/**
 * maps_read__snapshot() - read everything
 * @skel: loaded
 * @slots: its rows in mapped arrays, by enum vt_slots
 * @open_waits: link of the task iterator; NULL: there is none
 * @s: gets it, sorted; to be freed with snapshot__free()
 *
 * Return: 0, -1 with errno set (@s is empty then).
 */
int maps_read__snapshot(const struct vmalocktop *skel, struct slots *const *slots, const struct bpf_link *open_waits,
			struct snapshot *s);

/* maps_read__counts() - likewise read what is counted for the whole system, no rows */
int maps_read__counts(const struct vmalocktop *skel, struct snapshot *s);

/* maps_read__stacks() - the @n rows of combinations of stacks, sorted, to be freed with free() */
int maps_read__stacks(const struct vmalocktop *skel, struct stack_row **rows, size_t *n);

/* maps_read__offsets() - the @n rows of the map of addresses, to be freed with free() */
int maps_read__offsets(const struct vmalocktop *skel, struct offset_row **rows, size_t *n);

#endif
