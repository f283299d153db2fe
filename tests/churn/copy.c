// SPDX-License-Identifier: GPL-2.0
/*
 * Actors that start processes: "fork", whose children look at what they inherited; "vfork", whose children share the
 * memory, and exec or exit.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#define STACK	65536UL

static void good_end(struct job *job, pid_t pid)
{
	int status;

	if (pid < 0)
		die("%s: %m", job->actor->name);
	status = wait_for(pid);
	if (status)
		violation("%s: a child ended with status %#x", job->actor->name, status);
	count_one(job);
}

void in_child(struct job *job, void (*run)(struct job *job))
{
	pid_t pid = fork();

	if (!pid) {
		run(job);
		_exit(0);
	}
	good_end(job, pid);
	/* the child's choices were other ones */
	pick(&job->seed, 2);
}

static void look_around(struct job *job)
{
	for (size_t page = 0; page < REGION_PAGES; page += 1 + pick(&job->seed, 16))
		look("fork", page);
	for (unsigned int i = 0; i < 50; i++)
		look_or_touch("fork", &job->seed);
}

void do_fork(struct job *job)
{
	while (alive())
		in_child(job, look_around);
}

static int share(void *arg)
{
	struct job *job = arg;
	unsigned int seed = job->seed;

	for (unsigned int i = 0; i < 30; i++)
		look_or_touch("vfork", &seed);
	if (pick(&seed, 2))
		execl("/bin/true", "true", (char *)NULL);
	_exit(0);
}

void do_vfork(struct job *job)
{
	/* the victim ends with it */
	char *stack = malloc(STACK);

	if (!stack)
		die("malloc: %m");
	while (alive()) {
		int flags = CLONE_VM | SIGCHLD | (pick(&job->seed, 2) ? CLONE_VFORK : 0);

		good_end(job, clone(share, stack + STACK, flags, job));
	}
	free(stack);
}
