// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz: system calls of memory management at random, against a reference.
 *
 * Usage: fuzz [-s SEED] [-n OPERATIONS] [-t SECONDS]   random programs, from SEED on
 *        fuzz [-s SEED] [-n OPERATIONS] -p             print the program instead
 *        fuzz [-r TIMES] FILE...                       programs as text (tests/fuzz/corpus)
 *
 * With -x a thread drops pages behind the program's back: that must be noticed.
 *
 * Exit status: 0 all was as it must be; 1 it wasn't; 2 wrong usage.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

static bool sabotage;

static int usage(void)
{
	fputs("fuzz: usage: fuzz [-s SEED] [-n OPERATIONS] [-x] [-t SECONDS | -p], or fuzz [-r TIMES] FILE...\n", stderr);
	return 2;
}

static long number(const char *text, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < 1 || value > max)
		exit(usage());
	return value;
}

static int run_files(char **files, int times, struct result *result)
{
	for (; *files; files++) {
		struct program program;

		if (!program_read(&program, *files))
			return 1;
		for (int i = 0; i < times; i++) {
			if (!program_run(&program, sabotage, result)) {
				fprintf(stderr, "fuzz: again: fuzz -r %d %s\n", times, *files);
				return 1;
			}
		}
		free(program.ops);
	}
	return 0;
}

static int run_seeds(unsigned int seed, int ops, long seconds, struct result *result)
{
	time_t end = time(NULL) + seconds;
	unsigned long programs = 0;

	do {
		struct program program;

		program_generate(&program, seed, ops);
		if (!program_run(&program, sabotage, result)) {
			fprintf(stderr, "fuzz: again: fuzz -s %u -n %d\n", seed, ops);
			return 1;
		}
		free(program.ops);
		programs++;
		seed++;
	} while (time(NULL) < end);
	printf("programs %lu\n", programs);
	return 0;
}

int main(int argc, char **argv)
{
	struct result result = {};
	unsigned int seed = 1;
	int option, status, ops = 1000, times = 1;
	long seconds = 0;
	bool print = false;

	while ((option = getopt(argc, argv, "s:n:t:r:px")) != -1) {
		switch (option) {
		case 's':
			seed = number(optarg, UINT32_MAX);
			break;
		case 'n':
			ops = number(optarg, MAX_OPS);
			break;
		case 't':
			seconds = number(optarg, 1000000);
			break;
		case 'r':
			times = number(optarg, 1000000);
			break;
		case 'x':
			sabotage = true;
			break;
		case 'p':
			print = true;
			break;
		default:
			return usage();
		}
	}
	if (print) {
		struct program program;

		if (optind < argc || seconds)
			return usage();
		program_generate(&program, seed, ops);
		program_print(&program, stdout);
		return 0;
	}
	status = optind < argc ? run_files(argv + optind, times, &result) : run_seeds(seed, ops, seconds, &result);
	printf("operations %lu\nleft_out %lu\nchecks %lu\nseen %lu\n", result.ops, result.left_out, result.checks,
	       result.seen);
	return status;
}
