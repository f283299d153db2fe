// SPDX-License-Identifier: GPL-2.0
/*
 * What each CPU is doing: a stack of entries into the kernel.
 */
#include "modes.h"

#include "lines.h"

#define DEPTH	16

static struct {
	unsigned int depth;	/* 0: user mode */
	enum mode mode[DEPTH];
} stacks[LINES_MAX_CPUS];

enum mode mode_of(unsigned int cpu)
{
	unsigned int depth = stacks[cpu].depth;

	return depth ? stacks[cpu].mode[depth - 1] : MODE_USER;
}

unsigned int mode_depth(unsigned int cpu)
{
	return stacks[cpu].depth;
}

bool mode_enter(unsigned int cpu, enum mode mode)
{
	bool from_user = !stacks[cpu].depth;

	if (!from_user)
		mode = MODE_OTHER;
	if (stacks[cpu].depth < DEPTH)
		stacks[cpu].mode[stacks[cpu].depth++] = mode;
	return mode == MODE_FAULT;
}

void mode_leave(unsigned int cpu)
{
	if (stacks[cpu].depth)
		stacks[cpu].depth--;
}

bool mode_schedule(unsigned int cpu)
{
	bool fault = stacks[cpu].depth && stacks[cpu].mode[0] == MODE_FAULT;

	stacks[cpu].depth = 1;
	stacks[cpu].mode[0] = MODE_OTHER;
	return fault;
}

void mode_user(unsigned int cpu)
{
	stacks[cpu].depth = 0;
}
