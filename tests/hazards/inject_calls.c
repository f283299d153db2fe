// SPDX-License-Identifier: GPL-2.0
/*
 * The calls of the case "inject", and the page faults.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE	23
#endif

#define RW	(PROT_READ | PROT_WRITE)
#define VALUE	4711

static char *start(const struct call *call)
{
	return page_at(call->first);
}

static size_t size(const struct call *call)
{
	return call->count * PAGE;
}

/* --- system calls ---------------------------------------------------- */

static int map_over(const struct call *call, int flags, int fd)
{
	return mmap(start(call), size(call), RW, flags | MAP_FIXED, fd, fd < 0 ? 0 : call->first * PAGE) == MAP_FAILED ?
		       -1 : 0;
}

static int map_anonymous(const struct call *call)
{
	return map_over(call, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static int map_shared_anonymous(const struct call *call)
{
	return map_over(call, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static int map_shared(const struct call *call)
{
	return map_over(call, MAP_SHARED, new_file_fd);
}

static int map_private(const struct call *call)
{
	return map_over(call, MAP_PRIVATE, new_file_fd);
}

static int unmap(const struct call *call)
{
	return munmap(start(call), size(call));
}

static int protect(const struct call *call)
{
	return mprotect(start(call), size(call), PROT_READ);
}

static int unprotect(const struct call *call)
{
	return mprotect(start(call), size(call), RW);
}

static void protect_first(const struct call *call)
{
	if (protect(call))
		die("mprotect: %m");
}

static int move_with(const struct call *call, int flags)
{
	return mremap(start(call), size(call), size(call), flags | MREMAP_MAYMOVE | MREMAP_FIXED, page_at(GAP * PART)) ==
		       MAP_FAILED ? -1 : 0;
}

static int move(const struct call *call)
{
	return move_with(call, 0);
}

/*
 * Where the old place can't be unmapped, 6.12's move_vma() has cleared VM_ACCOUNT of all of the old mapping for good, so that
 * as many pages stay in Committed_AS: the whole mapping is one that has none there.
 */
static void map_without_reservation(const struct call *call)
{
	(void)call;
	map_part(PRIVATE_FILE, 1, MAP_PRIVATE | MAP_NORESERVE, disk_file);
	write_own(PRIVATE_FILE, GAP);
}

static int move_and_leave(const struct call *call)
{
	return move_with(call, MREMAP_DONTUNMAP);
}

static int dont_dump(const struct call *call)
{
	return madvise(start(call), size(call), MADV_DONTDUMP);
}

static int populate(const struct call *call)
{
	return madvise(start(call), size(call), MADV_POPULATE_WRITE);
}

static int lock(const struct call *call)
{
	return mlock(start(call), size(call));
}

static int bind_to_node(const struct call *call)
{
	unsigned long nodes = 1;

	return syscall(SYS_mbind, start(call), size(call), MPOL_BIND, &nodes, 8UL, 0U) ? -1 : 0;
}

/* In the child: the stage is as it was set up. */
static int check_child(void)
{
	uint64_t value;

	for (unsigned int i = 0; i < STAGE; i++)
		if (set_up_value(i, &value) && *(volatile uint64_t *)page_at(i) != value)
			return 1;
	return 0;
}

static int fork_child(const struct call *call)
{
	/* fork() would write to the readers' stacks in the child, which has none (MADV_DONTFORK) */
	pid_t pid = _Fork();
	int status;

	if (pid < 0)
		return -1;
	if (!pid)
		_exit(check_child());
	status = wait_for(pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		violation("%s: the child's memory is not its parent's: status %#x", call->name, status);
	return 0;
}

/* --- page faults, in the nook: one access each ----------------------- */

static void nook_without_table(int flags, int fd)
{
	/* with its page tables */
	if (munmap(nook, TABLE))
		die("munmap: %m");
	map_at(nook, STAGE, RW, flags, fd, 0);
}

static void anonymous_nook(const struct call *call)
{
	(void)call;
	nook_without_table(0, -1);
}

static void anonymous_nook_with_table(const struct call *call)
{
	anonymous_nook(call);
	store(nook, VALUE);
}

static void shared_nook(const struct call *call)
{
	(void)call;
	nook_without_table(MAP_SHARED, old_file);
}

static void private_nook(const struct call *call)
{
	uint64_t value;

	(void)call;
	nook_without_table(MAP_PRIVATE, disk_file);
	load(nook + PAGE, &value);
}

/* A page that is only on disk, or in a hole of it. */
static void cold_nook(const struct call *call)
{
	(void)call;
	nook_without_table(MAP_SHARED, disk_file);
	if (fsync(disk_file) || posix_fadvise(disk_file, 0, 0, POSIX_FADV_DONTNEED))
		die("dropping a file's pages: %m");
}

static int access_nook(const struct call *call, bool write, uint64_t must)
{
	uint64_t value = must + 1;
	enum access got = write ? store(nook + PAGE + 8, VALUE) : load(nook + PAGE, &value);

	if (write && got == DONE)
		got = load(nook + PAGE, &value);
	if (got != DONE || value != must)
		violation("%s: %s, value %lu instead of %lu", call->name, access_name(got), value, must);
	return 0;
}

static int read_zero(const struct call *call)
{
	return access_nook(call, false, 0);
}

static int write_zero(const struct call *call)
{
	return access_nook(call, true, 0);
}

static int read_old(const struct call *call)
{
	return access_nook(call, false, old_value(1));
}

static int write_old(const struct call *call)
{
	return access_nook(call, true, old_value(1));
}

static int read_disk(const struct call *call)
{
	return access_nook(call, false, disk_value(1));
}

static int copy_disk(const struct call *call)
{
	return access_nook(call, true, disk_value(1));
}

#define ALL(part)	.first = (part) * PART, .count = PART
#define MIDDLE(part)	.first = (part) * PART + PART / 4, .count = PART / 2
#define SEVERAL		.first = SHARED_FILE * PART + PART / 2, .count = 3 * PART
#define ALL_OF_TWO	.first = ANONYMOUS * PART, .count = 2 * PART
#define CALL(name_, call_, ...)		{ .name = name_, .call = call_, __VA_ARGS__ }
#define FAULT(name_, prepare_, call_)	{ .name = name_, .prepare = prepare_, .call = call_, .always = true }

const struct call calls[] = {
	CALL("mmap() over a mapping", map_anonymous, ALL(ANONYMOUS), .after = ZEROES),
	CALL("mmap() over a middle", map_anonymous, MIDDLE(ANONYMOUS), .after = ZEROES),
	CALL("mmap() over several", map_anonymous, SEVERAL, .after = ZEROES),
	CALL("mmap() of a file over a mapping", map_shared, ALL(SHARED_FILE), .after = NEW_FILE),
	CALL("mmap() of a file over a middle", map_shared, MIDDLE(SHARED_FILE), .after = NEW_FILE),
	CALL("mmap() of a file over several", map_private, SEVERAL, .after = NEW_FILE),
	CALL("mmap() over a private file's middle", map_anonymous, MIDDLE(PRIVATE_FILE), .after = ZEROES),
	/* its file is made after the old mapping is gone */
	CALL("mmap() of shared memory", map_shared_anonymous, MIDDLE(ANONYMOUS), .after = ZEROES, .otherwise = NOTHING,
	     .fails_otherwise = true),
	CALL("mmap() into a gap", map_anonymous, ALL(GAP), .after = ZEROES),
	CALL("mmap() of a file into a gap", map_private, ALL(GAP), .after = NEW_FILE),
	CALL("munmap() of a middle", unmap, MIDDLE(ANONYMOUS), .after = NOTHING),
	CALL("munmap() of a file's middle", unmap, MIDDLE(SHARED_FILE), .after = NOTHING),
	CALL("munmap() of several", unmap, SEVERAL, .after = NOTHING),
	CALL("munmap() of two", unmap, ALL_OF_TWO, .after = NOTHING),
	CALL("mprotect() of a middle", protect, MIDDLE(ANONYMOUS), .after = READ_ONLY),
	CALL("mprotect() of a file's middle", protect, MIDDLE(PRIVATE_FILE), .after = READ_ONLY),
	CALL("mprotect() that merges", unprotect, MIDDLE(ANONYMOUS), .before = READ_ONLY, .prepare = protect_first),
	/* what has moved stays mapped, too, when there is no memory to unmap it */
	CALL("mremap()", move, ALL(ANONYMOUS), .after = MOVED, .otherwise = MOVED_ZEROES),
	CALL("mremap() of a file's middle", move, MIDDLE(PRIVATE_FILE), .prepare = map_without_reservation, .after = MOVED,
	     .otherwise = MOVED_DISK),
	CALL("mremap() that unmaps nothing", move_and_leave, ALL(ANONYMOUS), .after = MOVED_ZEROES),
	CALL("madvise() of a middle", dont_dump, MIDDLE(ANONYMOUS)),
	CALL("madvise() that populates", populate, MIDDLE(ANONYMOUS)),
	CALL("mlock()", lock, MIDDLE(PRIVATE_FILE)),
	CALL("mbind()", bind_to_node, MIDDLE(ANONYMOUS)),
	CALL("fork()", fork_child, .only_one = true, .repeat = 10),
	FAULT("first touch", anonymous_nook_with_table, write_zero),
	FAULT("first touch, no page table", anonymous_nook, write_zero),
	FAULT("first read, no page table", anonymous_nook, read_zero),
	FAULT("read of a file, no page table", shared_nook, read_old),
	FAULT("write to a file, no page table", shared_nook, write_old),
	FAULT("read of a file from disk", cold_nook, read_disk),
	FAULT("copy on write", private_nook, copy_disk),
};

const unsigned int call_count = sizeof(calls) / sizeof(calls[0]);
