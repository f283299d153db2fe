// SPDX-License-Identifier: GPL-2.0
/*
 * tsc-khz: print the rate of this machine's time-stamp counter in kHz.
 *
 * QEMU's emulated CPUs count this machine's counter (cpu_get_host_ticks()). A guest's kernel measures its rate with
 * a timer that the emulator serves late on a busy machine, and has been seen to take it for a ninth of what it is.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>

struct reading {
	uint64_t ticks;
	uint64_t ns;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Both clocks, read as close to each other as many attempts get. */
static struct reading read_both(void)
{
	struct reading best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t before = __rdtsc();
		uint64_t ns = now_ns();
		uint64_t after = __rdtsc();

		if (after - before < least) {
			least = after - before;
			best = (struct reading){ before + least / 2, ns };
		}
	}
	return best;
}

int main(void)
{
	struct timespec pause = { .tv_nsec = 50000000 };
	struct reading begin = read_both(), end;

	nanosleep(&pause, NULL);
	end = read_both();
	printf("%.0f\n", (end.ticks - begin.ticks) * 1e6 / (end.ns - begin.ns));
	return 0;
}
#else
int main(void)
{
	fputs("tsc-khz: this machine has no time-stamp counter that guests could count\n", stderr);
	return 1;
}
#endif
