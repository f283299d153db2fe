// SPDX-License-Identifier: GPL-2.0
/*
 * A thread that changes mappings by system calls of 32-bit x86 programs, and one that faults there and waits for it.
 *
 * Usage: old_calls SECONDS
 *
 * Exit status: 0; 1 after a message, as where the kernel has no such calls; 2 on wrong usage.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE		4096ul
#define PAGES		4096ul
#define I386_MPROTECT	125	/* of x86-64: capget */

static char *base;

/* The kernel may clobber registers that 32-bit programs don't have. */
static int i386_mprotect(const void *start, unsigned long len, int prot)
{
	int ret = -1;

#ifdef __x86_64__
	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(I386_MPROTECT), "b"(start), "c"(len), "d"(prot)
			 : "memory", "r8", "r9", "r10", "r11");
#else
	(void)start;
	(void)len;
	(void)prot;
#endif
	return ret;
}

static void check(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "old_calls: %s failed\n", what);
	exit(1);
}

static void *writer(void *arg)
{
	for (;;) {
		check(!i386_mprotect(base, PAGES * PAGE, PROT_READ), "mprotect()");
		check(!i386_mprotect(base, PAGES * PAGE, PROT_READ | PROT_WRITE), "mprotect()");
	}
	return arg;
}

static void *reader(void *arg)
{
	volatile char *at = base;

	for (;;) {
		for (unsigned long i = 0; i < PAGES; i += 16)
			(void)at[i * PAGE];
		check(!madvise(base, PAGES * PAGE / 2, MADV_DONTNEED), "madvise()");
	}
	return arg;
}

int main(int argc, char **argv)
{
	int seconds = argc == 2 ? atoi(argv[1]) : 0;
	pthread_t threads[2];

	if (seconds <= 0) {
		fprintf(stderr, "Usage: old_calls SECONDS\n");
		return 2;
	}
#ifdef __x86_64__
	base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_POPULATE, -1, 0);
#else
	base = MAP_FAILED;
#endif
	check(base != MAP_FAILED, "mmap()");
	pthread_create(&threads[0], NULL, writer, NULL);
	pthread_create(&threads[1], NULL, reader, NULL);
	sleep(seconds);
	return 0;
}
