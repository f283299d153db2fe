/* SPDX-License-Identifier: GPL-2.0 */
/* Which program a process runs: whether what was read of it is about another one. */
#ifndef VMALOCKTOP_PROGRAM_H
#define VMALOCKTOP_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct program {
	uint64_t born;			/* when the process started, in ticks since boot; 0: unknown */
	uint64_t code, stack;		/* where those of the program begin, which execve() decides; 0: unknown */
};

/**
 * program__read() - read what a process runs
 * @proc: where processes are, "/proc"
 * @pid: the process
 * @p: gets it; all zero on failure
 *
 * Does not wait for its mmap_lock. Where its code begins is known to those who may trace it.
 * Return: 0, -1 if nothing is known.
 */
int program__read(const char *proc, pid_t pid, struct program *p);

/* program__same() - whether @a and @b may be the same, as far as both are known */
bool program__same(const struct program *a, const struct program *b);

#endif
