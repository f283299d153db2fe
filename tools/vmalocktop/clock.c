// SPDX-License-Identifier: GPL-2.0
#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "diag.h"

uint64_t clock__now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

uint64_t clock__ms(void)
{
	return clock__now() / 1000000 + 1;
}

bool clock__coarse(const char *path)
{
	char name[64] = "";
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, "jiffies") || !strcmp(name, "refined-jiffies");
}

void clock__warn(void)
{
	struct timespec tick;

	if (!clock__coarse("/sys/devices/system/clocksource/clocksource0/current_clocksource"))
		return;
	/* This clock has the resolution of a tick on every machine. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		wlog("the kernel has no fine clock: times are in steps of 1/HZ");
	else
		wlog("the kernel has no fine clock: times are in steps of 1/HZ, %.3g ms",
		     tick.tv_sec * 1e3 + tick.tv_nsec / 1e6);
}
