// SPDX-License-Identifier: GPL-2.0
#include "env.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "options.h"
#include "text.h"
#include "../vmalock-load/parse.h"

const char *argp_program_version = "vmalocktop " VMALOCKTOP_VERSION;

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

/* Index of @arg among @words, the last of which is NULL. */
static int word(const char *what, const char *arg, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], arg))
			return i;
	wrong_usage(what, arg);
}

static void add_pid(struct env *env, const char *arg)
{
	pid_t pid = number("not a process ID:", arg, INT_MAX);

	for (int i = 0; i < env->n_pids; i++)
		if (env->pids[i] == pid)
			return;
	if (env->n_pids == MAX_PIDS)
		wrong_usage("more than 64 processes; one too many:", arg);
	env->pids[env->n_pids++] = pid;
}

static void set_output(struct env *env, enum output output)
{
	static const char *const names[] = { "", "--hist", "--json", "--csv", "--folded", "" };
	char what[64];

	if (env->output && env->output != output) {
		snprintf(what, sizeof(what), "%s and %s exclude each other", names[env->output],
			 names[output]);
		wrong_usage(what, NULL);
	}
	env->output = output;
}

static void set_comm(struct env *env, const char *arg)
{
	if (!arg[0] || strlen(arg) >= VT_COMM_LEN)
		wrong_usage("not a thread's name, which has 1 to 15 bytes:", arg);
	env->comm = arg;
}

