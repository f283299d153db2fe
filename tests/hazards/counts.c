// SPDX-License-Identifier: GPL-2.0
/*
 * Pages are mapped that every CPU has counted for itself only: the OOM killer chooses and reports by all of them, and
 * so does ru_maxrss when a process ends or calls exec.
 *
 * What protects: who must not be wrong by what the CPUs keep adds their shares up.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hazards.h"

#define SLICE	(31 * AROUND)	/* pages of a CPU: one fault more, and it would give them away */
#define CPUS	8U		/* at most, start_readers()'s limit */

static char *region;
static unsigned int cpus;
static atomic_uint *ready;	/* of the processes that wait to be killed */

static void reader(unsigned int self)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(self, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity: %m");
	for (size_t page = self * SLICE; page < (self + 1) * SLICE; page += AROUND)
		*(volatile char *)(region + page * PAGE);
}

/* Maps SLICE pages on each CPU. */
static void spread(void)
{
	start_readers(cpus, reader);
	join_readers();
	for (unsigned int i = 0; i < cpus; i++)
		if (present_pages(0, region + i * SLICE * PAGE, SLICE) != SLICE)
			violation("not all pages of CPU %u are mapped", i);
}

static pid_t new_process(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %m");
	return pid;
}

static void peak(bool by_exec)
{
	static char *const argv[] = { "true", NULL }, *const environ[] = { NULL };
	struct rusage usage;
	int status;
	pid_t pid = new_process();

	if (!pid) {
		spread();
		if (by_exec)
			execve("/bin/true", argv, environ);
		_exit(by_exec ? 2 : 0);
	}
	if (wait4(pid, &status, 0, &usage) != pid || status)
		die("a process that only maps pages ended with status %#x", status);
	if ((unsigned long)usage.ru_maxrss * 1024 < cpus * SLICE * PAGE)
		violation("%s: ru_maxrss is %ld kB, but %lu kB were mapped", by_exec ? "exec" : "exit",
			  usage.ru_maxrss, cpus * SLICE * PAGE / 1024);
}

/* Before anybody else. */
static void wait_to_be_killed(void)
{
	write_file("/proc/self/oom_score_adj", "500");
	atomic_fetch_add(ready, 1);
	for (;;)
		pause();
}

/* What the OOM killer said process PID had of shared memory, in kB; -1 if nothing. */
static long reported(pid_t pid)
{
	static char log[1 << 20];
	int length = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, log, sizeof(log) - 1);
	char mark[64], *line;
	long kb = -1;

	if (length < 0)
		die("klogctl: %m");
	log[length] = 0;
	snprintf(mark, sizeof(mark), "Killed process %d ", pid);
	line = strstr(log, mark);
	line = line ? strstr(line, "shmem-rss:") : NULL;
	if (line)
		sscanf(line, "shmem-rss:%ldkB", &kb);
	return kb;
}

static void out_of_memory(void)
{
	unsigned int pages = cpus * SLICE, fewer = pages / 4 * 3;
	pid_t larger, smaller, killed;
	int status;

	atomic_store(ready, 0);
	larger = new_process();
	if (!larger) {
		spread();
		wait_to_be_killed();
	}
	smaller = new_process();
	if (!smaller) {
		map_at(region, fewer, PROT_READ | PROT_WRITE, 0, -1, 0);
		for (unsigned int i = 0; i < fewer; i++)
			region[i * PAGE] = 1;
		wait_to_be_killed();
	}
	while (atomic_load(ready) < 2)
		sched_yield();
	write_file("/proc/sysrq-trigger", "f");
	killed = waitpid(-1, &status, 0);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		die("process %d ended with status %#x", killed, status);
	if (killed != larger)
		violation("the OOM killer took a process with %u pages, and spared one with %u", fewer, pages);
	else if (reported(larger) < (long)(pages * PAGE / 1024))
		violation("the OOM killer reported %ld kB of shared memory, but %lu kB were mapped", reported(larger),
			  pages * PAGE / 1024);
	killed = killed == larger ? smaller : larger;
	kill(killed, SIGKILL);
	wait_for(killed);
}

void run_counts(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int file;

	ready = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ready == MAP_FAILED)
		die("mmap: %m");
	cpus = online < 1 ? 1 : online > CPUS ? CPUS : online;
	if (cpus < 4)
		die("%u CPUs keep too few pages to be told from what a process has anyway: give the guest 4", cpus);
	region = reserve(CPUS * TABLE);
	file = new_file(NULL, cpus * SLICE);
	for (size_t page = 0; page < cpus * SLICE; page++)
		fill_page(file, page, 0);
	map_at(region, cpus * SLICE, PROT_READ, MAP_SHARED, file, 0);
	while (another_round()) {
		peak(false);
		peak(true);
		out_of_memory();
	}
}
