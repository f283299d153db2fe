// SPDX-License-Identifier: GPL-2.0
/*
 * A private mapping of /dev/zero, which is anonymous memory with a file, goes away while threads write to it, and so
 * does the file, whose memory is used again at once.
 *
 * What protects: the copy of such a VMA has no file. Code for anonymous memory looks at it where larger folios may be
 * allocated and CONFIG_FS_DAX is set.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hazards.h"

#define SHARE	32U		/* pages of a thread */
#define PAGES	(READERS * SHARE)
#define HOLD	2000		/* microseconds */
#define SIZE	"/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"

static char *region, size_before[16];

static void restore_size(void)
{
	write_file(SIZE, size_before);
}

static void allow_larger_folios(void)
{
	char line[128], *word;
	FILE *file = fopen(SIZE, "re");

	if (!file)
		skip("only on a kernel with larger anonymous folios");
	/* always inherit madvise [never] */
	if (!fgets(line, sizeof(line), file) || !(word = strchr(line, '[')) ||
	    sscanf(word, "[%15[a-z]]", size_before) != 1)
		die(SIZE ": it says nothing that is known");
	fclose(file);
	write_file(SIZE, "always");
	atexit(restore_size);
}

/* Is the code there that would look at the file? */
static bool has_fs_dax(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[512];
	bool found = false;

	if (!file)
		die("/proc/kallsyms: %m");
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, " dax_iomap_rw");
	fclose(file);
	return found;
}

static void turn(unsigned int self, uint64_t round)
{
	for (unsigned int i = 0; i < SHARE; i++)
		store(region + (self * SHARE + i) * PAGE, round);
}

static void one_round(void)
{
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/zero: %m");
	map_at(region, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	begin_turn(rounds());
	jitter(2 * HOLD);
	unmap_at(region, PAGES);
	/* These take the memory of a file before they find out that there is none to be opened. */
	for (int i = 0; i < 10; i++)
		if (open("/dev/zero/none", O_RDONLY | O_CLOEXEC) >= 0)
			die("/dev/zero is a directory");
	await_turn();
}

void run_zero(void)
{
	if (!has_fs_dax())
		skip("only on a kernel with CONFIG_FS_DAX, such as make kernel-inject");
	region = reserve(TABLE);
	allow_larger_folios();
	hold_faults(HOLD);
	start_turns(READERS, turn);
	while (another_round())
		one_round();
	join_readers();
}
