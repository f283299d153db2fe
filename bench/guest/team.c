// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that start and end the measured region together.
 */
#include "team.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "../marker.h"
#include "io.h"

static pthread_barrier_t prepared;
static atomic_int arrived, started, finished;

struct member {
	const struct team *team;
	int self;
};

/*
 * PAUSE lets the emulator go on with the next CPU, but takes next to no time of the guest: only
 * wait so for threads that run. For one that the scheduler hasn't run yet it takes seconds.
 */
static void wait_for(atomic_int *value, int wanted)
{
	while (atomic_load_explicit(value, memory_order_acquire) < wanted)
		__builtin_ia32_pause();
}

void team_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("cannot run on CPU %d", cpu);
}

/* Sleep until all are prepared, and come back when all run. */
static void prepare(const struct team *team, int self)
{
	if (team->prepare)
		team->prepare(self, team->arg);
	pthread_barrier_wait(&prepared);
	atomic_fetch_add(&arrived, 1);
	wait_for(&arrived, team->threads);
}

static void *member(void *arg)
{
	struct member *m = arg;

	prepare(m->team, m->self);
	wait_for(&started, 1);
	m->team->work(m->self, m->team->arg);
	atomic_fetch_add(&finished, 1);
	wait_for(&finished, m->team->threads + 1);
	return NULL;
}

/* Start a thread on its own CPU, where nobody spins. */
static int start_on(int cpu, pthread_t *thread, struct member *m)
{
	pthread_attr_t attr;
	cpu_set_t set;
	int error;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attr);
	error = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
	if (!error)
		error = pthread_create(thread, &attr, member, m);
	pthread_attr_destroy(&attr);
	return error;
}

static unsigned long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000UL + t.tv_nsec;
}

void team_run(struct team *team)
{
	unsigned long begun;

	struct member *members = calloc(team->threads, sizeof(*members));
	pthread_t *threads = calloc(team->threads, sizeof(*threads));

	if (!members || !threads)
		fail("no memory for %d threads", team->threads);
	arrived = started = finished = 0;
	if (pthread_barrier_init(&prepared, NULL, team->threads))
		fail("cannot make a barrier");
	team_pin(0);
	for (int i = 1; i < team->threads; i++) {
		members[i] = (struct member){ .team = team, .self = i };
		errno = start_on(i, &threads[i], &members[i]);
		if (errno)
			fail("cannot create a thread");
	}
	prepare(team, 0);
	begun = now_ns();
	marker_begin();
	atomic_store(&started, 1);
	team->work(0, team->arg);
	atomic_fetch_add(&finished, 1);
	wait_for(&finished, team->threads);
	marker_end();
	team->ns = now_ns() - begun;
	atomic_fetch_add(&finished, 1);
	for (int i = 1; i < team->threads; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&prepared);
	free(members);
	free(threads);
}
