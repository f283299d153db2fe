// SPDX-License-Identifier: GPL-2.0
/*
 * A process touches more memory than its control group may have: it must be killed, and nobody else.
 *
 * What protects: a fault without a reference charges its page, and leaves it to the path that may reclaim and kill when
 * it can't.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hazards.h"

#define LIMIT	"6M"
#define PAGES	8192U		/* many times that */
#define LEFT	(2UL << 20)	/* what the kernel may keep for the group, charged in advance */

static char group[96], *region;

static void write_group(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group, name);
	write_file(path, text);
}

static unsigned long memory_current(void)
{
	char path[128];
	unsigned long bytes;
	FILE *file;

	snprintf(path, sizeof(path), "%s/memory.current", group);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%lu", &bytes) != 1)
		die("%s: %m", path);
	fclose(file);
	return bytes;
}

static void reader(unsigned int self)
{
	for (size_t page = self; page < PAGES; page += READERS)
		region[page * PAGE] = 1;
}

static void victim(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	write_group("cgroup.procs", pid);
	/* tables are charged, too, and by a path that may kill: have them first */
	for (size_t page = 0; page < PAGES; page += TABLE / PAGE)
		region[page * PAGE] = 1;
	start_readers(READERS, reader);
	join_readers();
	_exit(0);
}

static void one_round(void)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	int status, tries;
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %m");
	if (!pid)
		victim();
	status = wait_for(pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		violation("a process took %u pages of a group that may have %s: status %#x", PAGES, LIMIT, status);
	for (tries = 0; memory_current() > LEFT && tries < 3000; tries++)
		nanosleep(&moment, NULL);
	if (memory_current() > LEFT)
		violation("%lu bytes are still charged to a group without processes", memory_current());
}

void run_memcg(void)
{
	snprintf(group, sizeof(group), "/sys/fs/cgroup/hazards-%d", getpid());
	if (mkdir(group, 0755))
		die("%s: %m", group);
	write_group("memory.max", LIMIT);
	region = reserve(PAGES * PAGE);
	map_at(region, PAGES, PROT_READ | PROT_WRITE, MAP_NORESERVE, -1, 0);
	hold_faults(50);
	while (another_round())
		one_round();
	if (rmdir(group))
		violation("the empty group can't be removed: %s", strerror(errno));
}
