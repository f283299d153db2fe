// SPDX-License-Identifier: GPL-2.0
/*
 * mmap() over a mapping fails: before the old mapping is touched, which then goes on to work, or in ->mmap(), which
 * leaves a hole. Either way nothing stays accounted for. A userfaultfd that a part of the old mapping is registered
 * with is not told that it was unmapped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hazards.h"

#define BLOCKS		16U
#define PAGES		(BLOCKS * AROUND)
#define TOO_MUCH	(64UL << 30)	/* more than the guest has */
#define TOLERANCE	8192L		/* kB; what other processes may have taken meanwhile */
#define CONTENT		4711

/* States: 1 the second area is mapped, 0 its replacement has failed. The first one always stays. */
static enum access expect_old(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)state;
	(void)block;
	*value = CONTENT;
	return DONE;
}

static enum access expect_hole(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)block;
	*value = 0;
	return state ? DONE : REFUSED_SEGV;
}

static void must_fail(char *address, size_t size, int fd, int error)
{
	int flags = MAP_PRIVATE | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);

	if (mmap(address, size, PROT_READ | PROT_WRITE, flags, fd, 0) != MAP_FAILED)
		violation("mmap() succeeded, which had to fail");
	else if (errno != error)
		violation("mmap() failed with %m");
}

static int uffd;

/* mmap() returns only after an event has been read. */
static void *monitor(void *unused)
{
	struct pollfd ready = { .fd = uffd, .events = POLLIN };
	struct uffd_msg message;

	(void)unused;
	while (!stopped()) {
		if (poll(&ready, 1, 100) < 0 && errno != EINTR)
			die("poll: %m");
		if (read(uffd, &message, sizeof(message)) == (ssize_t)sizeof(message))
			violation("a userfaultfd is told of event %#x, where nothing was unmapped", message.event);
	}
	return NULL;
}

/* Registers a page at ADDRESS, which is there, with a userfaultfd; returns the thread that reads from that. */
static pthread_t register_page(char *address)
{
	struct uffdio_register registration = {
		.range = { (uintptr_t)address, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	pthread_t thread;
	int error;

	uffd = new_userfaultfd(UFFD_FEATURE_EVENT_UNMAP);
	map_at(address, 1, PROT_READ | PROT_WRITE, 0, -1, 0);
	*address = 1;
	if (ioctl(uffd, UFFDIO_REGISTER, &registration))
		die("UFFDIO_REGISTER: %m");
	error = pthread_create(&thread, NULL, monitor, NULL);
	if (error)
		die("pthread_create: %s", strerror(error));
	return thread;
}

static long committed(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kb = -1;

	if (!file)
		die("/proc/meminfo: %m");
	while (kb < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "Committed_AS: %ld kB", &kb) != 1)
			kb = -1;
	fclose(file);
	return kb;
}

void run_refused(void)
{
	struct area areas[2] = {
		{ .start = reserve(TOO_MUCH), .blocks = BLOCKS, .step = AROUND * PAGE, .expect = expect_old },
		{ .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE, .expect = expect_hole },
	};
	int old = new_file(NULL, PAGES), unmappable_fd = unmappable_file();
	pthread_t thread;
	long before, more;

	for (size_t block = 0; block < BLOCKS; block++)
		fill_page(old, block * AROUND, CONTENT);
	map_at(areas[0].start, PAGES, PROT_READ, MAP_SHARED, old, 0);
	thread = register_page(areas[0].start + TABLE);
	watch(areas, 2);
	start_readers(READERS, watcher);
	before = committed();
	while (another_round()) {
		drop_pages(areas[0].start, PAGES);
		map_at(areas[1].start, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
		settle_and_hold(1);
		must_fail(areas[0].start, TOO_MUCH, -1, ENOMEM);
		unsettle();
		must_fail(areas[1].start, PAGES * PAGE, unmappable_fd, EINVAL);
		settle(0);
		quiesce();
		scan(0);
		unsettle();
	}
	unmap_at(areas[1].start, PAGES);
	more = committed() - before;
	join_readers();
	pthread_join(thread, NULL);
	if (more > TOLERANCE)
		violation("%ld kB stay accounted for, after %u rounds", more, rounds());
}
