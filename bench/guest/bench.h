/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands of the program that is measured.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE	4096UL

/* Parameters of a command; each is what its NAME=VALUE gives, or the default. */
struct params {
	int cpus;		/* faulting threads, one on each CPU from 0 (1) */
	int faults;		/* of each of them (64) */
	int layouts;		/* repetitions with other objects' addresses (1) */
	int reps;		/* operations that a median is of (101) */
	int pages;		/* size of an operation's range (16) */
	bool mark;		/* write op_begin and op_end to the kernel's trace (0) */
	bool pause;		/* let the next CPU run after each touch (0) */
	unsigned int seed;	/* of layouts and random choices (1) */
};

/*
 * Each of these runs one command and prints its results, a line for each
 * layout or operation.
 */
void faults_command(const char *workload, const struct params *p);
void lines_command(const char *sharing, const struct params *p);
void ops_command(const char *op, const struct params *p);

/*
 * Programs beside the one that is measured, and the kernel's own tracing:
 *
 *	spawn PROGRAM,ARGUMENT...	start it and wait (virtual) seconds for it to be ready
 *	run PROGRAM,ARGUMENT...		the same, but wait until it ends; print its output like stop
 *	stop -				print its memory, of itself and of its BPF maps, in bytes; SIGINT
 *					to it; print its output, its lines after "output:"
 *	events GROUP/EVENT,...		switch trace events on
 *	trace -				switch all off; print what they wrote, lines after "trace:"
 *	write FILE,TEXT			write to one of the kernel's files
 */
void spawn_command(const char *words);
void run_command(const char *words);
void stop_command(void);
void events_command(const char *list);
void trace_command(void);
void write_command(const char *words);

/* trace_mark - write @text to the kernel's trace; ends the program with a message if it can't */
void trace_mark(const char *text);

/* plant_command - add @what to every page fault of user mode from now on: "atomic" */
void plant_command(const char *what);

/* rnd - a number that depends on *@state, which moves on */
static inline uint32_t rnd(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

#endif
