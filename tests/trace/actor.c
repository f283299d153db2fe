// SPDX-License-Identifier: GPL-2.0
/* Threads that are made before the trace counts and then do one thing. */
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

#include "stimulus.h"

int act_read(struct actor *actor)
{
	return try_read(actor->address);
}

int act_write(struct actor *actor)
{
	return try_write(actor->address);
}

static void *act(void *data)
{
	struct actor *actor = data;

	actor->tid = gettid();
	try_read((char *)actor);	/* the code and the stack are mapped now */
	pthread_barrier_wait(&actor->gate);
	pthread_barrier_wait(&actor->gate);
	actor->result = actor->action(actor);
	return NULL;
}

void actor_prepare(struct actor *actor)
{
	if (pthread_barrier_init(&actor->gate, NULL, 2) || pthread_create(&actor->thread, NULL, act, actor))
		die("cannot make a thread");
	pthread_barrier_wait(&actor->gate);
}

void actor_go(struct actor *actor)
{
	pthread_barrier_wait(&actor->gate);
}

/* Also tells the checker who it was and how it ended. */
void actor_join(struct actor *actor)
{
	char name[64];

	if (pthread_join(actor->thread, NULL))
		die("cannot join a thread");
	snprintf(name, sizeof(name), "tid.%s", actor->name);
	fact(name, actor->tid);
	snprintf(name, sizeof(name), "result.%s", actor->name);
	fact(name, actor->result);
}
