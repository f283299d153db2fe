// SPDX-License-Identifier: GPL-2.0
/*
 * stimulus: make the kernel fire vma_lock events in one scripted scenario.
 *
 * Usage: stimulus SCENARIO DIRECTORY
 *
 * DIRECTORY is on a file system that may be frozen and that nothing else uses.
 * Prints facts, "NAME VALUE" a line, for scenarios.py, which checks the trace
 * against them.  The part of the trace that counts lies between two markers.
 */
#include <err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stimulus.h"

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static scenario_fn *find(const struct scenario *scenarios, const char *name)
{
	for (; scenarios->name; scenarios++)
		if (!strcmp(scenarios->name, name))
			return scenarios->run;
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct scenario *const groups[] = {
		lookup_scenarios, replace_scenarios, wait_scenarios, zombie_scenarios,
	};
	scenario_fn *run = NULL;

	if (argc != 3)
		errx(2, "usage: stimulus SCENARIO DIRECTORY");
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && !run; i++)
		run = find(groups[i], argv[1]);
	if (!run)
		errx(2, "no scenario %s", argv[1]);

	access_init();
	fact("pid", getpid());
	run(argv[2]);
	if (fflush(stdout))
		err(1, "stdout");
	return 0;
}
