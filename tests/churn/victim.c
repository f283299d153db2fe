// SPDX-License-Identifier: GPL-2.0
/*
 * The victim: the process whose region is replaced, from its first thread to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#define MAX_THREADS	64U

static atomic_bool ended;
static struct job jobs[MAX_THREADS];
static pthread_t threads[MAX_THREADS];
static unsigned int thread_count;

bool alive(void)
{
	return !atomic_load_explicit(&ended, memory_order_relaxed) && !stopped();
}

static void *thread(void *arg)
{
	struct job *job = arg;

	job->actor->run(job);
	return NULL;
}

static void start_thread(struct job job)
{
	int error;

	if (thread_count == MAX_THREADS)
		die("more than %u threads", MAX_THREADS);
	jobs[thread_count] = job;
	error = pthread_create(&threads[thread_count], NULL, thread, &jobs[thread_count]);
	if (error)
		die("pthread_create: %s", strerror(error));
	thread_count++;
}

/* When memory is short, this process is the one that can be spared. */
static void be_first_to_go(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "500", 3) != 3)
		die("/proc/self/oom_score_adj: %m");
	close(fd);
}

void be_victim(double life, const struct actor *ending, bool at_work)
{
	double end;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	be_first_to_go();
	if (plays(do_protect))
		prepare_protect();
	for (unsigned int i = 0; i < actor_count; i++)
		if ((actors[i].cast == THREAD || actors[i].cast == PLANTED) && is_asked_for(i))
			for (unsigned int copy = 0; copy < actors[i].copies; copy++)
				start_thread(make_job(i, copy));
	end = now() + life;
	while (alive() && now() < end)
		usleep(5000);
	if (ending && ending->run)
		ending->run(NULL);
	while (ending && !stopped())
		usleep(5000);	/* it will be killed */
	/* a thread that hangs does so only for those who wait for it */
	if (at_work && !plays(do_hang))
		_exit(0);
	atomic_store(&ended, true);
	for (unsigned int i = 0; i < thread_count; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

/* Actor "core": the victim dumps core, while its threads are at work. */
void do_core(struct job *job)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	(void)job;
	if (setrlimit(RLIMIT_CORE, &limit))
		die("RLIMIT_CORE: %m");
	abort();
}

/* Planted: a page of the region has a value that it must not have. */
void do_wrong(struct job *job)
{
	uint64_t value = touched(pick_page(&job->seed) + 1);

	while (alive()) {
		store(page_at(pick_page(&job->seed)), value);
		count_one(job);
	}
}

/* Planted: a thread that doesn't end. */
void do_hang(struct job *job)
{
	count_one(job);
	for (;;)
		pause();
}
