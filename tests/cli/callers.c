// SPDX-License-Identifier: GPL-2.0
/*
 * System calls that wait for mmap_lock, in a process without page faults.
 *
 * Usage: callers SECONDS
 *
 * A thread changes advice of thousands of mappings in one call of madvise() over and over, with mmap_lock held for
 * writing; two others call mincore(), which takes it for reading, and do nothing else that sleeps. Prints "ready" when
 * they have begun, and how often these two have slept at the end. Exit status: 0; 1 after a message; 2 on wrong usage.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE	4096ul
#define VMAS	10000ul
#define CALLERS	2

static char *base;
static bool done;

static void check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void *writer(void *arg)
{
	for (bool dump = false; !__atomic_load_n(&done, __ATOMIC_RELAXED); dump = !dump)
		check(!madvise(base, VMAS * PAGE, dump ? MADV_DODUMP : MADV_DONTDUMP), "callers: madvise()");
	return arg;
}

static void *caller(void *slept)
{
	unsigned char in_core;
	struct rusage usage;

	while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
		check(!mincore(base, PAGE, &in_core), "callers: mincore()");
	getrusage(RUSAGE_THREAD, &usage);
	*(long *)slept = usage.ru_nvcsw;
	return NULL;
}

int main(int argc, char **argv)
{
	int seconds = argc == 2 ? atoi(argv[1]) : 0;
	pthread_t threads[1 + CALLERS];
	long slept[CALLERS], all = 0;

	if (seconds <= 0) {
		fprintf(stderr, "Usage: callers SECONDS\n");
		return 2;
	}
	base = mmap(NULL, VMAS * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(base != MAP_FAILED, "callers: mmap()");
	for (size_t i = 1; i < VMAS; i += 2)
		check(!madvise(base + i * PAGE, PAGE, MADV_RANDOM), "callers: madvise()");
	pthread_create(&threads[0], NULL, writer, NULL);
	for (int i = 0; i < CALLERS; i++)
		pthread_create(&threads[1 + i], NULL, caller, &slept[i]);
	puts("ready");
	fflush(stdout);
	sleep(seconds);
	__atomic_store_n(&done, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 1 + CALLERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < CALLERS; i++)
		all += slept[i];
	printf("%ld\n", all);
	return 0;
}
