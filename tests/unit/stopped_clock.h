/* SPDX-License-Identifier: GPL-2.0 */
/* clock_gettime() of a test, which stops all clocks: how soon something is read again depends on how long it took. */
#ifndef STOPPED_CLOCK_H
#define STOPPED_CLOCK_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What clocks say, in milliseconds; 0: they go on. */
static uint64_t stopped_ms;

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (!stopped_ms)
		return syscall(SYS_clock_gettime, clock, t);
	*t = (struct timespec){ .tv_sec = stopped_ms / 1000, .tv_nsec = stopped_ms % 1000 * 1000000 };
	return 0;
}

/* In an hour: a time out must not have passed before the wait for it begins. */
static void stop_clock(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	stopped_ms = (t.tv_sec + 3600) * 1000;
}

#endif
