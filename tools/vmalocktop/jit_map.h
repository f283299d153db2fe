/* SPDX-License-Identifier: GPL-2.0 */
/* Names of functions that a process has compiled at run time: perf's /tmp/perf-PID.map, where just-in-time compilers write them. */
#ifndef VMALOCKTOP_JIT_MAP_H
#define VMALOCKTOP_JIT_MAP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "symbol_table.h"

/* What is read of a file: its end if it is longer, for what is newer is written behind what is older. */
#define JIT_MAP_MAX_BYTES	(64 << 20)
#define JIT_MAP_MAX_SYMBOLS	(1 << 20)

struct jit_map {
	struct symbol_table table;
	struct stat read;		/* the file that it is from, as it was then; st_ino 0: none yet */
};

/**
 * jit_map__refresh() - read a process' map, if it isn't the same as the last time
 * @map: gets it; keeps what it had if there is no file (any more)
 * @proc: where processes are, "/proc"
 * @pid: the process
 *
 * The file is the one that the process sees, with the PID that it has for itself. Anybody may make a file of that
 * name; it is only believed if it is a regular one, no link, of the process' user or of root.
 * Return: whether @map has changed.
 */
bool jit_map__refresh(struct jit_map *map, const char *proc, pid_t pid);

/* jit_map__free() - release what @map points to; it is empty then */
void jit_map__free(struct jit_map *map);

#endif
