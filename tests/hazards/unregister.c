// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd is unregistered while threads fault, and nobody answers.
 *
 * When UFFDIO_UNREGISTER has returned, nobody waits there any more. What protects: it closes the VMA, and so lets those
 * that have a reference on it join the queue, before it wakes who is in it.
 */
#include <linux/userfaultfd.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "core.h"

#define PAGES	READERS		/* one each */
#define SECONDS	20		/* for a thread that has been woken */
#define ENOUGH	20		/* rounds in which somebody had to be woken */

static char *region;
static unsigned int woken;

static const char *too_few_woken(void)
{
	return woken < ENOUGH ? "threads that UFFDIO_UNREGISTER had to wake" : NULL;
}

static void turn(unsigned int self, uint64_t round)
{
	uint64_t value;

	(void)round;
	load(region + self * PAGE, &value);
}

static void one_round(int uffd)
{
	struct uffdio_register registration = {
		.range = { (uintptr_t)region, PAGES * PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	double end;

	drop_pages(region, PAGES);
	if (ioctl(uffd, UFFDIO_REGISTER, &registration))
		die("UFFDIO_REGISTER: %m");
	begin_turn(rounds());
	jitter(300);
	woken += !turn_is_over();
	if (ioctl(uffd, UFFDIO_UNREGISTER, &registration.range))
		die("UFFDIO_UNREGISTER: %m");
	for (end = now() + SECONDS; !turn_is_over() && now() < end;)
		sched_yield();
	if (!turn_is_over()) {
		violation("a fault waits for a userfaultfd that is unregistered, for %d s", SECONDS);
		if (ioctl(uffd, UFFDIO_WAKE, &registration.range))
			die("UFFDIO_WAKE: %m");
	}
}

void run_unregister(void)
{
	int uffd = new_userfaultfd(0);

	region = reserve(TABLE);
	map_at(region, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	wait_for_all(too_few_woken);
	start_turns(READERS, turn);
	while (another_round())
		one_round(uffd);
	join_readers();
}
