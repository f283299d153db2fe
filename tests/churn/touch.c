// SPDX-License-Identifier: GPL-2.0
/*
 * Actors that only access the region: "touch"; "threads", which come and go; "futex", where the kernel does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "churn.h"
#include "region.h"

#define AT_ONCE		4U	/* threads that come and go */
#define FUTEX_OFFSET	2048	/* in a page, where nobody writes */

void do_touch(struct job *job)
{
	while (alive()) {
		for (unsigned int i = 0; i < 16; i++) {
			look_or_touch("touch", &job->seed);
			count_one(job);
		}
		usleep(20);
	}
}

static void *short_life(void *number)
{
	unsigned int seed = (unsigned int)(uintptr_t)number;

	for (unsigned int i = 0; i < 20; i++)
		look_or_touch("threads", &seed);
	return NULL;
}

void do_threads(struct job *job)
{
	while (alive()) {
		pthread_t threads[AT_ONCE];
		unsigned int started = 0;

		while (started < AT_ONCE && !pthread_create(&threads[started], NULL, short_life,
							    (void *)(uintptr_t)pick(&job->seed, UINT32_MAX)))
			started++;
		for (unsigned int i = 0; i < started; i++) {
			pthread_join(threads[i], NULL);
			count_one(job);
		}
	}
}

void do_futex(struct job *job)
{
	const struct timespec soon = { .tv_nsec = 200000 };

	while (alive()) {
		size_t page = pick_page(&job->seed);
		int flags = pick(&job->seed, 2) ? FUTEX_PRIVATE_FLAG : 0;
		char *address = (char *)page_at(page) + FUTEX_OFFSET;
		long result;

		if (pick(&job->seed, 2))
			result = syscall(SYS_futex, address, FUTEX_WAIT | flags, 0, &soon, NULL, 0);
		else
			result = syscall(SYS_futex, address, FUTEX_WAKE | flags, 10, NULL, NULL, 0);
		if (result < 0 && errno == EFAULT && !may_be_short())
			violation("futex: page %zu: %m", page);
		count_one(job);
	}
}
