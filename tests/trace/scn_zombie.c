// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that find a VMA in the tree and a ZOMBIE when they enter it, or when they
 * are about to insert what they prepared for a copy of it.
 *
 * Needs a kernel with CONFIG_VMA_LOCK_TEST: its lookup_delay_us and insert_delay_us
 * hold the fault up between the two, for so long that a writer that starts with the
 * fault ends first. All faults are slow then, so the writer must not take any: it is
 * rehearsed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stimulus.h"

#define ELSEWHERE (ARENA + 0x1000000)

static atomic_int about_to_read;
static int parameter;

static void delay_faults(const char *microseconds)
{
	ssize_t length = strlen(microseconds);

	if (write(parameter, microseconds, length) != length)
		die("cannot set the delay");
}

static int announce_and_read(struct actor *actor)
{
	atomic_store(&about_to_read, 1);
	return try_read(actor->address);
}

static int change_when_it_reads(int (*change)(char *), char *address)
{
	while (!atomic_load(&about_to_read))
		;
	usleep(5000);
	return change(address);
}

/* @when: the parameter; @known: faults have found the VMA and its page table before */
static void changed_by(int (*change)(char *), const char *when, bool known)
{
	struct actor reader = { .name = "reader", .action = announce_and_read, .address = ARENA + PAGE + 0x30 };
	char path[128];
	int error;

	snprintf(path, sizeof(path), "/sys/module/vma_lock/parameters/%s", when);
	parameter = open(path, O_WRONLY | O_CLOEXEC);
	if (parameter < 0)
		die("no %s: %m", path);
	delay_faults("0");
	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	if (known) {
		/* a neighbour keeps the page table */
		map_anon(ARENA + 16 * PAGE, 1, PROT_READ);
		fact("setup", try_read(ARENA) | try_read(ARENA + 16 * PAGE));
	}
	atomic_store(&about_to_read, 1);
	change_when_it_reads(change, ELSEWHERE);
	atomic_store(&about_to_read, 0);
	actor_prepare(&reader);
	begin();
	delay_faults("200000");
	actor_go(&reader);
	error = change_when_it_reads(change, ARENA);
	delay_faults("0");
	actor_join(&reader);
	end();
	fact("error", error);
}

static int replace(char *address)
{
	return mmap(address, 6 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == address ?
	       0 : errno;
}

static int unmap(char *address)
{
	return munmap(address, 4 * PAGE) ? errno : 0;
}

static void zombie_mmap(const char *dir)
{
	(void)dir;
	changed_by(replace, "lookup_delay_us", false);
}

static void zombie_munmap(const char *dir)
{
	(void)dir;
	changed_by(unmap, "lookup_delay_us", false);
}

static void stale_mmap(const char *dir)
{
	(void)dir;
	changed_by(replace, "insert_delay_us", true);
}

static int protect(char *address)
{
	return mprotect(address, 4 * PAGE, PROT_READ) ? errno : 0;
}

/* Still there, but another one than was copied. */
static void stale_mprotect(const char *dir)
{
	(void)dir;
	changed_by(protect, "insert_delay_us", true);
}

const struct scenario zombie_scenarios[] = {
	{ "zombie_mmap", zombie_mmap }, { "zombie_munmap", zombie_munmap },
	{ "stale_mmap", stale_mmap }, { "stale_mprotect", stale_mprotect }, {}
};
