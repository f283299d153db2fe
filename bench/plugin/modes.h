/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each CPU is doing: a stack of entries into the kernel.
 */
#ifndef BENCH_MODES_H
#define BENCH_MODES_H

#include <stdbool.h>

enum mode {
	MODE_USER,
	MODE_FAULT,	/* a page fault of user mode */
	MODE_SYSCALL,
	MODE_OTHER,	/* interrupts, exceptions, what follows a switch to another task */
};

/* mode_of - what @cpu is doing */
enum mode mode_of(unsigned int cpu);

/* mode_depth - how many entries into the kernel it is in, 0 in user mode */
unsigned int mode_depth(unsigned int cpu);

/*
 * mode_enter - @cpu executes the first instruction of an entry point
 *
 * Return: true if that is a page fault of user mode.
 */
bool mode_enter(unsigned int cpu, enum mode mode);

/* mode_leave - @cpu executes IRET */
void mode_leave(unsigned int cpu);

/*
 * mode_schedule - @cpu enters the scheduler, so the stack may become another task's
 *
 * Return: true if it was handling a page fault of user mode, the rest of which
 * isn't recognised any more.
 */
bool mode_schedule(unsigned int cpu);

/* mode_user - @cpu executes an instruction of user space */
void mode_user(unsigned int cpu);

#endif
