// SPDX-License-Identifier: GPL-2.0
#include "env.h"

#include <argp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "../vmalock-load/parse.h"

const char *argp_program_version = "vmalocktop " VMALOCKTOP_VERSION;

static const char doc[] =
	"Show how page faults and writers wait for per-VMA locks.\v"
	"Without INTERVAL one report is printed at the end: after Ctrl-C, --duration, or the end "
	"of the process given with -p. With it, each report is about the last INTERVAL seconds.\n\n"
	"Words in the reports:\n"
	"  BABY      mapping that replaces another: faults wait until that is gone\n"
	"  EXCL      VMA that a writer is changing: faults wait until it is done\n"
	"  ZOMBIE    VMA that was unmapped: faults on it back off and look again\n"
	"  drain     a writer's wait until faults no longer use the VMA that it changes\n"
	"  fallback  fault that goes on under mmap_lock, the lock of the whole process\n"
	"  blocker   thread that held mmap_lock for writing when a fault began to wait\n"
	"Kernels without the vma_lock series have neither BABYs, EXCL VMAs nor ZOMBIEs: "
	"there, faults fall back and wait for mmap_lock. See --coverage.\n\n"
	"Examples:\n"
	"  vmalocktop -p 4711            watch process 4711 until Ctrl-C\n"
	"  vmalocktop 1 10               system-wide, ten reports of one second\n"
	"  vmalocktop --hist -m -p 4711  histograms, in milliseconds\n"
	"  vmalocktop --json 5           one JSON object every five seconds\n\n"
	"Exit status: 0 also after Ctrl-C; 1 on a runtime error; 2 on wrong usage.";

enum { OPT_COVERAGE = 256, OPT_HIST, OPT_JSON, OPT_STATS, OPT_DURATION, OPT_MAX_ENTRIES, OPT_USAGE };

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "duration", OPT_DURATION, "SEC", 0, "Stop after SEC seconds", 0 },
	{ "max-entries", OPT_MAX_ENTRIES, "N", 0,
	  "Keep N VMAs and N blockers apart, at most 1048576 (default 4096)", 0 },
	{ "hist", OPT_HIST, NULL, 0, "Print histograms instead of tables", 1 },
	{ "json", OPT_JSON, NULL, 0, "Print a JSON object per report, each on one line", 1 },
	{ "timestamps", 'T', NULL, 0, "Print the time before each report", 1 },
	{ "milliseconds", 'm', NULL, 0, "Times in milliseconds, not microseconds", 1 },
	{ "stats", OPT_STATS, NULL, 0,
	  "Also print what watching costs: memory of the maps, run time of the programs", 1 },
	{ "coverage", OPT_COVERAGE, NULL, 0,
	  "Print what is exact, degraded or absent on this kernel, and why, and exit", 2 },
	{ "verbose", 'v', NULL, 0, "Say more on stderr; twice: all that libbpf says", 2 },
	{ "version", 'V', NULL, 0, "Print the version", -1 },
	{ "help", '?', NULL, 0, "Print this help", -1 },
	{ "usage", OPT_USAGE, NULL, 0, "Print a short usage message", -1 },
	{ 0 },
};

static void __attribute__((noreturn)) wrong_usage(const char *what, const char *arg)
{
	elog("%s%s%s%s (see vmalocktop --help)", what, arg ? " '" : "", arg ? arg : "",
	     arg ? "'" : "");
	exit(2);
}

static uint64_t number(const char *what, const char *arg, uint64_t max)
{
	uint64_t v;

	if (parse_u64(arg, &v) || !v || v > max)
		wrong_usage(what, arg);
	return v;
}

static uint64_t milliseconds(const char *what, const char *arg)
{
	uint64_t ms;

	/* A bound that keeps nanoseconds within 64 bits: about 31 years. */
	if (parse_seconds(arg, &ms) || !ms || ms > 1000000000000ULL)
		wrong_usage(what, arg);
	return ms;
}

/* What an option has to be followed by. */
static const char *wanted(const struct argp_option *o)
{
	return o->key == 'p' ? "a PID" : o->key == OPT_DURATION ? "a number of seconds" : "a number";
}

