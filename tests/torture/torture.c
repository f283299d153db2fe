// SPDX-License-Identifier: GPL-2.0
/*
 * torture: many threads on one address space, with vma_lock.c and vma_lock.h as
 * they are.
 *
 * Usage: torture [-n REPLACEMENTS] [-r READERS] [-s SEED] [-w SECONDS] [-p PARAMETER=VALUE]...
 *
 * Replaces mappings REPLACEMENTS times while other threads read, change, split
 * and unmap them, lock them all, and get killed.  SECONDS without progress are
 * for ever (60).  PARAMETER is one of vma_lock.c's (CONFIG_VMA_LOCK_TEST).
 *
 * Exit status: 0 all is well, 2 wrong usage; a violation aborts (134), and
 * sanitizers have their own.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "space.h"

#define MAX_READERS	32

extern bool *vma_lock_param_skip_baby_wait;
extern bool *vma_lock_param_skip_zombie_check;
extern unsigned int *vma_lock_param_lookup_delay_us;

enum role { REPLACE, CHANGE, UNMAP, LOCK_ALL, KILL, ROLES };

static const char *const role_name[ROLES] = {
	[REPLACE] = "replacements", [CHANGE] = "changes", [UNMAP] = "unmappings",
	[LOCK_ALL] = "forks", [KILL] = "kills",
};

struct writer {
	struct cpu cpu;
	enum role role;
	unsigned long done;
};

static struct space space;
static struct cpu readers[MAX_READERS];
static int nreaders = 4;
static unsigned int patience = 60;
static unsigned long replacements = 20000;
static unsigned long replaced, reads, segvs;
static bool writers_stop, readers_stop;

static bool stop(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

static void count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void work(struct writer *writer)
{
	unsigned int *seed = &writer->cpu.seed;
	int first = rand_r(seed) % NPAGES;
	int last = first + 1 + rand_r(seed) % 4;

	/* now and then all of it, so that there are few VMAs again */
	if (rand_r(seed) % 64 == 0) {
		first = 0;
		last = NPAGES;
	}
	if (last > NPAGES)
		last = NPAGES;
	switch (writer->role) {
	case REPLACE:
		space_mmap(&space, first, last);
		count(&replaced);
		break;
	case CHANGE:
		space_change(&space, first, last);
		break;
	case UNMAP:
		space_munmap(&space, first, last);
		usleep(100);
		break;
	case LOCK_ALL:
		space_lock_all(&space);
		usleep(1000);
		break;
	case KILL:
		__atomic_store_n(&readers[first % nreaders].task.killed, true, __ATOMIC_RELAXED);
		wake_up_process(&readers[first % nreaders].task);
		usleep(500);
		break;
	case ROLES:
		break;
	}
	count(&writer->done);
}

static void *writer_thread(void *arg)
{
	struct writer *writer = arg;

	current = &writer->cpu.task;
	shim_rcu_register();
	while (!stop(&writers_stop))
		work(writer);
	shim_rcu_unregister();
	return NULL;
}

/* Reads on after the writers have stopped, when nobody would wake it any more. */
static void *reader_thread(void *arg)
{
	struct cpu *cpu = arg;

	current = &cpu->task;
	shim_rcu_register();
	do {
		for (int i = 0; i < NPAGES; i++) {
			count(&reads);
			if (space_read(&space, cpu, rand_r(&cpu->seed) % NPAGES))
				continue;
			count(&segvs);
			__atomic_store_n(&cpu->task.killed, false, __ATOMIC_RELAXED);
		}
		sched_yield();
	} while (!stop(&readers_stop));
	shim_rcu_unregister();
	return NULL;
}

static void join(pthread_t thread, const char *what)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += patience;
	if (pthread_timedjoin_np(thread, NULL, &until))
		shim_die(__FILE__, __LINE__, what);
}

