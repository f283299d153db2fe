// SPDX-License-Identifier: GPL-2.0
/*
 * Actors that act on the whole machine: "drop", caches and fragmentation; "cpu", CPUs that come and go.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "churn.h"

/* Writes TEXT to PATH: 0, or errno. */
static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

void do_drop(struct job *job)
{
	while (!stopped()) {
		if (!write_to(pick(&job->seed, 2) ? "/proc/sys/vm/drop_caches" : "/proc/sys/vm/compact_memory", "1"))
			count_one(job);
		usleep(20000);
	}
}

/* CPU 0 stays. */
static int set_online(unsigned int cpu, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	return write_to(path, online ? "1" : "0");
}

static unsigned int cpus(void)
{
	return sysconf(_SC_NPROCESSORS_CONF);
}

void do_cpu(struct job *job)
{
	while (cpus() > 1 && !stopped()) {
		if (!set_online(1 + pick(&job->seed, cpus() - 1), pick(&job->seed, 2)))
			count_one(job);
		usleep(pick(&job->seed, 100000));
	}
}

void all_cpus_online(void)
{
	int error;

	for (unsigned int cpu = 1; cpu < cpus(); cpu++) {
		error = set_online(cpu, true);
		if (error)
			violation("CPU %u doesn't come back: %s", cpu, strerror(error));
	}
}
