/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the mappings of a process that may hang with its mmap_lock held. */
#ifndef VMALOCKTOP_MAPS_FETCH_H
#define VMALOCKTOP_MAPS_FETCH_H

#include "maps.h"

/**
 * maps__fetch() - read mappings, but don't hang with those who hang
 * @path: of the file, /proc/PID/maps
 * @maps: gets them; empty before
 * @cpu_ns: gets the CPU time that it took; without what it waited, as for mmap_lock
 *
 * Up to 6.16 each read() waits for the process' mmap_lock (fs/proc/task_mmu.c:m_start()), which a writer that hangs
 * never gives: it is done by a thread, which is left behind when it has read nothing for a second.  What it waits for
 * can be killed: it ends with this program at the latest.  While eight are left behind, nothing is read.
 * Return: 0, -1 as maps__parse(), or when the file can't be opened, which errno says; ETIMEDOUT when given up.
 */
int maps__fetch(const char *path, struct ranges *maps, uint64_t *cpu_ns);

/**
 * maps__fetch_files() - likewise read the lines of mappings that have files, and of the vDSO
 * @path: of the file, /proc/PID/maps
 * @text: gets them, to be freed with free(); NULL on failure
 * @cpu_ns: gets the CPU time that it took
 *
 * Return: 0, -1 as maps__fetch().
 */
int maps__fetch_files(const char *path, char **text, uint64_t *cpu_ns);

#endif
