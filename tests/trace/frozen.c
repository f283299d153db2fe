// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults that sleep with their VMA, for as long as a test likes.
 *
 * The first write to a page of a shared file mapping asks the file system, which
 * waits while it is frozen.  The fault holds its VMA all the time: ext4's
 * mappings have ->map_pages, so page_mkwrite() runs without mmap_lock.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stimulus.h"

static struct frozen *to_thaw;

static void thaw_at_exit(void)
{
	if (to_thaw && to_thaw->is_frozen)
		ioctl(to_thaw->fd, FITHAW, 0);
}

void frozen_open(struct frozen *frozen, const char *dir, size_t pages)
{
	char path[256], page[PAGE];

	snprintf(path, sizeof(path), "%s/frozen", dir);
	*frozen = (struct frozen){ .pages = pages };
	frozen->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (frozen->fd < 0)
		die("%s: %m", path);
	/* written, so that the pages are there and no fault has to read them */
	memset(page, 'f', sizeof(page));
	for (size_t i = 0; i < pages; i++)
		if (write(frozen->fd, page, PAGE) != (ssize_t)PAGE)
			die("%s: %m", path);
	if (fsync(frozen->fd))
		die("%s: %m", path);
	to_thaw = frozen;
	atexit(thaw_at_exit);
}

void frozen_map(const struct frozen *frozen, char *address)
{
	if (mmap(address, frozen->pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, frozen->fd,
		 0) != address)
		die("mmap: %m");
}

void freeze(struct frozen *frozen)
{
	if (ioctl(frozen->fd, FIFREEZE, 0))
		die("FIFREEZE: %m");
	frozen->is_frozen = true;
}

void thaw(struct frozen *frozen)
{
	frozen->is_frozen = false;
	if (ioctl(frozen->fd, FITHAW, 0))
		die("FITHAW: %m");
}

/* Wait until the thread is in the fault: asleep on the file system's freeze lock. */
void wait_frozen_fault(pid_t tid)
{
	char path[64], where[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/wchan", tid);
	for (int i = 0; i < 3000; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t got = fd < 0 ? -1 : read(fd, where, sizeof(where) - 1);

		if (got < 0)
			die("%s: %m", path);
		close(fd);
		where[got] = 0;
		if (strstr(where, "percpu"))
			return;
		usleep(10000);
	}
	die("thread %d sleeps in %s, not in a frozen fault", tid, where);
}
