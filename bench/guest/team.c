// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that start and end the measured region together.
 */
#include "team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../marker.h"
#include "io.h"

static atomic_int prepared, started, finished;

struct member {
	const struct team *team;
	int self;
};

/* PAUSE lets the emulator go on with the next CPU. */
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

static void prepare(const struct team *team, int self)
{
	team_pin(self);
	if (team->prepare)
		team->prepare(self, team->arg);
	atomic_fetch_add(&prepared, 1);
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

void team_run(const struct team *team)
{
	struct member *members = calloc(team->threads, sizeof(*members));
	pthread_t *threads = calloc(team->threads, sizeof(*threads));

	if (!members || !threads)
		fail("no memory for %d threads", team->threads);
	prepared = started = finished = 0;
	for (int i = 1; i < team->threads; i++) {
		members[i] = (struct member){ .team = team, .self = i };
		if (pthread_create(&threads[i], NULL, member, &members[i]))
			fail("cannot create a thread");
	}
	prepare(team, 0);
	wait_for(&prepared, team->threads);
	marker_begin();
	atomic_store(&started, 1);
	team->work(0, team->arg);
	atomic_fetch_add(&finished, 1);
	wait_for(&finished, team->threads);
	marker_end();
	atomic_fetch_add(&finished, 1);
	for (int i = 1; i < team->threads; i++)
		pthread_join(threads[i], NULL);
	free(members);
	free(threads);
}
