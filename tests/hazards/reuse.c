// SPDX-License-Identifier: GPL-2.0
/*
 * A mapping is the last user of its file: when it goes, the struct file and the inode are soon others'.
 *
 * What protects: a fault asks whether its VMA is stale after it has read the file's mapping, and again before it sets
 * an entry.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hazards.h"

#define BLOCKS	8U
#define PAGES	(BLOCKS * AROUND)
#define SECRETS	8
#define SECRET	0x5ec4e700000000ULL
/* it takes open() a while to get there, with a struct file that isn't a file's yet */
#define DETOUR	"/proc/self/root/proc/self/root/proc/self/root/proc/self/root/proc/self/root"

/* States: the value in the file that is mapped; 0: none is. */
static enum access expect(uint64_t state, unsigned int block, uint64_t *value)
{
	(void)block;
	*value = state;
	return state ? DONE : REFUSED_SEGV;
}

static void make_secret(char *path, size_t size, int number)
{
	int fd;

	snprintf(path, size, DETOUR "/tmp/secret-%d-%d", getpid(), number);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		die("%s: %m", path);
	if (ftruncate(fd, PAGES * PAGE))
		die("ftruncate: %m");
	for (size_t block = 0; block < BLOCKS; block++)
		fill_page(fd, block * AROUND, SECRET + number);
	close(fd);
}

void run_reuse(void)
{
	struct area area = { .start = reserve(TABLE), .blocks = BLOCKS, .step = AROUND * PAGE, .expect = expect };
	char paths[SECRETS][sizeof(DETOUR) + 64];
	int secrets[SECRETS], fd;
	uint64_t generation = 0;

	for (int i = 0; i < SECRETS; i++)
		make_secret(paths[i], sizeof(paths[i]), i);
	watch(&area, 1);
	start_readers(READERS, watcher);
	while (another_round()) {
		fd = new_file(NULL, PAGES);
		generation++;
		for (size_t block = 0; block < BLOCKS; block++)
			fill_page(fd, block * AROUND, generation);
		map_at(area.start, PAGES, PROT_READ, MAP_SHARED, fd, 0);
		close(fd);
		settle_and_hold(generation);
		jitter(200);
		unsettle();
		if (munmap(area.start, PAGES * PAGE))
			die("munmap: %m");
		for (int i = 0; i < SECRETS; i++) {
			secrets[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
			if (secrets[i] < 0)
				die("%s: %m", paths[i]);
		}
		settle(0);
		quiesce();
		scan(0);
		unsettle();
		for (int i = 0; i < SECRETS; i++)
			close(secrets[i]);
	}
	join_readers();
	for (int i = 0; i < SECRETS; i++)
		unlink(paths[i]);
}
