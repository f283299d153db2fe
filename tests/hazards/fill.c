// SPDX-License-Identifier: GPL-2.0
/*
 * Threads fill a mapping through a userfaultfd (UFFDIO_COPY, UFFDIO_ZEROPAGE, UFFDIO_MOVE) while it is replaced.
 *
 * What protects: the replacement waits for them, and as soon as they see that their VMA is a ZOMBIE they look up what is
 * mapped instead, or give up.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core.h"

#ifndef UFFDIO_MOVE
#define UFFD_FEATURE_MOVE	(1 << 16)
#define UFFDIO_MOVE		_IOWR(UFFDIO, 0x05, struct uffdio_move)
struct uffdio_move {
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 mode;
	__s64 move;
};
#endif

#define SHARE	128U		/* pages of a thread */
#define PAGES	(READERS * SHARE)
#define SECONDS	30		/* for one round */

static char *region, *source[READERS];
static int uffd;
static atomic_uint filled[READERS];	/* turns in which pages were put there */

static const char *idle_one(void)
{
	static const char *const names[READERS] = { "UFFDIO_COPY", "UFFDIO_ZEROPAGE", "UFFDIO_MOVE" };

	for (unsigned int i = 0; i < READERS; i++)
		if (!atomic_load(&filled[i]))
			return names[i];
	return NULL;
}

/* Without a monitor that is told of changes there is nothing to be tried again. */
static void check(const char *what, long long result)
{
	if (result == -EAGAIN)
		violation("%s: %s", what, strerror(EAGAIN));
}

/* Bytes that were filled. */
static long long copy(char *to, char *from)
{
	struct uffdio_copy args = { .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = SHARE * PAGE };

	ioctl(uffd, UFFDIO_COPY, &args);
	check("UFFDIO_COPY", args.copy);
	return args.copy;
}

static long long zero(char *to, char *from)
{
	struct uffdio_zeropage args = { .range = { (uintptr_t)to, SHARE * PAGE } };

	(void)from;
	ioctl(uffd, UFFDIO_ZEROPAGE, &args);
	check("UFFDIO_ZEROPAGE", args.zeropage);
	return args.zeropage;
}

static long long move(char *to, char *from)
{
	struct uffdio_move args = { .dst = (uintptr_t)to, .src = (uintptr_t)from, .len = SHARE * PAGE };

	ioctl(uffd, UFFDIO_MOVE, &args);
	memset(from, 1, SHARE * PAGE);
	return args.move;
}

static void turn(unsigned int self, uint64_t round)
{
	static long long (*const how[READERS])(char *to, char *from) = { copy, zero, move };

	(void)round;
	if (how[self](region + self * SHARE * PAGE, source[self]) > 0)
		atomic_fetch_add(&filled[self], 1);
}

/* A thread that ends the test when a round doesn't end. */
static void *watchdog(void *arg)
{
	for (unsigned int last = 0; rounds() != last || !last; sleep(SECONDS))
		last = rounds();
	violation("a replacement or who fills what it replaces takes more than %d s", SECONDS);
	_exit(1);
	return arg;
}

static void one_round(void)
{
	struct uffdio_register registration = {
		.range = { (uintptr_t)region, PAGES * PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	size_t present;

	if (ioctl(uffd, UFFDIO_REGISTER, &registration))
		die("UFFDIO_REGISTER: %m");
	begin_turn(rounds());
	jitter(2000);
	map_at(region, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	present = present_pages(0, region, PAGES);
	if (present)
		violation("%zu pages are there that were put into what was there before", present);
	await_turn();
}

void run_fill(void)
{
	pthread_t thread;
	int error;

	uffd = new_userfaultfd(UFFD_FEATURE_MOVE);
	region = reserve(TABLE);
	for (unsigned int i = 0; i < READERS; i++) {
		source[i] = reserve(TABLE);
		map_at(source[i], SHARE, PROT_READ | PROT_WRITE, 0, -1, 0);
		memset(source[i], 1, SHARE * PAGE);
	}
	map_at(region, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	wait_for_all(idle_one);
	error = pthread_create(&thread, NULL, watchdog, NULL);
	if (error)
		die("pthread_create: %s", strerror(error));
	start_turns(READERS, turn);
	while (another_round())
		one_round();
	join_readers();
}
