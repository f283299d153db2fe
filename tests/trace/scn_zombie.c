// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that find a VMA in the tree and a ZOMBIE when they enter it.
 *
 * Needs a kernel with CONFIG_VMA_LOCK_TEST: its lookup_delay_us holds the fault up
 * between the two, for so long that a writer that starts with the fault ends first.
 * All faults are slow then, so the writer must not take any: it is rehearsed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stimulus.h"

#define ELSEWHERE (ARENA + 0x1000000)

static atomic_int about_to_read;
static int parameter;

static void delay_lookups(const char *microseconds)
{
	ssize_t length = strlen(microseconds);

	if (write(parameter, microseconds, length) != length)
		die("cannot set lookup_delay_us");
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

static void replaced_by(int (*change)(char *))
{
	struct actor reader = { .name = "reader", .action = announce_and_read, .address = ARENA + PAGE + 0x30 };
	int error;

	parameter = open("/sys/module/vma_lock/parameters/lookup_delay_us", O_WRONLY | O_CLOEXEC);
	if (parameter < 0)
		die("no lookup_delay_us: %m");
	delay_lookups("0");
	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	atomic_store(&about_to_read, 1);
	change_when_it_reads(change, ELSEWHERE);
	atomic_store(&about_to_read, 0);
	actor_prepare(&reader);
	begin();
	delay_lookups("200000");
	actor_go(&reader);
	error = change_when_it_reads(change, ARENA);
	delay_lookups("0");
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
	replaced_by(replace);
}

static void zombie_munmap(const char *dir)
{
	(void)dir;
	replaced_by(unmap);
}

const struct scenario zombie_scenarios[] = {
	{ "zombie_mmap", zombie_mmap }, { "zombie_munmap", zombie_munmap }, {}
};
