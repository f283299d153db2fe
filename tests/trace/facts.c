// SPDX-License-Identifier: GPL-2.0
/* Facts for the checker, markers in the trace, and the kernel's counters. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stimulus.h"

#define COUNTERS 9

static const char *const counters[COUNTERS] = {
	"vma_lock_abort", "vma_lock_miss", "vma_lock_baby_born", "vma_lock_baby_wait",
	"vma_lock_excl_wait", "vma_lock_ref_wait", "vma_lock_fallback",
	"vma_lock_reffree", "vma_lock_stale",
};
static long before[COUNTERS];
static char vmstat_text[16384];
static int marker = -1;

void fact(const char *name, unsigned long value)
{
	printf("%s %lu\n", name, value);
}

void mark(const char *text)
{
	ssize_t length = strlen(text);

	if (marker < 0)
		marker = open("/sys/kernel/tracing/trace_marker", O_WRONLY | O_CLOEXEC);
	if (marker < 0 || write(marker, text, length) != length)
		die("cannot write to trace_marker");
}

static void read_vmstat(void)
{
	size_t used = 0;
	ssize_t got;
	int fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("cannot open /proc/vmstat");
	while ((got = read(fd, vmstat_text + used, sizeof(vmstat_text) - 1 - used)) > 0)
		used += got;
	close(fd);
	vmstat_text[used] = 0;
}

static long find_counter(const char *name)
{
	size_t length = strlen(name);
	const char *line = vmstat_text;

	while (line) {
		if (!strncmp(line, name, length) && line[length] == ' ')
			return atol(line + length);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	die("no %s in /proc/vmstat", name);
}

long vmstat(const char *name)
{
	read_vmstat();
	return find_counter(name);
}

void wait_vmstat(const char *name, long value)
{
	for (int i = 0; i < 3000; i++) {
		if (vmstat(name) >= value) {
			/* counted just before it sleeps: let it sleep */
			usleep(20000);
			return;
		}
		usleep(10000);
	}
	die("%s never became %ld", name, value);
}

/* What follows counts.  The trace and the counters cover the same time, except for the marker's own write. */
void begin(void)
{
	/* once in vain: then all that end() will touch is there */
	mark("warm");
	memset(vmstat_text, 1, sizeof(vmstat_text));
	for (int round = 0; round < 2; round++) {
		read_vmstat();
		for (int i = 0; i < COUNTERS; i++)
			before[i] = find_counter(counters[i]);
	}
	mark("begin");
}

void end(void)
{
	mark("end");
	read_vmstat();
	for (int i = 0; i < COUNTERS; i++)
		fact(counters[i], find_counter(counters[i]) - before[i]);
}
