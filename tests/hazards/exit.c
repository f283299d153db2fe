// SPDX-License-Identifier: GPL-2.0
/*
 * A process ends while its threads fault.
 *
 * What protects: an address space is taken down when no thread is left in it. There is no check to forget; the kernel
 * counts at the end, and complains when pages or page tables are left or missing.
 */
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hazards.h"

#define BLOCKS	16U
#define PAGES	64U

static atomic_bool leave;	/* thread 0 ends the process */

static enum access expect(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)state;
	(void)block;
	*value = 0;
	return DONE;
}

static void reader(unsigned int self)
{
	if (self == 0) {
		while (!atomic_load(&leave))
			;
		_exit(0);
	}
	watcher(self - 1);
}

static void child(unsigned int how)
{
	struct area areas[2] = {
		{ .start = reserve(TABLE), .blocks = PAGES, .step = PAGE, .write = true, .expect = expect },
		{ .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE, .expect = expect },
	};
	static char *const argv[] = { "true", NULL }, *const environ[] = { NULL };
	int fd = new_file(NULL, BLOCKS * AROUND);

	for (size_t block = 0; block < BLOCKS; block++)
		fill_page(fd, block * AROUND, 0);
	map_at(areas[0].start, PAGES, PROT_READ | PROT_WRITE, 0, -1, 0);
	map_at(areas[1].start, BLOCKS * AROUND, PROT_READ, MAP_SHARED, fd, 0);
	watch(areas, 2);
	start_readers(READERS + 1, reader);
	for (int i = 0; i < 3; i++) {
		drop_pages(areas[0].start, PAGES);
		drop_pages(areas[1].start, BLOCKS * AROUND);
		jitter(1000);
	}
	if (how == 0)
		_exit(0);
	if (how == 1) {
		execve("/bin/true", argv, environ);
		_exit(2);
	}
	atomic_store(&leave, true);
	for (;;)
		pause();
}

void run_exit(void)
{
	int status;
	pid_t pid;

	hold_faults(200);
	while (another_round()) {
		pid = fork();
		if (pid < 0)
			die("fork: %m");
		if (!pid)
			child(rounds() % 3);
		status = wait_for(pid);
		if (status)
			violation("the child ended with status %#x", status);
	}
}