/* Until the replacements are done; they must go on. */
static void watch(void)
{
	unsigned long before = 0, now;
	int idle = 0;

	while ((now = __atomic_load_n(&replaced, __ATOMIC_RELAXED)) < replacements) {
		idle = now == before ? idle + 1 : 0;
		if (idle > (int)patience * 100)
			shim_die(__FILE__, __LINE__, "no replacement any more: a writer sleeps for ever");
		before = now;
		usleep(10000);
	}
}

static void usage(const char *what)
{
	fprintf(stderr, "torture: %s (usage: torture [-n REPLACEMENTS] [-r READERS] [-s SEED] [-w SECONDS] [-p PARAMETER=VALUE]...)\n",
		what);
	exit(2);
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !value || value > max)
		usage("not a number, or not in range");
	return value;
}

static void set_parameter(const char *text)
{
	if (!strcmp(text, "skip_baby_wait=1"))
		*vma_lock_param_skip_baby_wait = true;
	else if (!strcmp(text, "skip_zombie_check=1"))
		*vma_lock_param_skip_zombie_check = true;
	else if (!strncmp(text, "lookup_delay_us=", 16))
		*vma_lock_param_lookup_delay_us = number(text + 16, 1000000);
	else
		usage("no such parameter");
}

int main(int argc, char **argv)
{
	static const enum role roles[] = { REPLACE, REPLACE, CHANGE, UNMAP, LOCK_ALL, KILL };
	enum { NWRITERS = sizeof(roles) / sizeof(roles[0]) };
	static struct writer writers[NWRITERS];
	pthread_t writer_threads[NWRITERS], reader_threads[MAX_READERS];
	static struct task_struct self;
	unsigned long done[ROLES] = {};
	unsigned int seed = 1;
	int option;

	while ((option = getopt(argc, argv, "n:r:s:w:p:")) != -1) {
		switch (option) {
		case 'n':
			replacements = number(optarg, ULONG_MAX);
			break;
		case 'r':
			nreaders = number(optarg, MAX_READERS);
			break;
		case 's':
			seed = number(optarg, UINT_MAX);
			break;
		case 'w':
			patience = number(optarg, 100000);
			break;
		case 'p':
			set_parameter(optarg);
			break;
		default:
			usage("wrong option");
		}
	}
	if (optind != argc)
		usage("too many arguments");

	current = &self;
	shim_rcu_register();
	space_init(&space, readers, nreaders);
	for (int i = 0; i < nreaders; i++) {
		readers[i].seed = seed + i;
		pthread_create(&reader_threads[i], NULL, reader_thread, &readers[i]);
	}
	for (int i = 0; i < NWRITERS; i++) {
		writers[i].role = roles[i];
		writers[i].cpu.seed = seed + MAX_READERS + i;
		pthread_create(&writer_threads[i], NULL, writer_thread, &writers[i]);
	}

	watch();
	__atomic_store_n(&writers_stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < NWRITERS; i++) {
		join(writer_threads[i], "a writer sleeps for ever");
		done[writers[i].role] += writers[i].done;
	}
	__atomic_store_n(&readers_stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < nreaders; i++)
		join(reader_threads[i], "a fault sleeps for ever");
	space_destroy(&space);
	shim_rcu_unregister();

	for (int i = 0; i < ROLES; i++)
		printf("%s %lu\n", role_name[i], done[i]);
	printf("reads %lu\nreads_failed %lu\nbaby_waits %lu\nexcl_waits %lu\ndrains %lu\nzombies %lu\n",
	       reads, segvs, shim_events[VMA_LOCK_BABY_WAIT], shim_events[VMA_LOCK_EXCL_WAIT],
	       shim_events[VMA_LOCK_REF_WAIT], shim_events[VMA_LOCK_MISS]);
#ifdef REF_FREE
	printf("ref_free %lu\nstale %lu\n", shim_events[VMA_LOCK_REFFREE], shim_events[VMA_LOCK_STALE]);
#endif
	return 0;
}
