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

/* target__is_thread() - whether there is a thread @tid; a message if not */
bool target__is_thread(pid_t tid);

/* target__open_cgroup() - a descriptor of the cgroup @path; -1 after a message */
int target__open_cgroup(const char *path);

/* target__root_pids() - whether PIDs mean the same here as in the BPF programs */
bool target__root_pids(void);

#endif
