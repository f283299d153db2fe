// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

const char options_doc[] =
	"Show how page faults and writers wait for per-VMA locks.\v"
	"On a terminal a live view opens; ? in it explains the keys. Elsewhere, and with COUNT, "
	"--batch, --by, --timestamps or --stats, reports are printed. Without INTERVAL that is one report at the end: after Ctrl-C, --duration, or the end "
	"of the process given with -p. With it, each report is about the last INTERVAL seconds; "
	"the live view is drawn that often, and is about the last 15 seconds or, if it is longer, INTERVAL.\n\n"
	"TIME is a number with one of the units ns, us, ms or s, such as 500us; SIZE is a number of "
	"bytes, or with K, M, G or T.\n\n"
	"Words in the reports:\n"
	"  BABY      mapping that replaces another: faults wait until that is gone\n"
	"  EXCL      VMA that a writer is changing: faults wait until it is done\n"
	"  ZOMBIE    VMA that was unmapped: faults on it back off and look again\n"
	"  reference what a fault holds on its VMA, for writers to wait for; one of a\n"
	"            page that is in memory may do without\n"
	"  drain     a writer's wait until faults no longer use the VMA that it changes\n"
	"  fallback  fault that goes on under mmap_lock, the lock of the whole process\n"
	"  blocker   thread that held mmap_lock for writing when a fault began to wait, or\n"
	"            that was the first writer in the queue for it\n"
	"Kernels without the vma_lock series have neither BABYs, EXCL VMAs nor ZOMBIEs: "
	"there, faults fall back and wait for mmap_lock. See --coverage.\n\n"
	"Examples:\n"
	"  vmalocktop -p 4711            watch process 4711 until Ctrl-C\n"
	"  vmalocktop 1 10               system-wide, ten reports of one second\n"
	"  vmalocktop --hist -m -p 4711  histograms, in milliseconds\n"
	"  vmalocktop --json 5           one JSON object every five seconds\n"
	"  vmalocktop --by thread --sort max 1\n"
	"                                threads that waited, longest wait first\n"
	"  vmalocktop --folded --longer-than 1ms -p 4711 >waits.folded\n"
	"                                stacks of both sides, for a flame graph\n\n"
	"Exit status: 0 also after Ctrl-C; 1 on a runtime error; 2 on wrong usage.";

