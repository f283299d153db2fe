/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the BPF maps into snapshots. */
#ifndef VMALOCKTOP_MAPS_READ_H
#define VMALOCKTOP_MAPS_READ_H

#include "snapshot.h"

struct bpf_link;
struct vmalocktop;

/**
 * maps_read__snapshot() - read everything
 * @skel: loaded
 * @open_waits: link of the task iterator; NULL: there is none
 * @s: gets it, sorted; to be freed with snapshot__free()
 *
 * Return: 0, -1 with errno set (@s is empty then).
 */
int maps_read__snapshot(const struct vmalocktop *skel, const struct bpf_link *open_waits,
			struct snapshot *s);

#endif
