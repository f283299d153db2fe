// SPDX-License-Identifier: GPL-2.0
/*
 * Many VMAs, many threads, and a fault that waits on nearly each of the VMAs.
 *
 * Usage: crowd VMAS THREADS
 *
 * VMAS mappings of a page each lie side by side; neighbours have different advice, so that they stay apart. Each of
 * THREADS threads touches its share of them, a page once. The first fault on anonymous memory needs mmap_lock, which
 * two writers hold nearly all the time: they change advice of all the mappings in one call of madvise() over and over.
 *
 * Prints "ready PID" when mappings and threads exist, and waits for a line on stdin. Then does its work and prints
 * "done BASE LENGTH", the range of the mappings; at the end of stdin it ends. Exit status: 0; 1 after a message.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE		4096ul
#define STACK		(64ul << 10)
#define WRITERS		1

static size_t vmas, threads;
static char *base;
static pthread_barrier_t begin, end;
static bool done;
static unsigned int calls;	/* of madvise() that are under way */

static void check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void *toucher(void *arg)
{
	size_t self = (size_t)arg;

	pthread_barrier_wait(&begin);
	for (size_t i = self; i < vmas; i += threads) {
		while (!__atomic_load_n(&calls, __ATOMIC_RELAXED))
			usleep(1000);
		*(volatile char *)(base + i * PAGE) = 1;
	}
	pthread_barrier_wait(&end);
	/* The thread stays until the process ends. */
	pause();
	return NULL;
}

static void *writer(void *arg)
{
	const struct sched_param first = { .sched_priority = 1 };

	(void)arg;
	check(!sched_setscheduler(0, SCHED_FIFO, &first), "crowd: sched_setscheduler()");
	pthread_barrier_wait(&begin);
	for (bool dump = false; !__atomic_load_n(&done, __ATOMIC_RELAXED); dump = !dump) {
		__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
		check(!madvise(base, vmas * PAGE, dump ? MADV_DODUMP : MADV_DONTDUMP), "crowd: madvise()");
		__atomic_sub_fetch(&calls, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* A thread whose stack is the @i-th piece of one mapping. */
static pthread_t start(void *(*fn)(void *), char *stacks, size_t i)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stacks + i * STACK, STACK);
	check(!pthread_create(&thread, &attr, fn, (void *)i), "crowd: pthread_create()");
	pthread_attr_destroy(&attr);
	return thread;
}

static char *map(size_t length)
{
	char *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	check(at != MAP_FAILED, "crowd: mmap()");
	return at;
}

int main(int argc, char **argv)
{
	pthread_t writers[WRITERS];
	char line[64], *stacks;

	vmas = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	threads = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (!vmas || !threads) {
		fprintf(stderr, "Usage: crowd VMAS THREADS\n");
		return 2;
	}
	base = map(vmas * PAGE);
	check(!madvise(base, vmas * PAGE, MADV_NOHUGEPAGE), "crowd: madvise()");
	for (size_t i = 1; i < vmas; i += 2)
		check(!madvise(base + i * PAGE, PAGE, MADV_RANDOM), "crowd: madvise()");
	stacks = map((threads + WRITERS) * STACK);
	pthread_barrier_init(&begin, NULL, threads + WRITERS + 1);
	pthread_barrier_init(&end, NULL, threads + 1);
	for (size_t i = 0; i < threads; i++)
		start(toucher, stacks, i);
	for (size_t i = 0; i < WRITERS; i++)
		writers[i] = start(writer, stacks, threads + i);
	printf("ready %d\n", getpid());
	fflush(stdout);
	check(fgets(line, sizeof(line), stdin), "crowd: stdin");
	pthread_barrier_wait(&begin);
	pthread_barrier_wait(&end);
	__atomic_store_n(&done, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	printf("done %p %zu\n", (void *)base, vmas * PAGE);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		;
	return 0;
}
