/* SPDX-License-Identifier: GPL-2.0 */
/* The process that is watched. */
#ifndef VMALOCKTOP_TARGET_H
#define VMALOCKTOP_TARGET_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * target__open() - a descriptor that becomes readable when a process ends
 * @pid: the process, not one of its other threads
 *
 * Return: the pidfd; -1 after a message.
 */
int target__open(pid_t pid);

/* target__root_pids() - whether PIDs mean the same here as in the BPF programs */
bool target__root_pids(void);

#endif
