/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that start and end the measured region together.
 */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

/* What the threads of a team do; @arg is theirs together, @self counts from 0. */
struct team {
	int threads;
	void (*prepare)(int self, void *arg);	/* before the region; may be NULL */
	void (*work)(int self, void *arg);	/* in the region */
	void *arg;
	unsigned long ns;	/* of the region, virtual: set by team_run() */
};

/*
 * team_run - run @team, thread n on CPU n
 *
 * Thread 0 is the caller.  The region begins when all have prepared and ends
 * when all have worked; meanwhile they wait in user mode.  Ends the program with a
 * message if a thread can't be had.
 */
void team_run(struct team *team);

/* team_pin - stay on @cpu */
void team_pin(int cpu);

#endif
