// SPDX-License-Identifier: GPL-2.0
/* mmap() over existing mappings, into gaps, and failing early or late. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stimulus.h"

#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define RW (PROT_READ | PROT_WRITE)

static int map_error(char *address, size_t length, int prot, int flags, int fd)
{
	return mmap(address, length, prot, flags | MAP_FIXED, fd, 0) == address ? 0 : errno;
}

/* A mapping replaced whole, by one that cannot merge with anything. */
static void whole(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 4, RW);
	fill(ARENA, 4, 'o');
	begin();
	map_anon(ARENA, 4, RW);
	end();
	fact("new", holds(ARENA, 4, 0));
	fact("vmas", vma_count(ARENA, ARENA + 4 * PAGE));
}

static void gap(const char *dir)
{
	(void)dir;
	begin();
	map_anon(ARENA, 4, RW);
	end();
	fact("vmas", vma_count(ARENA, ARENA + 4 * PAGE));
}

/* The middle of a mapping, with other permissions: two splits. */
static void middle(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 6, RW);
	fill(ARENA, 6, 'o');
	begin();
	map_anon(ARENA + 2 * PAGE, 2, PROT_READ);
	end();
	fact("new", holds(ARENA + 2 * PAGE, 2, 0));
	fact("old", holds(ARENA, 2, 'o') && holds(ARENA + 4 * PAGE, 2, 'o'));
	fact("vmas", vma_count(ARENA, ARENA + 6 * PAGE));
}

/* The middle again, by memory that merges with both sides. */
static void merge(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 6, RW);
	fill(ARENA, 6, 'o');
	begin();
	map_anon(ARENA + 2 * PAGE, 2, RW);
	end();
	fact("new", holds(ARENA + 2 * PAGE, 2, 0));
	fact("old", holds(ARENA, 2, 'o') && holds(ARENA + 4 * PAGE, 2, 'o'));
	fact("vmas", vma_count(ARENA, ARENA + 6 * PAGE));
}

/* Over two mappings, the hole between them and half of a third one. */
static void several(const char *dir)
{
	int memfd = memfd_create("several", MFD_CLOEXEC);

	(void)dir;
	if (memfd < 0 || ftruncate(memfd, 8 * PAGE))
		die("memfd: %m");
	map_anon(ARENA, 2, RW);
	map_anon(ARENA + 3 * PAGE, 2, PROT_READ);
	map_anon(ARENA + 5 * PAGE, 4, RW);
	fill(ARENA + 5 * PAGE, 4, 'o');
	begin();
	fact("error", map_error(ARENA, 7 * PAGE, RW, MAP_SHARED, memfd));
	end();
	fact("new", holds(ARENA, 7, 0));
	fact("old", holds(ARENA + 7 * PAGE, 2, 'o'));
	fact("vmas", vma_count(ARENA, ARENA + 9 * PAGE));
}

/* Too late to go back: the file refuses when the old mapping is gone. */
static void late(int fd, int flags)
{
	map_anon(ARENA, 6, RW);
	fill(ARENA, 6, 'o');
	begin();
	fact("error", map_error(ARENA + 2 * PAGE, 2 * PAGE, RW, flags, fd));
	fact("signal", try_read(ARENA + 2 * PAGE + 4));
	end();
	fact("old", holds(ARENA, 2, 'o') && holds(ARENA + 4 * PAGE, 2, 'o'));
	fact("vmas", vma_count(ARENA + 2 * PAGE, ARENA + 4 * PAGE));
}

/* A perf event cannot be mapped privately: EINVAL from its ->mmap(). */
static void late_perf(const char *dir)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY, .disabled = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);

	(void)dir;
	if (fd < 0)
		die("perf_event_open: %m");
	late(fd, MAP_PRIVATE);
}

/* Failures before anything has changed: the old mapping works on, with its data. */
static void early_file(size_t length, int flags, int fd)
{
	begin();
	fact("error", map_error(ARENA, length, RW, flags, fd));
	fact("signal", try_read(ARENA) | try_read(ARENA + 3 * PAGE));
	end();
	fact("old", holds(ARENA, 4, 'o'));
	fact("vmas", vma_count(ARENA, ARENA + 4 * PAGE));
	fact("writable", !try_write(ARENA + PAGE));
}

static void early(size_t length)
{
	early_file(length, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void early_limit(const char *dir)
{
	struct rlimit limit = { 64 << 20, 64 << 20 };

	(void)dir;
	map_anon(ARENA, 4, RW);
	fill(ARENA, 4, 'o');
	if (setrlimit(RLIMIT_AS, &limit))
		die("setrlimit: %m");
	early(1UL << 30);
}

static void early_mseal(const char *dir)
{
	(void)dir;
	map_anon(ARENA, 4, RW);
	fill(ARENA, 4, 'o');
	if (syscall(SYS_mseal, ARENA + 2 * PAGE, 2 * PAGE, 0))
		die("mseal: %m");
	early(4 * PAGE);
}

/* More memory than there is: refused by the accounting, after the gathering. */
static void early_account(const char *dir)
{
	size_t length = 1UL << 40;

	(void)dir;
	if (map_error(ARENA, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1))
		die("mmap: %m");
	if (mprotect(ARENA, 4 * PAGE, RW))
		die("mprotect: %m");
	fill(ARENA, 4, 'o');
	early(length);
}

/* A memory file sealed against writing cannot be mapped for writing. */
static void early_seal(const char *dir)
{
	int fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	(void)dir;
	if (fd < 0 || ftruncate(fd, 4 * PAGE) || fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE))
		die("memfd: %m");
	map_anon(ARENA, 4, RW);
	fill(ARENA, 4, 'o');
	early_file(4 * PAGE, MAP_SHARED, fd);
}

const struct scenario replace_scenarios[] = {
	{ "whole", whole }, { "gap", gap }, { "middle", middle }, { "merge", merge }, { "several", several },
	{ "late_perf", late_perf }, { "early_limit", early_limit }, { "early_mseal", early_mseal },
	{ "early_account", early_account }, { "early_seal", early_seal }, {}
};