const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What to watch:", 1 },
	{ "pid", 'p', "PID", 0, "Only the process PID; may be repeated", 1 },
	{ "tid", 't', "TID", 0, "Only the thread TID", 1 },
	{ "comm", 'n', "NAME", 0, "Only threads of this name", 1 },
	{ "cgroup", 'c', "PATH", 0, "Only threads in this cgroup (v2), or below", 1 },
	{ "longer-than", OPT_LONGER, "TIME", 0,
	  "Rankings, blockers and stacks: only waits of TIME or longer", 1 },
	{ "min-vma", OPT_MIN_VMA, "SIZE", 0, "Likewise: only waits on VMAs of SIZE or larger", 1 },
	{ "duration", OPT_DURATION, "SEC", 0, "Stop after SEC seconds", 1 },
	{ "max-entries", OPT_MAX_ENTRIES, "N", 0,
	  "Keep N VMAs, N blockers and so on apart, at most 1048576 (default 4096)", 1 },

	{ NULL, 0, NULL, 0, "What to print:", 2 },
	{ "batch", 'b', NULL, 0, "Print reports even on a terminal, where the live view is the default", 2 },
	{ "by", OPT_BY, "KEY", 0, "Sum waits up by vma (default), process, thread, cgroup or op", 2 },
	{ "sort", OPT_SORT, "KEY", 0,
	  "Sort by time that faults lost (default), or total, count, avg or max of all waits", 2 },
	{ "hist", OPT_HIST, NULL, 0, "Print histograms instead of tables", 2 },
	{ "json", OPT_JSON, NULL, 0, "Print a JSON object per report, each on one line", 2 },
	{ "csv", OPT_CSV, NULL, 0, "Print a line of CSV per row of the ranking", 2 },
	{ "folded", OPT_FOLDED, NULL, 0,
	  "Print stacks of waiters and their blockers with the time in us, for flame graphs", 2 },
	{ "stacks", OPT_STACKS, NULL, 0, "Take stacks, to be seen in the live view", 2 },
	{ "sample", OPT_SAMPLE, "N", 0, "Take the stacks of one wait in N", 2 },
	{ "max-stack", OPT_MAX_STACK, "N", 0, "Take N frames of a stack, at most 127 (default 64)", 2 },
	{ "no-header", OPT_NO_HEADER, NULL, 0, "Print no line of names before CSV", 2 },
	{ "timestamps", 'T', NULL, 0, "Print the time before each report", 2 },
	{ "milliseconds", 'm', NULL, 0, "Histograms in milliseconds, not microseconds", 2 },
	{ "stats", OPT_STATS, NULL, 0,
	  "Also print what watching costs: memory of the maps, run time of the programs", 2 },

	{ NULL, 0, NULL, 0, "Now and later:", 3 },
	{ "record", OPT_RECORD, "FILE", 0, "Record to FILE, every second or INTERVAL, and print nothing", 3 },
	{ "replay", OPT_REPLAY, "FILE", 0, "Print the reports that FILE has recorded", 3 },

	{ NULL, 0, NULL, 0, "For other programs:", 4 },
	{ "listen", OPT_LISTEN, "[ADDR:]PORT", 0,
	  "Answer HTTP there, and print nothing: /metrics for Prometheus, a live page at /. "
	  "Without ADDR only this machine can ask", 4 },
	{ "top-vmas", OPT_TOP_VMAS, "N", 0,
	  "Also give the N regions that faults lost most time on metrics of their own, at most 100", 4 },

	{ NULL, 0, NULL, 0, "Other:", 5 },
	{ "coverage", OPT_COVERAGE, NULL, 0,
	  "Print what is exact, degraded or absent on this kernel, and why, and exit", 5 },
	{ "verbose", 'v', NULL, 0, "Say more on stderr; twice: all that libbpf says", 5 },
	{ "version", 'V', NULL, 0, "Print the version", -1 },
	{ "help", '?', NULL, 0, "Print this help", -1 },
	{ "usage", OPT_USAGE, NULL, 0, "Print a short usage message", -1 },
	{ 0 },
};

void wrong_usage(const char *what, const char *arg)
{
	elog("%s%s%s%s (see vmalocktop --help)", what, arg ? " '" : "", arg ? arg : "",
	     arg ? "'" : "");
	exit(2);
}

/* What an option has to be followed by. */
static const char *wanted(const struct argp_option *o)
{
	static const struct {
		const char *arg, *wanted;
	} texts[] = {
		{ "PID", "a PID" }, { "TID", "a TID" }, { "SEC", "a number of seconds" },
		{ "N", "a number" }, { "TIME", "a time such as 10ms" }, { "SIZE", "a size such as 1G" },
		{ "NAME", "a name" }, { "PATH", "a path" }, { "FILE", "a file" }, { "KEY", "a key" },
		{ "[ADDR:]PORT", "a port, or an address and a port such as 0.0.0.0:9477" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(texts[i].arg, o->arg))
			return texts[i].wanted;
	return "an argument";
}

/* The option that is named with the @len bytes at @name or, if it alone begins so, with more. */
static const struct argp_option *long_option(const char *name, size_t len)
{
	const struct argp_option *found = NULL;
	int n = 0;

	for (const struct argp_option *o = options; o->name || o->doc; o++) {
		if (!o->name || strncmp(o->name, name, len))
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
	for (const struct argp_option *o = options; o->name || o->doc; o++)
		if (o->key == c)
			return o;
	return NULL;
}

void options__check(const char *arg)
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

