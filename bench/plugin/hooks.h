/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What those who watch cost: instructions from the call of a trace event's probe,
 * or of the trampoline of BPF programs at a function's entry, to its return.
 */
#ifndef BENCH_HOOKS_H
#define BENCH_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

/* A block of instructions, which is left at its end only. */
struct block {
	uint64_t start, end;	/* addresses, the latter behind the last instruction */
	uint32_t insns;
	bool user;		/* of user space */
	bool bpf;		/* outside of the kernel's text: BPF programs and their trampolines */
	bool body;		/* of a function that may have such a trampoline */
	bool returns;		/* ends in RET */
	struct hook *hook;	/* it is the beginning of a probe of this trace event; NULL: of none */
};

/* hooks_of - the hook of the trace event @name, a new one if there is none; exits when there are too many */
struct hook *hooks_of(const char *name);

/*
 * hooks_block - @cpu executes a block of the kernel
 * @depth: how many entries into the kernel are nested, see mode_depth(): what
 *	interrupts a hook isn't its own
 */
void hooks_block(unsigned int cpu, const struct block *b, unsigned int depth);

/* hooks_lost - @cpu goes on with another task, or in user space */
void hooks_lost(unsigned int cpu);

/* hooks_for_each - call @fn with each hook: calls and instructions since the last hooks_reset() */
void hooks_for_each(void (*fn)(const char *name, uint64_t calls, uint64_t insns));

/* hooks_reset - count from 0 */
void hooks_reset(void);

#endif
