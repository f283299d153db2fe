// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"

#define MAX_THREADS	256
#define MAX_SLOTS	256
#define MAX_SLOT_PAGES	64

enum {
	OPT_SIZE = 0x100, OPT_FAULTERS, OPT_MAPPERS, OPT_DURATION, OPT_OPS, OPT_MODES, OPT_FILE_DIR,
	OPT_SEED, OPT_JSON, OPT_NAME, OPT_TOUCH_WINDOW, OPT_COLD_SIZE, OPT_SLOTS, OPT_SLOT_PAGES,
	OPT_SHARED_SLOTS, OPT_SLOT_LAYOUT, OPT_DISK_POOLS, OPT_THP, OPT_LATENCY, OPT_WAIT_START,
	OPT_WAIT_END, OPT_STALL_LIMIT, OPT_STOP, OPT_PLANT, OPT_HELP, OPT_VERSION,
};

static const struct argp_option descriptions[] = {
	{ NULL, 0, NULL, 0, "What to do:", 1 },
	{ "modes", OPT_MODES, "LIST", 0, "Modes, separated by commas (default: anon,replace)", 1 },
	{ "faulters", OPT_FAULTERS, "N", 0, "Faulting and checking threads (default: 4)", 1 },
	{ "mappers", OPT_MAPPERS, "N", 0, "Threads that change the mappings (default: 2)", 1 },
	{ "duration", OPT_DURATION, "SECONDS", 0, "Run so long (default: 10)", 1 },
	{ "ops", OPT_OPS, "N", 0, "Instead: N operations per faulting thread, or per mapping thread "
	  "if there are no faulting ones", 1 },
	{ "seed", OPT_SEED, "N", 0, "Seed of all random choices (default: 1)", 1 },
	{ NULL, 0, NULL, 0, "Where:", 2 },
	{ "size", OPT_SIZE, "SIZE", 0, "Address space to reserve (default: 64G)", 2 },
	{ "name", OPT_NAME, "NAME", 0, "Name of the giant VMA, empty for none (default: vmalock giant)", 2 },
	{ "touch-window", OPT_TOUCH_WINDOW, "SIZE", 0,
	  "Memory that each faulting thread works on at a time (default: 1M)", 2 },
	{ "slots", OPT_SLOTS, "N", 0, "Slots per mode (default: two per mapper, so that one rests)", 2 },
	{ "slot-pages", OPT_SLOT_PAGES, "N", 0, "Pages used of a slot (default: 16)", 2 },
	{ "slot-layout", OPT_SLOT_LAYOUT, "KIND", 0,
	  "What lies around the slots: guard (PROT_NONE), gap (holes) or mixed (default)", 2 },
	{ "shared-slots", OPT_SHARED_SLOTS, NULL, 0, "Any mapper may take any slot; else each has its own", 2 },
	{ "thp", OPT_THP, NULL, 0, "Allow transparent huge pages, ask for them in the giant VMA", 2 },
	{ "file-dir", OPT_FILE_DIR, "DIR", 0, "Directory for the files of cold and --disk-pools", 2 },
	{ "disk-pools", OPT_DISK_POOLS, NULL, 0, "Keep the generation files in --file-dir, not in memory", 2 },
	{ "cold-size", OPT_COLD_SIZE, "SIZE", 0, "Size of the file that is read cold (default: 16M)", 2 },
	{ NULL, 0, NULL, 0, "Report:", 3 },
	{ "json", OPT_JSON, NULL, 0, "Report as one JSON object on one line", 3 },
	{ "latency", OPT_LATENCY, NULL, 0, "Also time every page access", 3 },
	{ "wait-start", OPT_WAIT_START, NULL, 0,
	  "After the setup print \"ready PID\" and wait for a line on stdin, or SIGUSR1", 3 },
	{ "wait-end", OPT_WAIT_END, NULL, 0,
	  "After the report wait for the end of stdin, or SIGUSR1, before anything is unmapped", 3 },
	{ "stall-limit", OPT_STALL_LIMIT, "SECONDS", 0,
	  "A thread without progress for so long is a violation (default: 60)", 3 },
	{ "stop-on-violation", OPT_STOP, NULL, 0, "End the run at the first violation", 3 },
	{ "plant-fault", OPT_PLANT, "KIND", 0,
	  "For tests: break an own promise so that this kind of violation must be found", 3 },
	{ NULL, 0, NULL, 0, "Other:", -1 },
	{ "help", OPT_HELP, NULL, 0, "Give this help", -1 },
	{ "version", OPT_VERSION, NULL, 0, "Print the version", -1 },
	{ 0 },
};