/* The option that is named with the @len bytes at @name or, if it alone begins so, with more. */
static const struct argp_option *long_option(const char *name, size_t len)
{
	const struct argp_option *found = NULL;
	int n = 0;

	for (const struct argp_option *o = options; o->name; o++) {
		if (strncmp(o->name, name, len))
			continue;
		if (!o->name[len])
			return o;
		found = o;
		n++;
	}
	return n == 1 ? found : NULL;
}

static const struct argp_option *short_option(char c)
{
	for (const struct argp_option *o = options; o->name; o++)
		if (o->key == c)
			return o;
	return NULL;
}

/* Say what is wrong with option @arg of the command line, and end; return if nothing is. */
static void check_option(const char *arg)
{
	const struct argp_option *o;
	char option[3] = "-", what[128];

	if (!arg || arg[0] != '-' || !arg[1])
		return;
	if (arg[1] == '-') {
		size_t len = strcspn(arg + 2, "=");

		o = long_option(arg + 2, len);
		if (!o)
			wrong_usage("no such option:", arg);
		if (o->arg && !arg[2 + len])
			snprintf(what, sizeof(what), "--%s needs %s", o->name, wanted(o));
		else if (!o->arg && arg[2 + len])
			snprintf(what, sizeof(what), "--%s takes no argument:", o->name);
		else
			return;
		wrong_usage(what, o->arg ? NULL : arg);
	}
	for (const char *c = arg + 1; *c; c++) {
		option[1] = *c;
		o = short_option(*c);
		if (!o)
			wrong_usage("no such option:", option);
		if (!o->arg)
			continue;
		if (c[1])
			return;
		snprintf(what, sizeof(what), "%s needs %s", option, wanted(o));
		wrong_usage(what, NULL);
	}
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct env *env = state->input;

	switch (key) {
	case 'p':
		env->pid = number("not a process ID:", arg, INT_MAX);
		break;
	case OPT_DURATION:
		env->duration_ms = milliseconds("not a duration in seconds:", arg);
		break;
	case OPT_MAX_ENTRIES:
		env->max_entries = number("not a number of entries:", arg, 1 << 20);
		break;
	case OPT_COVERAGE:
		env->coverage = true;
		break;
	case OPT_HIST:
		env->hist = true;
		break;
	case OPT_JSON:
		env->json = true;
		break;
	case OPT_STATS:
		env->stats = true;
		break;
	case 'T':
		env->timestamps = true;
		break;
	case 'm':
		env->milliseconds = true;
		break;
	case 'v':
		env->verbose++;
		break;
	case 'V':
		printf("%s\n", argp_program_version);
		exit(0);
	case '?':
	case OPT_USAGE:
		/* argp_state_help() is silent under ARGP_NO_ERRS. */
		argp_help(state->root_argp, stdout,
			  key == OPT_USAGE ? ARGP_HELP_USAGE : ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK,
			  "vmalocktop");
		exit(0);
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			env->interval_ms = milliseconds("not an interval in seconds:", arg);
		else if (state->arg_num == 1)
			env->count = number("not a number of reports:", arg, UINT64_MAX);
		else
			wrong_usage("one argument too many:", arg);
		break;
	case ARGP_KEY_ERROR:
		/* getopt is past the argument, or still at it: a cluster, not at its last option. */
		if (state->next > 1)
			check_option(state->argv[state->next - 1]);
		check_option(state->argv[state->next]);
		wrong_usage("wrong usage", NULL);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void env__parse(struct env *env, int argc, char **argv)
{
	static const struct argp argp = {
		options, parse_opt, "[INTERVAL [COUNT]]", doc, NULL, NULL, NULL
	};

	*env = (struct env){ .max_entries = 4096 };
	/* Messages of getopt and argp take two lines: parse_opt() makes one. */
	if (argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS, NULL, env))
		wrong_usage("wrong usage", NULL);
	if (env->json && env->hist)
		wrong_usage("--json and --hist exclude each other: JSON has the histograms", NULL);
	if (env->json && env->timestamps)
		wrong_usage("--json and -T exclude each other: JSON has the time", NULL);
}