static error_t parse_watch(int key, char *arg, struct env *env)
{
	switch (key) {
	case 'p':
		add_pid(env, arg);
		break;
	case 't':
		env->tid = number("not a thread ID:", arg, INT_MAX);
		break;
	case 'n':
		set_comm(env, arg);
		break;
	case 'c':
		env->cgroup = arg;
		break;
	case OPT_LONGER:
		if (text__parse_time(arg, &env->longer_ns))
			wrong_usage("not a time with ns, us, ms or s:", arg);
		break;
	case OPT_MIN_VMA:
		if (parse_size(arg, &env->min_vma))
			wrong_usage("not a size:", arg);
		break;
	case OPT_DURATION:
		env->duration_ms = milliseconds("not a duration in seconds:", arg);
		break;
	case OPT_MAX_ENTRIES:
		env->max_entries = number("not a number of entries:", arg, 1 << 20);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse_print(int key, char *arg, struct env *env)
{
	static const char *const by[] = { "vma", "process", "thread", "cgroup", "op", NULL };
	static const char *const sort[] = { "lost", "total", "count", "avg", "max", NULL };

	switch (key) {
	case OPT_BY:
		env->by = word("not one of vma, process, thread, cgroup, op:", arg, by);
		env->by_given = true;
		break;
	case OPT_SORT:
		env->sort = word("not one of lost, total, count, avg, max:", arg, sort);
		break;
	case OPT_HIST:
		set_output(env, OUTPUT_HIST);
		break;
	case OPT_JSON:
		set_output(env, OUTPUT_JSON);
		break;
	case OPT_CSV:
		set_output(env, OUTPUT_CSV);
		break;
	case OPT_FOLDED:
		set_output(env, OUTPUT_FOLDED);
		break;
	case 'b':
		env->batch = true;
		break;
	case OPT_STACKS:
		env->stacks = true;
		break;
	case OPT_SAMPLE:
		env->sample = number("not a number of waits:", arg, UINT32_MAX);
		break;
	case OPT_MAX_STACK:
		env->max_stack = number("not a number of frames:", arg, 127);
		break;
	case OPT_NO_HEADER:
		env->no_header = true;
		break;
	case 'T':
		env->timestamps = true;
		break;
	case 'm':
		env->milliseconds = true;
		break;
	case OPT_STATS:
		env->stats = true;
		break;
	case OPT_RECORD:
		env->record = arg;
		break;
	case OPT_REPLAY:
		env->replay = arg;
		break;
	case OPT_LISTEN:
		env->listening = true;
		if (listen_address__parse(&env->listen, arg))
			wrong_usage("not a port, nor a numeric address and a port such as 127.0.0.1:9477 "
				    "or [::1]:9477:", arg);
		break;
	case OPT_TOP_VMAS:
		env->top_vmas = number("not a number of VMAs from 1 to 100:", arg, 100);
		break;
	case OPT_COVERAGE:
		env->coverage = true;
		break;
	case 'v':
		env->verbose++;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The end of what is only printed. */
static void __attribute__((noreturn)) printed(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		exit(0);
	elog("cannot write: %s: where does stdout go?", strerror(errno));
	exit(1);
}

static void __attribute__((noreturn)) help(const struct argp_state *state, unsigned int flags)
{
	/* argp_state_help() is silent under ARGP_NO_ERRS. */
	argp_help(state->root_argp, stdout, flags, "vmalocktop");
	printed();
}

static error_t parse_opt(int key, char *arg, struct argp_state *state)
{
	struct env *env = state->input;

	if (!parse_watch(key, arg, env) || !parse_print(key, arg, env))
		return 0;
	switch (key) {
	case 'V':
		printf("%s\n", argp_program_version);
		printed();
	case '?':
		help(state, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK);
	case OPT_USAGE:
		help(state, ARGP_HELP_USAGE);
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
			options__check(state->argv[state->next - 1]);
		options__check(state->argv[state->next]);
		wrong_usage("wrong usage", NULL);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void check_recording(struct env *env)
{
	if (env->record && env->replay)
		wrong_usage("--record and --replay exclude each other", NULL);
	if (env->record && env->output)
		wrong_usage("--record prints nothing: say how to print with --replay", NULL);
	if (env->record && env->stats)
		wrong_usage("--record and --stats exclude each other: what watching costs isn't recorded", NULL);
	if (env->record && !env->interval_ms)
		env->interval_ms = 1000;
	if (env->replay && (env->n_pids || env->tid || env->comm || env->cgroup || env->longer_ns || env->min_vma ||
			    env->max_entries || env->by_given || env->stacks || env->sample || env->max_stack ||
			    env->milliseconds || env->interval_ms || env->duration_ms || env->stats))
		wrong_usage("what to watch, and how often, was chosen when it was recorded: "
			    "--replay only takes options on what to print", NULL);
	if (env->replay && env->coverage)
		wrong_usage("--replay and --coverage exclude each other: that is about this kernel", NULL);
}

static void check_listening(struct env *env)
{
	if (!env->listening && env->top_vmas)
		wrong_usage("--top-vmas is about metrics: give --listen, too", NULL);
	if (!env->listening)
		return;
	if (env->output || env->batch || env->record || env->replay || env->interval_ms || env->timestamps)
		wrong_usage("--listen prints nothing: it takes no option on what to print, when, and whereto", NULL);
	if (env->by_given)
		wrong_usage("--listen sums waits up by cgroup: it takes no --by", NULL);
	if (env->milliseconds)
		wrong_usage("--listen serves histograms in seconds: it takes no -m", NULL);
	if (env->stacks)
		wrong_usage("--listen serves no stacks: take them with --folded", NULL);
	env->by = VT_BY_CGROUP;
}

/* What wasn't given. */
static void set_defaults(struct env *env)
{
	if (!env->max_entries)
		env->max_entries = 4096;
	if (!env->sample)
		env->sample = 1;
	if (!env->max_stack)
		env->max_stack = 64;
}

static void keep_command(struct env *env, int argc, char **argv)
{
	size_t n = 0;

	snprintf(env->command, sizeof(env->command), "vmalocktop");
	for (int i = 1; i < argc && n < sizeof(env->command); i++) {
		n = strlen(env->command);
		snprintf(env->command + n, sizeof(env->command) - n, " %s", argv[i]);
	}
	text__clean(env->command);
}

void env__parse(struct env *env, int argc, char **argv)
{
	static const struct argp argp = {
		options, parse_opt, "[INTERVAL [COUNT]]", options_doc, NULL, NULL, NULL
	};

	*env = (struct env){ 0 };
	/* Messages of getopt and argp take two lines: parse_opt() makes one. */
	if (argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS, NULL, env))
		wrong_usage("wrong usage", NULL);
	if (env->timestamps && (env->output == OUTPUT_JSON || env->output == OUTPUT_CSV))
		wrong_usage("-T is for text: JSON and CSV have the time", NULL);
	if (env->timestamps && env->output == OUTPUT_FOLDED)
		wrong_usage("-T is for text: folded stacks have no place for it", NULL);
	check_recording(env);
	check_listening(env);
	env->stacks |= env->output == OUTPUT_FOLDED;
	if ((env->sample || env->max_stack) && !env->stacks)
		wrong_usage("--sample and --max-stack are about stacks: give --folded or --stacks, too", NULL);
	set_defaults(env);
	keep_command(env, argc, argv);
	/* What the live view has no place for is printed. */
	if (env->output == OUTPUT_TEXT && !env->batch && !env->count && !env->by_given && !env->timestamps && !env->stats &&
	    !env->record && !env->replay && !env->listening && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		env->output = OUTPUT_LIVE;
}

static void limit(char buf[SCOPE_LEN], const char *what, const char *value)
{
	size_t n = strlen(buf);

	snprintf(buf + n, SCOPE_LEN - n, "%s%s%s", n ? ", " : "", what, value);
}

void env__scope(const struct env *env, char buf[SCOPE_LEN])
{
	char number[16];

	buf[0] = '\0';
	if (env->n_pids > 1)
		snprintf(buf, SCOPE_LEN, "%d processes", env->n_pids);
	snprintf(number, sizeof(number), "%d", env->tid);
	if (env->tid)
		limit(buf, "thread ", number);
	if (env->comm)
		limit(buf, "threads named ", env->comm);
	if (env->cgroup)
		limit(buf, "cgroup ", env->cgroup);
	text__clean(buf);
}