#define X(id, name, text) "  " name ": " text "\n"
static const char doc[] =
	"Faults on one giant VMA while other threads change it, and checks every page that it reads."
	"\v"
	"Modes:\n" LOAD_MODES(X)
	"  all: all of them but cold\n"
#undef X
#define X(name, text) "  " #name ": " text "\n"
	"\nViolations:\n" VIOLATION_KINDS(X)
#undef X
	"\nSizes take the suffixes K, M, G and T (powers of 1024).\n"
	"Exit status: 0 if all is well, 1 on a violation or a runtime error, 2 on wrong usage.";

/* The end of what is only printed. */
__attribute__((noreturn))
static void printed(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		exit(0);
	perror("vmalock-load: cannot write");
	exit(1);
}

__attribute__((format(printf, 1, 2), noreturn))
static void usage_error(const char *fmt, ...)
{
	va_list ap;

	fputs("vmalock-load: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs(" (see --help)\n", stderr);
	exit(2);
}

static uint64_t number(const char *option, const char *arg, uint64_t min, uint64_t max)
{
	uint64_t v;

	if (parse_u64(arg, &v))
		usage_error("--%s: '%s' is not a number", option, arg);
	if (v < min || v > max)
		usage_error("--%s: %s is not in the range %llu to %llu", option, arg,
			    (unsigned long long)min, (unsigned long long)max);
	return v;
}

static uint64_t size(const char *option, const char *arg, uint64_t min, uint64_t max)
{
	uint64_t v;

	if (parse_size(arg, &v))
		usage_error("--%s: '%s' is not a size such as 64G", option, arg);
	if (v < min || v > max)
		usage_error("--%s: %s is not in the range %lluM to %lluM", option, arg,
			    (unsigned long long)min >> 20, (unsigned long long)max >> 20);
	return v;
}

static uint64_t seconds(const char *option, const char *arg)
{
	uint64_t ms;

	if (parse_seconds(arg, &ms))
		usage_error("--%s: '%s' is not a number of seconds", option, arg);
	if (!ms || ms > 1000ull * 1000 * 1000)
		usage_error("--%s: %s is not in the range 0.001 to 1000000", option, arg);
	return ms;
}

static enum violation_kind kind(const char *arg)
{
	for (unsigned int i = 0; i < VIOLATION_NR; i++)
		if (!strcmp(arg, violation_name(i)))
			return (enum violation_kind)i;
	usage_error("--plant-fault: unknown kind '%s'", arg);
}

static enum slot_layout layout(const char *arg)
{
	if (!strcmp(arg, "mixed"))
		return LAYOUT_MIXED;
	if (!strcmp(arg, "guard"))
		return LAYOUT_GUARD;
	if (!strcmp(arg, "gap"))
		return LAYOUT_GAP;
	usage_error("--slot-layout: '%s' is not guard, gap or mixed", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *opt = state->input;
	const char *bad;
	int len;

	switch (key) {
	case OPT_SIZE:
		opt->size = size("size", arg, 1ull << 30, 64ull << 40);
		break;
	case OPT_TOUCH_WINDOW:
		opt->touch_window = size("touch-window", arg, 1ull << 16, 1ull << 30);
		break;
	case OPT_COLD_SIZE:
		opt->cold_size = size("cold-size", arg, 1ull << 20, 64ull << 30);
		break;
	case OPT_FAULTERS:
		opt->faulters = (unsigned int)number("faulters", arg, 0, MAX_THREADS);
		break;
	case OPT_MAPPERS:
		opt->mappers = (unsigned int)number("mappers", arg, 0, MAX_THREADS);
		break;
	case OPT_DURATION:
		opt->duration_ms = seconds("duration", arg);
		break;
	case OPT_STALL_LIMIT:
		opt->stall_limit_ms = seconds("stall-limit", arg);
		break;
	case OPT_OPS:
		opt->ops = number("ops", arg, 1, UINT64_MAX);
		break;
	case OPT_SEED:
		opt->seed = number("seed", arg, 0, UINT64_MAX);
		break;
	case OPT_SLOTS:
		opt->slots = (unsigned int)number("slots", arg, 1, MAX_SLOTS);
		break;
	case OPT_SLOT_PAGES:
		opt->slot_pages = (unsigned int)number("slot-pages", arg, 2, MAX_SLOT_PAGES);
		break;
	case OPT_SLOT_LAYOUT:
		opt->layout = layout(arg);
		break;
	case OPT_MODES:
		if (mode_parse(arg, &opt->modes, &bad, &len))
			usage_error("--modes: unknown mode '%.*s'", len, bad);
		break;
	case OPT_FILE_DIR:
		opt->file_dir = arg;
		break;
	case OPT_NAME:
		opt->name = arg;
		break;
	case OPT_PLANT:
		opt->plant = kind(arg);
		break;
	case OPT_SHARED_SLOTS:
		opt->shared_slots = true;
		break;
	case OPT_DISK_POOLS:
		opt->disk_pools = true;
		break;
	case OPT_THP:
		opt->thp = true;
		break;
	case OPT_LATENCY:
		opt->latency = true;
		break;
	case OPT_JSON:
		opt->json = true;
		break;
	case OPT_WAIT_START:
		opt->wait_start = true;
		break;
	case OPT_WAIT_END:
		opt->wait_end = true;
		break;
	case OPT_STOP:
		opt->stop_on_violation = true;
		break;
	case OPT_HELP:
		argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK,
			  (char *)"vmalock-load");
		printed();
	case OPT_VERSION:
		puts("vmalock-load " LOAD_VERSION);
		printed();
	case ARGP_KEY_ERROR:
		/* getopt stays at a cluster of short options, of which there are none, else it is past it. */
		bad = state->argv[state->next];
		if (!bad || bad[0] != '-' || bad[1] == '-' || !bad[1] || !bad[2])
			bad = state->argv[state->next > 1 ? state->next - 1 : 1];
		usage_error("'%s': no such option, or its argument is missing or unwanted", bad);
	case ARGP_KEY_ARG:
		usage_error("unexpected argument '%s'", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Modes in which each fault can be planted. */
static unsigned int plantable(enum violation_kind planted)
{
	unsigned int files = 1u << MODE_REPLACE_SHARED | 1u << MODE_REPLACE_PRIVATE | 1u << MODE_UNMAP;

	switch (planted) {
	case VIOLATION_generation_back:
	case VIOLATION_future:
	case VIOLATION_torn:
	case VIOLATION_sigbus:
		return files;
	case VIOLATION_segv:
		return files | 1u << MODE_REPLACE_ANON;
	case VIOLATION_prot:
		return 1u << MODE_MPROTECT;
	case VIOLATION_lost_write:
	case VIOLATION_not_zero:
		return 1u << MODE_ANON;
	case VIOLATION_fork_snapshot:
		return 1u << MODE_FORK;
	default:
		return ~0u;
	}
}

void options_parse(struct options *opt, int argc, char **argv)
{
	static const struct argp argp = { .options = descriptions, .parser = parse, .doc = doc };

	*opt = (struct options) {
		.size = 64ull << 30,
		.touch_window = 1ull << 20,
		.cold_size = 16ull << 20,
		.seed = 1,
		.duration_ms = 10000,
		.stall_limit_ms = 60000,
		.faulters = 4,
		.mappers = 2,
		.slot_pages = 16,
		.modes = 1u << MODE_ANON | 1u << MODE_REPLACE_SHARED,
		.plant = VIOLATION_NONE,
		.name = "vmalock giant",
	};
	/* getopt's own messages take two lines: parse() makes one. */
	if (argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS, NULL, opt))
		usage_error("wrong usage");

	if (!opt->faulters && !opt->mappers)
		usage_error("--faulters and --mappers are both 0, so there is nothing to do");
	if (!opt->faulters &&
	    !(opt->modes & ~(1u << MODE_ANON | 1u << MODE_FILE | 1u << MODE_COLD)))
		usage_error("--faulters is 0, and the mappers have nothing to do in the chosen modes");
	if ((opt->modes & 1u << MODE_COLD || opt->disk_pools) && !opt->file_dir)
		usage_error("%s needs --file-dir, a directory on a disk",
			    opt->disk_pools ? "--disk-pools" : "mode cold");
	if (opt->plant != VIOLATION_NONE && !(plantable(opt->plant) & opt->modes))
		usage_error("--plant-fault: none of the chosen modes can show this kind");
	if (strlen(opt->name) > 79)
		usage_error("--name: longer than 79 characters");
	if (!opt->slots)
		opt->slots = opt->mappers ? 2 * opt->mappers : 2;
}
