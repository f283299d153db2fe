// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of a killed process is taken away before it has ended, as the OOM killer does, here by
 * process_mrelease().
 *
 * What protects: a fault asks under the page-table lock whether the address space is being reaped. The process
 * can't end, and so its page tables can be looked at, because its first thread waits for a frozen file system.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hazards.h"

#define PAGES	256U
#define HOLD	20000	/* microseconds; some faults are under way when the process is killed */

static char *region;
static int file;	/* on the file system that is frozen */
static bool frozen;

/* Seen by the process and by us. */
static struct shared {
	atomic_uint touched;
	atomic_bool write;
} *shared;

static void set_frozen(bool freeze)
{
	if (ioctl(file, freeze ? FIFREEZE : FITHAW, 0))
		die("%s: %m", freeze ? "FIFREEZE" : "FITHAW");
	frozen = freeze;
}

static void thaw_at_exit(void)
{
	if (frozen)
		set_frozen(false);
}

static void reader(unsigned int self)
{
	unsigned int seed = self + 1;

	for (;;) {
		*(volatile char *)(region + pick(&seed, PAGES) * PAGE) = 1;
		atomic_fetch_add(&shared->touched, 1);
	}
}

static void victim(void)
{
	*(volatile char *)region = 1;
	start_readers(READERS, reader);
	while (!atomic_load(&shared->write)) {
		drop_pages(region + PAGE, PAGES - 1);
		sched_yield();
	}
	fill_page(file, 0, 1);
	_exit(0);
}

/* The state of the process's first thread, as a letter. */
static char state_of(pid_t pid)
{
	char path[64], line[256], *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (length <= 0)
		die("%s: %m", path);
	close(fd);
	line[length] = 0;
	end = strrchr(line, ')');
	return end ? end[2] : '?';
}

static unsigned int thread_count(pid_t pid)
{
	struct dirent *entry;
	unsigned int count = 0;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		die("%s: %m", path);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void reap(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		die("pidfd_open: %m");
	if (kill(pid, SIGKILL))
		die("kill: %m");
	while (syscall(SYS_process_mrelease, pidfd, 0))
		if (errno != EAGAIN && errno != EINTR)
			die("process_mrelease: %m");
	close(pidfd);
}

static void one_round(void)
{
	size_t present;
	pid_t pid;

	atomic_store(&shared->touched, 0);
	atomic_store(&shared->write, false);
	pid = fork();
	if (pid < 0)
		die("fork: %m");
	if (!pid)
		victim();
	while (atomic_load(&shared->touched) < 10)
		sched_yield();
	set_frozen(true);
	atomic_store(&shared->write, true);
	while (state_of(pid) != 'D')
		sched_yield();
	reap(pid);
	while (thread_count(pid) > 1)
		sched_yield();
	present = present_pages(pid, region, PAGES);
	if (present)
		violation("%zu pages appeared after the address space was reaped", present);
	set_frozen(false);
	wait_for(pid);
}

void run_reap(void)
{
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap: %m");
	file = new_file(work_dir, 1);
	atexit(thaw_at_exit);
	region = reserve(TABLE);
	map_at(region, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	hold_faults(HOLD);
	while (another_round())
		one_round();
}
