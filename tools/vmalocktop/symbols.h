/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the functions that addresses of stacks are in. */
#ifndef VMALOCKTOP_SYMBOLS_H
#define VMALOCKTOP_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SYMBOL_LEN	128
#define SYMBOL_UNKNOWN	"[unknown]"

struct symbols;

/* symbols__new() - processes are in @proc, "/proc"; nothing is read yet; NULL when memory is short */
struct symbols *symbols__new(const char *proc);
void symbols__free(struct symbols *s);

/* symbols__retain() - forget all processes but these @n, of which some may be named more than once */
void symbols__retain(struct symbols *s, const pid_t *pids, size_t n);

/**
 * symbols__name() - the function at an address
 * @s: the symbols
 * @pid: the process, in the initial PID namespace; 0: the kernel
 * @address: in it
 * @buf: room for the name
 *
 * A process' files are opened as it sees them, also in another mount
 * namespace; code that was compiled at run time is named by its jit_map.  What
 * is known of a process stays when it is gone, until it runs another program or
 * another process has its PID.  When a name is missing, what has been loaded or
 * compiled since is looked up: once a second, or if there was never anything
 * new, mappings every sixteen.
 * Return: @buf; SYMBOL_UNKNOWN if there is no name, "[module]" if only that is known.
 */
const char *symbols__name(struct symbols *s, pid_t pid, uint64_t address, char buf[SYMBOL_LEN]);

/* symbols__edition() - a number that grows whenever more is known of a process */
uint64_t symbols__edition(const struct symbols *s);

/* symbols__more() - look, if it is time to, whether more is known of the program that a process ran at edition @since */
bool symbols__more(struct symbols *s, pid_t pid, uint64_t since);

#endif
