// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that find a VMA in the tree and a ZOMBIE when they enter it.
 *
 * Needs a kernel with CONFIG_VMA_LOCK_TEST and its lookup_delay_us so long that
 * a writer that starts with the fault has ended before the fault goes on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stimulus.h"

static atomic_int about_to_read;

static int announce_and_read(struct actor *actor)
{
	atomic_store(&about_to_read, 1);
	return try_read(actor->address);
}

static void replaced_by(int (*change)(void))
{
	struct actor reader = { .name = "reader", .action = announce_and_read, .address = ARENA + PAGE + 0x30 };

	map_anon(ARENA, 4, PROT_READ | PROT_WRITE);
	actor_prepare(&reader);
	begin();
	actor_go(&reader);
	while (!atomic_load(&about_to_read))
		;
	usleep(40000);
	fact("error", change());
	actor_join(&reader);
	end();
}

static int replace(void)
{
	return mmap(ARENA, 6 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == ARENA ? 0 : errno;
}

static int unmap(void)
{
	return munmap(ARENA, 4 * PAGE) ? errno : 0;
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
