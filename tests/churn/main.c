// SPDX-License-Identifier: GPL-2.0
/*
 * churn: a region that is always mapped is replaced over and over, while actors do everything else.
 *
 * Usage: churn [-s SEED] [-t SECONDS] [-l LIFE] [-g GRACE] -d DIR ACTOR... - DIR is a directory on ext4; this goes on for
 * SECONDS at least (8), a victim lives for LIFE seconds on average (2), and what doesn't end within GRACE seconds after
 * (60) hangs. The same SEED (1) makes the same choices. "churn list" prints the names of the actors.
 *
 * Prints what was done and found wrong, as TAP comments. Exit status: 0 nothing was wrong, 1 something was, 2 it could
 * not be run.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"
#include "churn.h"
#include "region.h"

#define ALWAYS		2U	/* the first ones of the table play without being asked for */
#define MAX_OBSERVERS	8U

const char *work_dir;

const struct actor actors[] = {
	{ "replace", THREAD, PARTS, do_replace },
	{ "touch", THREAD, 4, do_touch },
	{ "threads", THREAD, 1, do_threads },
	{ "futex", THREAD, 1, do_futex },
	{ "advise", THREAD, 1, do_advise },
	{ "lock", THREAD, 1, do_lock },
	{ "protect", THREAD, 1, do_protect },
	{ "fork", THREAD, 1, do_fork },
	{ "vfork", THREAD, 1, do_vfork },
	{ "remap", THREAD, 3, do_remap },
	{ "filepages", THREAD, 1, do_filepages },
	{ "shm", THREAD, 1, do_shm },
	{ "rlimit", THREAD, 1, do_rlimit },
	{ "seal", THREAD, 1, do_seal },
	{ "failmap", THREAD, 1, do_failmap },
	{ "truncate", THREAD, 1, do_truncate },
	{ "vmrw", OBSERVER, 1, do_vmrw },
	{ "proc", OBSERVER, 1, do_proc },
	{ "ptrace", OBSERVER, 1, do_ptrace },
	{ "drop", OBSERVER, 1, do_drop },
	{ "cpu", OBSERVER, 1, do_cpu },
	{ "kill", ENDING, 1, NULL },
	{ "core", ENDING, 1, do_core },
	{ "wrong", PLANTED, 1, do_wrong },
	{ "hang", PLANTED, 1, do_hang },
};

#define ACTORS	(sizeof(actors) / sizeof(actors[0]))

const unsigned int actor_count = ACTORS;

static bool asked_for[ACTORS];
static atomic_ulong *counts;	/* of ACTORS, of all processes */
static unsigned int seed = 1;

/* --- actors ---------------------------------------------------------- */

static int find_actor(const char *name)
{
	for (unsigned int i = 0; i < ACTORS; i++)
		if (!strcmp(actors[i].name, name))
			return i;
	return -1;
}

bool is_asked_for(unsigned int index)
{
	return asked_for[index];
}

bool plays(void (*run)(struct job *job))
{
	for (unsigned int i = 0; i < ACTORS; i++)
		if (asked_for[i] && actors[i].run == run)
			return true;
	return false;
}

struct job make_job(unsigned int index, unsigned int copy)
{
	struct job job = { .actor = &actors[index], .copy = copy, .count = &counts[index] };

	/* far apart, for each of them and each victim */
	job.seed = ((seed * 8191 + rounds()) * 127 + index) * 31 + copy + 1;
	for (unsigned int i = 0; i < 8; i++)
		pick(&job.seed, 2);
	return job;
}

void count_one(struct job *job)
{
	atomic_fetch_add_explicit(job->count, 1, memory_order_relaxed);
}

/* One that has done nothing yet, NULL if there is none. */
static const char *idle_actor(void)
{
	for (unsigned int i = 0; i < ACTORS; i++)
		if (asked_for[i] && !atomic_load(&counts[i]))
			return actors[i].name;
	return NULL;
}

static void print_counts(void)
{
	const char *separator = "#";

	for (unsigned int i = 0; i < ACTORS; i++) {
		if (!asked_for[i])
			continue;
		printf("%s %s %lu", separator, actors[i].name, atomic_load(&counts[i]));
		separator = ",";
	}
	printf("\n");
}

/* --- victims --------------------------------------------------------- */

