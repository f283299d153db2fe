/* SPDX-License-Identifier: GPL-2.0 */
/* Which of the BPF programs the running kernel has something to attach to. */
#ifndef VMALOCKTOP_HOOKS_H
#define VMALOCKTOP_HOOKS_H

#include "coverage.h"

struct btf;
struct vmalocktop;

/**
 * hooks__choose() - pick the best hook for every metric
 * @skel: open, not loaded: programs without a hook won't be loaded
 * @btf: the kernel's types
 * @stacks: whether stacks are wanted
 * @coverage: gets what comes of it
 *
 * What the kernel refuses at run time (fentry, on some hosts) is found out by
 * trying, so the caller must be privileged.
 * Return: 0; -1 when there is nothing to attach to, after a message.
 */
int hooks__choose(struct vmalocktop *skel, const struct btf *btf, bool stacks,
		  struct coverage *coverage);

#endif
