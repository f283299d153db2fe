// SPDX-License-Identifier: GPL-2.0
/* Single faults: found, not found, from kernel mode, with I/O, below a stack. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stimulus.h"

/* Faults in one anonymous mapping: the first brings the page table, the others find it. */
static void found(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	begin();
	fact("signal", try_write(ARENA + 0x123) | try_read(ARENA + 2 * PAGE + 0x10) |
		       try_write(ARENA + 3 * PAGE + 0x20));
	end();
}

static void wild(const char *dir)
{
	(void)dir;
	begin();
	fact("signal", try_read(ARENA + 0x5008));
	end();
}

/* Mapped, but not for this access: the fault has a VMA and ends in a signal. */
static void forbidden(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 1, PROT_READ);
	begin();
	fact("signal", try_write(ARENA + 0x18));
	end();
}

static void stack(const char *dir)
{
	char *start = ARENA + 0x1000000;

	(void)dir;
	if (mmap(start, 4 * PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0) != start)
		die("mmap: %m");
	begin();
	fact("signal", try_write(start - 8));
	fact("signal2", try_write(start + 8));
	end();
	fact("grown", vma_start_of(start));
}

static void kernel_mode(const char *dir)
{
	int ends[2];

	(void)dir;
	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	if (pipe(ends) || write(ends[1], "0123456789abcdef", 16) != 16)
		die("pipe: %m");
	begin();
	if (read(ends[0], ARENA + PAGE + 0x340, 16) != 16)
		die("read: %m");
	end();
	fact("content", ARENA[PAGE + 0x340] == '0' && ARENA[PAGE + 0x34f] == 'f');
}

/* A file of 64 pages, the first 16 of them mapped. */
static void map_file(struct frozen *file, const char *dir)
{
	frozen_open(file, dir, 64);
	frozen_map(file, ARENA);
	fact("setup", try_read(ARENA + PAGE));
}

static void read_page_40(void)
{
	begin();
	fact("signal", try_read(ARENA + 40 * PAGE + 8));
	end();
	fact("content", ARENA[40 * PAGE + 8] == 'f');
}

static void around(const char *dir)
{
	struct frozen file;

	map_file(&file, dir);
	read_page_40();
}

/* A page that must be read from the disk: the fault drops its VMA meanwhile. */
static void cold(const char *dir)
{
	struct frozen file;

	map_file(&file, dir);
	if (posix_fadvise(file.fd, 0, 0, POSIX_FADV_DONTNEED) ||
	    posix_fadvise(file.fd, 0, 0, POSIX_FADV_RANDOM))
		die("fadvise");
	read_page_40();
}

/* The page is there, read-only: the zero page. */
static void cow(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	fact("setup", try_write(ARENA) | try_read(ARENA + PAGE));
	begin();
	fact("signal", try_write(ARENA + PAGE + 8));
	end();
	fact("content", ARENA[PAGE + 8] == 'w');
}

/* Two mappings that cannot merge share a page table. */
static void first_anon_vma(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	map_anon(ARENA + 4 * PAGE, 4, PROT_READ | PROT_WRITE | PROT_EXEC);
	/* as new mappings, both are closed until a fault took a reference */
	fact("setup", try_write(ARENA) | try_read(ARENA + 7 * PAGE));
	begin();
	fact("signal", try_write(ARENA + 4 * PAGE + 8) | try_write(ARENA + 5 * PAGE + 8));
	end();
}

const struct scenario lookup_scenarios[] = {
	{ "found", found }, { "wild", wild }, { "forbidden", forbidden }, { "stack", stack },
	{ "kernel_mode", kernel_mode }, { "around", around }, { "cold", cold },
	{ "cow", cow }, { "first_anon_vma", first_anon_vma }, {}
};