/* How this round's victim ends: NULL, or one of those that are asked for, in turn. */
static const struct actor *pick_ending(void)
{
	const struct actor *endings[ACTORS + 1] = { NULL };
	unsigned int count = 1;

	for (unsigned int i = 0; i < ACTORS; i++)
		if (asked_for[i] && actors[i].cast == ENDING)
			endings[count++] = &actors[i];
	return endings[rounds() % count];
}

/* The status with which the victim ended is that of its ENDING. */
static void judge_end(const struct actor *ending, int status)
{
	bool right = !status;

	if (ending && ending->run)
		right = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && WCOREDUMP(status);
	else if (ending)
		right = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	if (!right && !stopped())
		violation("victim %u ended with status %#x", rounds(), status);
	else if (right && ending)
		atomic_fetch_add(&counts[ending - actors], 1);
}

static unsigned int start_observers(pid_t victim, pid_t *observers)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ACTORS; i++) {
		struct job job;

		if (!asked_for[i] || actors[i].cast != OBSERVER)
			continue;
		job = make_job(i, 0);
		job.victim = victim;
		observers[count] = fork();
		if (observers[count] < 0)
			die("fork: %m");
		if (!observers[count]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			actors[i].run(&job);
			_exit(0);
		}
		count++;
	}
	return count;
}

static void one_victim(double life, double grace)
{
	const struct actor *ending = pick_ending();
	pid_t observers[MAX_OBSERVERS], victim;
	unsigned int observer_count, own_seed = make_job(0, PARTS).seed;
	double end;

	life *= 0.2 + pick(&own_seed, 160) / 100.0;
	end = now() + life;
	/* before anybody can look at it */
	region_map();
	victim = fork();
	if (victim < 0)
		die("fork: %m");
	if (!victim)
		be_victim(life, ending, pick(&own_seed, 2));
	observer_count = start_observers(victim, observers);
	if (ending && !ending->run) {
		while (now() < end && !stopped())
			usleep(5000);
		kill(victim, SIGKILL);
	}
	judge_end(ending, await_end(victim, end, grace));
	for (unsigned int i = 0; i < observer_count; i++) {
		kill(observers[i], SIGKILL);
		await_end(observers[i], now(), grace);
	}
	await_descendants(grace);
}

/* --- the command line ------------------------------------------------ */

static int usage(void)
{
	fprintf(stderr, "churn: usage: churn [-s SEED] [-t SECONDS] [-l LIFE] [-g GRACE] -d DIR ACTOR..., or churn list\n");
	return 2;
}

static double number(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*end || end == text || !(value > 0 && value < 1e6))
		exit(usage());
	return value;
}

static void ask_for(char **names)
{
	int index;

	for (unsigned int i = 0; i < ALWAYS; i++)
		asked_for[i] = true;
	for (; *names; names++) {
		index = find_actor(*names);
		if (index < 0) {
			fprintf(stderr, "churn: no actor %s: see churn list\n", *names);
			exit(2);
		}
		asked_for[index] = true;
	}
}

static int list(void)
{
	for (unsigned int i = 0; i < ACTORS; i++)
		if (actors[i].cast != PLANTED)
			puts(actors[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const faults[] = { "vma_lock_reffree", "vma_lock_baby_born", NULL };
	double seconds = 8, life = 2, grace = 60;
	int option, status;

	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	while ((option = getopt(argc, argv, "s:t:l:g:d:")) != -1) {
		if (option == 's')
			seed = number(optarg);
		else if (option == 't')
			seconds = number(optarg);
		else if (option == 'l')
			life = number(optarg);
		else if (option == 'g')
			grace = number(optarg);
		else if (option == 'd')
			work_dir = optarg;
		else
			return usage();
	}
	if (!work_dir)
		return usage();
	ask_for(argv + optind);
	counts = mmap(NULL, sizeof(*counts) * ACTORS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		die("mmap: %m");
	/* what a victim leaves behind is ours */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		die("prctl: %m");
	share_end();
	access_begin();
	core_begin(seconds, faults);
	wait_for_all(idle_actor);
	region_begin();
	while (another_round())
		one_victim(life, grace);
	if (plays(do_cpu))
		all_cpus_online();
	print_counts();
	printf("# slowest end %.1f s\n", slowest_end);
	status = core_end();
	if (status)
		printf("# again: seed %u\n", seed);
	return status;
}
